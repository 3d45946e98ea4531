//! mimalloc, as its crate offers it.

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    russet_allocators::main(None);
}
