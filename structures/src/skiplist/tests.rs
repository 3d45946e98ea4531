//! The list against a sorted `Vec`.

use std::ops::{Bound, RangeBounds};

use proptest::prelude::*;

use super::{MAX_LEVEL, SkipList, height};
use crate::sorted_index::compare;

type Entries = Vec<(f64, Vec<u8>)>;

fn find(model: &Entries, score: f64, member: &[u8]) -> Result<usize, usize> {
    model.binary_search_by(|entry| compare(entry.0, &entry.1, score, member))
}

fn owned<'a>(entries: impl Iterator<Item = (f64, &'a Vec<u8>)>) -> Entries {
    entries.map(|(score, member)| (score, member.clone())).collect()
}

fn score() -> impl Strategy<Value = f64> {
    prop_oneof![
        4 => (-6i8..6).prop_map(f64::from),
        1 => prop::sample::select(vec![-0.0, f64::INFINITY, f64::NEG_INFINITY, f64::MIN_POSITIVE]),
    ]
}

fn member() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(prop::sample::select(b"ab\x00\xff".to_vec()), 0..4)
}

/// What to do, with a score, a member, two places, and bits for the tower.
type Op = (u8, f64, Vec<u8>, (usize, usize), u64);

fn apply(list: &mut SkipList<Vec<u8>>, model: &mut Entries, (what, score, member, (a, b), random): Op) {
    let len = model.len();
    let random = || random.rotate_left(a as u32 % 64) & random;
    match what {
        0..=9 => {
            let place = find(model, score, &member);
            assert_eq!(list.insert(score, member.clone(), random).is_ok(), place.is_err());
            if let Err(at) = place {
                model.insert(at, (score, member));
            }
        }
        10 | 11 if len > 0 => {
            let (score, member) = model.remove(a % len);
            assert_eq!(list.remove(score, &member), Some(member));
        }
        12 => {
            let expected = find(model, score, &member).ok().map(|at| model.remove(at).1);
            assert_eq!(list.remove(score, &member), expected);
        }
        13 => {
            let at = a % (len + 1);
            let expected = (at < len).then(|| model.remove(at));
            assert_eq!(list.remove_at(at), expected);
        }
        14 | 15 if len > 0 => {
            let (old, member) = model[a % len].clone();
            if find(model, score, &member).is_err() {
                model.remove(a % len);
                let (Ok(to) | Err(to)) = find(model, score, &member);
                model.insert(to, (score, member.clone()));
                assert!(list.update(old, &member, score, random));
            }
        }
        16 => {
            let (from, to) = (a % (len + 1), b % (len + 3));
            let mut removed = Vec::new();
            list.remove_range(from..to, |score, member| removed.push((score, member)));
            let expected: Vec<_> =
                if from < to { model.drain(from..to.min(len)).collect() } else { Vec::new() };
            assert_eq!(removed, expected);
        }
        17 => assert_eq!(list.pop_first(), (len > 0).then(|| model.remove(0))),
        18 => assert_eq!(list.pop_last(), model.pop()),
        _ => assert_eq!(list.get(a), model.get(a).map(|(score, member)| (*score, member))),
    }
}

fn bound<T: Clone>(value: &T, kind: u8) -> Bound<T> {
    match kind {
        0 => Bound::Included(value.clone()),
        1 => Bound::Excluded(value.clone()),
        _ => Bound::Unbounded,
    }
}

