//! Bitmaps beside what the standard library gives (`count_ones`, `iter().position`, a `Vec<bool>`) and Roaring bitmaps.

use std::hint::black_box;
use std::time::Duration;

use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, BenchmarkId, Criterion, Throughput};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use roaring::RoaringBitmap;
use russet_structures::bitmap::{self, Field, Operation, Overflow};

use crate::bench;

bench!(all);

fn all(criterion: &mut Criterion) {
    count(&mut group(criterion, "bitmap/count"));
    position(&mut group(criterion, "bitmap/position"));
    both(&mut group(criterion, "bitmap/both"));
    single(&mut group(criterion, "bitmap/single"));
}

fn group<'c>(criterion: &'c mut Criterion, name: &str) -> BenchmarkGroup<'c, WallTime> {
    let mut group = criterion.benchmark_group(name);
    group.measurement_time(Duration::from_secs(1)).warm_up_time(Duration::from_millis(300));
    group
}

fn noise(len: usize) -> Vec<u8> {
    let mut bytes = vec![0; len];
    StdRng::seed_from_u64(7).fill(&mut bytes[..]);
    bytes
}

fn count(group: &mut BenchmarkGroup<'_, WallTime>) {
    for len in [100usize, 125_000] {
        let bytes = noise(len);
        group.throughput(Throughput::Bytes(len as u64));
        group.bench_function(BenchmarkId::new("bitmap", len), |bencher| bencher.iter(|| bitmap::count(black_box(&bytes))));
        group.bench_function(BenchmarkId::new("count_ones", len), |bencher| {
            bencher.iter(|| {
                let words = black_box(&bytes).chunks_exact(8);
                let rest: u32 = words.remainder().iter().map(|byte| byte.count_ones()).sum();
                let word = |bytes: &[u8]| u64::from_ne_bytes(bytes.try_into().expect("8 bytes"));
                rest + words.map(|bytes| word(bytes).count_ones()).sum::<u32>()
            })
        });
        let row: Vec<bool> = (0..len as u64 * 8).map(|bit| bitmap::get(&bytes, bit)).collect();
        group.bench_function(BenchmarkId::new("vec_of_bool", len), |bencher| {
            bencher.iter(|| black_box(&row).iter().filter(|bit| **bit).count())
        });
    }
}

fn position(group: &mut BenchmarkGroup<'_, WallTime>) {
    for len in [100usize, 125_000] {
        let mut bytes = vec![0u8; len];
        bytes[len - 1] = 1;
        group.throughput(Throughput::Bytes(len as u64));
        group.bench_function(BenchmarkId::new("bitmap", len), |bencher| {
            bencher.iter(|| bitmap::position(black_box(&bytes), true))
        });
        group.bench_function(BenchmarkId::new("iter_position", len), |bencher| {
            bencher.iter(|| black_box(&bytes).iter().position(|byte| *byte != 0))
        });
    }
}

/// How many of a million numbers are in both of two sets, by how many are in each.
fn both(group: &mut BenchmarkGroup<'_, WallTime>) {
    for one_in in [1000u32, 30, 4] {
        let numbers = |seed| -> Vec<u32> {
            let mut random = StdRng::seed_from_u64(seed);
            (0..1_000_000).filter(|_| random.random_ratio(1, one_in)).collect()
        };
        let sets = [numbers(1), numbers(2)];
        let [a, b] = sets.each_ref().map(|numbers| {
            let mut bytes = vec![0; 125_000];
            for number in numbers {
                bitmap::set(&mut bytes, u64::from(*number), true);
            }
            bytes
        });
        group.bench_function(BenchmarkId::new("bitmap", one_in), |bencher| {
            bencher.iter(|| bitmap::count(&bitmap::combine(Operation::And, &[black_box(&a), &b])))
        });
        let [a, b] = sets.map(|numbers| RoaringBitmap::from_sorted_iter(numbers).expect("sorted"));
        group.bench_function(BenchmarkId::new("roaring", one_in), |bencher| {
            bencher.iter(|| black_box(&a).intersection_len(&b))
        });
    }
}

/// One bit, one field, at places that nobody can foresee.
fn single(group: &mut BenchmarkGroup<'_, WallTime>) {
    let mut bytes = noise(125_000);
    let row: Vec<bool> = (0..1_000_000).map(|bit| bitmap::get(&bytes, bit)).collect();
    let mut at = 0u64;
    let mut next = move || {
        at = at.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (at >> 33) % 999_000
    };
    group.bench_function("get", |bencher| bencher.iter(|| bitmap::get(black_box(&bytes), next())));
    group.bench_function("get_of_vec_of_bool", |bencher| bencher.iter(|| black_box(&row)[next() as usize]));
    let field = Field::unsigned(13).expect("a width");
    group.bench_function("field_add", |bencher| bencher.iter(|| field.add(&mut bytes, next(), 7, Overflow::Saturate)));
}
