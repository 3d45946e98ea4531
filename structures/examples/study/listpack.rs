//! Listpack beside plain copying and beside the dict.
//!
//! Elements are those of hashes: a field, a value, a field, a value. Fields are names with a number, 7 to 20 bytes;
//! values are half texts of 3 to 40 bytes, half integers of 1 to 12 digits, each length as likely. They come as bytes,
//! as a command's arguments do. Many listpacks of different elements take turns, lest the processor learn one by heart.

use std::collections::HashMap;
use std::hint::black_box;
use std::time::Duration;

use ahash::RandomState;
use russet_structures::element::Element;
use russet_structures::listpack::Listpack;
use russet_structures::map::Map;

use crate::chart::{Chart, Scale};
use crate::heap::bytes_of;
use crate::measure::{compare, sizes, time};
use crate::{bar, plot};

/// A generator of numbers that is the same in every run.
struct Chance(u64);

impl Chance {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(0x1405_7b7e_f767_814f);
        let mixed = (self.0 ^ self.0 >> 32).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        ((u128::from(mixed) * u128::from(bound)) >> 64) as u64
    }

    fn text(&mut self, len: usize) -> Vec<u8> {
        (0..len).map(|_| b'a' + self.below(26) as u8).collect()
    }

    fn field(&mut self) -> Vec<u8> {
        const NAMES: [&str; 6] = ["name", "visits", "last_seen", "tag", "session", "basket_count"];
        let name = NAMES[self.below(6) as usize];
        format!("{name}:{}", self.below(9_000_000) + 10).into_bytes()
    }

    fn value(&mut self) -> Vec<u8> {
        if self.below(2) == 0 {
            let len = 3 + self.below(38) as usize;
            return self.text(len);
        }
        let digits = self.below(12) as u32;
        let low = 10u64.pow(digits);
        (low + self.below(9 * low)).to_string().into_bytes()
    }
}

/// Elements in one run of bytes, so that reading them costs the same as reading a listpack.
struct Source {
    bytes: Vec<u8>,
    ends: Vec<u32>,
}

impl Source {
    fn new(elements: impl Iterator<Item = Vec<u8>>) -> Source {
        let mut source = Source { bytes: Vec::new(), ends: Vec::new() };
        for element in elements {
            source.bytes.extend_from_slice(&element);
            source.ends.push(source.bytes.len() as u32);
        }
        source
    }

    #[inline]
    fn each(&self, mut f: impl FnMut(&[u8])) {
        let mut start = 0;
        for &end in &self.ends {
            f(&self.bytes[start..end as usize]);
            start = end as usize;
        }
    }
}

/// Elements of each listpack: 256 fields and their values, half of what Redis allows.
const ELEMENTS: usize = 512;
/// Different ones of them.
const PACKS: usize = 64;

fn hashes() -> Vec<Source> {
    let mut chance = Chance(1);
    let mut element = |n: usize| if n.is_multiple_of(2) { chance.field() } else { chance.value() };
    (0..PACKS).map(|_| Source::new((0..ELEMENTS).map(&mut element))).collect()
}

fn pack(source: &Source, reserved: bool) -> Listpack {
    let mut pack = Listpack::with_capacity(if reserved { source.bytes.len() * 2 } else { 0 });
    source.each(|element| {
        pack.push_back(element);
    });
    pack
}

fn copy(source: &Source, reserved: bool) -> Vec<u8> {
    let mut copy = Vec::with_capacity(if reserved { source.bytes.len() * 2 } else { 0 });
    source.each(|element| copy.extend_from_slice(element));
    copy
}

fn all<R>(sources: &[Source], one: impl Fn(&Source) -> R) -> Duration {
    time(|| sources.iter().for_each(|source| drop(black_box(one(source)))))
}

