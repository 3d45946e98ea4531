//! The dict beside hashbrown and a table that rehashes incrementally: time per operation, the slowest insertion,
//! bytes per entry.
//!
//! Two kinds of entries: numbers, which are their own memory, and records, whose key must be read to hash or compare
//! it, as in a keyspace. The hash is SplitMix64's finaliser for numbers and aHash for records.

use std::sync::OnceLock;
use std::time::{Duration, Instant};

use hashbrown::HashTable;
use russet_structures::dict::{Dict, Slot};
use russet_structures::record::{Record, Value};

use crate::chart::{Chart, Scale};
use crate::measure::{sizes, time};
use crate::rehash::TwoTables;
use crate::{bar, plot};

/// What the tables have in common here.
trait Table<T> {
    fn empty() -> Self;
    fn add(&mut self, hash: u64, value: T, hasher: impl Fn(&T) -> u64);
    fn has(&self, hash: u64, eq: impl FnMut(&T) -> bool) -> bool;
    fn bytes(&self) -> usize;
}

impl<T: Slot> Table<T> for Dict<T> {
    fn empty() -> Self {
        Dict::new()
    }
    fn add(&mut self, hash: u64, value: T, hasher: impl Fn(&T) -> u64) {
        self.insert_unique(hash, value, hasher);
    }
    fn has(&self, hash: u64, eq: impl FnMut(&T) -> bool) -> bool {
        self.find(hash, eq).is_some()
    }
    fn bytes(&self) -> usize {
        self.memory()
    }
}

impl<T> Table<T> for HashTable<T> {
    fn empty() -> Self {
        HashTable::new()
    }
    fn add(&mut self, hash: u64, value: T, hasher: impl Fn(&T) -> u64) {
        self.insert_unique(hash, value, hasher);
    }
    fn has(&self, hash: u64, eq: impl FnMut(&T) -> bool) -> bool {
        self.find(hash, eq).is_some()
    }
    fn bytes(&self) -> usize {
        self.allocation_size()
    }
}

impl<T> Table<T> for TwoTables<T> {
    fn empty() -> Self {
        TwoTables::new()
    }
    fn add(&mut self, hash: u64, value: T, hasher: impl Fn(&T) -> u64) {
        self.insert(hash, value, hasher);
    }
    fn has(&self, hash: u64, eq: impl FnMut(&T) -> bool) -> bool {
        self.find(hash, eq)
    }
    fn bytes(&self) -> usize {
        self.memory()
    }
}

/// How entries are made, hashed and compared.
trait Kind {
    type Item: Slot;
    fn make(key: u64) -> Self::Item;
    fn hash_key(key: u64) -> u64;
    fn hash(item: &Self::Item) -> u64;
    fn is(item: &Self::Item, key: u64) -> bool;
}

struct Numbers;

