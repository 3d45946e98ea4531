//! Both encodings against a map from member to score that is sorted whenever somebody asks for an order.

use super::{Limits, SortedSet};
use crate::hash::KeyHasher;
use crate::value::Collection;
use proptest::prelude::*;
use russet_structures::sorted_index::compare;
use std::collections::BTreeMap;
use std::ops::Bound;

#[derive(Clone, Debug)]
enum Step {
    Set(Vec<u8>, f64),
    Add(Vec<u8>, f64),
    Remove(Vec<u8>),
    RemoveRange(usize, usize),
    Expect(usize),
}

fn member() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        4 => (-20..20i64).prop_map(|n| n.to_string().into_bytes()),
        2 => "[a-d]{0,2}".prop_map(String::into_bytes),
        1 => proptest::collection::vec(any::<u8>(), 0..4),
        1 => (8..12usize).prop_map(|n| vec![b'x'; n]),
    ]
}

fn score() -> impl Strategy<Value = f64> {
    prop_oneof![
        4 => (-5..5i32).prop_map(f64::from),
        2 => (-20..20i32).prop_map(|n| f64::from(n) / 8.0),
        1 => proptest::sample::select(vec![f64::INFINITY, f64::NEG_INFINITY, 1e19, 4.7e18, 9.3e18, 5e-324, 1e17]),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => (member(), score()).prop_map(|(member, score)| Step::Set(member, score)),
        2 => (member(), score()).prop_map(|(member, score)| Step::Add(member, score)),
        2 => member().prop_map(Step::Remove),
        1 => (0..12usize, 0..4usize).prop_map(|(from, count)| Step::RemoveRange(from, count)),
        1 => (0..40usize).prop_map(Step::Expect),
    ]
}

type Model = BTreeMap<Vec<u8>, f64>;

fn ordered(model: &Model) -> Vec<(Vec<u8>, f64)> {
    let mut all: Vec<_> = model.iter().map(|(member, score)| (member.clone(), *score)).collect();
    all.sort_by(|(m, s), (n, t)| compare(*s, m, *t, n));
    all
}

fn contents(set: &SortedSet) -> Vec<(Vec<u8>, f64)> {
    set.iter().map(|(member, score)| (member.to_vec(), score)).collect()
}

fn bounds<T: Clone>(value: &T) -> [Bound<T>; 3] {
    [Bound::Included(value.clone()), Bound::Excluded(value.clone()), Bound::Unbounded]
}

/// Whether a value is between two bounds.
fn is_in<T: PartialOrd>(value: &T, min: &Bound<T>, max: &Bound<T>) -> bool {
    use std::ops::RangeBounds;
    (min.as_ref(), max.as_ref()).contains(value)
}

fn carry_out(set: &mut SortedSet, model: &mut Model, step: &Step, limits: Limits, hasher: &KeyHasher) {
    match step {
        Step::Set(member, score) => {
            let change = set.update(member, limits, hasher, |_| Some(*score));
            let before = model.insert(member.clone(), *score);
            assert_eq!((change.before, change.after), (before, Some(*score)));
            assert_eq!(change.added(), before.is_none());
            assert_eq!(change.updated(), before.is_some_and(|before| before != *score));
        }
        Step::Add(member, by) => {
            let sum = |old: Option<f64>| Some(old? + by).filter(|sum| !sum.is_nan());
            let change = set.update(member, limits, hasher, sum);
            let after = sum(model.get(member).copied());
            assert_eq!((change.before, change.after), (model.get(member).copied(), after));
            if let Some(after) = after {
                model.insert(member.clone(), after);
            }
        }
        Step::Remove(member) => assert_eq!(set.remove(member), model.remove(member)),
        Step::RemoveRange(from, count) => {
            let gone: Vec<_> = ordered(model).into_iter().skip(*from).take(*count).collect();
            assert_eq!(set.remove_range(*from..from + count), gone.len());
            model.retain(|member, _| !gone.iter().any(|(other, _)| other == member));
        }
        Step::Expect(members) => {
            let was_large = matches!(set, SortedSet::Sorted(_));
            set.expect(*members, limits, hasher);
            assert_eq!(matches!(set, SortedSet::Sorted(_)), was_large || *members > limits.entries);
        }
    }
}

