//! jemalloc, with a thread that gives memory back.

#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() {
    russet_allocators::main(None);
}
