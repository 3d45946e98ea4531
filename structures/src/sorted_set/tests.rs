//! The set against a map and a sorted vector, and what hashers may do to it.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher, Hasher};
use std::ops::{Bound, RangeBounds};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;

use proptest::prelude::*;

use super::*;
use crate::sorted_index::compare;

type Set = SortedSet<BuildHasherDefault<DefaultHasher>>;
type Model = BTreeMap<Vec<u8>, f64>;
type Entries = Vec<(Vec<u8>, f64)>;

fn sorted(model: &Model) -> Entries {
    let mut entries: Entries = model.iter().map(|(member, score)| (member.clone(), *score)).collect();
    entries.sort_by(|a, b| compare(a.1, &a.0, b.1, &b.0));
    entries
}

fn owned<'a>(elements: impl Iterator<Item = (&'a [u8], f64)>) -> Entries {
    elements.map(|(member, score)| (member.to_vec(), score)).collect()
}

fn entry(scored: &Scored) -> (Vec<u8>, f64) {
    (scored.member().to_vec(), scored.score())
}

fn random(mut state: u64) -> impl FnMut() -> u64 {
    move || {
        state = state.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(0x1405_7b7e_f767_814f);
        state ^ state >> 33
    }
}

fn score() -> impl Strategy<Value = f64> {
    prop_oneof![
        6 => (-5i8..5).prop_map(f64::from),
        2 => any::<f64>().prop_filter("a number", |score| !score.is_nan()),
        1 => prop::sample::select(vec![-0.0, f64::INFINITY, f64::NEG_INFINITY, f64::MIN_POSITIVE]),
    ]
}

fn member() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        8 => (0u8..120).prop_map(|n| format!("member:{n}").into_bytes()),
        4 => prop::collection::vec(prop::sample::select(b"ab\x00\xff".to_vec()), 0..4),
        1 => (65_530usize..65_542).prop_map(|len| vec![b'x'; len]),
    ]
}

#[derive(Clone, Debug)]
enum Op {
    Insert(Vec<u8>, f64),
    Increment(Vec<u8>, f64),
    Raise(Vec<u8>, f64),
    Remove(Vec<u8>),
    RemoveKnown(usize),
    Pop(bool),
    RemoveRange(usize, usize),
    RemoveScores(f64, f64),
    Clear,
    Rebuild,
}

fn op() -> impl Strategy<Value = Op> {
    prop_oneof![
        30 => (member(), score()).prop_map(|(m, s)| Op::Insert(m, s)),
        6 => (member(), score()).prop_map(|(m, s)| Op::Increment(m, s)),
        4 => (member(), score()).prop_map(|(m, s)| Op::Raise(m, s)),
        4 => member().prop_map(Op::Remove),
        6 => any::<usize>().prop_map(Op::RemoveKnown),
        2 => any::<bool>().prop_map(Op::Pop),
        1 => any::<(usize, usize)>().prop_map(|(a, b)| Op::RemoveRange(a, b)),
        1 => (score(), score()).prop_map(|(a, b)| Op::RemoveScores(a, b)),
        1 => Just(Op::Rebuild),
        1 => prop_oneof![9 => Just(Op::Rebuild), 1 => Just(Op::Clear)],
    ]
}

