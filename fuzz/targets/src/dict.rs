//! Operations on a dict, against a set.

use arbitrary::Unstructured;
use russet_structures::dict::{Dict, Entry};
use std::collections::{BTreeSet, HashSet};

/// Keys are below this number: enough for a few segments, few enough to meet again.
const KEYS: u64 = 4096;

/// How keys become hashes, from good to bad.
fn hasher(kind: u8) -> impl Fn(&u64) -> u64 + Copy {
    move |&key: &u64| {
        let mixed = (key ^ key >> 7).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let mixed = mixed ^ mixed >> 29;
        match kind % 8 {
            0 => mixed & 0xf000_0000_0000_ffff,
            1 => mixed >> 40 | 0xabcd_ef01_2300_0000,
            2 => mixed & 0xff00_0000_0000_0000,
            3 => u64::MAX,
            _ => mixed,
        }
    }
}

/// A SCAN that is under way.
#[derive(Default)]
struct Scan {
    cursor: u64,
    /// Keys that have been there all the time.
    due: BTreeSet<u64>,
    seen: HashSet<u64>,
}

target! { run, "it agrees with a model, its invariants hold, SCAN keeps its promise" }

/// Input: bytes that choose the hash, the capacity and then step by step what happens.
pub fn run(data: &[u8]) {
    let mut input = Unstructured::new(data);
    let kind = input.arbitrary().unwrap_or_default();
    let hash = hasher(kind);
    let mut dict = Dict::with_capacity(usize::from(input.arbitrary::<u8>().unwrap_or_default()));
    let mut model: HashSet<u64> = HashSet::new();
    let mut scan: Option<Scan> = None;
    // Hashes that coincide make every step as long as there are keys.
    let budget = if kind % 8 < 4 { 300 } else { 3000 };
    for step in 0..budget {
        let Ok(choice) = input.arbitrary::<u8>() else { break };
        if input.is_empty() {
            break;
        }
        let key = u64::from(input.arbitrary::<u16>().unwrap_or_default()) % KEYS;
        let run = u64::from(choice % 16) * if kind % 8 < 4 { 1 } else { 40 };
        match choice / 32 {
            0 => insert(&mut dict, &mut model, key, hash),
            1 => remove(&mut dict, &mut model, &mut scan, key, hash),
            2 => (key..key + run).for_each(|key| insert(&mut dict, &mut model, key, hash)),
            3 => (key..key + run).for_each(|key| remove(&mut dict, &mut model, &mut scan, key, hash)),
            4 => match dict.entry(hash(&key), |&found| found == key) {
                Entry::Occupied(mut entry) => {
                    assert_eq!((*entry.get(), *entry.get_mut()), (key, key));
                    assert!(model.contains(&key));
                }
                Entry::Vacant(entry) => {
                    assert!(model.insert(key));
                    assert_eq!(*entry.insert(key, hash), key);
                }
            },
            5 => {
                let mut state = u64::from(choice) << 32 | key;
                let mut random = || {
                    state = state.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(0x1405_7b7e_f767_814f);
                    state ^ state >> 33
                };
                assert_eq!(dict.sample(&mut random).is_some(), !model.is_empty());
                assert!(dict.sample(&mut random).is_none_or(|key| model.contains(key)));
            }
            _ => advance(&dict, &model, &mut scan, usize::from(choice % 32), hash),
        }
        assert_eq!(dict.len(), model.len());
        assert_eq!(dict.find(hash(&key), |&found| found == key), model.get(&key));
        if step % 8 == 0 {
            dict.validate(hash);
        }
    }
    dict.validate(hash);
    while scan.is_some() {
        advance(&dict, &model, &mut scan, 7, hash);
    }
    assert_eq!(dict.iter().copied().collect::<HashSet<_>>(), model);
    assert_eq!(dict.drain().collect::<HashSet<_>>(), model);
}

fn insert(dict: &mut Dict<u64>, model: &mut HashSet<u64>, key: u64, hash: impl Fn(&u64) -> u64 + Copy) {
    if model.insert(key) {
        assert_eq!(*dict.insert_unique(hash(&key), key, hash), key);
    }
}

fn remove(
    dict: &mut Dict<u64>,
    model: &mut HashSet<u64>,
    scan: &mut Option<Scan>,
    key: u64,
    hash: impl Fn(&u64) -> u64 + Copy,
) {
    assert_eq!(dict.remove(hash(&key), |&found| found == key, hash).is_some(), model.remove(&key));
    if let Some(scan) = scan {
        scan.due.remove(&key);
        scan.seen.remove(&key);
    }
}

/// One call of a SCAN; what has been there all the time must have been seen exactly once at its end.
fn advance(
    dict: &Dict<u64>,
    model: &HashSet<u64>,
    scan: &mut Option<Scan>,
    budget: usize,
    hash: impl Fn(&u64) -> u64,
) {
    let mut state =
        scan.take().unwrap_or_else(|| Scan { due: model.iter().copied().collect(), ..Scan::default() });
    state.cursor = dict.scan(state.cursor, budget, hash, |key| {
        assert!(model.contains(key), "{key} is not there");
        assert!(state.seen.insert(*key), "{key} is visited twice");
    });
    if state.cursor == 0 {
        assert!(state.due.iter().all(|key| state.seen.contains(key)), "a key was passed over");
    } else {
        *scan = Some(state);
    }
}
