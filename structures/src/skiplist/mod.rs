//! The skiplist: a sorted list with express lanes.
//!
//! # What problem does it solve?
//!
//! A linked list in order of score takes a new entry anywhere by changing two pointers, but finding the place takes a
//! walk past half of all entries. A skiplist (Pugh, 1990) adds lanes above the list, each of which stops at about every
//! fourth node of the one below. A search goes along the highest lane while that does not lead too far, then descends.
//! Nothing is ever rebalanced: how high a new node's tower is, a coin decides.
//!
//! # Where does Redis use it?
//!
//! A sorted set of more than some 128 entries is a hash table from member to score, and a skiplist for everything that
//! asks for order. Two things are Redis's own. Each link notes how many entries it skips (its *span*), so that a walk
//! that adds spans knows ranks. And each node has a pointer back to the one before it, for ranges in reverse.
//! Russet uses a [B+ tree](crate::bptree) instead; this list is here to be read, and to be measured against.
//!
//! # What does it look like?
//!
//! ```text
//!          header                                                                 tail
//!  level 3  ●────────────────── 3 ─────────────────►●────────── 2 ──────────► end
//!  level 2  ●──── 1 ───►●──────────── 2 ───────────►●──── 1 ───►●──── 1 ────► end
//!  level 1  ●──── 1 ───►●──── 1 ───►●──── 1 ───────►●──── 1 ───►●──── 1 ────► ...
//!                    ┌──────┐    ┌──────┐        ┌──────┐    ┌──────┐
//!           none ◄───│1 zulu│◄───│3 alfa│◄───────│3 golf│◄───│7 echo│          backward
//!                    └──────┘    └──────┘        └──────┘    └──────┘
//!  rank                 0           1               2           3
//! ```
//!
//! A node is one allocation, as long as its tower is high:
//!
//! ```text
//!  byte 0         8        16         24        32       40        48
//!       ┌─────────┬─────────┬──────────┬─────────┬────────┬─────────┬────────┬── ···
//!       │ member  │ score   │ backward │ forward │ height │ forward │ span   │
//!       └─────────┴─────────┴──────────┴─────────┴────────┴─────────┴────────┴── ···
//!                                       level 1            level 2
//! ```
//!
//! On the lowest level every span is 1, so the height stands in its place; Rust's allocator wants to know how long a
//! block is that it frees.
//!
//! # How does a search for rank 3 go?
//!
//! Ranks count from 0, so 4 entries are to be passed. At the header, level 3 skips 3 and then would skip 2 more, which
//! is one too many; from "golf", level 2 skips 1, and 3 + 1 = 4: "echo".
//!
//! ```
//! use russet_structures::skiplist::SkipList;
//!
//! // Heights as drawn: two bits a level, and a tower grows while they are 0.
//! let mut coins = [0b_01_00, 0b_01, 0b_01_00_00, 0b_01_00].into_iter();
//! let mut list: SkipList<&[u8]> = SkipList::new();
//! for (score, member) in [(1.0, "zulu"), (3.0, "alfa"), (3.0, "golf"), (7.0, "echo")] {
//!     list.insert(score, member.as_bytes(), || coins.next().unwrap()).unwrap();
//! }
//! assert_eq!(list.get(3), Some((7.0, &&b"echo"[..])));
//! assert_eq!(list.rank(3.0, b"golf"), Some(2));
//! // The header has 32 levels, the towers 2 + 1 + 3 + 2; members are fat pointers here, 8 bytes more than drawn.
//! assert_eq!(list.memory(), (32 + 32 * 16) + 4 * 32 + 8 * 16);
//! ```
//!
//! # What does it cost?
//!
//! With p = 1/4 towers are 4/3 levels high on average, and a node takes `24 + 16 h` bytes: 45.3 with its member's
//! pointer and its score, 29.3 without them. Where the allocator rounds up to multiples of 16, it is 53.3.
//!
//! ![Bytes per element by size: 53 for the skiplist, 17 to 21 for a B+ tree](../../../../docs/src/plots/structures/bptree-bytes.svg)
//!
//! A search makes about `4 log₄ n` comparisons: 32 at 65,536 entries (a test counts 34 on average), 40 at a million.
//! Nearly every one is with a node of its own, and once the list is larger than the caches, each waits for memory.
//!
//! ![Time to insert an element by size: the skiplist's grows several times faster than the B+ tree's](../../../../docs/src/plots/structures/bptree-insert.svg)
//!
//! ```sh
//! cargo run --release -p russet-structures --example study -- plots bptree
//! ```
//!
//! | operation | cost |
//! |---|---|
//! | `insert`, `remove`, `update`, `rank`, `get` | O(log n) expected |
//! | `score_range`, `lex_range` | O(log n) expected |
//! | `range`, `remove_range` | O(log n + entries) expected |
//!
//! # What is it bad at?
//!
//! Memory, in bytes and in waiting: nodes that are neighbours in the list are strangers in memory. Why sorted sets use
//! a [B+ tree](crate::bptree) is measured on its page.
//!
//! # How does it differ from Redis's?
//!
//! Heights (at most 32, p = 1/4), spans, backward pointers and the layout are the same, but for the height. Redis draws
//! a number per level and calls its own random function; here two bits per level are taken from one number of a source
//! that the caller brings.

