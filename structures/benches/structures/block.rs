//! Block beside `Vec<u8>` and `bytes::BytesMut`: insertion in the middle, which is what packed structures do.

use criterion::{BatchSize, BenchmarkId, Criterion};
use russet_structures::block::Block;

use crate::bench;

bench!(splice);

fn splice(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("block/splice");
    for len in [64usize, 1024, 8192] {
        let bytes = vec![7u8; len];
        group.bench_function(BenchmarkId::new("block", len), |bencher| {
            let make = || Block::from_slice(&bytes);
            bencher.iter_batched_ref(make, |block| block.splice(len / 2..len / 2, b"0123456789"), BatchSize::SmallInput);
        });
        group.bench_function(BenchmarkId::new("vec", len), |bencher| {
            let insert = |vec: &mut Vec<u8>| drop(vec.splice(len / 2..len / 2, *b"0123456789"));
            bencher.iter_batched_ref(|| bytes.clone(), insert, BatchSize::SmallInput);
        });
    }
    group.finish();
}
