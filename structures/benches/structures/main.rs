//! Criterion benches: one file per structure, each beside what a Rust program would use otherwise.
//!
//! ```text
//! cargo bench -p russet-structures                    everything
//! cargo bench -p russet-structures -- intset          one structure, or any other part of a bench's name
//! ```
//!
//! A file registers itself with [`bench!`]. Names of benches are `structure/question/candidate/size`.

use criterion::Criterion;

automod::dir!("benches/structures");

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// A file's benches.
struct Bench(fn(&mut Criterion));

inventory::collect!(Bench);

/// Registers a function that runs a file's benches.
macro_rules! bench {
    ($run:path) => {
        inventory::submit! { crate::Bench($run) }
    };
}
use bench;

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    for Bench(run) in inventory::iter::<Bench> {
        run(&mut criterion);
    }
    criterion.final_summary();
}