fn apply(set: &mut Set, model: &mut Model, op: Op) {
    match op {
        Op::Insert(member, score) => {
            let old = set.insert(&member, score);
            assert_eq!(old, model.get(&member).copied());
            if old != Some(score) {
                model.insert(member, score);
            }
        }
        Op::Increment(member, by) => {
            let old = model.get(&member).copied();
            let sum = old.unwrap_or(0.0) + by;
            let expected = Some(sum).filter(|sum| !sum.is_nan());
            assert_eq!(set.increment(&member, by), expected);
            if expected.is_some() && old != expected {
                model.insert(member, sum);
            }
        }
        Op::Raise(member, score) => {
            let old = model.get(&member).copied();
            let raised = old.filter(|old| score > *old).map(|_| score);
            assert_eq!(
                set.update(&member, |old| old.filter(|old| score > *old).map(|_| score)),
                (old, raised)
            );
            if raised.is_some() {
                model.insert(member, score);
            }
        }
        Op::Remove(member) => {
            assert_eq!(set.remove(&member).as_ref().map(entry), model.remove_entry(&member));
        }
        Op::RemoveKnown(at) if !model.is_empty() => {
            let member = model.keys().nth(at % model.len()).unwrap().clone();
            assert_eq!(set.remove(&member).as_ref().map(entry), model.remove_entry(&member));
        }
        Op::RemoveKnown(_) => assert!(set.is_empty()),
        Op::Pop(first) => {
            let expected = if first { sorted(model).first().cloned() } else { sorted(model).last().cloned() };
            let popped = if first { set.pop_first() } else { set.pop_last() };
            assert_eq!(popped.as_ref().map(entry), expected);
            expected.map(|(member, _)| model.remove(&member));
        }
        Op::RemoveRange(from, to) => {
            let (from, to) = (from % (model.len() + 1), to % (model.len() + 3));
            let mut gone = Entries::new();
            set.remove_range(from..to, |scored| gone.push(entry(&scored)));
            let all = sorted(model);
            assert_eq!(gone, if from < to { all[from..to.min(all.len())].to_vec() } else { vec![] });
            model.retain(|member, _| !gone.iter().any(|(removed, _)| removed == member));
        }
        Op::RemoveScores(min, max) => {
            let mut gone = Entries::new();
            let ranks = set.score_range(Bound::Included(min), Bound::Excluded(max));
            set.remove_range(ranks, |scored| gone.push(entry(&scored)));
            let mut expected = sorted(model);
            expected.retain(|(_, score)| (min..max).contains(score));
            assert_eq!(gone, expected);
            model.retain(|member, _| !gone.iter().any(|(removed, _)| removed == member));
        }
        Op::Clear => {
            set.clear();
            model.clear();
        }
        Op::Rebuild => {
            *set = Set::from_sorted(sorted(model), Default::default()).expect("the model is sorted");
        }
    }
}

fn bound<T>(value: T, kind: u8) -> Bound<T> {
    match kind {
        0 => Bound::Included(value),
        1 => Bound::Excluded(value),
        _ => Bound::Unbounded,
    }
}

