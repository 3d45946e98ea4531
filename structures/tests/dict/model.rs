//! Random operations on a dict and on `std`'s map side by side.

use std::collections::HashSet;

use proptest::prelude::*;
use russet_structures::dict::{Dict, Entry};

use super::{Random, filled, mixed, remove};

#[derive(Clone, Debug)]
enum Step {
    Insert(u64),
    Remove(u64),
    Find(u64),
    FindMut(u64),
    Entry(u64),
    EntryRemove(u64),
    /// Insert this many numbers from here on.
    Fill(u64, u64),
    /// Remove this many numbers from here on.
    Empty(u64, u64),
    Clear,
}

fn step(keys: u64) -> impl Strategy<Value = Step> {
    let key = 0..keys;
    prop_oneof![
        8 => key.clone().prop_map(Step::Insert),
        8 => key.clone().prop_map(Step::Remove),
        2 => key.clone().prop_map(Step::Find),
        1 => key.clone().prop_map(Step::FindMut),
        4 => key.clone().prop_map(Step::Entry),
        4 => key.clone().prop_map(Step::EntryRemove),
        2 => (key.clone(), 1..keys).prop_map(|(from, n)| Step::Fill(from, n)),
        2 => (key, 1..keys).prop_map(|(from, n)| Step::Empty(from, n)),
        1 => Just(Step::Clear),
    ]
}

/// How the hash treats the numbers, from good to bad.
#[derive(Clone, Copy, Debug)]
enum Hashing {
    Mixed,
    /// 16 positions, evenly spread.
    SixteenPositions,
    /// All positions share 40 bits.
    SharedPrefix,
    /// Few positions, one tag.
    OneTag,
    Constant(u64),
}

impl Hashing {
    fn hash(self, key: u64) -> u64 {
        match self {
            Hashing::Mixed => mixed(&key),
            Hashing::SixteenPositions => mixed(&key) & 0xf000_0000_0000_ffff,
            Hashing::SharedPrefix => mixed(&key) >> 40 | 0xabcd_ef01_2300_0000,
            Hashing::OneTag => mixed(&key) & 0xff00_0000_0000_0000,
            Hashing::Constant(hash) => hash,
        }
    }
}

fn hashing() -> impl Strategy<Value = Hashing> {
    prop_oneof![
        4 => Just(Hashing::Mixed),
        1 => Just(Hashing::SixteenPositions),
        1 => Just(Hashing::SharedPrefix),
        1 => Just(Hashing::OneTag),
        1 => prop_oneof![Just(0), Just(u64::MAX), Just(1 << 63), any::<u64>()].prop_map(Hashing::Constant),
    ]
}

fn check(steps: &[Step], capacity: usize, hashing: Hashing) {
    let hasher = |&key: &u64| hashing.hash(key);
    let mut dict = Dict::with_capacity(capacity);
    let mut model = HashSet::new();
    dict.validate(hasher);
    for step in steps {
        match *step {
            Step::Insert(key) => insert(&mut dict, &mut model, key, hasher),
            Step::Remove(key) => take(&mut dict, &mut model, key, hasher),
            Step::Find(key) => {
                assert_eq!(dict.find(hasher(&key), |&found| found == key), model.get(&key));
            }
            Step::FindMut(key) => {
                let found = dict.find_mut(hasher(&key), |&found| found == key).map(|found| *found);
                assert_eq!(found, model.get(&key).copied());
            }
            Step::Entry(key) => match dict.entry(hasher(&key), |&found| found == key) {
                Entry::Occupied(mut entry) => {
                    assert!(model.contains(&key));
                    assert_eq!((*entry.get(), *entry.get_mut()), (key, key));
                    assert_eq!(*entry.into_mut(), key);
                }
                Entry::Vacant(entry) => {
                    assert!(model.insert(key));
                    assert_eq!(*entry.insert(key, hasher), key);
                }
            },
            Step::EntryRemove(key) => match dict.entry(hasher(&key), |&found| found == key) {
                Entry::Occupied(entry) => {
                    assert!(model.remove(&key));
                    assert_eq!(entry.remove(hasher), key);
                }
                Entry::Vacant(_) => assert!(!model.contains(&key)),
            },
            Step::Fill(from, n) => {
                (from..from + n).for_each(|key| insert(&mut dict, &mut model, key, hasher))
            }
            Step::Empty(from, n) => (from..from + n).for_each(|key| take(&mut dict, &mut model, key, hasher)),
            Step::Clear => {
                dict.clear();
                model.clear();
                assert_eq!(dict.memory(), 0);
            }
        }
        assert_eq!(dict.len(), model.len());
        dict.validate(hasher);
    }
    let seen: HashSet<u64> = dict.iter().copied().collect();
    assert_eq!(dict.iter().len(), seen.len());
    assert_eq!(seen, model);
    let drained: Vec<u64> = dict.drain().collect();
    assert_eq!(drained.len(), model.len());
    assert_eq!(drained.into_iter().collect::<HashSet<_>>(), model);
    assert!(dict.is_empty() && dict.memory() == 0);
}

fn insert(dict: &mut Dict<u64>, model: &mut HashSet<u64>, key: u64, hasher: impl Fn(&u64) -> u64) {
    if model.insert(key) {
        assert_eq!(*dict.insert_unique(hasher(&key), key, hasher), key);
    }
}

fn take(dict: &mut Dict<u64>, model: &mut HashSet<u64>, key: u64, hasher: impl Fn(&u64) -> u64) {
    let removed = dict.remove(hasher(&key), |&found| found == key, &hasher);
    assert_eq!(removed.is_some(), model.remove(&key));
    assert!(removed.is_none_or(|removed| removed == key));
}

