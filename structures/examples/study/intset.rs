//! Intset beside the dict: bytes and time per member, by number of members.
//!
//! Members are asked for and added as commands do: as text. An intset has to read the number, a dict to hash the text.

use std::collections::{BTreeSet, HashSet};
use std::time::Duration;

use ahash::RandomState;
use russet_structures::integer::parse_i64;
use russet_structures::intset::Intset;
use russet_structures::map::Set;

use crate::chart::{Chart, Scale};
use crate::heap::bytes_of;
use crate::measure::{compare, sizes, time};
use crate::plot;

/// So many different numbers in an order that jumps about, of up to `bits` bits, the same in every run.
fn numbers(count: usize, bits: u32, seed: u64) -> Vec<i64> {
    let (mut state, mut seen) = (seed, HashSet::new());
    let mut numbers = Vec::with_capacity(count);
    while numbers.len() < count {
        state = state.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(0x1405_7b7e_f767_814f);
        let mixed = (state ^ state >> 32).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let number = mixed as i64 >> (64 - bits);
        if seen.insert(number) {
            numbers.push(number);
        }
    }
    numbers
}

fn texts(numbers: &[i64]) -> Vec<Vec<u8>> {
    numbers.iter().map(|number| number.to_string().into_bytes()).collect()
}

/// A set as a structure may hold it.
trait Members {
    fn empty() -> Self;
    /// SADD.
    fn add(&mut self, text: &[u8]);
    /// SISMEMBER.
    fn has(&self, text: &[u8]) -> bool;
}

impl Members for Intset {
    fn empty() -> Self {
        Intset::new()
    }
    fn add(&mut self, text: &[u8]) {
        if let Some(value) = parse_i64(text) {
            self.insert(value);
        }
    }
    fn has(&self, text: &[u8]) -> bool {
        parse_i64(text).is_some_and(|value| self.contains(value))
    }
}

impl Members for Set<RandomState> {
    fn empty() -> Self {
        Set::with_hasher(RandomState::with_seeds(1, 2, 3, 4))
    }
    fn add(&mut self, text: &[u8]) {
        self.insert(text);
    }
    fn has(&self, text: &[u8]) -> bool {
        self.contains(text)
    }
}

impl Members for BTreeSet<i64> {
    fn empty() -> Self {
        BTreeSet::new()
    }
    fn add(&mut self, text: &[u8]) {
        if let Some(value) = parse_i64(text) {
            self.insert(value);
        }
    }
    fn has(&self, text: &[u8]) -> bool {
        parse_i64(text).is_some_and(|value| self.contains(&value))
    }
}

fn filled<M: Members>(texts: &[Vec<u8>]) -> M {
    let mut members = M::empty();
    texts.iter().for_each(|text| members.add(text));
    members
}

plot! { "intset-bytes", "Bytes per member of a set, in an intset and in a dict, by number of members", draw_bytes }
fn draw_bytes() -> Chart {
    fn line<M: Members>(bits: u32) -> Vec<(f64, f64)> {
        let bytes = |count: usize| {
            let all: Vec<Vec<Vec<u8>>> =
                (1..21).map(|seed| texts(&numbers(count, bits, seed))).collect();
            let (bytes, _) = bytes_of(|| all.iter().map(|texts| filled::<M>(texts)).collect::<Vec<M>>());
            (count as f64, bytes as f64 / (count * all.len()) as f64)
        };
        sizes(1, 10_000, 33).into_iter().map(bytes).collect()
    }
    Chart::new("A set of integers, added one by one", ("members", Scale::Log), ("heap bytes per member", Scale::Log))
        .line("intset, 16 bits", line::<Intset>(16))
        .line("intset, 32 bits", line::<Intset>(32))
        .line("intset, 64 bits", line::<Intset>(64))
        .line("dict (Set), 16 bits", line::<Set<RandomState>>(16))
        .line("dict (Set), 64 bits", line::<Set<RandomState>>(64))
        .line("BTreeSet<i64>", line::<BTreeSet<i64>>(64))
}

/// A line of a plot: its name, and how long it takes with members of these texts.
type Work = (&'static str, fn(&[Vec<u8>]) -> Duration);

/// A plot of the time per member.
fn times(title: &str, work: [Work; 4]) -> Chart {
    let mut lines = [const { Vec::new() }; 4];
    for count in sizes(1, 30_000, 25) {
        let rounds = 5000usize.div_ceil(count);
        let sets: Vec<Vec<Vec<u8>>> =
            (0..rounds).map(|seed| texts(&numbers(count, 32, seed as u64 + 1))).collect();
        let sets = &sets;
        let all = |(_, work): Work| -> Box<dyn FnMut() -> Duration> {
            Box::new(move || sets.iter().map(|texts| work(texts)).sum())
        };
        let taken = compare(5, count * rounds, work.map(all).into());
        lines.iter_mut().zip(taken).for_each(|(line, time)| line.push((count as f64, time)));
    }
    let axes = (("members", Scale::Log), ("ns per member", Scale::Log));
    let chart = Chart::new(title, axes.0, axes.1);
    work.iter().zip(lines).fold(chart, |chart, ((name, _), line)| chart.line(name, line))
}

fn insert<M: Members>(texts: &[Vec<u8>]) -> Duration {
    time(|| filled::<M>(texts))
}

fn find<M: Members>(texts: &[Vec<u8>]) -> Duration {
    let members = filled::<M>(texts);
    // In another order than that in which they came, and each more than once, since the clock takes its time, too.
    let count = texts.len();
    let again = 32usize.div_ceil(count);
    let order = || (0..again * count).map(|n| &texts[n * 7919 % count]);
    time(|| order().filter(|text| members.has(text)).count()) / again as u32
}

plot! { "intset-find", "Time to find a member of a set, in an intset and in a dict, by number of members", draw_find }
fn draw_find() -> Chart {
    times(
        "SISMEMBER of an integer of 32 bits that is there",
        [
            ("intset", find::<Intset>),
            ("dict (Set)", find::<Set<RandomState>>),
            ("BTreeSet<i64>", find::<BTreeSet<i64>>),
            ("reading the numbers alone", |texts| {
                let again = 32usize.div_ceil(texts.len());
                let all = || (0..again).flat_map(|_| texts);
                time(|| all().filter_map(|text| parse_i64(text)).fold(0, i64::wrapping_add)) / again as u32
            }),
        ],
    )
}

plot! { "intset-insert", "Time per member to fill a set, in an intset and in a dict, by number of members", draw_insert }
fn draw_insert() -> Chart {
    times(
        "SADD of n integers of 32 bits, one by one",
        [
            ("intset, in no order", insert::<Intset>),
            ("dict (Set)", insert::<Set<RandomState>>),
            ("BTreeSet<i64>, in no order", insert::<BTreeSet<i64>>),
            ("intset, ascending", |unordered| {
                let mut ordered: Vec<i64> = unordered.iter().filter_map(|text| parse_i64(text)).collect();
                ordered.sort_unstable();
                insert::<Intset>(&texts(&ordered))
            }),
        ],
    )
}