proptest! {
    #[test]
    fn does_what_a_sorted_vec_does(
        ops in prop::collection::vec((0u8..20, score(), member(), any::<(usize, usize)>(), any::<u64>()), 0..200),
        (low, high) in (score(), score()), kinds in (0u8..3, 0u8..3),
    ) {
        let (mut list, mut model) = (SkipList::new(), Entries::new());
        for op in ops {
            apply(&mut list, &mut model, op);
            prop_assert_eq!(list.validate(), Ok(()));
            prop_assert_eq!(list.len(), model.len());
        }
        for (rank, (score, member)) in model.iter().enumerate() {
            prop_assert_eq!(list.rank(*score, member), Some(rank));
            prop_assert_eq!(list.get(rank), Some((*score, member)));
        }
        prop_assert_eq!(list.rank(low, b"a"), find(&model, low, b"a").ok());
        let bounds = (bound(&low, kinds.0), bound(&high, kinds.1));
        let ranks = list.score_range(bounds.0, bounds.1);
        let expected: Entries = model.iter().filter(|entry| bounds.contains(&entry.0)).cloned().collect();
        prop_assert_eq!(&owned(list.range(ranks.clone())), &expected);
        let reversed: Entries = expected.into_iter().rev().collect();
        prop_assert_eq!(owned(list.range(ranks).rev()), reversed);
        prop_assert_eq!(owned(list.iter()), model);
    }

    #[test]
    fn ranges_by_member(
        members in prop::collection::btree_set(member(), 0..60), first in member(), last in member(),
        kinds in (0u8..3, 0u8..3), seed in any::<u64>(),
    ) {
        let mut list = SkipList::new();
        for (n, member) in members.iter().rev().enumerate() {
            list.insert(0.0, member.clone(), || seed.rotate_left(n as u32)).unwrap();
        }
        let bounds = (bound(&first, kinds.0), bound(&last, kinds.1));
        let expected: Vec<_> = members.iter().filter(|member| bounds.contains(*member)).collect();
        let ranks = list.lex_range(bound(&&first[..], kinds.0), bound(&&last[..], kinds.1));
        prop_assert_eq!(list.range(ranks).map(|(_, member)| member).collect::<Vec<_>>(), expected);
    }
}

#[test]
fn a_quarter_of_all_towers_reaches_each_next_level() {
    let mut state = 1u64;
    let mut heights = [0u32; MAX_LEVEL + 1];
    for _ in 0..1 << 18 {
        state = state.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(1);
        heights[height(state.swap_bytes() ^ state)] += 1;
    }
    for level in 1..6 {
        let (here, above) = (heights[level..].iter().sum::<u32>(), heights[level + 1..].iter().sum::<u32>());
        let share = f64::from(above) / f64::from(here);
        assert!((0.22..0.28).contains(&share), "{share} of level {level} reaches the next");
    }
    assert_eq!((height(0), height(u64::MAX), height(1 << 63)), (MAX_LEVEL, 1, MAX_LEVEL));
}

#[test]
fn memory_is_what_the_nodes_take() {
    let mut list: SkipList<Box<[u8]>> = SkipList::new();
    let empty = list.memory();
    list.insert(1.0, Box::from(*b"a"), || 1).unwrap();
    list.insert(1.0, Box::from(*b"b"), || 0b0100_0000).unwrap();
    assert_eq!(list.memory() - empty, 2 * (16 + 8 + 8) + (1 + 4) * 16);
    list.remove_range(0..2, |_, _| ());
    assert_eq!(list.memory(), empty);
}

/// A member that counts how often it is looked at, which is once per comparison.
struct Counted<'a>(u64, &'a std::cell::Cell<u64>);

impl crate::sorted_index::Member for Counted<'_> {
    fn bytes(&self) -> &[u8] {
        self.1.set(self.1.get() + 1);
        &[]
    }
}

#[test]
fn a_search_compares_about_four_times_per_quartering() {
    const BITS: u32 = 16;
    let (comparisons, mut state) = (std::cell::Cell::new(0), 1u64);
    let mut list = SkipList::new();
    for n in 0..1u64 << BITS {
        state = state.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(0x1405_7b7e_f767_814f);
        let random = state ^ state >> 29;
        // In an order that jumps about: every number below 2^16 once.
        let score = n.wrapping_mul(40_503) % (1 << BITS);
        assert!(list.insert(score as f64, Counted(score, &comparisons), || random).is_ok());
    }
    comparisons.set(0);
    for rank in 0..1u64 << BITS {
        assert_eq!(list.rank(rank as f64, b""), Some(rank as usize));
        assert_eq!(list.get(rank as usize).map(|(_, member)| member.0), Some(rank));
    }
    let mean = comparisons.get() as f64 / f64::from(1u32 << BITS);
    println!("{mean} comparisons on average, 4 log4 n is {}", 2 * BITS);
    assert!((f64::from(BITS) * 1.5..f64::from(BITS) * 2.2).contains(&mean), "{mean} comparisons on average");
}
