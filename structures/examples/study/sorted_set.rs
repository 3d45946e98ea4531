//! The sorted set beside what the standard library offers: a map from member to score and a tree of both.

use std::cmp::Ordering;
use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;
use std::time::Duration;

use russet_structures::sorted_set::SortedSet;

use crate::chart::{Chart, Scale};
use crate::heap::bytes_of;
use crate::measure::{compare, sizes, time};
use crate::plot;
use crate::sorted_index::{mix, name, score};

type Hash = ahash::RandomState;

/// A score that a tree can order.
#[derive(Clone, Copy, PartialEq)]
struct Score(f64);

impl Eq for Score {}

impl PartialOrd for Score {
    fn partial_cmp(&self, other: &Score) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Score {
    fn cmp(&self, other: &Score) -> Ordering {
        self.0.total_cmp(&other.0)
    }
}

/// What the two have in common here.
trait Set {
    fn empty() -> Self;
    fn put(&mut self, member: &[u8], score: f64);
}

impl Set for SortedSet<Hash> {
    fn empty() -> Self {
        SortedSet::with_hasher(Hash::with_seeds(1, 2, 3, 4))
    }
    fn put(&mut self, member: &[u8], score: f64) {
        self.insert(member, score);
    }
}

/// A hash map and a tree that count references to the same member; it knows no ranks.
struct Standard {
    scores: HashMap<Rc<[u8]>, f64, Hash>,
    order: BTreeSet<(Score, Rc<[u8]>)>,
}

impl Set for Standard {
    fn empty() -> Self {
        Standard { scores: HashMap::with_hasher(Hash::with_seeds(1, 2, 3, 4)), order: BTreeSet::new() }
    }
    fn put(&mut self, member: &[u8], score: f64) {
        let member = match self.scores.get_key_value(member) {
            Some((member, &old)) => {
                let member = Rc::clone(member);
                self.order.remove(&(Score(old), Rc::clone(&member)));
                member
            }
            None => Rc::from(member),
        };
        self.scores.insert(Rc::clone(&member), score);
        self.order.insert((Score(score), member));
    }
}

fn fill<S: Set>(size: usize) -> S {
    (0..size).fold(S::empty(), |mut set, n| {
        set.put(&name(n), score(n));
        set
    })
}

/// How long it takes to give so many random members another score.
fn updating<S: Set>(set: &mut S, size: usize, seed: u64) -> Duration {
    let changes = (0..UPDATES as u64).map(|n| mix(seed + n));
    time(|| changes.for_each(|random| set.put(&name(random as usize % size), (random >> 20) as f64)))
}

const UPDATES: usize = 200_000;

plot! { "sorted_set-update", "Time to give a member another score, by size, beside a HashMap and a BTreeSet", draw_update }
fn draw_update() -> Chart {
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for size in sizes(1000, 1_000_000, 7) {
        let (mut set, mut standard) = (fill::<SortedSet<Hash>>(size), fill::<Standard>(size));
        let (mut seed, mut other) = (0, 0);
        let taken = compare(
            3,
            UPDATES,
            vec![
                Box::new(|| {
                    seed += UPDATES as u64;
                    updating(&mut set, size, seed)
                }),
                Box::new(|| {
                    other += UPDATES as u64;
                    updating(&mut standard, size, other)
                }),
            ],
        );
        ours.push((size as f64, taken[0]));
        theirs.push((size as f64, taken[1]));
    }
    Chart::new("Giving a random member another score", ("elements", Scale::Log), ("ns", Scale::Log))
        .line("sorted set (knows ranks)", ours)
        .line("HashMap and BTreeSet of Rc<[u8]> (knows none)", theirs)
}

plot! { "sorted_set-bytes", "Bytes per element above member and score, by size, beside a HashMap and a BTreeSet", draw_bytes }
fn draw_bytes() -> Chart {
    let above = |bytes: usize, size: usize| bytes as f64 / size as f64 - (name(0).len() + size_of::<f64>()) as f64;
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for size in sizes(1000, 1_000_000, 31) {
        ours.push((size as f64, above(bytes_of(|| fill::<SortedSet<Hash>>(size)).0, size)));
        theirs.push((size as f64, above(bytes_of(|| fill::<Standard>(size)).0, size)));
    }
    Chart::new(
        "Elements with members of 15 bytes, in random order",
        ("elements", Scale::Log),
        ("bytes above member and score", Scale::Linear),
    )
    .line("sorted set", ours)
    .line("HashMap and BTreeSet of Rc<[u8]>", theirs)
}
