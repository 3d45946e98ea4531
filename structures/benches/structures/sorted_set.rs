//! The sorted set beside a `HashMap` and a `BTreeMap` that hold copies of the members: building, changing, looking up.

use criterion::{BatchSize, BenchmarkId, Criterion, Throughput};
use russet_structures::sorted_set::SortedSet;
use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use crate::bench;

bench!(run);

type Hash = ahash::RandomState;

/// Scores are numbers of 40 bits here, so that a tree of the standard library can order them by their bits.
fn random(n: usize) -> u64 {
    (n as u64 * 0x9e37_79b9_7f4a_7c15) >> 24
}

fn members(count: usize) -> Vec<Vec<u8>> {
    (0..count).map(|n| format!("member:{n:08}").into_bytes()).collect()
}

#[derive(Default)]
struct Standard {
    scores: HashMap<Vec<u8>, u64, Hash>,
    order: BTreeMap<(u64, Vec<u8>), ()>,
}

impl Standard {
    fn put(&mut self, member: &[u8], score: u64) {
        if let Some(old) = self.scores.insert(member.to_vec(), score) {
            self.order.remove(&(old, member.to_vec()));
        }
        self.order.insert((score, member.to_vec()), ());
    }
}

fn ours(members: &[Vec<u8>]) -> SortedSet<Hash> {
    let mut set = SortedSet::with_hasher(Hash::with_seeds(1, 2, 3, 4));
    for (n, member) in members.iter().enumerate() {
        set.insert(member, random(n) as f64);
    }
    set
}

fn theirs(members: &[Vec<u8>]) -> Standard {
    let mut standard = Standard::default();
    members.iter().enumerate().for_each(|(n, member)| standard.put(member, random(n)));
    standard
}

fn run(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("sorted_set");
    group.warm_up_time(Duration::from_millis(500)).measurement_time(Duration::from_secs(1)).sample_size(20);
    for size in [1000usize, 100_000] {
        let members = members(size);
        group.throughput(Throughput::Elements(size as u64));
        group.bench_function(BenchmarkId::new("build/sorted set", size), |b| {
            b.iter_batched(|| (), |()| ours(&members), BatchSize::LargeInput);
        });
        group.bench_function(BenchmarkId::new("build/std", size), |b| {
            b.iter_batched(|| (), |()| theirs(&members), BatchSize::LargeInput);
        });
        group.throughput(Throughput::Elements(1));
        let (mut set, mut standard) = (ours(&members), theirs(&members));
        let mut at = 0;
        let mut step = || {
            at += 1;
            (&members[random(at) as usize % size], random(at + size))
        };
        group.bench_function(BenchmarkId::new("change/sorted set", size), |b| {
            b.iter(|| { let (member, score) = step(); set.insert(member, score as f64) });
        });
        group.bench_function(BenchmarkId::new("change/std", size), |b| {
            b.iter(|| { let (member, score) = step(); standard.put(member, score) });
        });
        group.bench_function(BenchmarkId::new("score/sorted set", size), |b| b.iter(|| set.score(step().0)));
        group.bench_function(BenchmarkId::new("score/std", size), |b| {
            b.iter(|| standard.scores.get(step().0).copied());
        });
    }
    group.finish();
}