/// Nanoseconds per element: appended, copied one by one (each without and with room reserved), copied at once.
fn appends(sources: &[Source]) -> [f64; 5] {
    let count = sources.iter().map(|source| source.ends.len()).sum();
    let times = compare(
        101,
        count,
        vec![
            Box::new(|| all(sources, |source| pack(source, false))),
            Box::new(|| all(sources, |source| copy(source, false))),
            Box::new(|| all(sources, |source| pack(source, true))),
            Box::new(|| all(sources, |source| copy(source, true))),
            Box::new(|| all(sources, |source| source.bytes.clone())),
        ],
    );
    [times[0], times[1], times[2], times[3], times[4]]
}

bar! { "listpack-append", "time to append the elements of a hash to a listpack with room, over copying each to a Vec with room", 2.0, append_bar }
fn append_bar() -> f64 {
    let [_, _, pack, copy, at_once] = appends(&hashes());
    println!("  {pack:.2} over {copy:.2} ns per element; one copy of all takes {at_once:.2}");
    pack / copy
}

bar! { "listpack-append-growing", "the same from nothing, so that both move as they grow: by a quarter, and to double", 2.0, growing_bar }
fn growing_bar() -> f64 {
    let [pack, copy, ..] = appends(&hashes());
    println!("  {pack:.2} over {copy:.2} ns per element");
    pack / copy
}

/// What a visitor makes of an element: enough that all of it must have been found.
#[inline]
fn look(sum: u64, element: Element<'_>) -> u64 {
    sum.wrapping_add(match element {
        Element::Int(value) => value as u64,
        Element::Bytes(bytes) => bytes.len() as u64 + u64::from(bytes.first().copied().unwrap_or(0)),
    })
}

/// Nanoseconds per element: visited, visited from the end, copied one by one, all of the listpack copied at once.
fn scans(sources: &[Source]) -> [f64; 4] {
    let count = sources.iter().map(|source| source.ends.len()).sum();
    let packs: Vec<Listpack> = sources.iter().map(|source| pack(source, false)).collect();
    let mut room = Vec::with_capacity(packs.iter().map(Listpack::bytes).max().unwrap_or(0));
    let mut whole = room.clone();
    whole.reserve(room.capacity());
    let times = compare(
        101,
        count,
        vec![
            Box::new(|| time(|| packs.iter().map(|pack| pack.iter().fold(0, look)).fold(0, u64::wrapping_add))),
            Box::new(|| time(|| packs.iter().map(|pack| pack.iter().rev().fold(0, look)).fold(0, u64::wrapping_add))),
            Box::new(|| {
                time(|| {
                    for source in sources {
                        room.clear();
                        source.each(|element| room.extend_from_slice(element));
                        black_box(&room);
                    }
                })
            }),
            Box::new(|| {
                time(|| {
                    for pack in &packs {
                        whole.clear();
                        whole.extend_from_slice(pack.as_bytes());
                        black_box(&whole);
                    }
                })
            }),
        ],
    );
    [times[0], times[1], times[2], times[3]]
}

bar! { "listpack-scan", "time to visit the elements of a hash in a listpack, over copying each to a Vec", 2.0, scan_bar }
fn scan_bar() -> f64 {
    let [scan, back, copy, at_once] = scans(&hashes());
    println!("  {scan:.2} over {copy:.2} ns per element; from the end {back:.2}, one copy of all takes {at_once:.2}");
    scan / copy
}

plot! { "listpack-copy", "Time to append and to visit an element, beside copying it, by its length", draw_copy }
fn draw_copy() -> Chart {
    let mut lines = [const { Vec::new() }; 5];
    for len in sizes(1, 4000, 19) {
        let mut chance = Chance(2);
        // As in a node of a list: 8 KiB, or two elements.
        let per_pack = (8192 / (len + 2)).clamp(2, ELEMENTS);
        let sources: Vec<Source> =
            (0..16).map(|_| Source::new((0..per_pack).map(|_| chance.text(len)))).collect();
        let ([append, copy, _, _, at_once], [visit, back, ..]) = (appends(&sources), scans(&sources));
        lines
            .iter_mut()
            .zip([append, visit, back, copy, at_once])
            .for_each(|(line, time)| line.push((len as f64, time)));
    }
    let [append, visit, back, copy, at_once] = lines;
    Chart::new("Strings of one length", ("bytes of each string", Scale::Log), ("ns per string", Scale::Log))
        .line("append to a listpack", append)
        .line("visit in a listpack", visit)
        .line("visit, from the end", back)
        .line("copy to a Vec, one by one", copy)
        .line("copy to a Vec, all at once", at_once)
}

