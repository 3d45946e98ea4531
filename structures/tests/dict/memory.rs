//! The memory bar, counted exactly; no time is measured here.

use russet_structures::dict::Dict;

use super::{filled, mixed, remove};

#[test]
#[cfg_attr(miri, ignore = "too slow")]
fn at_most_11_bytes_per_entry_between_one_and_two_million() {
    let mut dict = Dict::new();
    let mut costs = Vec::new();
    for key in 1..=2_000_000u64 {
        dict.insert_unique(mixed(&key), key, mixed);
        if key >= 1_000_000 && key % 50_000 == 0 {
            costs.push(dict.memory() as f64 / dict.len() as f64);
        }
    }
    assert_eq!(costs.len(), 21);
    let mean = costs.iter().sum::<f64>() / costs.len() as f64;
    assert!(mean <= 11.0, "{mean} bytes per entry: {costs:?}");
}

/// `memory()` against the allocator's own count is checked where an allocator that counts is at
/// hand; here: its parts.
#[test]
fn memory_is_buckets_and_directory() {
    let dict = filled(0..1);
    assert_eq!((dict.memory(), dict.capacity()), (72 + 24, 8));
    let dict = filled(0..9);
    assert_eq!((dict.memory(), dict.capacity()), (2 * 72 + 24, 16));
}

#[test]
#[cfg_attr(miri, ignore = "too slow")]
fn removing_gives_memory_back() {
    let mut dict = filled(0..50_000);
    for key in 0..50_000 {
        remove(&mut dict, key);
        let left = dict.len();
        // Half-empty buckets, plus what a directory and single buckets cost at the end.
        assert!(dict.memory() <= left * 72 / 4 + 4096 + 64 * 1024, "{} bytes for {left}", dict.memory());
    }
    // The last segment keeps its one bucket, so that a key which comes and goes does not allocate each time.
    assert_eq!(dict.memory(), 72 + 24);
}

#[test]
#[cfg_attr(miri, ignore = "too slow")]
fn capacity_asked_for_is_enough_for_most_segments() {
    for capacity in [1usize, 7, 100, 1000, 10_000, 100_000, 300_000] {
        let mut dict = Dict::with_capacity(capacity);
        let before = dict.memory();
        (0..capacity as u64).for_each(|key| {
            dict.insert_unique(mixed(&key), key, mixed);
        });
        dict.validate(mixed);
        assert!(dict.memory() <= before * 101 / 100, "{capacity}: {before} became {}", dict.memory());
    }
}

#[test]
#[cfg_attr(miri, ignore = "too slow")]
fn retain_keeps_what_it_shall_and_gives_memory_back() {
    for share in [1u64, 2, 3, 10, 1000, 1_000_000] {
        let mut dict = filled(1..100_001);
        dict.retain(mixed, |key| key % share == 0);
        dict.validate(mixed);
        assert_eq!(dict.len() as u64, 100_000 / share);
        assert!(
            (1..=100_000u64)
                .all(|key| dict.find(mixed(&key), |&found| found == key).is_some() == (key % share == 0))
        );
        let left = dict.len();
        assert!(dict.memory() <= left * 72 / 4 + 4096, "{} bytes for {left}", dict.memory());
    }
    let mut dict = filled(0..3);
    dict.retain(mixed, |_| false);
    dict.validate(mixed);
    assert_eq!(dict.len(), 0);
    dict.insert_unique(mixed(&7), 7, mixed);
    assert_eq!(dict.find(mixed(&7), |&key| key == 7), Some(&7));
    dict.validate(mixed);
    Dict::<u64>::new().retain(mixed, |_| unreachable!());
}
