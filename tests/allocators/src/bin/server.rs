//! The allocator of the server: mimalloc called directly, counted, tables and shrinking blocks treated as told there, and
//! what stands on sparse pages moved.

fn main() {
    // Whoever links the server gets its allocator. The thread that runs commands passes the gate without a word.
    russet_server::this_thread_forks();
    russet_allocators::main(Some(russet_server::is_sparse));
}
