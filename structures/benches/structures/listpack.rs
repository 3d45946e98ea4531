//! Listpack beside what would hold a small list or a small hash otherwise: `Vec<Vec<u8>>`, `VecDeque`, `HashMap`.

use criterion::measurement::WallTime;
use criterion::{BatchSize, BenchmarkGroup, BenchmarkId, Criterion};
use russet_structures::listpack::Listpack;
use std::collections::{HashMap, VecDeque};
use std::hint::black_box;
use std::time::Duration;

use crate::bench;

bench!(run);

const SIZES: [usize; 3] = [8, 64, 512];

/// Fields with their values, as a session has them: texts and integers.
fn texts(count: usize) -> Vec<Vec<u8>> {
    let text = |n: usize| match n % 4 {
        0 => format!("field:{}", n.wrapping_mul(2_654_435_761) % 100_000),
        1 => format!("a value that is text {n}"),
        2 => format!("count:{n}"),
        _ => (n * n * 97).to_string(),
    };
    (0..count).map(|n| text(n).into_bytes()).collect()
}

fn group<'a>(criterion: &'a mut Criterion, name: &str) -> BenchmarkGroup<'a, WallTime> {
    let mut group = criterion.benchmark_group(name);
    group.warm_up_time(Duration::from_millis(300)).measurement_time(Duration::from_millis(700)).sample_size(20);
    group
}

fn run(criterion: &mut Criterion) {
    append(criterion);
    visit(criterion);
    find(criterion);
    middle(criterion);
}

fn append(criterion: &mut Criterion) {
    let mut group = group(criterion, "listpack/append");
    for size in SIZES {
        let texts = texts(size);
        group.bench_function(BenchmarkId::new("listpack", size), |bencher| {
            bencher.iter(|| texts.iter().map(|text| &text[..]).collect::<Listpack>());
        });
        group.bench_function(BenchmarkId::new("vec", size), |bencher| {
            bencher.iter(|| {
                let mut vec = Vec::new();
                texts.iter().for_each(|text| vec.push(text.clone()));
                vec
            });
        });
        group.bench_function(BenchmarkId::new("vecdeque", size), |bencher| {
            bencher.iter(|| texts.iter().cloned().collect::<VecDeque<Vec<u8>>>());
        });
    }
    group.finish();
}

fn visit(criterion: &mut Criterion) {
    let mut group = group(criterion, "listpack/visit");
    for size in SIZES {
        let texts = texts(size);
        let pack: Listpack = texts.iter().map(|text| &text[..]).collect();
        let deque: VecDeque<Vec<u8>> = texts.iter().cloned().collect();
        group.bench_function(BenchmarkId::new("listpack", size), |bencher| {
            bencher.iter(|| pack.iter().fold(0, |sum, element| sum + element.text_len()));
        });
        group.bench_function(BenchmarkId::new("vecdeque", size), |bencher| {
            bencher.iter(|| deque.iter().fold(0, |sum, text| sum + black_box(text).len()));
        });
    }
    group.finish();
}

fn find(criterion: &mut Criterion) {
    let mut group = group(criterion, "listpack/find");
    for size in SIZES {
        let texts = texts(size);
        let pack: Listpack = texts.iter().map(|text| &text[..]).collect();
        let pairs = || texts.chunks_exact(2).map(|pair| (pair[0].clone(), pair[1].clone()));
        let map: HashMap<Vec<u8>, Vec<u8>, ahash::RandomState> = pairs().collect();
        let vec: Vec<(Vec<u8>, Vec<u8>)> = pairs().collect();
        let mut next = 0;
        let mut field = || {
            next = (next + 38) % size;
            &texts[next / 2 * 2][..]
        };
        group.bench_function(BenchmarkId::new("listpack", size), |bencher| {
            bencher.iter(|| pack.find(field(), 1).and_then(|field| pack.next(field)));
        });
        group.bench_function(BenchmarkId::new("hashmap", size), |bencher| {
            bencher.iter(|| map.get(field()).map(Vec::len));
        });
        group.bench_function(BenchmarkId::new("vec", size), |bencher| {
            bencher.iter(|| {
                let field = field();
                vec.iter().find(|pair| pair.0 == field).map(|pair| pair.1.len())
            });
        });
    }
    group.finish();
}

fn middle(criterion: &mut Criterion) {
    let mut group = group(criterion, "listpack/insert-and-remove-in-the-middle");
    for size in SIZES {
        let texts = texts(size);
        let index = size / 2;
        let pack: Listpack = texts.iter().map(|text| &text[..]).collect();
        group.bench_function(BenchmarkId::new("listpack", size), |bencher| {
            let change = |pack: &mut Listpack| {
                let place = pack.seek(index as i64).map(|place| pack.insert_before(place, &b"a new one"[..]));
                place.and_then(|place| pack.remove(place))
            };
            bencher.iter_batched_ref(|| pack.clone(), change, BatchSize::SmallInput);
        });
        group.bench_function(BenchmarkId::new("vec", size), |bencher| {
            let change = |texts: &mut Vec<Vec<u8>>| {
                texts.insert(index, b"a new one".to_vec());
                texts.remove(index)
            };
            bencher.iter_batched_ref(|| texts.clone(), change, BatchSize::SmallInput);
        });
    }
    group.finish();
}