mod iter;
mod raw;
#[cfg(test)]
mod tests;
mod validate;

use std::cmp::Ordering;
use std::ops::{Bound, Range};

pub use iter::Iter;
use raw::List;

use crate::sorted_index::Member;

/// The highest tower. A quarter of all nodes reaches each next level, so 2^64 entries need no more.
pub const MAX_LEVEL: usize = 32;

/// Entries of score and member in order, with ranks. See the [module's page](self).
pub struct SkipList<M> {
    list: List<M>,
}

/// A tower's height: one more for every pair of bits that is 0, from the lowest on.
fn height(random: u64) -> usize {
    (random.trailing_zeros() as usize / 2 + 1).min(MAX_LEVEL)
}

impl<M: Member> SkipList<M> {
    /// An empty list, which is a header of [`MAX_LEVEL`] levels.
    pub fn new() -> Self {
        SkipList { list: List::new() }
    }

    /// Number of entries. O(1).
    pub fn len(&self) -> usize {
        self.list.len
    }

    /// Whether there are no entries. O(1).
    pub fn is_empty(&self) -> bool {
        self.list.len == 0
    }

    /// Bytes of all nodes, as they were asked for, without what members own. O(1).
    pub fn memory(&self) -> usize {
        self.list.bytes
    }

    /// Removes all entries. O(n).
    pub fn clear(&mut self) {
        *self = SkipList::new();
    }

    /// Adds an entry; its tower's height comes from one number of `random`, all 64 bits of which should be. O(log n)
    /// expected.
    ///
    /// # Errors
    ///
    /// Gives the member back if the same member with the same score is there already.
    ///
    /// # Panics
    ///
    /// If the score is NaN.
    pub fn insert(&mut self, score: f64, member: M, random: impl FnOnce() -> u64) -> Result<(), M> {
        assert!(!score.is_nan(), "a score is a number");
        let path = self.list.path(|_, node| node.compare(score, member.bytes()).is_lt());
        if self.list.behind(&path).is_some_and(|node| node.compare(score, member.bytes()).is_eq()) {
            return Err(member);
        }
        self.list.insert(path, height(random()), score, member);
        Ok(())
    }

    /// Takes out an entry. O(log n) expected.
    pub fn remove(&mut self, score: f64, member: &[u8]) -> Option<M> {
        let path = self.list.path(|_, node| node.compare(score, member).is_lt());
        if !self.list.behind(&path)?.compare(score, member).is_eq() {
            return None;
        }
        Some(self.list.remove(&path)?.1)
    }

