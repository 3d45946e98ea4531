//! Ziplist beside listpack and `Vec<Vec<u8>>`: append, scan, search, insertion at the head, and a cascade.

use criterion::{BatchSize, BenchmarkId, Criterion};
use russet_structures::listpack::Listpack;
use russet_structures::ziplist::{Ziplist, to_listpack};
use std::time::Duration;

use crate::bench;

bench!(run);

/// Fields and values of a small hash: words and numbers.
fn texts(count: usize) -> Vec<Vec<u8>> {
    let text = |n: usize| if n.is_multiple_of(2) { format!("field:{n}") } else { (n * n).to_string() };
    (0..count).map(|n| text(n).into_bytes()).collect()
}

fn run(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("ziplist");
    group.warm_up_time(Duration::from_millis(200)).measurement_time(Duration::from_millis(700));
    for count in [16, 256] {
        let texts = texts(count);
        let refs = || texts.iter().map(|text| &text[..]);
        let (ziplist, listpack): (Ziplist, Listpack) = (refs().collect(), refs().collect());
        group.bench_function(BenchmarkId::new("append/ziplist", count), |b| b.iter(|| refs().collect::<Ziplist>()));
        group.bench_function(BenchmarkId::new("append/listpack", count), |b| b.iter(|| refs().collect::<Listpack>()));
        group.bench_function(BenchmarkId::new("append/vec", count), |b| b.iter(|| refs().map(<[u8]>::to_vec).collect::<Vec<_>>()));

        group.bench_function(BenchmarkId::new("scan/ziplist", count), |b| b.iter(|| ziplist.iter().map(|e| e.text_len()).sum::<usize>()));
        group.bench_function(BenchmarkId::new("scan/listpack", count), |b| b.iter(|| listpack.iter().map(|e| e.text_len()).sum::<usize>()));
        group.bench_function(BenchmarkId::new("scan/vec", count), |b| b.iter(|| texts.iter().map(Vec::len).sum::<usize>()));

        let last = &texts[count - 2];
        group.bench_function(BenchmarkId::new("find/ziplist", count), |b| b.iter(|| ziplist.find(last, 1)));
        group.bench_function(BenchmarkId::new("find/listpack", count), |b| b.iter(|| listpack.find(last, 1)));
        group.bench_function(BenchmarkId::new("find/vec", count), |b| b.iter(|| texts.iter().step_by(2).position(|text| text == last)));

        group.bench_function(BenchmarkId::new("push_front/ziplist", count), |b| {
            b.iter_batched_ref(|| ziplist.clone(), |list| list.push_front(&b"first"[..]), BatchSize::SmallInput);
        });
        group.bench_function(BenchmarkId::new("push_front/listpack", count), |b| {
            b.iter_batched_ref(|| listpack.clone(), |list| list.push_front(&b"first"[..]), BatchSize::SmallInput);
        });
        group.bench_function(BenchmarkId::new("push_front/vec", count), |b| {
            b.iter_batched_ref(|| texts.clone(), |list| list.insert(0, b"first".to_vec()), BatchSize::SmallInput);
        });

        let bytes = ziplist.as_bytes();
        group.bench_function(BenchmarkId::new("load/ziplist", count), |b| b.iter(|| Ziplist::from_bytes(bytes)));
        group.bench_function(BenchmarkId::new("load/to_listpack", count), |b| b.iter(|| to_listpack(bytes)));

        let long: Ziplist = (0..count).map(|_| &[b'x'; 250][..]).collect();
        group.bench_function(BenchmarkId::new("cascade/ziplist", count), |b| {
            b.iter_batched_ref(|| long.clone(), |list| list.push_front(&[b'y'; 251][..]), BatchSize::SmallInput);
        });
    }
    group.finish();
}