/// Fields with their values, of several hashes of one size.
type Hash = Vec<(Vec<u8>, Vec<u8>)>;

fn hash(chance: &mut Chance, fields: usize) -> Hash {
    (0..fields).map(|n| ([chance.field(), n.to_string().into_bytes()].concat(), chance.value())).collect()
}

/// A hash as a structure may hold it.
trait Fields {
    fn empty() -> Self;
    /// HSET: sets the value of a field that may be there.
    fn set(&mut self, field: &[u8], value: &[u8]);
    /// HGET: how long the value is, without reading it.
    fn get(&self, field: &[u8]) -> usize;
}

impl Fields for Listpack {
    fn empty() -> Self {
        Listpack::new()
    }
    fn set(&mut self, field: &[u8], value: &[u8]) {
        match self.find(field, 1).and_then(|field| self.next(field)) {
            Some(old) => drop(black_box(self.replace(old, value))),
            None => {
                self.push_back(field);
                self.push_back(value);
            }
        }
    }
    fn get(&self, field: &[u8]) -> usize {
        let value = self.find(field, 1).and_then(|field| self.next(field));
        value.map_or(0, |value| self.get(value).text_len())
    }
}

impl Fields for Map<RandomState> {
    fn empty() -> Self {
        Map::with_hasher(RandomState::with_seeds(1, 2, 3, 4))
    }
    fn set(&mut self, field: &[u8], value: &[u8]) {
        self.insert(field, value);
    }
    fn get(&self, field: &[u8]) -> usize {
        Map::get(self, field).map_or(0, <[u8]>::len)
    }
}

impl Fields for HashMap<Vec<u8>, Vec<u8>, RandomState> {
    fn empty() -> Self {
        HashMap::with_hasher(RandomState::with_seeds(1, 2, 3, 4))
    }
    fn set(&mut self, field: &[u8], value: &[u8]) {
        self.insert(field.to_vec(), value.to_vec());
    }
    fn get(&self, field: &[u8]) -> usize {
        HashMap::get(self, field).map_or(0, Vec::len)
    }
}

fn filled<F: Fields>(hash: &Hash) -> F {
    let mut fields = F::empty();
    hash.iter().for_each(|(field, value)| fields.set(field, value));
    fields
}

/// Numbers of fields: up to where Redis's limits lie, 128 and 512, and beyond.
fn counts() -> Vec<usize> {
    sizes(1, 2000, 23)
}

plot! { "listpack-bytes", "Bytes per field of a hash, in a listpack and in a dict, by number of fields", draw_bytes }
fn draw_bytes() -> Chart {
    fn bytes<F: Fields>(hashes: &[Hash]) -> f64 {
        bytes_of(|| hashes.iter().map(filled::<F>).collect::<Vec<F>>()).0 as f64
    }
    let mut lines = [const { Vec::new() }; 4];
    for count in counts() {
        let mut chance = Chance(3);
        let hashes: Vec<Hash> = (0..(4000 / count).max(20)).map(|_| hash(&mut chance, count)).collect();
        let text: usize = hashes.iter().flatten().map(|(field, value)| field.len() + value.len()).sum();
        let taken = [
            text as f64,
            bytes::<Listpack>(&hashes),
            bytes::<Map<RandomState>>(&hashes),
            bytes::<HashMap<Vec<u8>, Vec<u8>, RandomState>>(&hashes),
        ];
        let fields = (count * hashes.len()) as f64;
        lines.iter_mut().zip(taken).for_each(|(line, bytes)| line.push((count as f64, bytes / fields)));
    }
    let [text, listpack, dict, std] = lines;
    Chart::new("A hash, field by field", ("fields", Scale::Log), ("heap bytes per field and value", Scale::Log))
        .line("listpack", listpack)
        .line("dict (Map)", dict)
        .line("HashMap of Vec<u8>", std)
        .line("the text alone", text)
}