    /// Gives a member another score; says whether it was there. O(log n) expected.
    ///
    /// An entry that stays between its neighbours keeps its node.
    ///
    /// # Panics
    ///
    /// If the new score is NaN.
    pub fn update(
        &mut self,
        score: f64,
        member: &[u8],
        new_score: f64,
        random: impl FnOnce() -> u64,
    ) -> bool {
        assert!(!new_score.is_nan(), "a score is a number");
        let path = self.list.path(|_, node| node.compare(score, member).is_lt());
        if !self.list.behind(&path).is_some_and(|node| node.compare(score, member).is_eq()) {
            return false;
        }
        if !self.list.rescore(&path, new_score)
            && let Some((_, member)) = self.list.remove(&path)
        {
            let inserted = self.insert(new_score, member, random);
            debug_assert!(inserted.is_ok(), "a member stands once");
        }
        true
    }

    /// Takes out the entry of this rank. O(log n) expected.
    pub fn remove_at(&mut self, rank: usize) -> Option<(f64, M)> {
        let path = self.list.path(|after, _| after <= rank);
        if rank < self.len() { self.list.remove(&path) } else { None }
    }

    /// Takes out the first entry. O(1) expected.
    pub fn pop_first(&mut self) -> Option<(f64, M)> {
        self.remove_at(0)
    }

    /// Takes out the last entry. O(log n) expected.
    pub fn pop_last(&mut self) -> Option<(f64, M)> {
        self.remove_at(self.len().checked_sub(1)?)
    }

    /// Takes out the entries of these ranks and hands them to `sink` in order. O(log n + entries taken out) expected.
    pub fn remove_range(&mut self, ranks: Range<usize>, mut sink: impl FnMut(f64, M)) {
        let path = self.list.path(|after, _| after <= ranks.start);
        for _ in ranks.start..ranks.end.min(self.len()) {
            if let Some((score, member)) = self.list.remove(&path) {
                sink(score, member);
            }
        }
    }

    /// How many entries stand before this one, if it is there. O(log n) expected.
    pub fn rank(&self, score: f64, member: &[u8]) -> Option<usize> {
        // Up to and including the entry: one comparison less than to look at the node behind the one before.
        let after = self.list.rank(|node| node.compare(score, member).is_le());
        let node = self.list.at(after.checked_sub(1)?)?.node();
        node.compare(score, member).is_eq().then(|| after - 1)
    }

    /// The entry of this rank. O(log n) expected.
    pub fn get(&self, rank: usize) -> Option<(f64, &M)> {
        let node = self.list.at(rank)?.node();
        Some((node.score, node.member()))
    }

    /// The ranks of all entries with scores between two bounds. O(log n) expected.
    pub fn score_range(&self, min: Bound<f64>, max: Bound<f64>) -> Range<usize> {
        let start = match min {
            Bound::Included(min) => self.list.rank(|node| node.score < min),
            Bound::Excluded(min) => self.list.rank(|node| node.score <= min),
            Bound::Unbounded => 0,
        };
        let end = match max {
            Bound::Included(max) => self.list.rank(|node| node.score <= max),
            Bound::Excluded(max) => self.list.rank(|node| node.score < max),
            Bound::Unbounded => self.len(),
        };
        start..end.max(start)
    }

    /// The ranks of all entries with members between two bounds, if all scores are equal. O(log n) expected.
    pub fn lex_range(&self, min: Bound<&[u8]>, max: Bound<&[u8]>) -> Range<usize> {
        let below = |bound: &[u8], inclusive: bool| {
            self.list.rank(|node| match node.member().bytes().cmp(bound) {
                Ordering::Less => true,
                Ordering::Equal => inclusive,
                Ordering::Greater => false,
            })
        };
        let start = match min {
            Bound::Included(min) => below(min, false),
            Bound::Excluded(min) => below(min, true),
            Bound::Unbounded => 0,
        };
        let end = match max {
            Bound::Included(max) => below(max, true),
            Bound::Excluded(max) => below(max, false),
            Bound::Unbounded => self.len(),
        };
        start..end.max(start)
    }
}

impl<M: Member> Default for SkipList<M> {
    fn default() -> Self {
        SkipList::new()
    }
}

impl<M: Member> std::fmt::Debug for SkipList<M> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.iter().map(|(score, member)| (score, member.bytes()))).finish()
    }
}
