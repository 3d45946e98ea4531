//! The dict beside hashbrown: time per operation, the slowest single insertion, bytes per entry.
//!
//! ```text
//! cargo run --release -p russet-structures --example dict_vs_hashbrown [ENTRIES ...]
//! ```
//!
//! Two kinds of entries: numbers that are their own memory, and records whose key must be read to hash
//! or compare, as in a keyspace. The hash is aHash for records and one multiplication for numbers.

use std::time::{Duration, Instant};

use hashbrown::HashTable;
use russet_structures::dict::{Dict, Slot};
use russet_structures::record::{Record, Value};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

type Key = Record<Box<[u8]>>;

/// What the two tables have in common here.
trait Table<T> {
    const NAME: &str;
    fn new() -> Self;
    fn insert(&mut self, hash: u64, value: T, hasher: impl Fn(&T) -> u64);
    fn find(&self, hash: u64, eq: impl FnMut(&T) -> bool) -> bool;
    fn find_batch(&self, batch: &[(u64, u64)], eq: impl Fn(&T, u64) -> bool) -> usize;
    fn remove(&mut self, hash: u64, eq: impl FnMut(&T) -> bool, hasher: impl Fn(&T) -> u64) -> Option<T>;
    fn memory(&self) -> usize;
}

impl<T: Slot> Table<T> for Dict<T> {
    const NAME: &str = "dict";
    fn new() -> Self {
        Dict::new()
    }
    fn insert(&mut self, hash: u64, value: T, hasher: impl Fn(&T) -> u64) {
        self.insert_unique(hash, value, hasher);
    }
    fn find(&self, hash: u64, eq: impl FnMut(&T) -> bool) -> bool {
        self.find(hash, eq).is_some()
    }
    fn find_batch(&self, batch: &[(u64, u64)], eq: impl Fn(&T, u64) -> bool) -> usize {
        batch.iter().for_each(|&(hash, _)| self.prefetch(hash));
        batch.iter().for_each(|&(hash, _)| self.prefetch_candidate(hash));
        batch.iter().filter(|&&(hash, key)| self.find(hash, |found| eq(found, key)).is_some()).count()
    }
    fn remove(&mut self, hash: u64, eq: impl FnMut(&T) -> bool, hasher: impl Fn(&T) -> u64) -> Option<T> {
        self.remove(hash, eq, hasher)
    }
    fn memory(&self) -> usize {
        self.memory()
    }
}

impl<T> Table<T> for HashTable<T> {
    const NAME: &str = "hashbrown";
    fn new() -> Self {
        HashTable::new()
    }
    fn insert(&mut self, hash: u64, value: T, hasher: impl Fn(&T) -> u64) {
        self.insert_unique(hash, value, hasher);
    }
    fn find(&self, hash: u64, eq: impl FnMut(&T) -> bool) -> bool {
        self.find(hash, eq).is_some()
    }
    fn find_batch(&self, batch: &[(u64, u64)], eq: impl Fn(&T, u64) -> bool) -> usize {
        batch.iter().filter(|&&(hash, key)| self.find(hash, |found| eq(found, key)).is_some()).count()
    }
    fn remove(&mut self, hash: u64, eq: impl FnMut(&T) -> bool, _: impl Fn(&T) -> u64) -> Option<T> {
        self.find_entry(hash, eq).ok().map(|entry| entry.remove().0)
    }
    fn memory(&self) -> usize {
        self.allocation_size()
    }
}

/// How entries are made, hashed and compared.
struct Kind<M, H, E> {
    name: &'static str,
    make: M,
    hash: H,
    hash_of_key: fn(u64) -> u64,
    eq: E,
}

fn mixed(key: u64) -> u64 {
    let wide = u128::from(key ^ 0x9e37_79b9_7f4a_7c15) * 0x9fb2_1c65_1e98_df25;
    (wide as u64) ^ (wide >> 64) as u64
}

fn key_bytes(key: u64) -> [u8; 16] {
    let mut bytes = *b"key:000000000000";
    let (mut at, mut rest) = (bytes.len(), key);
    while rest > 0 {
        at -= 1;
        bytes[at] = b'0' + (rest % 10) as u8;
        rest /= 10;
    }
    bytes
}

fn ahash(bytes: &[u8]) -> u64 {
    ahash::RandomState::with_seeds(1, 2, 3, 4).hash_one(bytes)
}

/// The `n`-th of `entries` numbers in an order that jumps about.
fn shuffled(n: u64, entries: u64) -> u64 {
    (n * 7_368_787) % entries
}

