//! Operations on both sorted indexes, in step with each other and with a sorted vector.

use arbitrary::Unstructured;
use russet_structures::bptree::BPlusTree;
use russet_structures::skiplist::SkipList;
use russet_structures::sorted_index::compare;
use std::ops::{Bound, Range};

target! { run, "B+ tree and skiplist agree with a sorted vector, and their invariants hold" }

type Entry = (f64, Vec<u8>);

/// Small nodes, so that short inputs make trees of many levels.
type Tree = BPlusTree<Vec<u8>, 4, 5>;

/// Scores that meet often, and the ends of what there is.
pub(crate) fn score(input: &mut Unstructured<'_>) -> f64 {
    let choice = input.arbitrary::<u8>().unwrap_or_default();
    match choice {
        250 => f64::INFINITY,
        251 => f64::NEG_INFINITY,
        252 => -0.0,
        253 => f64::from_bits(1),
        254 | 255 => {
            let any = f64::from_bits(input.arbitrary().unwrap_or_default());
            if any.is_nan() { 0.5 } else { any }
        }
        _ => f64::from(choice % 16),
    }
}

/// Members that meet often, share their first eight bytes, or are prefixes of each other.
fn member(input: &mut Unstructured<'_>) -> Vec<u8> {
    let choice = input.arbitrary::<u8>().unwrap_or_default();
    match choice % 4 {
        0 => vec![0; usize::from(choice / 16)],
        1 => format!("member:{:03}", choice / 4).into_bytes(),
        _ => vec![choice],
    }
}

pub(crate) fn bound<T>(kind: u8, value: T) -> Bound<T> {
    match kind % 3 {
        0 => Bound::Included(value),
        1 => Bound::Excluded(value),
        _ => Bound::Unbounded,
    }
}

fn place(model: &[Entry], score: f64, member: &[u8]) -> Result<usize, usize> {
    model.binary_search_by(|entry| compare(entry.0, &entry.1, score, member))
}

fn owned<'a>(entries: impl Iterator<Item = (f64, &'a Vec<u8>)>) -> Vec<Entry> {
    entries.map(|(score, member)| (score, member.clone())).collect()
}

/// The three, which must agree.
#[derive(Default)]
struct Three {
    tree: Tree,
    list: SkipList<Vec<u8>>,
    model: Vec<Entry>,
    state: u64,
}

impl Three {
    fn insert(&mut self, score: f64, member: &[u8]) {
        self.state = self.state.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(0x1405_7b7e_f767_814f);
        let random = self.state ^ self.state >> 29;
        let place = place(&self.model, score, member);
        assert_eq!(self.tree.insert(score, member.to_vec()).is_err(), place.is_ok());
        assert_eq!(self.list.insert(score, member.to_vec(), || random).is_err(), place.is_ok());
        if let Err(at) = place {
            self.model.insert(at, (score, member.to_vec()));
        }
    }

    fn update(&mut self, at: usize, score: f64) {
        let Some((old, member)) = self.model.get(at).cloned() else { return };
        // A sorted set has each member once; here one may stand at the new score already.
        if place(&self.model, score, &member).is_ok() {
            return;
        }
        self.model.remove(at);
        let (Ok(to) | Err(to)) = place(&self.model, score, &member);
        self.model.insert(to, (score, member.clone()));
        assert!(self.tree.update(old, &member, score));
        assert!(self.list.update(old, &member, score, || 0x10));
    }

    fn remove_range(&mut self, ranks: Range<usize>) {
        let (mut from_tree, mut from_list) = (Vec::new(), Vec::new());
        self.tree.remove_range(ranks.clone(), |score, member| from_tree.push((score, member)));
        self.list.remove_range(ranks.clone(), |score, member| from_list.push((score, member)));
        let end = ranks.end.min(self.model.len());
        let expected: Vec<_> = if ranks.start < end { self.model.drain(ranks.start..end).collect() } else { Vec::new() };
        assert_eq!(from_tree, expected);
        assert_eq!(from_list, expected);
    }