#[cfg(miri)]
const CASES: u32 = 1;
#[cfg(not(miri))]
const CASES: u32 = 200;

proptest! {
    #![proptest_config(ProptestConfig { cases: CASES, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn one_segment(steps in prop::collection::vec(step(60), 1..80), hashing in hashing()) {
        check(&steps, 0, hashing);
    }

    #[test]
    #[cfg_attr(miri, ignore = "too slow")]
    fn a_few_segments(steps in prop::collection::vec(step(3000), 1..40), hashing in hashing()) {
        check(&steps, 0, hashing);
    }

    #[test]
    #[cfg_attr(miri, ignore = "too slow")]
    fn made_with_capacity(capacity in 0usize..5000, steps in prop::collection::vec(step(1500), 1..30)) {
        check(&steps, capacity, Hashing::Mixed);
    }
}

/// Up to 300,000 entries, down to none, and half way up again.
#[test]
#[cfg_attr(miri, ignore = "too slow")]
fn a_large_dict_grows_and_shrinks() {
    let mut dict = filled(0..300_000);
    dict.validate(mixed);
    let full = dict.memory();
    for key in (0..300_000).step_by(3) {
        assert_eq!(remove(&mut dict, key), Some(key));
        assert_eq!(remove(&mut dict, key), None);
    }
    dict.validate(mixed);
    for key in 0..300_000 {
        assert_eq!(dict.find(mixed(&key), |&found| found == key).is_some(), key % 3 != 0);
    }
    for key in 0..299_000 {
        assert_eq!(remove(&mut dict, key).is_some(), key % 3 != 0);
    }
    dict.validate(mixed);
    assert!(dict.memory() < full / 100, "{} of {full} bytes are left for {}", dict.memory(), dict.len());
    for key in 0..150_000 {
        dict.insert_unique(mixed(&key), key, mixed);
    }
    dict.validate(mixed);
}

/// Every way that a table can change, once, with as few entries as that takes: for Miri.
#[test]
fn splits_doubles_merges_and_halves() {
    let mut dict = filled(0..4000);
    assert_eq!(dict.stats(mixed).directory_bits, 1);
    dict.validate(mixed);
    for key in 0..3900 {
        assert_eq!(remove(&mut dict, key), Some(key));
    }
    assert_eq!(dict.stats(mixed).directory_bits, 0);
    dict.validate(mixed);
    for key in 3900..4000 {
        assert_eq!(remove(&mut dict, key), Some(key));
        dict.insert_unique(mixed(&key), key, mixed);
    }
    dict.validate(mixed);
}

/// Constant size, all entries replaced many times: worn segments are built anew, so the table does
/// not wear out.
#[test]
#[cfg_attr(miri, ignore = "too slow")]
fn replacing_every_entry_does_not_wear_the_table_out() {
    let size = 40_000;
    let mut dict = filled(0..size);
    let before = dict.stats(mixed);
    let mut random = Random(1);
    let mut keys: Vec<u64> = (0..size).collect();
    for key in size..size * 20 {
        let victim = (random.next() % size) as usize;
        assert_eq!(remove(&mut dict, keys[victim]), Some(keys[victim]));
        dict.insert_unique(mixed(&key), key, mixed);
        keys[victim] = key;
    }
    dict.validate(mixed);
    let after = dict.stats(mixed);
    let mean = |reaches: [usize; 16]| {
        reaches.iter().enumerate().map(|(n, times)| n * times).sum::<usize>() as f64
            / reaches.iter().sum::<usize>() as f64
    };
    assert!(mean(before.reaches) < 0.5 && mean(after.reaches) < 1.0, "{before} {after}");
    assert!(after.memory <= before.memory * 11 / 10, "{before} {after}");
}

#[test]
fn iterating_with_prefetches_gives_every_entry_once_in_the_same_order() {
    for size in [0, 1, 15, 16, 17, 5000] {
        let dict = filled(0..size);
        let prefetched = dict.iter_prefetched();
        assert_eq!(prefetched.len(), dict.len());
        assert!(prefetched.eq(dict.iter()));
    }
}

#[test]
fn an_empty_dict_allocates_nothing_and_answers() {
    let mut dict: Dict<u64> = Dict::default();
    assert_eq!((dict.len(), dict.capacity(), dict.memory()), (0, 0, 0));
    assert_eq!(dict.find(7, |_| true), None);
    assert_eq!(dict.find_mut(7, |_| true), None);
    assert_eq!(dict.remove(7, |_| true, mixed), None);
    assert_eq!(dict.iter().next(), None);
    assert_eq!(dict.sample(|| 7), None);
    assert_eq!(dict.sample_many_near(|| 7, 5, |_| unreachable!()), 0);
    assert_eq!(dict.scan(12345, 10, mixed, |_| unreachable!()), 0);
    dict.prefetch(7);
    dict.prefetch_candidate(7);
    assert_eq!(dict.drain().next(), None);
    assert_eq!(Dict::<u64>::with_capacity(0).memory(), 0);
    dict.validate(mixed);
}

#[test]
fn find_mut_replaces_in_place() {
    let hash = |entry: &u64| mixed(&(entry >> 32));
    let mut dict = Dict::new();
    for key in 0..100u64 {
        dict.insert_unique(mixed(&key), key << 32, hash);
    }
    for key in 0..100u64 {
        *dict.find_mut(mixed(&key), |entry| entry >> 32 == key).unwrap() += key * 3;
    }
    for key in 0..100u64 {
        assert_eq!(dict.find(mixed(&key), |entry| entry >> 32 == key), Some(&((key << 32) | (key * 3))));
    }
    dict.validate(hash);
}