proptest! {
    #[test]
    fn does_as_a_sorted_map_does(
        steps in proptest::collection::vec(step(), 0..120),
        entries in prop_oneof![Just(0usize), Just(10), Just(1000)],
        (probe, bound) in (member(), score()),
    ) {
        let limits = Limits { entries, value: 9 };
        let hasher = KeyHasher::new([1, 2, 3, 4]);
        let mut set = SortedSet::new(0, 0, limits, &hasher);
        let mut model = Model::new();
        for step in &steps {
            carry_out(&mut set, &mut model, step, limits, &hasher);
            let all = ordered(&model);
            prop_assert_eq!(contents(&set), all.clone());
            prop_assert_eq!(set.len(), all.len());
            if let SortedSet::Packed(_) = &set {
                let fits = all.len() <= entries && all.iter().all(|(member, _)| member.len() <= 9);
                prop_assert!(fits, "a listpack beyond its limits");
            }
        }
        let all = ordered(&model);
        for (rank, (member, score)) in all.iter().enumerate() {
            prop_assert_eq!(set.rank(member), Some((rank, *score)));
            prop_assert_eq!(set.score(member), Some(*score));
        }
        prop_assert_eq!(set.score(&probe), model.get(&probe).copied());
        let reversed: Vec<_> = set.range(1..5).rev().map(|(member, score)| (member.to_vec(), score)).collect();
        prop_assert_eq!(reversed, all.iter().take(5).skip(1).rev().cloned().collect::<Vec<_>>());
        for (min, max) in bounds(&bound).into_iter().zip(bounds(&(bound + 1.0))) {
            let found: Vec<_> = set.range(set.score_range(min, max)).map(|(member, _)| member.to_vec()).collect();
            let expected: Vec<_> = all.iter().filter(|(_, score)| is_in(score, &min, &max)).collect();
            prop_assert_eq!(found, expected.into_iter().map(|(member, _)| member.clone()).collect::<Vec<_>>());
        }
        let mut seen = Vec::new();
        let mut cursor = 0;
        loop {
            cursor = set.scan(cursor, 3, |member, score| seen.push((member.to_vec(), score)));
            if cursor == 0 {
                break;
            }
        }
        seen.sort_by(|(m, s), (n, t)| compare(*s, m, *t, n));
        prop_assert_eq!(&seen, &all);
        prop_assert_eq!(contents(&set.duplicate()), all.clone());

        // The same elements from a list, in either encoding.
        let elements = || all.iter().map(|(member, score)| (member.as_slice().into(), *score));
        let built = SortedSet::from_sorted(elements, limits, &hasher);
        let longest = all.iter().map(|(member, _)| member.len()).max().unwrap_or(0);
        prop_assert_eq!(contents(&built), all.clone());
        prop_assert_eq!(matches!(built, SortedSet::Packed(_)), all.len() <= entries && longest <= 9);
        prop_assert_eq!(contents(&set.slice(2..7, limits, &hasher)), all.iter().take(7).skip(2).cloned().collect::<Vec<_>>());
    }

    #[test]
    fn members_of_one_score_are_in_the_order_of_their_bytes(
        members in proptest::collection::btree_set(member(), 0..60),
        entries in prop_oneof![Just(0usize), Just(1000)],
        (low, high) in (member(), member()),
    ) {
        let limits = Limits { entries, value: 100 };
        let hasher = KeyHasher::new([1, 2, 3, 4]);
        let mut set = SortedSet::new(0, 0, limits, &hasher);
        for member in members.iter().rev() {
            set.update(member, limits, &hasher, |_| Some(0.0));
        }
        for (min, max) in bounds(&low).into_iter().flat_map(|min| bounds(&high).map(|max| (min.clone(), max))) {
            let ranks = set.lex_range(min.as_ref().map(Vec::as_slice), max.as_ref().map(Vec::as_slice));
            let found: Vec<_> = set.range(ranks).map(|(member, _)| member.to_vec()).collect();
            let expected: Vec<_> = members.iter().filter(|member| is_in(*member, &min, &max)).cloned().collect();
            prop_assert_eq!(found, expected);
        }
    }
}

