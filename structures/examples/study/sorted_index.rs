//! The B+ tree beside the skiplist: insertion in random order, ranks, ranges, bytes per element.
//!
//! Both hold the members of a sorted set as it holds them, behind one word; what the members themselves take is not
//! counted, since it is the same for both. Scores are random numbers, members are like `member:00004711`.

use std::sync::OnceLock;
use std::time::Duration;

use russet_structures::bptree::BPlusTree;
use russet_structures::skiplist::SkipList;
use russet_structures::sorted_index::Member;
use russet_structures::sorted_set::Scored;

use crate::chart::{Chart, Scale};
use crate::heap::bytes_of;
use crate::measure::{ratio, time};
use crate::{bar, plot};

/// What the two have in common here.
trait Index {
    fn empty() -> Self;
    fn add(&mut self, member: Scored);
    fn rank_of(&self, score: f64, member: &[u8]) -> Option<usize>;
    /// Reads so many entries from a rank on, with the first byte of their members, and adds them up.
    fn read(&self, from: usize, count: usize) -> f64;
}

impl Index for BPlusTree<Scored> {
    fn empty() -> Self {
        BPlusTree::new()
    }
    fn add(&mut self, member: Scored) {
        assert!(self.insert(member.score(), member).is_ok());
    }
    fn rank_of(&self, score: f64, member: &[u8]) -> Option<usize> {
        self.rank(score, member)
    }
    fn read(&self, from: usize, count: usize) -> f64 {
        self.range(from..from + count).map(|(score, member)| score + f64::from(member.bytes()[0])).sum()
    }
}

/// A skiplist with the random numbers that it wants.
struct Drawn {
    list: SkipList<Scored>,
    state: u64,
}

impl Index for Drawn {
    fn empty() -> Self {
        Drawn { list: SkipList::new(), state: 1 }
    }
    fn add(&mut self, member: Scored) {
        self.state = self.state.wrapping_add(1);
        let drawn = mix(self.state);
        assert!(self.list.insert(member.score(), member, || drawn).is_ok());
    }
    fn rank_of(&self, score: f64, member: &[u8]) -> Option<usize> {
        self.list.rank(score, member)
    }
    fn read(&self, from: usize, count: usize) -> f64 {
        self.list.range(from..from + count).map(|(score, member)| score + f64::from(member.bytes()[0])).sum()
    }
}

