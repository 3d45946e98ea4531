//! The tree against a sorted `Vec`, with nodes so small that everything splits and merges, and with real ones.

use std::ops::Bound;

use proptest::prelude::*;

use super::BPlusTree;
use crate::sorted_index::compare;

/// The naive index.
#[derive(Default)]
struct Model(Vec<(f64, Vec<u8>)>);

impl Model {
    fn find(&self, score: f64, member: &[u8]) -> Result<usize, usize> {
        self.0.binary_search_by(|entry| compare(entry.0, &entry.1, score, member))
    }

    fn matching(&self, matches: impl Fn(&(f64, Vec<u8>)) -> bool) -> Vec<(f64, Vec<u8>)> {
        self.0.iter().filter(|entry| matches(entry)).cloned().collect()
    }
}

#[derive(Debug, Clone)]
enum Op {
    Insert(f64, Vec<u8>),
    Remove(usize),
    RemoveAbsent(f64, Vec<u8>),
    RemoveAt(usize),
    Update(usize, f64),
    RemoveRange(usize, usize),
    PopFirst,
    PopLast,
    Rebuild,
}

fn score() -> impl Strategy<Value = f64> {
    prop_oneof![
        4 => (-6i8..6).prop_map(f64::from),
        1 => prop::sample::select(vec![-0.0, f64::INFINITY, f64::NEG_INFINITY, f64::MIN_POSITIVE, 1e300]),
        2 => any::<f64>().prop_filter("scores are numbers", |score| !score.is_nan()),
    ]
}

/// Short ones that are often equal, and long ones that differ behind eight bytes or by zeros at their end.
fn member() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        prop::collection::vec(prop::sample::select(b"ab\x00\xff".to_vec()), 0..4),
        (0u16..300).prop_map(|n| format!("member:{n:04}").into_bytes()),
        (0u8..12).prop_map(|n| vec![0; n as usize]),
    ]
}

fn operations() -> impl Strategy<Value = Vec<Op>> {
    let operation = prop_oneof![
        24 => (score(), member()).prop_map(|(score, member)| Op::Insert(score, member)),
        6 => any::<usize>().prop_map(Op::Remove),
        1 => (score(), member()).prop_map(|(score, member)| Op::RemoveAbsent(score, member)),
        4 => any::<usize>().prop_map(Op::RemoveAt),
        5 => (any::<usize>(), score()).prop_map(|(at, score)| Op::Update(at, score)),
        1 => (any::<usize>(), any::<usize>()).prop_map(|(from, to)| Op::RemoveRange(from, to)),
        1 => Just(Op::PopFirst),
        1 => Just(Op::PopLast),
        1 => Just(Op::Rebuild),
    ];
    prop::collection::vec(operation, 0..250)
}

type Tree<const LEAF: usize, const INNER: usize> = BPlusTree<Vec<u8>, LEAF, INNER>;

fn owned<'a>(entries: impl Iterator<Item = (f64, &'a Vec<u8>)>) -> Vec<(f64, Vec<u8>)> {
    entries.map(|(score, member)| (score, member.clone())).collect()
}

fn apply<const LEAF: usize, const INNER: usize>(tree: &mut Tree<LEAF, INNER>, model: &mut Model, op: Op) {
    let len = model.0.len();
    match op {
        Op::Insert(score, member) => {
            let place = model.find(score, &member);
            assert_eq!(tree.insert(score, member.clone()).is_ok(), place.is_err());
            if let Err(at) = place {
                model.0.insert(at, (score, member));
            }
        }
        Op::Remove(at) if len > 0 => {
            let (score, member) = model.0.remove(at % len);
            assert_eq!(tree.remove(score, &member), Some(member));
        }
        Op::RemoveAbsent(score, member) => {
            let expected = model.find(score, &member).ok().map(|at| model.0.remove(at).1);
            assert_eq!(tree.remove(score, &member), expected);
        }
        Op::RemoveAt(at) => {
            let at = at % (len + 1);
            let expected = (at < len).then(|| model.0.remove(at));
            assert_eq!(tree.remove_at(at), expected);
        }
        Op::Update(at, score) if len > 0 => {
            let (old, member) = model.0[at % len].clone();
            // A member stands once in a sorted set; the model holds more, so leave alone what would collide.
            if model.find(score, &member).is_err() {
                model.0.remove(at % len);
                let (Ok(to) | Err(to)) = model.find(score, &member);
                model.0.insert(to, (score, member.clone()));
                assert!(tree.update(old, &member, score));
            }
        }
        Op::RemoveRange(from, to) => {
            let (from, to) = (from % (len + 1), to % (len + 3));
            let mut removed = Vec::new();
            tree.remove_range(from..to, |score, member| removed.push((score, member)));
            let expected: Vec<_> =
                if from < to { model.0.drain(from..to.min(len)).collect() } else { Vec::new() };
            assert_eq!(removed, expected);
        }
        Op::PopFirst => assert_eq!(tree.pop_first(), (len > 0).then(|| model.0.remove(0))),
        Op::PopLast => assert_eq!(tree.pop_last(), model.0.pop()),
        Op::Rebuild => {
            *tree = BPlusTree::from_sorted(model.0.iter().cloned()).expect("the model is sorted");
        }
        Op::Remove(_) | Op::Update(..) => assert!(tree.is_empty()),
    }
}