fn measure<T, B: Table<T>>(
    entries: u64,
    kind: &Kind<impl Fn(u64) -> T, impl Fn(&T) -> u64, impl Fn(&T, u64) -> bool>,
) {
    let per = |time: Duration| time.as_nanos() as f64 / entries as f64;
    let mut table = B::new();
    let values: Vec<(u64, T)> = (0..entries).map(|key| ((kind.hash_of_key)(key), (kind.make)(key))).collect();

    let (start, mut slowest, mut last) = (Instant::now(), Duration::ZERO, Instant::now());
    for (hash, value) in values {
        table.insert(hash, value, &kind.hash);
        let now = Instant::now();
        slowest = slowest.max(now - last);
        last = now;
    }
    let insert = start.elapsed();
    let memory = table.memory() as f64 / entries as f64;

    let start = Instant::now();
    let hits = (0..entries)
        .filter(|&n| {
            let key = shuffled(n, entries);
            table.find((kind.hash_of_key)(key), |found| (kind.eq)(found, key))
        })
        .count();
    let hit = start.elapsed();
    assert_eq!(hits as u64, entries);

    let (start, mut hits) = (Instant::now(), 0);
    let mut batch = Vec::with_capacity(16);
    for n in (0..entries).step_by(16) {
        batch.clear();
        batch.extend((n..entries.min(n + 16)).map(|n| {
            let key = shuffled(n, entries);
            ((kind.hash_of_key)(key), key)
        }));
        hits += table.find_batch(&batch, &kind.eq);
    }
    let batched = start.elapsed();
    assert_eq!(hits as u64, entries);

    let start = Instant::now();
    let misses = (entries..2 * entries)
        .filter(|&key| !table.find((kind.hash_of_key)(key), |found| (kind.eq)(found, key)))
        .count();
    let miss = start.elapsed();
    assert_eq!(misses as u64, entries);

    // Replace every entry once, at random, then look again: tables wear.
    let start = Instant::now();
    for n in 0..entries {
        let key = shuffled(n, entries);
        let gone = table.remove((kind.hash_of_key)(key), |found| (kind.eq)(found, key), &kind.hash);
        assert!(gone.is_some());
        let key = key + entries;
        table.insert((kind.hash_of_key)(key), (kind.make)(key), &kind.hash);
    }
    let replace = start.elapsed();
    let start = Instant::now();
    let hits = (0..entries)
        .filter(|&n| {
            let key = shuffled(n, entries) + entries;
            table.find((kind.hash_of_key)(key), |found| (kind.eq)(found, key))
        })
        .count();
    let worn_hit = start.elapsed();
    assert_eq!(hits as u64, entries);
    let start = Instant::now();
    let misses = (0..entries)
        .filter(|&key| !table.find((kind.hash_of_key)(key), |found| (kind.eq)(found, key)))
        .count();
    let worn_miss = start.elapsed();
    assert_eq!(misses as u64, entries);

    println!(
        "{:>10} {:>8} {:>9} | {:>6.1} {:>9.1} | {:>5.1} {:>7.1} {:>6.1} | {:>7.1} {:>8.1} {:>9.1} | {:>5.2}",
        entries,
        kind.name,
        B::NAME,
        per(insert),
        slowest.as_nanos() as f64 / 1000.0,
        per(hit),
        per(batched),
        per(miss),
        per(replace),
        per(worn_hit),
        per(worn_miss),
        memory
    );
}

fn main() {
    let sizes: Vec<u64> = std::env::args().skip(1).map(|n| n.parse().expect("a number of entries")).collect();
    let sizes = if sizes.is_empty() { vec![1_000_000, 10_000_000] } else { sizes };
    let numbers = Kind {
        name: "numbers",
        make: |key: u64| key,
        hash: |&key: &u64| mixed(key),
        hash_of_key: mixed,
        eq: |&found: &u64, key: u64| found == key,
    };
    let records = Kind {
        name: "records",
        make: |key: u64| -> Key { Record::new(&key_bytes(key), 0, None, Value::Int(key as i64)) },
        hash: |record: &Key| ahash(record.key()),
        hash_of_key: |key| ahash(&key_bytes(key)),
        eq: |record: &Key, key: u64| record.key() == key_bytes(key),
    };
    println!(
        "                              |  ns each, slowest us |  ns: hit, batched, miss  |  ns: replace, then hit, miss | bytes"
    );
    println!(
        "   entries  kind     table     | insert   slowest |   hit batched   miss | replace  hit then miss then | each"
    );
    for entries in sizes {
        measure::<u64, Dict<u64>>(entries, &numbers);
        measure::<u64, HashTable<u64>>(entries, &numbers);
        measure::<Key, Dict<Key>>(entries, &records);
        measure::<Key, HashTable<Key>>(entries, &records);
    }
}