proptest! {
    #[test]
    fn a_set_agrees_with_a_map_and_a_sorted_vector(
        ops in prop::collection::vec(op(), 0..150), low in score(), high in score(),
        kinds in (0u8..3, 0u8..3), absent in member(), (offset, limit) in (0usize..20, 0usize..20),
    ) {
        let (mut set, mut model) = (Set::default(), Model::new());
        for op in ops {
            apply(&mut set, &mut model, op);
            prop_assert_eq!(set.validate(), Ok(()));
            prop_assert_eq!(set.len(), model.len());
        }
        let all = sorted(&model);
        let copy = set.clone();
        prop_assert_eq!(copy.validate(), Ok(()));
        prop_assert_eq!(owned(copy.iter()), all.clone());
        drop(copy);
        prop_assert_eq!(owned(set.iter()), all.clone());
        prop_assert_eq!(owned(set.iter().rev()), all.iter().rev().cloned().collect::<Entries>());
        for (rank, (member, score)) in all.iter().enumerate() {
            prop_assert_eq!(set.score(member), Some(*score));
            prop_assert_eq!(set.rank(member), Some((rank, *score)));
            prop_assert_eq!(set.get(rank), Some((&member[..], *score)));
        }
        prop_assert_eq!(set.get(all.len()), None);
        prop_assert_eq!(set.score(&absent), model.get(&absent).copied());
        prop_assert_eq!(set.rank(&absent).is_some(), model.contains_key(&absent));

        let bounds = (bound(low, kinds.0), bound(high, kinds.1));
        let within: Entries = all.iter().filter(|entry| bounds.contains(&entry.1)).cloned().collect();
        let ranks = set.score_range(bounds.0, bounds.1);
        prop_assert_eq!(owned(set.range(ranks.clone())), within.clone());
        let page: Entries = within.iter().skip(offset).take(limit).cloned().collect();
        prop_assert_eq!(owned(set.range(window(ranks.clone(), false, offset, Some(limit)))), page);
        let page: Entries = within.iter().rev().skip(offset).take(limit).cloned().collect();
        prop_assert_eq!(owned(set.range(window(ranks, true, offset, Some(limit))).rev()), page);
    }

    #[test]
    fn scans_while_the_set_changes_visit_what_stays_exactly_once(
        before in prop::collection::btree_map(member(), score(), 0..300),
        ops in prop::collection::vec(op(), 1..100), budget in 0usize..3,
    ) {
        let (mut set, mut model) = (Set::default(), before.clone());
        for (member, score) in &before {
            set.insert(member, *score);
        }
        let mut stayed: BTreeSet<Vec<u8>> = before.into_keys().collect();
        let (mut seen, mut cursor) = (HashMap::<Vec<u8>, u32>::new(), 0);
        for op in ops {
            cursor = set.scan(cursor, budget, |member, score| {
                assert_eq!(set.score(member), Some(score));
                *seen.entry(member.to_vec()).or_default() += 1;
            });
            if cursor == 0 {
                break;
            }
            apply(&mut set, &mut model, op);
            stayed.retain(|member| model.contains_key(member));
        }
        while cursor != 0 {
            cursor = set.scan(cursor, budget, |member, _| *seen.entry(member.to_vec()).or_default() += 1);
        }
        for member in stayed {
            prop_assert_eq!(seen.get(&member), Some(&1));
        }
    }

    #[test]
    fn ranges_by_member(
        members in prop::collection::btree_set(member(), 0..100), first in member(), last in member(),
        kinds in (0u8..3, 0u8..3),
    ) {
        let mut set = Set::default();
        for member in members.iter().rev() {
            set.insert(member, 1.5);
        }
        let ranks = set.lex_range(bound(&first, kinds.0), bound(&last, kinds.1));
        let bounds = (bound(&first, kinds.0), bound(&last, kinds.1));
        let inside: Vec<&[u8]> =
            members.iter().filter(|member| bounds.contains(member)).map(Vec::as_slice).collect();
        prop_assert_eq!(set.range(ranks).map(|(member, _)| member).collect::<Vec<_>>(), inside);
    }

    #[test]
    fn distinct_samples_differ_and_are_as_many(len in 0u32..200, count in 0usize..220, seed: u64) {
        let elements = (0..len).map(|n| (n.to_be_bytes(), f64::from(n)));
        let set = Set::from_sorted(elements, Default::default()).unwrap();
        let mut last = None;
        let mut taken = 0;
        set.sample_distinct(count, random(seed), |_, score| {
            assert!(last < Some(score), "in order, so none twice");
            last = Some(score);
            taken += 1;
        });
        prop_assert_eq!(taken, count.min(len as usize));
        prop_assert_eq!(set.sample(random(seed)).is_some(), len > 0);
    }
}

#[test]
fn samples_are_fair() {
    let set = Set::from_sorted((0..60u8).map(|n| ([n], f64::from(n))), Default::default()).unwrap();
    let mut random = random(7);
    for count in [1, 5, 19, 20, 40] {
        let mut hits = [0u32; 60];
        for _ in 0..60_000 / count {
            set.sample_distinct(count, &mut random, |member, _| hits[usize::from(member[0])] += 1);
        }
        // Expected are 1000 each, with a deviation of 32 at most.
        assert!(hits.iter().all(|hits| (840..1160).contains(hits)), "{count} at once: {hits:?}");
    }
    let mut hits = [0u32; 60];
    (0..60_000).for_each(|_| hits[usize::from(set.sample(&mut random).unwrap().0[0])] += 1);
    assert!(hits.iter().all(|hits| (840..1160).contains(hits)), "one at a time: {hits:?}");
}

