//! The radix tree beside `BTreeMap` and, where order does not matter, `HashMap`: 100,000 keys of a stream and as many
//! random ones.

use std::collections::{BTreeMap, HashMap};
use std::hint::black_box;
use std::ops::Bound;
use std::time::Duration;

use criterion::{Criterion, Throughput};
use rand::rngs::SmallRng;
use rand::{Rng, SeedableRng};
use russet_structures::rax::{Rax, Seek};

use crate::bench;

bench!(run);

const COUNT: usize = 100_000;

fn ids() -> Vec<[u8; 16]> {
    (0..COUNT as u128).map(|n| ((1_700_000_000_000 + n * 97) << 64).to_be_bytes()).collect()
}

fn random() -> Vec<[u8; 16]> {
    let mut random = SmallRng::seed_from_u64(1);
    (0..COUNT).map(|_| random.random()).collect()
}

type Hashed = HashMap<Box<[u8]>, u64, ahash::RandomState>;

fn run(criterion: &mut Criterion) {
    for (shape, keys) in [("ids", ids()), ("random", random())] {
        let rax = || {
            let mut tree = Rax::new();
            for key in &keys {
 tree.insert(key, 1u64);
 }
            tree
        };
        let btree = || keys.iter().map(|key| (Box::from(&key[..]), 1)).fold(BTreeMap::new(), |mut tree, (key, value): (Box<[u8]>, u64)| {
            tree.insert(key, value);
            tree
        });
        let hash = || keys.iter().map(|key| (Box::from(&key[..]), 1)).collect::<Hashed>();
        let (tree, ordered, hashed) = (rax(), btree(), hash());
        let mut picks = SmallRng::seed_from_u64(2);
        let wanted: Vec<[u8; 16]> = (0..1000).map(|_| keys[picks.random_range(0..COUNT)]).collect();

        let mut group = criterion.benchmark_group(format!("rax/insert/{shape}"));
        group.warm_up_time(Duration::from_millis(500)).measurement_time(Duration::from_secs(1)).sample_size(10);
        group.throughput(Throughput::Elements(COUNT as u64));
        group.bench_function("rax", |bencher| bencher.iter_with_large_drop(rax));
        group.bench_function("btree", |bencher| bencher.iter_with_large_drop(btree));
        group.bench_function("hash", |bencher| bencher.iter_with_large_drop(hash));
        group.finish();

        let mut group = criterion.benchmark_group(format!("rax/get/{shape}"));
        group.warm_up_time(Duration::from_millis(500)).measurement_time(Duration::from_secs(1));
        group.throughput(Throughput::Elements(wanted.len() as u64));
        group.bench_function("rax", |bencher| bencher.iter(|| wanted.iter().filter_map(|key| tree.get(&key[..])).sum::<u64>()));
        group.bench_function("btree", |bencher| bencher.iter(|| wanted.iter().filter_map(|key| ordered.get(&key[..])).sum::<u64>()));
        group.bench_function("hash", |bencher| bencher.iter(|| wanted.iter().filter_map(|key| hashed.get(&key[..])).sum::<u64>()));
        group.finish();

        // The last key that is not above one that is not there: how a stream finds the node of an id.
        let mut group = criterion.benchmark_group(format!("rax/seek/{shape}"));
        group.warm_up_time(Duration::from_millis(500)).measurement_time(Duration::from_secs(1));
        group.throughput(Throughput::Elements(wanted.len() as u64));
        let between: Vec<[u8; 16]> = wanted.iter().map(|key| (u128::from_be_bytes(*key) | 0xffff).to_be_bytes()).collect();
        group.bench_function("rax", |bencher| {
            bencher.iter(|| between.iter().filter_map(|key| tree.seek(Seek::Le(key)).value().copied()).sum::<u64>());
        });
        group.bench_function("btree", |bencher| {
            bencher.iter(|| between.iter().filter_map(|key| ordered.range::<[u8], _>((Bound::Unbounded, Bound::Included(&key[..]))).next_back()).map(|entry| entry.1).sum::<u64>());
        });
        group.finish();

        let mut group = criterion.benchmark_group(format!("rax/walk/{shape}"));
        group.warm_up_time(Duration::from_millis(500)).measurement_time(Duration::from_secs(1)).sample_size(10);
        group.throughput(Throughput::Elements(COUNT as u64));
        group.bench_function("rax", |bencher| {
            bencher.iter(|| {
                let mut cursor = tree.seek(Seek::First);
                while let Some(entry) = cursor.entry() {
                    black_box(entry);
                    cursor.move_next();
                }
            });
        });
        group.bench_function("btree", |bencher| {
            bencher.iter(|| {
                for entry in &ordered {
                    black_box(entry);
                }
            });
        });
        group.finish();
    }
}
