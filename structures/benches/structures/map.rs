//! Map and set beside `std`'s and hashbrown's maps of boxed bytes and `std`'s ordered one.

use std::collections::{BTreeMap, HashMap};
use std::hint::black_box;
use std::time::Duration;

use ahash::RandomState;
use criterion::{BatchSize, BenchmarkId, Criterion};
use russet_structures::map::{Map, Set};

use crate::bench;

bench!(map);

type Bytes = Box<[u8]>;

/// 16 bytes that name the `n`-th field.
fn field(n: usize) -> [u8; 16] {
    let mut bytes = *b"field:0000000000";
    let (mut at, mut rest) = (bytes.len(), n);
    while rest > 0 {
        at -= 1;
        bytes[at] = b'0' + (rest % 10) as u8;
        rest /= 10;
    }
    bytes
}

/// A map as the benches use it.
trait Fields: Default {
    fn add(&mut self, field: &[u8], value: &[u8]);
    fn value(&self, field: &[u8]) -> Option<&[u8]>;
}

macro_rules! fields {
    ($type:ty) => {
        impl Fields for $type {
            fn add(&mut self, field: &[u8], value: &[u8]) {
                self.insert(field.into(), value.into());
            }
            fn value(&self, field: &[u8]) -> Option<&[u8]> {
                self.get(field).map(|value| &value[..])
            }
        }
    };
}

fields!(Map<RandomState>);
fields!(HashMap<Bytes, Bytes, RandomState>);
fields!(hashbrown::HashMap<Bytes, Bytes, RandomState>);
fields!(BTreeMap<Bytes, Bytes>);

/// A set: values are dropped.
#[derive(Default)]
struct Members(Set<RandomState>);

impl Fields for Members {
    fn add(&mut self, field: &[u8], _: &[u8]) {
        self.0.insert(field);
    }
    fn value(&self, field: &[u8]) -> Option<&[u8]> {
        self.0.contains(field).then_some(&[])
    }
}

fn filled<M: Fields>(size: usize) -> M {
    let mut map = M::default();
    (0..size).for_each(|n| map.add(&field(n), b"sixteen bytes it"));
    map
}

fn one<M: Fields>(criterion: &mut Criterion, name: &str) {
    let mut group = criterion.benchmark_group("map");
    group.measurement_time(Duration::from_secs(1)).warm_up_time(Duration::from_millis(500)).sample_size(20);
    for size in [1_000, 100_000] {
        group.bench_function(BenchmarkId::new(format!("fill/{name}"), size), |bencher| {
            bencher.iter_batched(|| size, filled::<M>, BatchSize::LargeInput);
        });
        let map = filled::<M>(size);
        let mut n = 0;
        group.bench_function(BenchmarkId::new(format!("get/{name}"), size), |bencher| {
            bencher.iter(|| {
                n = (n + 7_368_787) % size;
                black_box(map.value(&field(n))).is_some()
            });
        });
    }
    group.finish();
}

fn map(criterion: &mut Criterion) {
    one::<Map<RandomState>>(criterion, "map");
    one::<Members>(criterion, "set");
    one::<HashMap<Bytes, Bytes, RandomState>>(criterion, "std");
    one::<hashbrown::HashMap<Bytes, Bytes, RandomState>>(criterion, "hashbrown");
    one::<BTreeMap<Bytes, Bytes>>(criterion, "btree");
}