#[test]
fn memory_counts_all_three_parts() {
    let mut set = Set::default();
    let empty = set.memory();
    assert_eq!(empty, set.core.index().memory(), "a leaf");
    let blocks = |set: &Set| set.memory() - set.core.index().memory() - set.core.dict().memory();
    set.insert(b"golf", 3.5);
    assert!(set.core.dict().memory() > 0);
    assert_eq!(blocks(&set), 8 + 4);
    set.insert(&[b'x'; 65_536], 3.5);
    assert_eq!(blocks(&set), 8 + 4 + 16 + 65_536, "a long member has its length in the block");
    set.remove_range(0..2, drop);
    assert_eq!((set.len(), blocks(&set)), (0, 0));
    set.clear();
    assert_eq!(set.memory(), empty);
}

#[test]
fn what_was_removed_outlives_the_set() {
    let mut set = Set::default();
    for n in 0..300u32 {
        set.insert(&n.to_be_bytes(), f64::from(n));
    }
    let mut kept =
        vec![set.pop_first().unwrap(), set.pop_last().unwrap(), set.remove(&7u32.to_be_bytes()).unwrap()];
    set.remove_range(100..200, |scored| kept.push(scored));
    drop(set);
    assert_eq!(kept.iter().map(Scored::score).take(4).collect::<Vec<_>>(), [0.0, 299.0, 7.0, 102.0]);
    assert!(kept.iter().all(|scored| (scored.score() as u32).to_be_bytes() == scored.member()));
}

/// A large set may be dropped by another thread.
const _: () = {
    const fn shared<T: Send + Sync>() {}
    shared::<Set>();
    shared::<Scored>();
};

#[test]
fn only_elements_in_order_are_built_upon() {
    let build = |elements: &[(&str, f64)]| Set::from_sorted(elements.to_vec(), Default::default());
    assert!(build(&[("a", 1.0), ("b", 1.0), ("c", 0.5)]).is_none(), "scores fall");
    assert!(build(&[("b", 1.0), ("a", 1.0)]).is_none(), "members fall");
    assert!(build(&[("a", 1.0), ("b", 2.0), ("a", 3.0)]).is_none(), "a member comes twice");
    assert!(build(&[("a", 1.0), ("b", f64::NAN)]).is_none());
    assert_eq!(build(&[("a", -0.0), ("b", 0.0)]).unwrap().rank(b"b"), Some((1, 0.0)));
}

#[test]
fn elements_in_any_order_are_built_upon_once_each() {
    let build = |elements: &[(&str, f64)]| {
        let scored = elements.iter().map(|(member, score)| Scored::new(member.as_bytes(), *score));
        Set::from_scored(scored.collect(), Default::default())
    };
    let long = "long".repeat(20_000);
    let mut elements = [("a", 1.0), ("b", 1.0), ("c", 2.0), (long.as_str(), -3.0), ("", 0.0)];
    for _ in 0..2 {
        for turn in 0..elements.len() {
            elements.rotate_left(turn);
            let set = build(&elements).expect("each is there once");
            set.validate().unwrap();
            let in_order: Vec<f64> = set.iter().map(|(_, score)| score).collect();
            assert_eq!(in_order, [-3.0, 0.0, 1.0, 1.0, 2.0]);
            assert_eq!(set.rank(b"b"), Some((3, 1.0)));
        }
        elements.sort_by(|a, b| b.1.total_cmp(&a.1).then(b.0.cmp(a.0)));
    }
    assert!(build(&[("a", 3.0), ("b", 2.0), ("a", 1.0)]).is_none(), "a member comes twice");
    assert!(build(&[("a", 3.0), ("a", 3.0)]).is_none());
    assert!(build(&[("a", 1.0), ("b", f64::NAN)]).is_none());
    assert!(build(&[]).expect("an empty one").is_empty());
}

#[test]
#[should_panic(expected = "a score is a number")]
fn a_new_member_without_a_number_is_refused() {
    Set::default().insert(b"a", f64::NAN);
}

