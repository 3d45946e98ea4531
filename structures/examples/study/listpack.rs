//! Listpack beside plain copying and beside the dict.
//!
//! Elements are those of hashes: a field, a value, a field, a value. Fields are names with a number, 7 to 20 bytes;
//! values are half texts of 3 to 40 bytes, half integers of 1 to 12 digits, each length as likely. They come as bytes,
//! as a command's arguments do. Many listpacks of different elements take turns, lest the processor learn one by heart.

use std::time::Duration;

use russet_structures::element::Element;
use russet_structures::listpack::Listpack;


use crate::measure::{compare, time};
use crate::bar;

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

/// Elements of each listpack: between the 100 and 1000 that a hash in a listpack has at most.
const ELEMENTS: usize = 512;
/// Different ones of them.
const PACKS: usize = 64;

fn hashes() -> Vec<Source> {
    let mut chance = Chance(1);
    let mut element = |n: usize| if n % 2 == 0 { chance.field() } else { chance.value() };
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
    time(|| sources.iter().for_each(|source| drop(std::hint::black_box(one(source)))))
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

bar! { "listpack-append", "time to append the elements of a hash to a listpack, over copying each to a Vec", 2.0, append_bar }
fn append_bar() -> f64 {
    let [pack, copy, pack_reserved, copy_reserved, at_once] = appends(&hashes());
    println!("  append: {pack:.2} against {copy:.2} ns per element; with room reserved {pack_reserved:.2} against {copy_reserved:.2} ({:.2}); one copy of all {at_once:.2}", pack_reserved / copy_reserved);
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
                        std::hint::black_box(&room);
                    }
                })
            }),
            Box::new(|| {
                time(|| {
                    for pack in &packs {
                        whole.clear();
                        whole.extend_from_slice(pack.as_bytes());
                        std::hint::black_box(&whole);
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
    println!("  scan: {scan:.2}, backwards {back:.2}, copying each {copy:.2}, all at once {at_once:.2} ns per element");
    scan / copy
}
bar! { "listpack-tmp", "tmp", 2.0, tmp }
fn tmp() -> f64 {
    let mut chance = Chance(5);
    let mut sets: Vec<(&str, Vec<Source>)> = Vec::new();
    sets.push(("fields", (0..PACKS).map(|_| Source::new((0..ELEMENTS).map(|_| chance.field()))).collect()));
    sets.push(("strings 3..40", (0..PACKS).map(|_| Source::new((0..ELEMENTS).map(|_| {let len = 3 + chance.below(38) as usize; chance.text(len)}))).collect()));
    sets.push(("strings 10", (0..PACKS).map(|_| Source::new((0..ELEMENTS).map(|_| chance.text(10)))).collect()));
    sets.push(("ints", (0..PACKS).map(|_| Source::new((0..ELEMENTS).map(|_| {let d = chance.below(12) as u32; let low = 10u64.pow(d); (low + chance.below(9*low)).to_string().into_bytes()}))).collect()));
    sets.push(("ints 6", (0..PACKS).map(|_| Source::new((0..ELEMENTS).map(|_| {(100000 + chance.below(900000)).to_string().into_bytes()}))).collect()));
    sets.push(("ints 1", (0..PACKS).map(|_| Source::new((0..ELEMENTS).map(|_| {(chance.below(10)).to_string().into_bytes()}))).collect()));
    sets.push(("mix", hashes()));
    for (name, set) in &sets {
        let [a,b,c,d,e] = appends(set);
        let count: usize = set.iter().map(|s| s.ends.len()).sum();
        let p = compare(31, count, vec![Box::new(|| time(|| { let mut sum = 0; for s in set { s.each(|e| if let Element::Int(v) = Element::new(e) { sum += v }) } sum }))]);
        println!("{name:16} pack {a:.2} copy {b:.2} | reserved {c:.2} {d:.2} = {:.2} | once {e:.2} | parse {:.2}", c/d, p[0]);
    }
    0.0
}