    fn ask(&self, scores: (f64, f64), kinds: u8) {
        let (min, max) = (bound(kinds, scores.0), bound(kinds / 3, scores.1));
        let ranks = self.tree.score_range(min, max);
        let within = |entry: &&Entry| std::ops::RangeBounds::contains(&(min, max), &entry.0);
        let expected: Vec<Entry> = self.model.iter().filter(within).cloned().collect();
        assert_eq!(self.list.score_range(min, max).len(), expected.len());
        assert_eq!(owned(self.tree.range(ranks.clone())), expected);
        assert_eq!(owned(self.list.range(ranks.clone()).rev()), expected.iter().rev().cloned().collect::<Vec<_>>());
        assert_eq!(owned(self.tree.range(ranks).rev()), expected.into_iter().rev().collect::<Vec<_>>());
    }

    fn ask_at(&self, at: usize, score: f64, member: &[u8]) {
        let known = self.model.get(at).map(|(score, member)| (*score, member));
        assert_eq!(self.tree.get(at), known);
        assert_eq!(self.list.get(at), known);
        let rank = place(&self.model, score, member).ok();
        assert_eq!(self.tree.rank(score, member), rank);
        assert_eq!(self.list.rank(score, member), rank);
    }

    /// All scores made one: then members alone order, and ranges of them can be asked for.
    fn ask_by_member(&self, members: (&[u8], &[u8]), kinds: u8) {
        let mut names: Vec<&Vec<u8>> = self.model.iter().map(|entry| &entry.1).collect();
        names.sort();
        names.dedup();
        let tree = Tree::from_sorted(names.iter().map(|name| (1.0, (*name).clone()))).expect("sorted names");
        assert_eq!(tree.validate(), Ok(()));
        let (min, max) = (bound(kinds, members.0), bound(kinds / 3, members.1));
        let within = |name: &&&Vec<u8>| std::ops::RangeBounds::<[u8]>::contains(&(min, max), name.as_slice());
        let expected: Vec<&Vec<u8>> = names.iter().filter(within).copied().collect();
        let found: Vec<&Vec<u8>> = tree.range(tree.lex_range(min, max)).map(|(_, name)| name).collect();
        assert_eq!(found, expected);
    }
}

/// Input: bytes that choose operations, scores, members and places.
pub fn run(data: &[u8]) {
    let mut input = Unstructured::new(data);
    let mut three = Three::default();
    for _ in 0..1000 {
        let Ok(choice) = input.arbitrary::<u8>() else { break };
        if input.is_empty() {
            break;
        }
        let (score, member) = (score(&mut input), member(&mut input));
        let at = usize::from(input.arbitrary::<u8>().unwrap_or_default()) * three.model.len() / 255;
        match choice % 16 {
            0..=5 => three.insert(score, &member),
            6 => (0..choice / 16).for_each(|n| three.insert(score + f64::from(n), &[member.clone(), vec![n]].concat())),
            7 => {
                let known = place(&three.model, score, &member).ok().map(|at| three.model.remove(at).1);
                assert_eq!(three.tree.remove(score, &member), known);
                assert_eq!(three.list.remove(score, &member), known);
            }
            8 => {
                let known = (at < three.model.len()).then(|| three.model.remove(at));
                assert_eq!(three.tree.remove_at(at), known);
                assert_eq!(three.list.remove_at(at), known);
            }
            9 | 10 => three.update(at, score),
            11 => three.remove_range(at..at + usize::from(choice / 16)),
            12 => {
                let known = if choice >= 128 { three.model.pop() } else { (!three.model.is_empty()).then(|| three.model.remove(0)) };
                let (tree, list) = (&mut three.tree, &mut three.list);
                assert_eq!(if choice >= 128 { tree.pop_last() } else { tree.pop_first() }, known);
                assert_eq!(if choice >= 128 { list.pop_last() } else { list.pop_first() }, known);
            }
            13 => three.ask((score, three.model.get(at).map_or(0.0, |entry| entry.0)), choice / 16),
            14 => three.ask_by_member((&member, three.model.get(at).map_or(b"m", |entry| &entry.1)), choice / 16),
            _ => three.tree = Tree::from_sorted(three.model.iter().cloned()).expect("the model is sorted"),
        }
        assert_eq!((three.tree.len(), three.list.len()), (three.model.len(), three.model.len()));
        three.ask_at(at, score, &member);
        assert_eq!(three.tree.validate(), Ok(()));
        assert_eq!(three.list.validate(), Ok(()));
    }
    assert_eq!(owned(three.tree.iter()), three.model);
    assert_eq!(owned(three.list.iter()), three.model);
}