fn numbered(count: usize, limits: Limits) -> SortedSet {
    let hasher = KeyHasher::new([1, 2, 3, 4]);
    let mut set = SortedSet::new(0, 0, limits, &hasher);
    for n in 0..count {
        set.update(format!("m{n}").as_bytes(), limits, &hasher, |_| Some(n as f64));
    }
    set
}

#[test]
fn samples_are_fair_and_differ_where_they_must() {
    let mut state = 1u64;
    let mut random = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        state ^ (state >> 29)
    };
    for entries in [0, 1000] {
        let set = numbered(10, Limits { entries, value: 64 });
        let mut counts = [0; 10];
        let sampled = set.sample_many(20_000, &mut random, |_, score| {
            counts[score as usize] += 1;
            Ok(())
        });
        assert!(sampled.is_ok());
        (0..20_000).for_each(|_| counts[set.sample(&mut random).expect("not empty").1 as usize] += 1);
        assert!(counts.iter().all(|count| (3_600..4_400).contains(count)), "{counts:?}");
        for count in [0, 1, 3, 9, 10, 11, usize::MAX] {
            let mut seen = Vec::new();
            let sampled = set.sample_distinct(count, &mut random, |member, _| {
                seen.push(member.to_vec());
                Ok(())
            });
            assert!(sampled.is_ok());
            seen.dedup();
            assert_eq!(seen.len(), count.min(10));
        }
    }
    let empty = numbered(0, Limits { entries: 10, value: 64 });
    assert!(empty.sample(|| 0).is_none());
    assert!(empty.sample_many(5, || 0, |_, _| panic!("there is none")).is_ok());
}

#[test]
fn a_negative_zero_is_kept_by_the_large_encoding_alone() {
    let hasher = KeyHasher::new([1, 2, 3, 4]);
    for (entries, kept) in [(0, true), (10, false)] {
        let limits = Limits { entries, value: 64 };
        let mut set = SortedSet::new(1, 1, limits, &hasher);
        set.update(b"m", limits, &hasher, |_| Some(-0.0));
        assert_eq!(set.score(b"m").expect("it is there").is_sign_negative(), kept);
        assert!(!set.update(b"m", limits, &hasher, |_| Some(0.0)).updated());
    }
}

/// Seen with `DUMP` on redict-server 7.3.6.
#[test]
fn a_small_set_has_the_bytes_of_redis() {
    let hasher = KeyHasher::new([1, 2, 3, 4]);
    let limits = Limits { entries: 128, value: 64 };
    let mut set = SortedSet::new(0, 0, limits, &hasher);
    let large = [4_611_686_018_427_387_904.0, 4_611_686_018_427_389_000.0, 9_223_372_036_854_776_000.0];
    for (member, score) in
        [("i", f64::INFINITY), ("j", f64::NEG_INFINITY), ("k", 1.5), ("l", 1e19), ("m", -0.0)]
            .into_iter()
            .chain(["n", "o", "p"].into_iter().zip(large))
            .chain([("q", 1e17), ("12", 7.0)])
    {
        set.update(member.as_bytes(), limits, &hasher, |_| Some(score));
    }
    let SortedSet::Packed(pack) = set else { panic!("it is small") };
    let expected: &[u8] =
        b"r\0\0\0\x14\0\x81j\x02\x84-inf\x05\x81m\x02\0\x01\x81k\x02\x831.5\x04\x0c\x01\x07\x01\
        \x81q\x02\xf4\0\0\x8a]xEc\x01\t\x81n\x02\xf4\0\0\0\0\0\0\0@\t\x81o\x02\xf4H\x04\0\0\0\0\0@\t\
        \x81p\x02\x939223372036854776000\x14\x81l\x02\x851e+19\x06\x81i\x02\x83inf\x04\xff";
    assert_eq!(pack.as_bytes(), expected);
}
