//! Dict beside hashbrown's table, with the same entries and hashes: filling, finding, missing, replacing.

use std::hint::black_box;
use std::time::Duration;

use criterion::{BatchSize, BenchmarkId, Criterion};
use hashbrown::HashTable;
use russet_structures::dict::Dict;

use crate::bench;

bench!(dict);

/// The finaliser of SplitMix64.
fn hash(&key: &u64) -> u64 {
    let mixed = (key ^ key >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ mixed >> 31
}

fn dict_of(size: u64) -> Dict<u64> {
    let mut dict = Dict::new();
    for key in 0..size {
        dict.insert_unique(hash(&key), key, hash);
    }
    dict
}

fn table_of(size: u64) -> HashTable<u64> {
    let mut table = HashTable::new();
    for key in 0..size {
        table.insert_unique(hash(&key), key, hash);
    }
    table
}

fn dict(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("dict");
    group.measurement_time(Duration::from_secs(1)).warm_up_time(Duration::from_millis(500)).sample_size(20);
    for size in [1_000u64, 100_000, 1_000_000] {
        let (mut dict, mut table) = (dict_of(size), table_of(size));
        if size <= 100_000 {
            group.bench_function(BenchmarkId::new("fill/dict", size), |bencher| {
                bencher.iter_batched(|| size, dict_of, BatchSize::LargeInput);
            });
            group.bench_function(BenchmarkId::new("fill/hashbrown", size), |bencher| {
                bencher.iter_batched(|| size, table_of, BatchSize::LargeInput);
            });
        }
        for (name, from) in [("find", 0), ("miss", size)] {
            let mut n = 0;
            let mut key = move || {
                n = (n + 7_368_787) % size;
                n + from
            };
            group.bench_function(BenchmarkId::new(format!("{name}/dict"), size), |bencher| {
                bencher.iter(|| {
                    let key = key();
                    black_box(dict.find(hash(&key), |&found| found == key))
                });
            });
            group.bench_function(BenchmarkId::new(format!("{name}/hashbrown"), size), |bencher| {
                bencher.iter(|| {
                    let key = key();
                    black_box(table.find(hash(&key), |&found| found == key))
                });
            });
        }
        let mut oldest = 0;
        group.bench_function(BenchmarkId::new("replace/dict", size), |bencher| {
            bencher.iter(|| {
                let new = oldest + size;
                assert!(dict.remove(hash(&oldest), |&found| found == oldest, hash).is_some());
                dict.insert_unique(hash(&new), new, hash);
                oldest += 1;
            });
        });
        let mut oldest = 0;
        group.bench_function(BenchmarkId::new("replace/hashbrown", size), |bencher| {
            bencher.iter(|| {
                let new = oldest + size;
                if let Ok(entry) = table.find_entry(hash(&oldest), |&found| found == oldest) {
                    entry.remove();
                }
                table.insert_unique(hash(&new), new, hash);
                oldest += 1;
            });
        });
    }
    group.finish();
}
