//! What HyperLogLogs cost in time: an addition beside its hash, merging and counting beside one register at a time.

use std::hint::black_box;

use russet_structures::hyperloglog::{self, HEADER, Histogram, REGISTERS, Union, estimate};

use crate::chart::{Chart, Scale};
use crate::measure::{compare, nanoseconds, time};
use crate::{bar, plot};

/// Numbers without a pattern.
fn scrambled(n: u64) -> u64 {
    let mixed = (n ^ n >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ mixed >> 31
}

/// Elements, one behind the other.
struct Elements {
    bytes: Vec<u8>,
    ends: Vec<u32>,
}

impl Elements {
    fn new(count: u64, make: fn(u64) -> String) -> Elements {
        let (mut bytes, mut ends) = (Vec::new(), Vec::new());
        for n in 0..count {
            bytes.extend_from_slice(make(n).as_bytes());
            ends.push(bytes.len() as u32);
        }
        Elements { bytes, ends }
    }

    #[inline]
    fn iter(&self) -> impl Iterator<Item = &[u8]> {
        let mut start = 0;
        self.ends.iter().map(move |&end| {
            let element = &self.bytes[start..end as usize];
            start = end as usize;
            element
        })
    }
}

/// A kind of element, and how the n-th is made.
type Kind = (&'static str, fn(u64) -> String);

/// What sites count: names with a number, addresses, random identifiers.
const KINDS: [Kind; 3] = [
    ("user:NUMBER", |n| format!("user:{}", 1_000_000 + n)),
    ("IPv4 address", |n| {
        let [a, b, c, d, ..] = scrambled(n).to_le_bytes();
        format!("{a}.{b}.{c}.{d}")
    }),
    ("UUID", |n| {
        let (high, low) = (scrambled(n), scrambled(!n));
        let (a, b, c) = (high >> 32, high >> 16 & 0xffff, high & 0xfff);
        format!("{a:08x}-{b:04x}-4{c:03x}-{:04x}-{:012x}", low >> 50 | 0x8000, low & 0xffff_ffff_ffff)
    }),
];

/// How long it takes to add elements to a dense HyperLogLog that holds `before` others, to add them all at once, and
/// to hash them.
fn add_and_hash(elements: &Elements, before: u64, rounds: usize) -> [f64; 3] {
    let mut dense = hyperloglog::new();
    hyperloglog::to_dense(&mut dense).expect("a sound one");
    for other in 0..before {
        hyperloglog::add(&mut dense, &other.to_le_bytes(), 0).expect("a sound one");
    }
    let add = || {
        let mut hll = dense.clone();
        time(|| {
            let add = |element| hyperloglog::add(&mut hll, element, 0);
            elements.iter().map(add).filter(|changed| *changed == Ok(true)).count()
        })
    };
    let add_all = || {
        let mut hll = dense.clone();
        time(|| hyperloglog::add_all(&mut hll, elements.iter(), 0).expect("a sound one"))
    };
    let hash = || time(|| elements.iter().fold(0, |all, element| all ^ hyperloglog::hash(element)));
    let times = compare(rounds, elements.ends.len(), vec![Box::new(add), Box::new(add_all), Box::new(hash)]);
    [times[0], times[1], times[2]]
}

bar! {
    "hyperloglog-add",
    "time to add 1M user:NUMBER, IPv4 addresses and UUIDs each to dense ones of 1M, one by one, over hashing them",
    1.5,
    additions
}

fn additions() -> f64 {
    let mut sums = [0.0; 3];
    for (name, make) in KINDS {
        let times = add_and_hash(&Elements::new(1_000_000, make), 1_000_000, 41);
        let [add, all, hash] = times;
        eprintln!("      {name}: {hash:.2} ns to hash, {all:.2} to add all at once, {add:.2} one by one");
        sums.iter_mut().zip(times).for_each(|(sum, time)| *sum += time);
    }
    sums[0] / sums[2]
}

plot! { "hyperloglog-add", "Time to add an element to a dense one, beside hashing it, by its length", add_by_length }

fn add_by_length() -> Chart {
    let mut lines: [Vec<(f64, f64)>; 3] = Default::default();
    for len in [4usize, 8, 12, 16, 20, 24, 32, 40, 48, 64, 80, 96, 128] {
        let mut elements = Elements { bytes: Vec::new(), ends: Vec::new() };
        for n in 0..200_000u64 {
            elements.bytes.extend((0..16).flat_map(|word| scrambled(n * 16 + word).to_le_bytes()).take(len));
            elements.ends.push(elements.bytes.len() as u32);
        }
        let times = add_and_hash(&elements, 1_000_000, 41);
        lines.iter_mut().zip(times).for_each(|(line, time)| line.push((len as f64, time)));
    }
    let [add, all, hash] = lines;
    Chart::new(
        "Adding to a dense HyperLogLog of a million",
        ("bytes of the element", Scale::Linear),
        ("ns per element", Scale::Linear),
    )
    .line("add, one by one", add)
    .line("add_all", all)
    .line("the hash alone", hash)
}

/// A register of packed ones, as one finds it without thinking of the others.
fn single(packed: &[u8], index: usize) -> u8 {
    let (byte, shift) = (index * 6 / 8, index * 6 % 8);
    let next = packed.get(byte + 1).copied().unwrap_or(0);
    (u16::from_le_bytes([packed[byte], next]) >> shift) as u8 & 63
}

/// PFCOUNT of several, one register at a time.
fn count_singly(hlls: &[Vec<u8>]) -> u64 {
    let mut highest = [0u8; REGISTERS];
    for hll in hlls {
        let packed = &hll[HEADER..];
        highest.iter_mut().enumerate().for_each(|(at, highest)| *highest = single(packed, at).max(*highest));
    }
    let mut histogram: Histogram = [0; 64];
    highest.iter().for_each(|register| histogram[usize::from(*register)] += 1);
    estimate(&histogram)
}

fn count_union(hlls: &[Vec<u8>]) -> u64 {
    let mut union = Union::new();
    hlls.iter().for_each(|hll| union.add(hll).expect("a sound one"));
    union.count()
}

plot! { "hyperloglog-union", "Time to count the union of dense ones, by their number: all registers at once, and one by one", union }

fn union() -> Chart {
    let hlls: Vec<Vec<u8>> = (0..64u64)
        .map(|nth| {
            let mut hll = hyperloglog::new();
            for n in 0..50_000 {
                let element = scrambled(nth << 32 | n).to_le_bytes();
                hyperloglog::add(&mut hll, &element, hyperloglog::SPARSE_MAX_BYTES).expect("a sound one");
            }
            hll
        })
        .collect();
    let (mut singly, mut together, mut copied) = (Vec::new(), Vec::new(), Vec::new());
    let mut target = vec![0u8; hlls[0].len()];
    for count in [1usize, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64] {
        let hlls = &hlls[..count];
        assert_eq!(count_singly(hlls), count_union(hlls));
        let point = |nanoseconds: f64| (count as f64, nanoseconds / 1000.0);
        singly.push(point(nanoseconds(|| assert!(count_singly(black_box(hlls)) > 0))));
        together.push(point(nanoseconds(|| assert!(count_union(black_box(hlls)) > 0))));
        copied.push(point(nanoseconds(|| {
            hlls.iter().for_each(|hll| black_box(&mut target).copy_from_slice(hll));
        })));
    }
    Chart::new(
        "PFCOUNT of several dense HyperLogLogs",
        ("HyperLogLogs", Scale::Log),
        ("microseconds", Scale::Log),
    )
    .line("one register at a time", singly)
    .line("Union", together)
    .line("copying the same bytes", copied)
}