#[test]
fn an_old_member_without_a_number_is_refused_and_keeps_its_score() {
    let mut set = Set::default();
    set.insert(b"a", f64::INFINITY);
    assert_eq!(set.increment(b"a", f64::NEG_INFINITY), None);
    assert!(catch_unwind(AssertUnwindSafe(|| set.insert(b"a", f64::NAN))).is_err());
    assert_eq!(set.score(b"a"), Some(f64::INFINITY));
    set.validate().unwrap();
}

/// Hashes that change, or end in a panic, after so many calls.
struct Moody {
    calls: Cell<u32>,
    panics: Option<u32>,
    changes: u32,
}

struct MoodyHasher(DefaultHasher, u64);

impl Hasher for MoodyHasher {
    fn finish(&self) -> u64 {
        self.0.finish() ^ self.1
    }
    fn write(&mut self, bytes: &[u8]) {
        self.0.write(bytes);
    }
}

impl BuildHasher for Moody {
    type Hasher = MoodyHasher;
    fn build_hasher(&self) -> MoodyHasher {
        let calls = self.calls.get() + 1;
        self.calls.set(calls);
        assert!(self.panics != Some(calls), "moody");
        MoodyHasher(
            DefaultHasher::new(),
            u64::from(calls / self.changes % 4).wrapping_mul(0x9e37_79b9_7f4a_7c15),
        )
    }
}

thread_local! {
    /// Whether blocks of this thread may be lost.
    static MAY_BE_LOST: Cell<bool> = const { Cell::new(false) };
}

/// Addresses of blocks that may be lost: as they can be reached from here, leak checkers mind only others.
static MAYBE_LOST: Mutex<Vec<usize>> = Mutex::new(Vec::new());

/// A block was allocated.
pub(super) fn allocated(address: usize) {
    if MAY_BE_LOST.get() {
        MAYBE_LOST.lock().unwrap().push(address);
    }
}

/// What a hasher breaks may be lost, but nothing is read that was freed: the sanitizers look at this test.
#[test]
fn no_hasher_makes_a_block_be_freed_too_early() {
    MAY_BE_LOST.set(true);
    for (panics, changes) in (0..400).map(|at| (Some(at * 7), u32::MAX)).chain((1..60).map(|n| (None, n * 5)))
    {
        let hasher = Moody { calls: Cell::new(0), panics, changes };
        let mut set = SortedSet::with_hasher(hasher);
        let mut random = random(u64::from(changes) ^ u64::from(panics.unwrap_or(0)));
        for step in 0..250u32 {
            let member = format!("a member of some length {}", random() % 50).into_bytes();
            let score = (random() % 4) as f64;
            let _ = catch_unwind(AssertUnwindSafe(|| match step % 8 {
                0..=4 => _ = set.insert(&member, score),
                5 => drop(set.remove(&member)),
                6 => drop(set.pop_first()),
                _ => set.remove_range(3..6, drop),
            }));
            let bytes: usize = set.iter().map(|(member, _)| member.len()).sum();
            assert_eq!(bytes / 24 > 0, !set.is_empty());
            set.core.dict().iter().for_each(|handle| assert!(handle.member().starts_with(b"a member")));
        }
    }
}

#[test]
fn a_member_in_two_blocks_loses_neither_too_early() {
    MAY_BE_LOST.set(true);
    // One hash for the first call, another for the next two, then the first again: 2 calls make a mood.
    let hasher = Moody { calls: Cell::new(1), panics: None, changes: 3 };
    let mut set = SortedSet::with_hasher(hasher);
    assert_eq!(set.insert(b"a member", 1.0), None);
    // Not found any more, so that the dict has it twice; the tree refuses the second.
    assert_eq!(set.insert(b"a member", 1.0), None);
    assert_eq!((set.core.dict().len(), set.core.index().len()), (2, 1));
    // Out of the dict comes the second block, out of the tree the first: neither may be freed.
    assert!(set.remove(b"a member").is_none());
    assert_eq!((set.core.dict().len(), set.core.index().len()), (1, 0));
    assert!(set.core.dict().iter().all(|handle| handle.is(b"a member") && handle.score() == 1.0));
}
