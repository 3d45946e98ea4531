//! Intset beside what would hold a set of integers otherwise: `BTreeSet`, `HashSet`, a Roaring bitmap.

use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, BenchmarkId, Criterion};
use roaring::RoaringTreemap;
use russet_structures::intset::Intset;
use std::collections::{BTreeSet, HashSet};
use std::time::Duration;

use crate::bench;

bench!(run);

const SIZES: [usize; 3] = [16, 512, 8192];

type Hashed = HashSet<i64, ahash::RandomState>;

/// Numbers of 31 bits that jump about.
fn numbers(count: usize) -> Vec<i64> {
    (1..=count as i64).map(|n| n * 2_654_435_761 % 2_147_483_647).collect()
}

fn group<'a>(criterion: &'a mut Criterion, name: &str) -> BenchmarkGroup<'a, WallTime> {
    let mut group = criterion.benchmark_group(name);
    group.warm_up_time(Duration::from_millis(300)).measurement_time(Duration::from_millis(700)).sample_size(20);
    group
}

fn run(criterion: &mut Criterion) {
    insert(criterion);
    contains(criterion);
    sum(criterion);
}

fn insert(criterion: &mut Criterion) {
    let mut group = group(criterion, "intset/insert-all");
    for size in SIZES {
        let numbers = numbers(size);
        group.bench_function(BenchmarkId::new("intset", size), |bencher| {
            bencher.iter(|| {
                let mut set = Intset::new();
                set.extend(numbers.iter().copied());
                set
            });
        });
        group.bench_function(BenchmarkId::new("btreeset", size), |bencher| {
            bencher.iter(|| numbers.iter().copied().collect::<BTreeSet<i64>>());
        });
        group.bench_function(BenchmarkId::new("hashset", size), |bencher| {
            bencher.iter(|| numbers.iter().copied().collect::<Hashed>());
        });
        group.bench_function(BenchmarkId::new("roaring", size), |bencher| {
            bencher.iter(|| numbers.iter().map(|number| *number as u64).collect::<RoaringTreemap>());
        });
    }
    group.finish();
}

fn contains(criterion: &mut Criterion) {
    let mut group = group(criterion, "intset/contains");
    for size in SIZES {
        let numbers = numbers(size);
        let intset: Intset = numbers.iter().copied().collect();
        let tree: BTreeSet<i64> = numbers.iter().copied().collect();
        let hashed: Hashed = numbers.iter().copied().collect();
        let roaring: RoaringTreemap = numbers.iter().map(|number| *number as u64).collect();
        let mut next = 0;
        let mut number = || {
            next = (next + 7919) % size;
            numbers[next]
        };
        group.bench_function(BenchmarkId::new("intset", size), |bencher| {
            bencher.iter(|| intset.contains(number()));
        });
        group.bench_function(BenchmarkId::new("btreeset", size), |bencher| {
            bencher.iter(|| tree.contains(&number()));
        });
        group.bench_function(BenchmarkId::new("hashset", size), |bencher| {
            bencher.iter(|| hashed.contains(&number()));
        });
        group.bench_function(BenchmarkId::new("roaring", size), |bencher| {
            bencher.iter(|| roaring.contains(number() as u64));
        });
    }
    group.finish();
}

fn sum(criterion: &mut Criterion) {
    let mut group = group(criterion, "intset/sum");
    for size in SIZES {
        let numbers = numbers(size);
        let intset: Intset = numbers.iter().copied().collect();
        let tree: BTreeSet<i64> = numbers.iter().copied().collect();
        let roaring: RoaringTreemap = numbers.iter().map(|number| *number as u64).collect();
        group.bench_function(BenchmarkId::new("intset", size), |bencher| {
            bencher.iter(|| intset.iter().fold(0, i64::wrapping_add));
        });
        group.bench_function(BenchmarkId::new("btreeset", size), |bencher| {
            bencher.iter(|| tree.iter().copied().fold(0, i64::wrapping_add));
        });
        group.bench_function(BenchmarkId::new("roaring", size), |bencher| {
            bencher.iter(|| roaring.iter().fold(0, u64::wrapping_add));
        });
    }
    group.finish();
}
