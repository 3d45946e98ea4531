//! SCAN while the table grows and shrinks: what stays is seen exactly once.

use std::collections::HashMap;

use proptest::prelude::*;
use russet_structures::dict::Dict;

use super::{Random, filled, mixed, remove};

/// Scans to the end; between two calls `change` may do anything to the dict.
fn scan(
    dict: &mut Dict<u64>,
    budget: usize,
    mut change: impl FnMut(&mut Dict<u64>, usize),
) -> HashMap<u64, usize> {
    let mut seen = HashMap::new();
    let (mut cursor, mut calls) = (0, 0);
    loop {
        let next = dict.scan(cursor, budget, mixed, |&key| *seen.entry(key).or_default() += 1);
        assert!(next == 0 || next > cursor && next < 1 << 48, "cursor went from {cursor} to {next}");
        cursor = next;
        calls += 1;
        if cursor == 0 {
            return seen;
        }
        change(dict, calls);
    }
}

#[test]
fn a_quiet_table_is_seen_exactly_once_whatever_the_budget() {
    for size in [1, 7, 8, 100, 820, 830, 3000, 20_000].into_iter().take(if cfg!(miri) { 4 } else { 8 }) {
        let mut dict = filled(0..size);
        for budget in [0, 1, 2, 3, 10, 127, 128, 129, 1000, usize::MAX] {
            let seen = scan(&mut dict, budget, |_, _| {});
            assert_eq!(seen.len() as u64, size);
            assert!(seen.values().all(|&times| times == 1));
        }
    }
}

#[test]
#[cfg_attr(miri, ignore = "too slow")]
fn what_stays_is_seen_exactly_once_while_the_table_grows() {
    let mut dict = filled(0..500);
    let mut next = 500;
    let seen = scan(&mut dict, 1, |dict, _| {
        for _ in 0..40.min(100_000 - next.min(100_000)) {
            dict.insert_unique(mixed(&next), next, mixed);
            next += 1;
        }
    });
    assert!(dict.len() > 50_000, "grew to {} only", dict.len());
    assert!((0..500).all(|key| seen[&key] == 1));
    assert!(seen.values().all(|&times| times == 1));
    dict.validate(mixed);
}

#[test]
#[cfg_attr(miri, ignore = "too slow")]
fn what_stays_is_seen_exactly_once_while_the_table_shrinks() {
    let mut dict = filled(0..100_000);
    let mut next = 500;
    let seen = scan(&mut dict, 3, |dict, _| {
        for _ in 0..90 {
            if next < 100_000 {
                remove(dict, next);
                next += 1;
            }
        }
    });
    assert_eq!(dict.len(), 500);
    assert!((0..500).all(|key| seen[&key] == 1));
    assert!(seen.values().all(|&times| times == 1));
    dict.validate(mixed);
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: if cfg!(miri) { 1 } else { 150 }, failure_persistence: None, ..ProptestConfig::default()
    })]

    /// Growth and shrinking in waves of random size, random budgets; entries below `stay` are never touched.
    #[test]
    #[cfg_attr(miri, ignore = "too slow")]
    fn what_stays_is_seen_exactly_once_in_any_weather(
        stay in 1u64..1500,
        extra in 0u64..4000,
        waves in prop::collection::vec((0u64..2500, any::<bool>()), 1..30),
        budget in 1usize..40,
        seed in any::<u64>(),
    ) {
        let mut dict = filled(0..stay + extra);
        let mut passing: Vec<u64> = (stay..stay + extra).collect();
        let mut fresh = stay + extra;
        let mut random = Random(seed);
        let seen = scan(&mut dict, budget, |dict, call| {
            let (n, grow) = waves[call % waves.len()];
            for _ in 0..n {
                if grow && passing.len() < 20_000 {
                    dict.insert_unique(mixed(&fresh), fresh, mixed);
                    passing.push(fresh);
                    fresh += 1;
                } else if !grow && !passing.is_empty() {
                    let victim = passing.swap_remove((random.next() % passing.len() as u64) as usize);
                    remove(dict, victim);
                }
            }
        });
        dict.validate(mixed);
        for key in 0..stay {
            prop_assert_eq!(seen.get(&key), Some(&1), "key {}", key);
        }
        prop_assert!(seen.values().all(|&times| times == 1));
    }

    /// From any number at all the scan ends, and sees exactly the positions from it on.
    #[test]
    fn any_cursor_is_valid(size in 0u64..3000, cursor in any::<u64>(), budget in 0usize..20) {
        let dict = filled(0..size);
        let mut seen = Vec::new();
        let mut at = cursor;
        for _ in 0..=size {
            at = dict.scan(at, budget, mixed, |&key| seen.push(key));
            if at == 0 {
                break;
            }
        }
        prop_assert_eq!(at, 0);
        let mut expected: Vec<u64> = (0..size).filter(|key| mixed(key) >> 16 >= cursor % (1 << 48)).collect();
        seen.sort_unstable();
        expected.sort_unstable();
        prop_assert_eq!(seen, expected);
    }
}