impl Kind for Numbers {
    type Item = u64;
    fn make(key: u64) -> u64 {
        key
    }
    fn hash_key(key: u64) -> u64 {
        // The finaliser of SplitMix64. A single multiplication spreads keys in a row so evenly that no table ever
        // overflows: it would flatter the dict.
        let mixed = (key ^ key >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ mixed >> 31
    }
    fn hash(item: &u64) -> u64 {
        Numbers::hash_key(*item)
    }
    fn is(item: &u64, key: u64) -> bool {
        *item == key
    }
}

struct Records;

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

impl Kind for Records {
    type Item = Record<Box<[u8]>>;
    fn make(key: u64) -> Self::Item {
        Record::new(&key_bytes(key), 0, None, Value::Int(key as i64))
    }
    fn hash_key(key: u64) -> u64 {
        ahash::RandomState::with_seeds(1, 2, 3, 4).hash_one(&key_bytes(key)[..])
    }
    fn hash(item: &Self::Item) -> u64 {
        ahash::RandomState::with_seeds(1, 2, 3, 4).hash_one(item.key())
    }
    fn is(item: &Self::Item, key: u64) -> bool {
        item.key() == key_bytes(key)
    }
}

/// The `n`-th of `entries` numbers in an order that jumps about.
fn shuffled(n: u64, entries: u64) -> u64 {
    (n * 7_368_787) % entries
}

/// Entries to be filled in, with their hashes.
fn items<K: Kind>(entries: u64) -> Vec<(u64, K::Item)> {
    (0..entries).map(|key| (K::hash_key(key), K::make(key))).collect()
}

/// A table of these entries, and how long it took to fill it.
fn fill<K: Kind, B: Table<K::Item>>(entries: u64) -> (Duration, B) {
    let items = items::<K>(entries);
    let mut table = B::empty();
    let taken = time(|| items.into_iter().for_each(|(hash, item)| table.add(hash, item, K::hash)));
    (taken, table)
}

/// How long it takes to look for every entry once, or for as many that are not there.
fn search<K: Kind, B: Table<K::Item>>(table: &B, entries: u64, absent: bool) -> Duration {
    let offset = if absent { entries } else { 0 };
    let there = |&n: &u64| {
        let key = shuffled(n, entries) + offset;
        table.has(K::hash_key(key), |item| K::is(item, key))
    };
    let mut found = 0;
    let taken = time(|| found = (0..entries).filter(there).count() as u64);
    assert_eq!(found, if absent { 0 } else { entries });
    taken
}

/// The slowest insertion among the first n, for each n of `sizes`, in microseconds. Each insertion counts as what it
/// took in the fastest of three rounds: rounds do the same work, so what is left is the table's own.
fn pauses<K: Kind, B: Table<K::Item>>(sizes: &[usize]) -> Vec<(f64, f64)> {
    let entries = sizes.last().copied().unwrap_or(0) as u64;
    let mut each = vec![u32::MAX; entries as usize];
    for _ in 0..3 {
        let mut table = B::empty();
        for ((hash, item), shortest) in items::<K>(entries).into_iter().zip(&mut each) {
            let start = Instant::now();
            table.add(hash, item, K::hash);
            *shortest = (*shortest).min(start.elapsed().as_nanos() as u32);
        }
    }
    let slowest = |size: usize| f64::from(each[..size].iter().copied().max().unwrap_or(0)) / 1000.0;
    sizes.iter().map(|&size| (size as f64, slowest(size))).collect()
}

/// Entries at which the bars are measured.
const MANY: u64 = 10_000_000;

/// What the bars ask for: the dict's times over hashbrown's.
struct Figures {
    insert: f64,
    hit: f64,
    miss: f64,
}

fn figures<K: Kind>() -> Figures {
    type Three = [Duration; 3];
    fn round<K: Kind, B: Table<K::Item>>(best: &mut Three) {
        let (filled, table) = fill::<K, B>(MANY);
        let taken = [filled, search::<K, B>(&table, MANY, false), search::<K, B>(&table, MANY, true)];
        best.iter_mut().zip(taken).for_each(|(best, taken)| *best = (*best).min(taken));
    }
    let (mut dict, mut other): (Three, Three) = ([Duration::MAX; 3], [Duration::MAX; 3]);
    for _ in 0..3 {
        round::<K, Dict<K::Item>>(&mut dict);
        round::<K, HashTable<K::Item>>(&mut other);
    }
    let over = |which: usize| dict[which].as_secs_f64() / other[which].as_secs_f64();
    Figures { insert: over(0), hit: over(1), miss: over(2) }
}

fn numbers() -> &'static Figures {
    static FIGURES: OnceLock<Figures> = OnceLock::new();
    FIGURES.get_or_init(figures::<Numbers>)
}

fn records() -> &'static Figures {
    static FIGURES: OnceLock<Figures> = OnceLock::new();
    FIGURES.get_or_init(figures::<Records>)
}

