//! Record beside a key and a value in blocks of their own: to make one, and to read keys and values in random order.

use std::hint::black_box;

use criterion::{BatchSize, BenchmarkId, Criterion};
use russet_structures::record::{Payload, Record, Value};

use crate::bench;

bench!(make);
bench!(read);

type Whole = Record<Box<[u8]>>;
type Apart = Box<(Box<[u8]>, Box<[u8]>)>;

fn whole(key: &[u8], value: &[u8]) -> Whole {
    Record::new(key, 0, None, Value::Inline(value))
}

fn apart(key: &[u8], value: &[u8]) -> Apart {
    Box::new((key.into(), value.into()))
}

fn make(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("record/make");
    for len in [8usize, 64, 512] {
        let value = vec![b'x'; len];
        group.bench_function(BenchmarkId::new("record", len), |bencher| {
            bencher.iter_batched(|| (), |()| whole(b"user:1000:name00", &value), BatchSize::SmallInput);
        });
        group.bench_function(BenchmarkId::new("boxes", len), |bencher| {
            bencher.iter_batched(|| (), |()| apart(b"user:1000:name00", &value), BatchSize::SmallInput);
        });
    }
    group.finish();
}

/// Bytes that are compared with a key, and read of a value.
fn look(key: &[u8], value: &[u8]) -> usize {
    key.iter().chain(value).map(|byte| usize::from(*byte)).sum()
}

fn read(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("record/read");
    let keys: Vec<String> = (0..1_000_000).map(|n| format!("user:{n:011}")).collect();
    let order = |n: usize| n.wrapping_mul(0x9e37_79b9_7f4a_7c15) % keys.len();
    let records: Vec<Whole> = keys.iter().map(|key| whole(key.as_bytes(), b"sixteen bytes ..")).collect();
    let mut n = 0;
    group.bench_function("record", |bencher| {
        bencher.iter(|| {
            n += 1;
            let record = &records[order(n)];
            let Payload::Inline(value) = record.payload() else { return 0 };
            black_box(look(record.key(), value))
        });
    });
    drop(records);
    let boxes: Vec<Apart> = keys.iter().map(|key| apart(key.as_bytes(), b"sixteen bytes ..")).collect();
    group.bench_function("boxes", |bencher| {
        bencher.iter(|| {
            n += 1;
            let (key, value) = &*boxes[order(n)];
            black_box(look(key, value))
        });
    });
    group.finish();
}
