//! B+ tree and skiplist beside a `BTreeSet` of scores and members and a sorted `Vec`: insertion, rank, range.

use criterion::{BatchSize, BenchmarkId, Criterion, Throughput};
use russet_structures::bptree::BPlusTree;
use russet_structures::skiplist::SkipList;
use russet_structures::sorted_index::compare;
use std::cmp::Ordering;
use std::collections::BTreeSet;
use std::time::Duration;

use crate::bench;

bench!(run);

/// A score and a member, in the order of a sorted set.
#[derive(Clone, PartialEq)]
struct Entry(f64, Box<[u8]>);

impl Eq for Entry {}

impl PartialOrd for Entry {
    fn partial_cmp(&self, other: &Entry) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Entry {
    fn cmp(&self, other: &Entry) -> Ordering {
        compare(self.0, &self.1, other.0, &other.1)
    }
}

fn entries(count: usize) -> Vec<Entry> {
    let number = |n: usize| n as u64 * 0x9e37_79b9_7f4a_7c15;
    (0..count).map(|n| Entry((number(n) >> 24) as f64, format!("member:{n:08}").into_bytes().into())).collect()
}

fn tree(entries: Vec<Entry>) -> BPlusTree<Box<[u8]>> {
    let mut tree = BPlusTree::new();
    entries.into_iter().for_each(|Entry(score, member)| assert!(tree.insert(score, member).is_ok()));
    tree
}

fn list(entries: Vec<Entry>) -> SkipList<Box<[u8]>> {
    let (mut list, mut state) = (SkipList::new(), 1u64);
    for Entry(score, member) in entries {
        state = state.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(0x1405_7b7e_f767_814f);
        assert!(list.insert(score, member, || state ^ state >> 29).is_ok());
    }
    list
}

fn standard(entries: Vec<Entry>) -> BTreeSet<Entry> {
    let mut set = BTreeSet::new();
    entries.into_iter().for_each(|entry| assert!(set.insert(entry)));
    set
}

fn sorted(entries: Vec<Entry>) -> Vec<Entry> {
    let mut vec: Vec<Entry> = Vec::new();
    for entry in entries {
        let (Ok(at) | Err(at)) = vec.binary_search(&entry);
        vec.insert(at, entry);
    }
    vec
}

fn run(criterion: &mut Criterion) {
    insert(criterion);
    rank(criterion);
    range(criterion);
}

const SIZES: [usize; 2] = [1000, 100_000];

fn insert(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("sorted_index/insert");
    group.warm_up_time(Duration::from_millis(500)).measurement_time(Duration::from_secs(1)).sample_size(10);
    for size in SIZES {
        let entries = entries(size);
        let make = || entries.clone();
        group.throughput(Throughput::Elements(size as u64));
        group.bench_function(BenchmarkId::new("bptree", size), |b| b.iter_batched(make, tree, BatchSize::LargeInput));
        group.bench_function(BenchmarkId::new("skiplist", size), |b| b.iter_batched(make, list, BatchSize::LargeInput));
        group.bench_function(BenchmarkId::new("btreeset", size), |b| b.iter_batched(make, standard, BatchSize::LargeInput));
        // An insertion into the middle of a long vector moves half of it.
        if size <= 1000 {
            group.bench_function(BenchmarkId::new("vec", size), |b| b.iter_batched(make, sorted, BatchSize::LargeInput));
        }
    }
    group.finish();
}

fn rank(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("sorted_index/rank");
    group.warm_up_time(Duration::from_millis(500)).measurement_time(Duration::from_secs(1));
    for size in SIZES {
        let entries = entries(size);
        let mut picks = entries.iter().step_by(7).cycle();
        let (tree, list, standard) = (tree(entries.clone()), list(entries.clone()), standard(entries.clone()));
        let vec: Vec<Entry> = standard.iter().cloned().collect();
        let mut next = || picks.next().expect("a cycle");
        group.bench_function(BenchmarkId::new("bptree", size), |b| {
            b.iter(|| { let entry = next(); tree.rank(entry.0, &entry.1) });
        });
        group.bench_function(BenchmarkId::new("skiplist", size), |b| {
            b.iter(|| { let entry = next(); list.rank(entry.0, &entry.1) });
        });
        group.bench_function(BenchmarkId::new("vec", size), |b| b.iter(|| vec.binary_search(next())));
        // A set of the standard library has to count its way there.
        if size <= 1000 {
            group.bench_function(BenchmarkId::new("btreeset", size), |b| b.iter(|| standard.range(..next()).count()));
        }
    }
    group.finish();
}

/// A hundred entries from a score on.
fn range(criterion: &mut Criterion) {
    const COUNT: usize = 100;
    let mut group = criterion.benchmark_group("sorted_index/range");
    group.warm_up_time(Duration::from_millis(500)).measurement_time(Duration::from_secs(1));
    group.throughput(Throughput::Elements(COUNT as u64));
    for size in SIZES {
        let entries = entries(size);
        let (tree, list, standard) = (tree(entries.clone()), list(entries.clone()), standard(entries.clone()));
        let vec: Vec<Entry> = standard.iter().cloned().collect();
        let firsts: Vec<Entry> = vec[..size - COUNT].iter().step_by(7).cloned().collect();
        let mut jumps = (0..firsts.len()).map(|n| (n * 40_503) % firsts.len()).cycle();
        let mut next = || &firsts[jumps.next().expect("a cycle")];
        let sum = |score: f64, member: &[u8]| score + f64::from(member[0]);
        group.bench_function(BenchmarkId::new("bptree", size), |b| {
            b.iter(|| {
                let from = tree.score_range(std::ops::Bound::Included(next().0), std::ops::Bound::Unbounded).start;
                tree.range(from..from + COUNT).map(|(score, member)| sum(score, member)).sum::<f64>()
            });
        });
        group.bench_function(BenchmarkId::new("skiplist", size), |b| {
            b.iter(|| {
                let from = list.score_range(std::ops::Bound::Included(next().0), std::ops::Bound::Unbounded).start;
                list.range(from..from + COUNT).map(|(score, member)| sum(score, member)).sum::<f64>()
            });
        });
        group.bench_function(BenchmarkId::new("btreeset", size), |b| {
            b.iter(|| standard.range(next()..).take(COUNT).map(|entry| sum(entry.0, &entry.1)).sum::<f64>());
        });
        group.bench_function(BenchmarkId::new("vec", size), |b| {
            b.iter(|| {
                let (Ok(from) | Err(from)) = vec.binary_search(next());
                vec[from..].iter().take(COUNT).map(|entry| sum(entry.0, &entry.1)).sum::<f64>()
            });
        });
    }
    group.finish();
}