bar! { "dict-insert-numbers", "time to insert 10M numbers, over hashbrown's", 1.2, insert_numbers }
fn insert_numbers() -> f64 {
    numbers().insert
}

bar! { "dict-hit-numbers", "time to find 10M numbers, over hashbrown's", 1.2, hit_numbers }
fn hit_numbers() -> f64 {
    numbers().hit
}

bar! { "dict-miss-numbers", "time to find that 10M numbers are absent, over hashbrown's", 1.2, miss_numbers }
fn miss_numbers() -> f64 {
    numbers().miss
}

bar! { "dict-insert-records", "time to insert 10M records, over hashbrown's", 1.2, insert_records }
fn insert_records() -> f64 {
    records().insert
}

bar! { "dict-hit-records", "time to find 10M records, over hashbrown's", 1.2, hit_records }
fn hit_records() -> f64 {
    records().hit
}

bar! { "dict-miss-records", "time to find that 10M records are absent, over hashbrown's", 1.2, miss_records }
fn miss_records() -> f64 {
    records().miss
}

fn pause<K: Kind>() -> f64 {
    let slowest = |points: Vec<(f64, f64)>| points[0].1;
    let size = [MANY as usize];
    slowest(pauses::<K, Dict<K::Item>>(&size)) / slowest(pauses::<K, HashTable<K::Item>>(&size))
}

bar! { "dict-pause-numbers", "slowest of 10M insertions of numbers, over hashbrown's slowest", 0.01, pause_numbers }
fn pause_numbers() -> f64 {
    pause::<Numbers>()
}

bar! { "dict-pause-records", "slowest of 10M insertions of records, over hashbrown's slowest", 0.01, pause_records }
fn pause_records() -> f64 {
    pause::<Records>()
}

/// Bytes of table per entry at each of these sizes.
fn bytes<B: Table<u64>>(sizes: &[usize]) -> Vec<(f64, f64)> {
    let mut table = B::empty();
    let mut key = 0;
    let mut points = Vec::with_capacity(sizes.len());
    for &size in sizes {
        while key < size as u64 {
            table.add(Numbers::hash_key(key), key, Numbers::hash);
            key += 1;
        }
        points.push((size as f64, table.bytes() as f64 / size as f64));
    }
    points
}

bar! { "dict-bytes", "bytes of table per entry, mean over sizes from 1M to 2M", 11.0, mean_bytes }
fn mean_bytes() -> f64 {
    let sizes: Vec<usize> = (1_000_000..=2_000_000).step_by(20_000).collect();
    let points = bytes::<Dict<u64>>(&sizes);
    points.iter().map(|point| point.1).sum::<f64>() / points.len() as f64
}

const REHASH: &str = "two tables, one chain moved with each insertion (Redis's way)";

plot! { "dict-pause", "The slowest single insertion, by number of entries", draw_pause }
fn draw_pause() -> Chart {
    let sizes = sizes(1000, 4_000_000, 37);
    Chart::new("The slowest of n insertions of records", ("n", Scale::Log), ("µs", Scale::Log))
        .line("dict", pauses::<Records, Dict<_>>(&sizes))
        .line("hashbrown", pauses::<Records, HashTable<_>>(&sizes))
        .line(REHASH, pauses::<Records, TwoTables<_>>(&sizes))
}

plot! { "dict-bytes", "Bytes of table per entry while it fills", draw_bytes }
fn draw_bytes() -> Chart {
    let sizes = sizes(1000, 4_000_000, 240);
    Chart::new(
        "Table per entry of 8 bytes, while it fills",
        ("entries", Scale::Log),
        ("bytes", Scale::Linear),
    )
    .line("dict", bytes::<Dict<u64>>(&sizes))
    .line("hashbrown", bytes::<HashTable<u64>>(&sizes))
    .line(REHASH, bytes::<TwoTables<u64>>(&sizes))
}