/// Time per search for a field that is there, in these hashes by chance.
fn finds<F: Fields>(hashes: &[Hash], searches: usize) -> Duration {
    let stored: Vec<F> = hashes.iter().map(filled).collect();
    let mut chance = Chance(4);
    let order: Vec<(usize, &[u8])> = (0..searches)
        .map(|_| {
            let n = chance.below(hashes.len() as u64) as usize;
            (n, &hashes[n][chance.below(hashes[n].len() as u64) as usize].0[..])
        })
        .collect();
    let once = || time(|| order.iter().map(|(n, field)| stored[*n].get(field)).sum::<usize>());
    (0..3).map(|_| once()).min().unwrap_or_default() / searches as u32
}

plot! { "listpack-find", "Time to find a field, in a listpack and in a dict, by number of fields", draw_find }
fn draw_find() -> Chart {
    let mut lines = [const { Vec::new() }; 4];
    for count in counts() {
        let mut chance = Chance(5);
        // Some 20 MB of text, read in an order that no cache foresees, and so much that it holds no part for long.
        let many: Vec<Hash> = (0..600_000 / count).map(|_| hash(&mut chance, count)).collect();
        let few = &many[..(1000 / count).clamp(1, many.len())];
        let times = [
            finds::<Listpack>(few, 4000),
            finds::<Map<RandomState>>(few, 4000),
            finds::<Listpack>(&many, 100_000.min(10_000_000 / count)),
            finds::<Map<RandomState>>(&many, 100_000),
        ];
        let point = |time: Duration| (count as f64, time.as_nanos() as f64);
        lines.iter_mut().zip(times).for_each(|(line, time)| line.push(point(time)));
    }
    let [listpack, dict, listpack_cold, dict_cold] = lines;
    Chart::new("HGET of a field that is there", ("fields", Scale::Log), ("ns", Scale::Log))
        .line("listpack", listpack)
        .line("dict", dict)
        .line("listpack, out of the cache", listpack_cold)
        .line("dict, out of the cache", dict_cold)
}

plot! { "listpack-insert", "Time per field to fill a hash, in a listpack and in a dict, by number of fields", draw_insert }
fn draw_insert() -> Chart {
    let mut lines = [const { Vec::new() }; 3];
    for count in counts() {
        let mut chance = Chance(6);
        let hashes: Vec<Hash> = (0..(2000 / count).max(1)).map(|_| hash(&mut chance, count)).collect();
        let fill = |hash: &Hash| filled::<Listpack>(hash);
        let dict = |hash: &Hash| filled::<Map<RandomState>>(hash);
        let at_end = |hash: &Hash| {
            let mut pack = Listpack::new();
            for (field, value) in hash {
                pack.push_back(&field[..]);
                pack.push_back(&value[..]);
            }
            pack
        };
        let taken = compare(
            5,
            count * hashes.len(),
            vec![
                Box::new(|| time(|| hashes.iter().map(fill).collect::<Vec<_>>())),
                Box::new(|| time(|| hashes.iter().map(dict).collect::<Vec<_>>())),
                Box::new(|| time(|| hashes.iter().map(at_end).collect::<Vec<_>>())),
            ],
        );
        lines.iter_mut().zip(taken).for_each(|(line, time)| line.push((count as f64, time)));
    }
    let [listpack, dict, at_end] = lines;
    Chart::new("HSET of n new fields, one by one", ("n", Scale::Log), ("ns per field", Scale::Log))
        .line("listpack: look for it, append it", listpack)
        .line("dict", dict)
        .line("listpack: append only", at_end)
}
