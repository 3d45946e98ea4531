//! SDS beside `String`, `Vec<u8>` and `bytes::BytesMut`: making a string, growing it, comparing two.

use std::hint::black_box;

use bytes::{Bytes, BytesMut};
use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, BenchmarkId, Criterion};
use russet_structures::sds::Sds;
use std::time::Duration;

use crate::bench;

bench!(all);

fn all(criterion: &mut Criterion) {
    make(&mut group(criterion, "sds/make"));
    append(&mut group(criterion, "sds/append"));
    compare(&mut group(criterion, "sds/compare"));
}

fn group<'c>(criterion: &'c mut Criterion, name: &str) -> BenchmarkGroup<'c, WallTime> {
    let mut group = criterion.benchmark_group(name);
    group.measurement_time(Duration::from_secs(1)).warm_up_time(Duration::from_millis(300));
    group
}

fn make(group: &mut BenchmarkGroup<'_, WallTime>) {
    for len in [16usize, 100, 1000] {
        let text = "x".repeat(len);
        group.bench_function(BenchmarkId::new("sds", len), |bencher| bencher.iter(|| Sds::from(black_box(&text[..]))));
        group.bench_function(BenchmarkId::new("string", len), |bencher| bencher.iter(|| String::from(black_box(&text[..]))));
        group.bench_function(BenchmarkId::new("bytes", len), |bencher| {
            bencher.iter(|| Bytes::copy_from_slice(black_box(text.as_bytes())))
        });
    }
}

fn append(group: &mut BenchmarkGroup<'_, WallTime>) {
    const PIECE: &str = "ten bytes.";
    for len in [100usize, 10_000] {
        macro_rules! grow {
            ($name:literal, $type:ty, $append:ident, $piece:expr) => {
                group.bench_function(BenchmarkId::new($name, len), |bencher| {
                    bencher.iter(|| {
                        let mut string = <$type>::new();
                        (0..len / 10).for_each(|_| string.$append(black_box($piece)));
                        string
                    })
                })
            };
        }
        grow!("sds", Sds, append, PIECE.as_bytes());
        grow!("string", String, push_str, PIECE);
        grow!("vec", Vec<u8>, extend_from_slice, PIECE.as_bytes());
        grow!("bytes_mut", BytesMut, extend_from_slice, PIECE.as_bytes());
    }
}

fn compare(group: &mut BenchmarkGroup<'_, WallTime>) {
    // Many, so that what has to be fetched from memory to compare them counts.
    const COUNT: usize = 1 << 20;
    let texts = || (0..COUNT).map(|n| format!("user:{:07}", n.wrapping_mul(0x9e37_79b1) % COUNT));
    let (sds, strings): (Vec<Sds>, Vec<String>) = texts().map(|text| (Sds::from(&text[..]), text)).unzip();
    group.bench_function(BenchmarkId::new("sds", COUNT), |bencher| {
        let mut at = 0;
        bencher.iter(|| {
            at = (at + 999_983) % (COUNT - 1);
            sds[at].cmp(&sds[COUNT - 1 - at])
        })
    });
    group.bench_function(BenchmarkId::new("string", COUNT), |bencher| {
        let mut at = 0;
        bencher.iter(|| {
            at = (at + 999_983) % (COUNT - 1);
            strings[at].cmp(&strings[COUNT - 1 - at])
        })
    });
}
