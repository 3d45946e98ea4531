//! The system's allocator.

fn main() {
    russet_allocators::main(None);
}
