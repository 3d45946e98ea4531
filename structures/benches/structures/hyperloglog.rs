//! HyperLogLog beside the crate `hyperloglogplus` and a `HashSet`: adding, counting, merging.

use std::collections::HashSet;
use std::collections::hash_map::RandomState;
use std::hint::black_box;
use std::time::Duration;

use criterion::{BenchmarkId, Criterion, Throughput};
use hyperloglogplus::{HyperLogLog, HyperLogLogPlus};
use russet_structures::hyperloglog::{self, SPARSE_MAX_BYTES, Union};

use crate::bench;

bench!(run);

fn elements(from: u64, count: u64) -> Vec<Vec<u8>> {
    (from..from + count).map(|n| format!("user:{}", 1_000_000 + n).into_bytes()).collect()
}

fn ours(elements: &[Vec<u8>]) -> Vec<u8> {
    let mut hll = hyperloglog::new();
    hyperloglog::add_all(&mut hll, elements.iter().map(Vec::as_slice), SPARSE_MAX_BYTES).expect("a sound one");
    hll
}

fn theirs(elements: &[Vec<u8>]) -> HyperLogLogPlus<Vec<u8>, RandomState> {
    let mut hll = HyperLogLogPlus::new(14, RandomState::new()).expect("a precision that is allowed");
    elements.iter().for_each(|element| hll.insert(element));
    hll
}

fn run(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("hyperloglog");
    group.warm_up_time(Duration::from_millis(500)).measurement_time(Duration::from_secs(1)).sample_size(20);
    for count in [100u64, 1000, 100_000] {
        let elements = elements(0, count);
        group.throughput(Throughput::Elements(count));
        let id = |candidate: &str| BenchmarkId::new(format!("build/{candidate}"), count);
        group.bench_function(id("russet"), |bencher| bencher.iter(|| ours(&elements)));
        group.bench_function(id("hyperloglogplus"), |bencher| bencher.iter(|| theirs(&elements)));
        group.bench_function(id("HashSet"), |bencher| {
            bencher.iter(|| elements.iter().cloned().collect::<HashSet<Vec<u8>>>());
        });
    }
    group.throughput(Throughput::Elements(1));
    let elements = [elements(0, 100_000), elements(50_000, 100_000)];
    let [left, right] = [ours(&elements[0]), ours(&elements[1])];
    let [mut one, two] = [theirs(&elements[0]), theirs(&elements[1])];
    group.bench_function("count/russet/100000", |bencher| {
        bencher.iter(|| hyperloglog::count(black_box(&left)));
    });
    group.bench_function("count/hyperloglogplus/100000", |bencher| bencher.iter(|| black_box(&mut one).count()));
    group.bench_function("merge/russet/100000", |bencher| {
        let merge = |target: &mut Vec<u8>| {
            let mut union = Union::new();
            union.add(target).expect("a sound one");
            union.add(&right).expect("a sound one");
            union.write(target, SPARSE_MAX_BYTES)
        };
        bencher.iter_batched_ref(|| left.clone(), merge, criterion::BatchSize::SmallInput);
    });
    group.bench_function("merge/hyperloglogplus/100000", |bencher| {
        bencher.iter_batched_ref(|| one.clone(), |one| one.merge(&two), criterion::BatchSize::SmallInput);
    });
    group.finish();
}