fn bound<T: Clone>(value: &T, kind: u8) -> Bound<T> {
    match kind {
        0 => Bound::Included(value.clone()),
        1 => Bound::Excluded(value.clone()),
        _ => Bound::Unbounded,
    }
}

/// All questions, with these bounds.
fn ask<const LEAF: usize, const INNER: usize>(
    tree: &Tree<LEAF, INNER>,
    model: &Model,
    scores: (f64, f64),
    members: (&[u8], &[u8]),
    kinds: (u8, u8),
) {
    for (rank, (score, member)) in model.0.iter().enumerate() {
        assert_eq!(tree.rank(*score, member), Some(rank));
        assert_eq!(tree.get(rank), Some((*score, member)));
    }
    assert_eq!(tree.get(model.0.len()), None);
    assert_eq!(tree.rank(scores.0, members.0), model.find(scores.0, members.0).ok());
    assert_eq!(owned(tree.iter()), model.0);
    assert_eq!(owned(tree.iter().rev()), model.0.iter().rev().cloned().collect::<Vec<_>>());

    let (min, max) = (bound(&scores.0, kinds.0), bound(&scores.1, kinds.1));
    let ranks = tree.score_range(min, max);
    let expected = model.matching(|entry| std::ops::RangeBounds::contains(&(min, max), &entry.0));
    assert_eq!(ranks.len(), expected.len());
    assert_eq!(owned(tree.range(ranks.clone())), expected);
    // From both ends in turn, as far as they meet.
    let mut both = tree.range(ranks);
    let (mut front, mut back) = (Vec::new(), Vec::new());
    while let Some((score, member)) = both.next() {
        front.push((score, member.clone()));
        back.extend(both.next_back().map(|(score, member)| (score, member.clone())));
        if front.len() == 3 {
            front.extend(both.nth(1).map(|(score, member)| (score, member.clone())));
            back.extend(both.nth_back(1).map(|(score, member)| (score, member.clone())));
        }
    }
    let mut expected: std::collections::VecDeque<_> = expected.into();
    let (mut from_front, mut from_back) = (Vec::new(), Vec::new());
    while let Some(entry) = expected.pop_front() {
        from_front.push(entry);
        from_back.extend(expected.pop_back());
        if from_front.len() == 3 {
            expected.pop_front();
            from_front.extend(expected.pop_front());
            expected.pop_back();
            from_back.extend(expected.pop_back());
        }
    }
    assert_eq!((front, back), (from_front, from_back));
}

fn run<const LEAF: usize, const INNER: usize>(
    ops: Vec<Op>,
    scores: (f64, f64),
    members: (&[u8], &[u8]),
    kinds: (u8, u8),
) {
    let (mut tree, mut model) = (Tree::<LEAF, INNER>::new(), Model::default());
    for op in ops {
        apply(&mut tree, &mut model, op);
        if let Err(broken) = tree.validate() {
            panic!("{broken}");
        }
        assert_eq!(tree.len(), model.0.len());
    }
    ask(&tree, &model, scores, members, kinds);
}

