//! The dict as its users see it, against naive models.

use russet_structures::dict::Dict;

mod degenerate;
mod memory;
mod model;
mod panics;
mod sample;
mod scan;

/// An even hash for a number (splitmix64's finisher).
fn mixed(key: &u64) -> u64 {
    let mut x = key.wrapping_add(0x9e37_79b9_7f4a_7c15);
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

/// A random source that gives the same numbers in every run.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(1);
        mixed(&self.0)
    }
}

/// A dict of these numbers.
fn filled(keys: impl IntoIterator<Item = u64>) -> Dict<u64> {
    let mut dict = Dict::new();
    for key in keys {
        dict.insert_unique(mixed(&key), key, mixed);
    }
    dict
}

fn remove(dict: &mut Dict<u64>, key: u64) -> Option<u64> {
    dict.remove(mixed(&key), |&found| found == key, mixed)
}
