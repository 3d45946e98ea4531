//! The dict beside hashbrown: time per operation, the slowest single insertion, bytes per entry.
//!
//! ```text
//! cargo run --release -p russet-structures --example dict_vs_hashbrown [ENTRIES ...]
//! ```
//!
//! Two kinds of entries: numbers that are their own memory, and records whose key must be read to hash
//! or compare, as in a keyspace. The hash is aHash for records and one multiplication for numbers.

use std::time::Instant;

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

/// Lookups that are announced together, as the commands of a pipeline would be.
const BATCH: u64 = 16;

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

/// Nanoseconds per entry of the fastest of some rounds, which is what other work on the machine disturbs least.
#[derive(Default)]
struct Best(Option<f64>);

impl Best {
    fn time<R>(&mut self, entries: u64, work: impl FnOnce() -> R) -> R {
        let start = Instant::now();
        let result = work();
        let each = start.elapsed().as_nanos() as f64 / entries as f64;
        self.0 = Some(self.0.map_or(each, |best| best.min(each)));
        result
    }
}

impl std::fmt::Display for Best {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Display::fmt(&self.0.unwrap_or(f64::NAN), f)
    }
}

const ROUNDS: usize = 2;

fn measure<T, B: Table<T>>(
    entries: u64,
    kind: &Kind<impl Fn(u64) -> T, impl Fn(&T) -> u64, impl Fn(&T, u64) -> bool>,
) {
    let (mut insert, mut hit, mut batched, mut miss) = <(Best, Best, Best, Best)>::default();
    let (mut replace, mut worn_hit, mut worn_miss) = <(Best, Best, Best)>::default();
    // The time of each insertion, the shortest of all rounds: rounds do the same work, so what is left is its own.
    let mut each = vec![u32::MAX; entries as usize];
    let mut memory = 0.0;
    for round in 0..=ROUNDS {
        let values: Vec<(u64, T)> =
            (0..entries).map(|key| ((kind.hash_of_key)(key), (kind.make)(key))).collect();
        let mut table = B::new();
        if round == 0 {
            insert.time(entries, || {
                values.into_iter().for_each(|(hash, value)| table.insert(hash, value, &kind.hash))
            });
        } else {
            for ((hash, value), shortest) in values.into_iter().zip(&mut each) {
                let start = Instant::now();
                table.insert(hash, value, &kind.hash);
                *shortest = (*shortest).min(start.elapsed().as_nanos() as u32);
            }
        }
        memory = table.memory() as f64 / entries as f64;
        let search = |table: &B, offset: u64| {
            (0..entries)
                .filter(|&n| {
                    let key = shuffled(n, entries) + offset;
                    table.find((kind.hash_of_key)(key), |found| (kind.eq)(found, key))
                })
                .count() as u64
        };
        let mut batch = Vec::with_capacity(BATCH as usize);
        let mut search_batched = |table: &B| {
            let mut hits = 0;
            for n in (0..entries).step_by(BATCH as usize) {
                batch.clear();
                batch.extend((n..entries.min(n + BATCH)).map(|n| {
                    let key = shuffled(n, entries);
                    ((kind.hash_of_key)(key), key)
                }));
                hits += table.find_batch(&batch, &kind.eq) as u64;
            }
            hits
        };
        assert_eq!(hit.time(entries, || search(&table, 0)), entries);
        assert_eq!(batched.time(entries, || search_batched(&table)), entries);
        assert_eq!(miss.time(entries, || search(&table, entries)), 0);
        // Replace every entry once, at random, then look again: tables wear.
        replace.time(entries, || {
            for n in 0..entries {
                let key = shuffled(n, entries);
                let gone = table.remove((kind.hash_of_key)(key), |found| (kind.eq)(found, key), &kind.hash);
                assert!(gone.is_some());
                let key = key + entries;
                table.insert((kind.hash_of_key)(key), (kind.make)(key), &kind.hash);
            }
        });
        assert_eq!(worn_hit.time(entries, || search(&table, entries)), entries);
        assert_eq!(worn_miss.time(entries, || search(&table, 0)), 0);
    }
    let slowest = f64::from(each.iter().copied().max().unwrap_or(0)) / 1000.0;
    println!(
        "{entries:>10} {:>8} {:>9} | {insert:>6.1} {slowest:>9.1} | {hit:>5.1} {batched:>7.1} {miss:>6.1} | \
         {replace:>7.1} {worn_hit:>8.1} {worn_miss:>9.1} | {memory:>5.2}",
        kind.name,
        B::NAME,
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
