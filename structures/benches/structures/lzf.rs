//! LZF beside the `lzf` crate: the size of a quicklist's node, of text that repeats itself.

use criterion::{BenchmarkId, Criterion, Throughput};
use russet_structures::lzf;
use std::time::Duration;

use crate::bench;

bench!(run);

fn text(len: usize) -> Vec<u8> {
    let words = (0u32..).flat_map(|n| format!("user:{}:session:{};", n.wrapping_mul(2_654_435_761) % 9973, n).into_bytes());
    words.take(len).collect()
}

fn run(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("lzf");
    group.warm_up_time(Duration::from_millis(500)).measurement_time(Duration::from_secs(1));
    for len in [128usize, 1024, 8192, 65536] {
        let input = text(len);
        let mut out = Vec::with_capacity(lzf::worst_len(len));
        group.throughput(Throughput::Bytes(len as u64));
        group.bench_function(BenchmarkId::new("compress/russet", len), |bencher| {
            bencher.iter(|| {
                out.clear();
                lzf::compress(&input, len, &mut out)
            });
        });
        group.bench_function(BenchmarkId::new("compress/lzf", len), |bencher| bencher.iter(|| ::lzf::compress(&input)));
        group.bench_function(BenchmarkId::new("decompress/russet", len), |bencher| {
            bencher.iter(|| lzf::decompress(&out, len));
        });
        group.bench_function(BenchmarkId::new("decompress/lzf", len), |bencher| {
            bencher.iter(|| ::lzf::decompress(&out, len));
        });
    }
    group.finish();
}