proptest! {
    #[test]
    fn does_what_a_sorted_vec_does(
        ops in operations(), low in score(), high in score(), first in member(), last in member(),
        kinds in (0u8..3, 0u8..3),
    ) {
        run::<4, 4>(ops.clone(), (low, high), (&first, &last), kinds);
        run::<5, 7>(ops.clone(), (low, high), (&first, &last), kinds);
        run::<63, 32>(ops, (low, high), (&first, &last), kinds);
    }

    #[test]
    fn ranges_by_member_and_their_removal(
        members in prop::collection::btree_set(member(), 0..200), first in member(), last in member(),
        kinds in (0u8..3, 0u8..3),
    ) {
        let members: Vec<Vec<u8>> = members.into_iter().collect();
        let mut tree = Tree::<4, 4>::new();
        for member in members.iter().rev() {
            tree.insert(0.0, member.clone()).unwrap();
        }
        let (min, max) = (bound(&&first[..], kinds.0), bound(&&last[..], kinds.1));
        let ranks = tree.lex_range(min, max);
        let bounds = (bound(&first, kinds.0), bound(&last, kinds.1));
        let (inside, outside): (Vec<_>, Vec<_>) =
            members.into_iter().partition(|member| std::ops::RangeBounds::contains(&bounds, member));
        prop_assert_eq!(ranks.len(), inside.len());
        let mut removed = Vec::new();
        tree.remove_range(ranks, |_, member| removed.push(member));
        prop_assert_eq!(removed, inside);
        prop_assert_eq!(tree.validate(), Ok(()));
        prop_assert_eq!(tree.iter().map(|(_, member)| member.clone()).collect::<Vec<_>>(), outside);
    }
}

#[test]
fn entries_in_order_leave_full_leaves() {
    for forward in [true, false] {
        let mut tree: BPlusTree<&[u8]> = BPlusTree::new();
        for n in 0..100_000 {
            tree.insert(f64::from(if forward { n } else { -n }), b"m").unwrap();
        }
        tree.validate().unwrap();
        assert!(tree.tally.leaves <= 100_000 / 62 + 2, "{} leaves", tree.tally.leaves);
    }
}

#[test]
fn a_range_of_many_leaves_is_removed_at_every_place() {
    for (from, to) in [(0, 1), (0, 900), (1, 999), (100, 101), (17, 960), (500, 1000), (999, 1000), (0, 1000)]
    {
        let mut tree = Tree::<4, 4>::new();
        for n in (0..1000).rev() {
            tree.insert(f64::from(n), Vec::new()).unwrap();
        }
        let mut sum = 0;
        tree.remove_range(from..to, |score, _| sum += score as usize);
        assert_eq!(sum, (from..to).sum());
        tree.validate().unwrap();
    }
}

#[test]
fn only_entries_in_order_are_built_upon() {
    assert!(Tree::<4, 4>::from_sorted([(1.0, vec![]), (1.0, vec![])]).is_none());
    assert!(Tree::<4, 4>::from_sorted([(2.0, vec![]), (1.0, vec![])]).is_none());
    assert!(Tree::<4, 4>::from_sorted([(f64::NAN, vec![])]).is_none());
    for n in 0..300u32 {
        let tree = Tree::<4, 5>::from_sorted((0..n).map(|n| (f64::from(n), vec![]))).unwrap();
        tree.validate().unwrap();
        assert_eq!(tree.len(), n as usize);
    }
}

#[test]
fn an_update_that_keeps_the_order_moves_nothing() {
    let mut tree = Tree::<63, 32>::from_sorted((0..50).map(|n| (f64::from(n), vec![n as u8]))).unwrap();
    assert!(tree.update(10.0, &[10], 10.5));
    assert!(tree.update(10.5, &[10], 9.5));
    assert_eq!(tree.rank(9.5, &[10]), Some(10));
    assert!(tree.update(9.5, &[10], -1.0));
    assert_eq!(tree.rank(-1.0, &[10]), Some(0));
    assert!(!tree.update(10.0, &[10], 3.0));
    tree.validate().unwrap();
}

#[test]
fn entries_in_any_order_leave_leaves_four_fifths_full() {
    let mut tree: BPlusTree<&[u8]> = BPlusTree::new();
    for n in 0..100_000u64 {
        tree.insert((n.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 20).reverse_bits() as f64, b"m").unwrap();
    }
    let fill = 100_000.0 / (63 * tree.tally.leaves) as f64;
    assert!((0.77..0.85).contains(&fill), "{fill}");
}