plot! { "dict-fill", "Bytes of table per entry by how full the table is", draw_fill }
fn draw_fill() -> Chart {
    let formula = (60..=100).map(|percent| (f64::from(percent), 900.0 / f64::from(percent))).collect();
    let (mut dict, mut points, mut key) = (Dict::new(), Vec::new(), 0);
    for size in sizes(100_000, 4_000_000, 60) {
        while key < size as u64 {
            dict.insert_unique(Numbers::hash_key(key), key, Numbers::hash);
            key += 1;
        }
        let fill = 100.0 * size as f64 / dict.capacity() as f64;
        points.push((fill, dict.memory() as f64 / size as f64));
    }
    Chart::new("Table per entry of 8 bytes", ("% of slots that are full", Scale::Linear), ("bytes", Scale::Linear))
        .line("9 bytes for each slot", formula)
        .points("dicts of 100,000 to 4 million", points)
}

/// Nanoseconds per entry by size: to insert, to find, to miss.
type Times = [Vec<(f64, f64)>; 3];

/// Largest size of the plots of times.
const LARGEST: usize = 4_000_000;

/// The times of three tables that take turns: the dict, hashbrown, two tables.
fn times<K: Kind>() -> [Times; 3] {
    fn round<K: Kind, B: Table<K::Item>>(size: u64, best: &mut [f64; 3]) {
        // Small tables are filled again and again, so that every point rests on as much work.
        let repeats = (200_000 / size).max(1);
        let mut taken = [Duration::ZERO; 3];
        for _ in 0..repeats {
            let (filled, table) = fill::<K, B>(size);
            let all = [filled, search::<K, B>(&table, size, false), search::<K, B>(&table, size, true)];
            taken.iter_mut().zip(all).for_each(|(taken, more)| *taken += more);
        }
        let each = |taken: Duration| taken.as_nanos() as f64 / (size * repeats) as f64;
        best.iter_mut().zip(taken).for_each(|(best, taken)| *best = best.min(each(taken)));
    }
    let mut lines = [const { [const { Vec::new() }; 3] }; 3];
    for size in sizes(1000, LARGEST, 10) {
        let mut best = [[f64::MAX; 3]; 3];
        for _ in 0..3 {
            round::<K, Dict<K::Item>>(size as u64, &mut best[0]);
            round::<K, HashTable<K::Item>>(size as u64, &mut best[1]);
            round::<K, TwoTables<K::Item>>(size as u64, &mut best[2]);
        }
        for (lines, best) in lines.iter_mut().zip(best) {
            lines.iter_mut().zip(best).for_each(|(line, best)| line.push((size as f64, best)));
        }
    }
    lines
}

/// One of the three times, of numbers and records.
fn draw(title: &str, which: usize) -> Chart {
    static NUMBERS: OnceLock<[Times; 3]> = OnceLock::new();
    static RECORDS: OnceLock<[Times; 3]> = OnceLock::new();
    let kinds =
        [("numbers", NUMBERS.get_or_init(times::<Numbers>)), ("records", RECORDS.get_or_init(times::<Records>))];
    let mut chart = Chart::new(title, ("entries", Scale::Log), ("ns per entry", Scale::Linear));
    for (kind, tables) in kinds {
        for (table, lines) in ["dict", "hashbrown", "two tables"].iter().zip(tables) {
            chart = chart.line(&format!("{table}, {kind}"), lines[which].clone());
        }
    }
    chart
}

plot! { "dict-insert", "Time to insert, by number of entries", draw_insert }
fn draw_insert() -> Chart {
    draw("Inserting n entries into an empty table", 0)
}

plot! { "dict-find", "Time to find an entry, by number of entries", draw_find }
fn draw_find() -> Chart {
    draw("Finding an entry", 1)
}

plot! { "dict-miss", "Time to find that an entry is absent, by number of entries", draw_miss }
fn draw_miss() -> Chart {
    draw("Finding that an entry is absent", 2)
}