/// A number that looks random (splitmix64).
pub(crate) fn mix(n: u64) -> u64 {
    let n = n.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let n = (n ^ n >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let n = (n ^ n >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    n ^ n >> 31
}

/// The n-th member.
pub(crate) fn name(n: usize) -> [u8; 15] {
    let mut name = *b"member:00000000";
    let mut rest = n;
    for digit in name[7..].iter_mut().rev() {
        *digit = b'0' + (rest % 10) as u8;
        rest /= 10;
    }
    name
}

/// The n-th member's score.
pub(crate) fn score(n: usize) -> f64 {
    (mix(n as u64) >> 20) as f64
}

fn members(count: usize) -> Vec<Scored> {
    (0..count).map(|n| Scored::new(&name(n), score(n))).collect()
}

fn fill<I: Index>(members: Vec<Scored>) -> I {
    members.into_iter().fold(I::empty(), |mut index, member| {
        index.add(member);
        index
    })
}

/// How long it takes to fill an index, and the index.
fn filling<I: Index>(count: usize) -> (Duration, I) {
    let members = members(count);
    let mut index = None;
    let taken = time(|| index = Some(fill::<I>(members)));
    (taken, index.unwrap_or_else(I::empty))
}

/// Entries at which the bars are measured.
const MANY: usize = 1_000_000;

bar! { "sorted-insert", "time to insert 1M elements in random order, over the skiplist's", 0.5, insert_ratio }
fn insert_ratio() -> f64 {
    ratio(3, || filling::<BPlusTree<_>>(MANY).0, || filling::<Drawn>(MANY).0)
}

bar! { "sorted-bytes", "bytes per element above member and score, 1M elements in random order", 24.0, bytes_above }
fn bytes_above() -> f64 {
    bytes_per_element::<BPlusTree<_>>(members(MANY)) - size_of::<f64>() as f64
}

/// Bytes of the index per element, score and word for the member included.
fn bytes_per_element<I: Index>(members: Vec<Scored>) -> f64 {
    let count = members.len();
    let mut members = members.into_iter();
    // What the vector takes was set aside before, and is freed after counting.
    let (bytes, _index) = bytes_of(|| {
        members.by_ref().fold(I::empty(), |mut index, member| {
            index.add(member);
            index
        })
    });
    bytes as f64 / count as f64
}

/// Sizes, and how many rounds each is measured, of which the fastest counts.
const SIZES: [(usize, usize); 5] = [(1000, 50), (10_000, 20), (100_000, 5), (1_000_000, 2), (10_000_000, 1)];
const RANKS: usize = 200_000;
const RANGES: usize = 10_000;
const RANGE: usize = 100;

/// Nanoseconds by size: per insertion, per rank, per entry of a range.
#[derive(Default)]
struct Times([Vec<(f64, f64)>; 3]);

impl Times {
    fn push(&mut self, size: usize, best: [Duration; 3]) {
        for ((line, taken), operations) in self.0.iter_mut().zip(best).zip([size, RANKS, RANGES * RANGE]) {
            line.push((size as f64, taken.as_nanos() as f64 / operations as f64));
        }
    }
}

/// Measures one index of one size once, and keeps what is faster than before.
fn round<I: Index>(size: usize, number: usize, best: &mut [Duration; 3]) {
    let (inserted, index) = filling::<I>(size);
    let pick = |n: usize| mix((number * RANKS + n) as u64) as usize % size;
    let ranks = time(|| {
        let rank = |n| index.rank_of(score(n), &name(n)).expect("it was inserted");
        (0..RANKS).map(|n| rank(pick(n))).fold(0, usize::wrapping_add)
    });
    let ranges = time(|| (0..RANGES).map(|n| index.read(pick(n).min(size - RANGE), RANGE)).sum::<f64>());
    best.iter_mut().zip([inserted, ranks, ranges]).for_each(|(best, taken)| *best = (*best).min(taken));
}

/// Both indexes at all sizes, taking turns; measured once for all plots.
fn times() -> &'static [Times; 2] {
    static TIMES: OnceLock<[Times; 2]> = OnceLock::new();
    TIMES.get_or_init(|| {
        let mut times = [Times::default(), Times::default()];
        for (size, rounds) in SIZES {
            let mut best = [[Duration::MAX; 3]; 2];
            for number in 0..rounds {
                round::<BPlusTree<_>>(size, number, &mut best[0]);
                round::<Drawn>(size, number, &mut best[1]);
            }
            times.iter_mut().zip(best).for_each(|(times, best)| times.push(size, best));
        }
        times
    })
}

fn draw(title: &str, per: &str, which: usize) -> Chart {
    let [tree, list] = times();
    Chart::new(title, ("elements", Scale::Log), (per, Scale::Log))
        .line("B+ tree", tree.0[which].clone())
        .line("skiplist", list.0[which].clone())
}

plot! { "bptree-insert", "Time to insert in random order, by size, beside the skiplist's", draw_insert }
fn draw_insert() -> Chart {
    draw("Inserting n elements in random order", "ns per element", 0)
}

plot! { "bptree-rank", "Time to find an element's rank, by size, beside the skiplist's", draw_rank }
fn draw_rank() -> Chart {
    draw("The rank of a random element", "ns", 1)
}

plot! { "bptree-range", "Time per element of ranges of 100 from random ranks, by size, beside the skiplist's", draw_range }
fn draw_range() -> Chart {
    draw("Reading 100 elements from a random rank on", "ns per element", 2)
}

plot! { "bptree-bytes", "Bytes of the index per element, by size, beside the skiplist's", draw_bytes }
fn draw_bytes() -> Chart {
    let [mut random, mut ascending, mut list] = [const { Vec::new() }; 3];
    for (size, _) in SIZES {
        let sorted = || {
            let mut members = members(size);
            members.sort_by(|a, b| a.score().total_cmp(&b.score()));
            members
        };
        random.push((size as f64, bytes_per_element::<BPlusTree<_>>(members(size))));
        ascending.push((size as f64, bytes_per_element::<BPlusTree<_>>(sorted())));
        // Its towers do not care for the order, which only makes this faster.
        list.push((size as f64, bytes_per_element::<Drawn>(sorted())));
    }
    Chart::new(
        "Index per element: score, member's word and what leads there",
        ("elements", Scale::Log),
        ("bytes", Scale::Linear),
    )
    .line("B+ tree, elements in random order", random)
    .line("B+ tree, elements in ascending order", ascending)
    .line("skiplist", list)
}
