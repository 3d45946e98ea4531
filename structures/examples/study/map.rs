//! Map and set beside what a Rust program would use: hashbrown's map of boxed bytes.

use std::time::Duration;

use ahash::RandomState;
use russet_structures::map::{Map, Set};

use crate::chart::{Chart, Scale};
use crate::heap::bytes_of;
use crate::measure::{compare, sizes, time};
use crate::plot;

type Bytes = Box<[u8]>;
type Boxed = hashbrown::HashMap<Bytes, Bytes, RandomState>;
type BoxedSet = hashbrown::HashSet<Bytes, RandomState>;

fn hasher() -> RandomState {
    RandomState::with_seeds(1, 2, 3, 4)
}

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

/// What every field has.
const VALUE: [u8; 16] = *b"sixteen bytes it";

fn map(count: usize) -> Map<RandomState> {
    let mut map = Map::with_hasher(hasher());
    (0..count).for_each(|n| assert!(map.insert(&field(n), &VALUE)));
    map
}

fn boxed(count: usize) -> Boxed {
    let mut map = Boxed::with_hasher(hasher());
    (0..count).for_each(|n| assert!(map.insert(field(n).into(), VALUE.into()).is_none()));
    map
}

fn set(count: usize) -> Set<RandomState> {
    let mut set = Set::with_hasher(hasher());
    (0..count).for_each(|n| assert!(set.insert(&field(n))));
    set
}

fn boxed_set(count: usize) -> BoxedSet {
    let mut set = BoxedSet::with_hasher(hasher());
    (0..count).for_each(|n| assert!(set.insert(field(n).into())));
    set
}

fn bytes_each<T>(sizes: &[usize], build: fn(usize) -> T) -> Vec<(f64, f64)> {
    let each = |&size: &usize| (size as f64, bytes_of(|| build(size)).0 as f64 / size as f64);
    sizes.iter().map(each).collect()
}

plot! { "map-bytes", "Bytes of heap for each field or member, by how many there are", draw_bytes }
fn draw_bytes() -> Chart {
    let sizes = sizes(100, 1_000_000, 60);
    Chart::new(
        "Fields of 16 bytes with values of 16 bytes, and members of 16 bytes",
        ("fields or members", Scale::Log),
        ("bytes of heap each", Scale::Linear),
    )
    .line("map", bytes_each(&sizes, map))
    .line("HashMap of boxed bytes", bytes_each(&sizes, boxed))
    .line("set", bytes_each(&sizes, set))
    .line("HashSet of boxed bytes", bytes_each(&sizes, boxed_set))
}

/// How long it takes to get every field once, in an order that jumps about.
fn gets(count: usize, has: impl Fn(&[u8]) -> bool) -> Duration {
    let mut found = 0;
    let taken = time(|| found = (0..count).filter(|n| has(&field(n * 7_368_787 % count))).count());
    assert_eq!(found, count);
    taken
}

plot! { "map-time", "Time to insert and to get a field, by how many there are", draw_time }
fn draw_time() -> Chart {
    let mut lines = [const { Vec::new() }; 4];
    for size in sizes(100, 1_000_000, 13) {
        // Small ones again and again, so that every point rests on as much work.
        let repeats = (100_000 / size).max(1);
        let insert = move || (0..repeats).map(|_| time(|| map(size))).sum::<Duration>();
        let insert_boxed = move || (0..repeats).map(|_| time(|| boxed(size))).sum::<Duration>();
        let (ours, theirs) = (map(size), boxed(size));
        let get = || (0..repeats).map(|_| gets(size, |field| ours.contains(field))).sum::<Duration>();
        let get_boxed = || (0..repeats).map(|_| gets(size, |field| theirs.contains_key(field))).sum::<Duration>();
        let candidates: Vec<Box<dyn FnMut() -> Duration + '_>> =
            vec![Box::new(insert), Box::new(insert_boxed), Box::new(get), Box::new(get_boxed)];
        let taken = compare(3, size * repeats, candidates);
        lines.iter_mut().zip(taken).for_each(|(line, taken)| line.push((size as f64, taken)));
    }
    let names = ["insert, map", "insert, HashMap", "get, map", "get, HashMap"];
    let chart = Chart::new(
        "Fields of 16 bytes with values of 16 bytes",
        ("fields", Scale::Log),
        ("ns each", Scale::Linear),
    );
    names.iter().zip(lines).fold(chart, |chart, (name, line)| chart.line(name, line))
}
