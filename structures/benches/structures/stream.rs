//! Stream beside a `BTreeMap` of vectors and a sorted `Vec`: appending, reading a range, deleting from the front.

use std::collections::BTreeMap;
use std::hint::black_box;
use std::time::Duration;

use criterion::{BatchSize, BenchmarkId, Criterion};
use russet_structures::stream::{Id, Limits, NewId, Stream, Threshold, Trim};

use crate::bench;

bench!(run);

type Texts = Vec<(Vec<u8>, Vec<u8>)>;

fn fields(n: u64) -> Texts {
    vec![(b"sensor".to_vec(), (n % 10).to_string().into_bytes()), (b"celsius".to_vec(), (n * 7919 % 1000).to_string().into_bytes())]
}

fn append(stream: &mut Stream, ms: u64, fields: &Texts) {
    let fields = fields.iter().map(|(field, value)| (&field[..], &value[..]));
    let _ = black_box(stream.append(NewId::Auto, ms, fields, Limits::default()));
}

fn run(criterion: &mut Criterion) {
    for len in [100u64, 10_000] {
        let entries: Vec<Texts> = (1..=len).map(fields).collect();
        let all = || entries.iter().enumerate().map(|(n, fields)| (n as u64 + 1, fields));
        let stream = || all().fold(Stream::new(), |mut stream, (ms, fields)| { append(&mut stream, ms, fields); stream });
        let tree = || all().map(|(ms, fields)| ((ms, 0), fields.clone())).collect::<BTreeMap<(u64, u64), Texts>>();
        let vec = || all().map(|(ms, fields)| ((ms, 0), fields.clone())).collect::<Vec<((u64, u64), Texts)>>();

        let mut group = criterion.benchmark_group("stream/append");
        group.warm_up_time(Duration::from_millis(500)).measurement_time(Duration::from_secs(1)).sample_size(10);
        group.bench_function(BenchmarkId::new("stream", len), |bencher| bencher.iter(stream));
        group.bench_function(BenchmarkId::new("btreemap", len), |bencher| bencher.iter(tree));
        group.bench_function(BenchmarkId::new("vec", len), |bencher| bencher.iter(vec));
        group.finish();

        let (stream, tree, vec) = (stream(), tree(), vec());
        let (from, to) = (len / 2, len / 2 + 19);
        let mut group = criterion.benchmark_group("stream/range-of-20");
        group.warm_up_time(Duration::from_millis(500)).measurement_time(Duration::from_secs(1)).sample_size(10);
        group.bench_function(BenchmarkId::new("stream", len), |bencher| {
            let texts = || stream.range(Id::new(from, 0), Id::new(to, 0)).flat_map(|entry| entry.fields());
            bencher.iter(|| texts().map(|(field, value)| field.text_len() + value.text_len()).sum::<usize>());
        });
        group.bench_function(BenchmarkId::new("btreemap", len), |bencher| {
            let texts = || tree.range((from, 0)..=(to, 0)).flat_map(|entry| entry.1);
            bencher.iter(|| texts().map(|(field, value)| field.len() + value.len()).sum::<usize>());
        });
        group.bench_function(BenchmarkId::new("vec", len), |bencher| {
            let texts = || {
                let start = vec.partition_point(|entry| entry.0 < (from, 0));
                vec[start..].iter().take_while(|entry| entry.0 <= (to, 0)).flat_map(|entry| &entry.1)
            };
            bencher.iter(|| texts().map(|(field, value)| field.len() + value.len()).sum::<usize>());
        });
        group.finish();

        let mut group = criterion.benchmark_group("stream/drop-the-older-half");
        group.warm_up_time(Duration::from_millis(500)).measurement_time(Duration::from_secs(1)).sample_size(10);
        group.bench_function(BenchmarkId::new("stream", len), |bencher| {
            let trim = Trim { threshold: Threshold::MaxLen(len / 2), approximate: false, limit: 0 };
            bencher.iter_batched_ref(|| stream.clone(), |stream| stream.trim(trim), BatchSize::SmallInput);
        });
        group.bench_function(BenchmarkId::new("btreemap", len), |bencher| {
            let split = |tree: &mut BTreeMap<(u64, u64), Texts>| *tree = tree.split_off(&(from, 0));
            bencher.iter_batched_ref(|| tree.clone(), split, BatchSize::SmallInput);
        });
        group.bench_function(BenchmarkId::new("vec", len), |bencher| {
            let drain = |vec: &mut Vec<((u64, u64), Texts)>| drop(vec.drain(..len as usize / 2));
            bencher.iter_batched_ref(|| vec.clone(), drain, BatchSize::SmallInput);
        });
        group.finish();
    }
}
