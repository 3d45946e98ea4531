//! The sorted set: a dict and a B+ tree that share their members.
//!
//! # What problem does it solve?
//!
//! A leaderboard asks in two directions. *Which score has this player?* is a question for a hash table; *who is
//! third?*, *who scored between 100 and 200?*, *which place has this player?* are questions for an ordered index. So a
//! large sorted set of Redis is both at once, and so is this one: a [dict](crate::dict) from member to score, and a
//! [B+ tree](crate::bptree) of scores and members. What this module adds is that the two never disagree, and that a
//! member's bytes are in memory once.
//!
//! # What does it look like?
//!
//! ```text
//!   dict: a bucket of words                    B+ tree: a leaf of up to 63 entries
//!  ┌─────────┬─────────┬─ ··· ─┐              ┌──────────┬──────────┬──────────┬─ ··· ─┐
//!  │ word    │ word    │       │       scores │ 3.0      │ 3.5      │ 7.0      │       │
//!  └──┼──────┴─────────┴─ ··· ─┘              ├──────────┼──────────┼──────────┼─ ··· ─┤
//!     │                               members │ word     │ word     │ word     │       │
//!     │                                       └──────────┴──┼───────┴──────────┴─ ··· ─┘
//!     │       ┌──────────────┬────────────┐                 │
//!     └──────►│ score, 8     │ member     │◄────────────────┘
//!             └──────────────┴────────────┘
//! ```
//!
//! Both hold the same word for the same block, a pointer with the member's length in its upper bits, so that most
//! comparisons which fail do so without looking at the block:
//!
//! ```text
//!        63                      48 47                               1   0
//!       ┌──────────────────────────┬───────────────────────────────────┬───┐
//! short │ length of the member     │ address                           │ 0 │  below 64 KiB
//!       ├──────────────────────────┴───────────────────────────────────┼───┤
//! long  │ address                                                      │ 1 │  the length stands behind the score
//!       └──────────────────────────────────────────────────────────────┴───┘
//! ```
//!
//! A block of the score 3.5 and the member "golf", as it lies in memory:
//!
//! ```
//! use russet_structures::sorted_set::Scored;
//!
//! let golf = Scored::new(b"golf", 3.5);
//! // Eight bytes of 3.5, lowest first; then g, o, l, f.
//! # #[cfg(target_endian = "little")]
//! assert_eq!(format!("{golf:x}"), "0000000000000c40676f6c66");
//! assert_eq!(golf.allocated(), 8 + 4);
//! assert_eq!(size_of::<Scored>(), 8);
//! ```
//!
//! # Why is the score there twice?
//!
//! Each side wants it at hand. The tree compares scores while it searches a leaf: were they only in the blocks, a
//! search would wait for memory six times per leaf instead of once or twice. The dict must lead from a member to its
//! score, and a leaf is no place to point at, since entries move about in it. Eight bytes per element are the price;
//! the table below shows them.
//!
//! # Who frees a block?
//!
//! Neither the dict nor the tree: to both, a word is a number. A block is freed by the operation that has taken its word
//! out of both. So a hash function that panics, or gives another hash than last time, can at worst leave a
//! block behind that nobody finds any more, and never one that is freed too early. All of this is in `raw.rs`, which
//! lends words out but never copies.
//!
//! # How is it used?
//!
//! ```
//! use russet_structures::sorted_set::{SortedSet, window};
//! use std::hash::RandomState;
//! use std::ops::Bound::{Excluded, Included, Unbounded};
//!
//! let mut set = SortedSet::with_hasher(RandomState::new());
//! assert_eq!(set.insert(b"ada", 120.0), None);
//! assert_eq!(set.insert(b"bob", 80.0), None);
//! assert_eq!(set.insert(b"cyd", 95.0), None);
//! assert_eq!(set.increment(b"bob", 30.0), Some(110.0));
//! assert_eq!(set.score(b"bob"), Some(110.0));
//! assert_eq!(set.rank(b"bob"), Some((1, 110.0)));
//!
//! // The best two: ZRANGE board 0 1 REV.
//! let best: Vec<_> = set.range(0..set.len()).rev().take(2).collect();
//! assert_eq!(best, [(&b"ada"[..], 120.0), (&b"bob"[..], 110.0)]);
//!
//! // ZRANGE board (95 +inf BYSCORE LIMIT 1 10.
//! let ranks = set.score_range(Excluded(95.0), Unbounded);
//! let page = set.range(window(ranks, false, 1, Some(10)));
//! assert_eq!(page.map(|(member, _)| member).collect::<Vec<_>>(), [b"ada"]);
//!
//! // ZADD board XX GT 100 cyd: only if cyd is there, and only to raise the score.
//! let change = set.update(b"cyd", |old| old.filter(|old| 100.0 > *old).map(|_| 100.0));
//! assert_eq!(change, (Some(95.0), Some(100.0)));
//!
//! // ZREMRANGEBYSCORE board -inf 100.
//! let mut gone = Vec::new();
//! set.remove_range(set.score_range(Unbounded, Included(100.0)), |scored| gone.push(scored.member().to_vec()));
//! assert_eq!(gone, [b"cyd"]);
//! ```
//!
//! | operation | cost | commands |
//! |---|---|---|
//! | `score`, `contains` | O(1) expected | `ZSCORE`, `ZMSCORE`, `ZINTER`, `ZDIFF` |
//! | `insert`, `increment`, `update`, `remove` | O(log n) | `ZADD`, `ZINCRBY`, `ZREM` |
//! | `rank`, `get` | O(log n) | `ZRANK`, `ZREVRANK` |
//! | `score_range`, `lex_range` | O(log n) | `ZCOUNT`, `ZLEXCOUNT` |
//! | `range`, both ways, with [`window`] | O(log n + elements given) | `ZRANGE` and its elder forms |
//! | `remove_range` | O(log n + elements removed) | `ZREMRANGEBYRANK`, `...BYSCORE`, `...BYLEX` |
//! | `pop_first`, `pop_last` | O(log n) | `ZPOPMIN`, `BZPOPMAX`, `ZMPOP` |
//! | `sample` | O(1) expected | `ZRANDMEMBER key`, with a negative count again and again |
//! | `sample_distinct` | O(count log n), or O(n) for a third of all and more | `ZRANDMEMBER key count` |
//! | `scan` | O(budget) | `ZSCAN`; every element that stays is visited exactly once |
//! | `from_sorted`, `from_scored` | O(n) | loading, `ZRANGESTORE` |
//! | `clone` | O(n) | `COPY` |
//! | `len`, `memory` | O(1) | `ZCARD`, `MEMORY USAGE` |
//!
//! # What does it cost?
//!
//! | | bytes per element |
//! |---|---|
//! | the leaf's score and word, in leaves that are `f` full | `16.1 / f` |
//! | inner nodes | about 1 |
//! | the dict's word, tag and empty slots | under 11 |
//! | the block | `8 + member`, rounded up by the allocator |
//!
//! Elements that come in the order of their scores leave leaves full; those that come in any order leave them about
//! four fifths full, since a full leaf shares with its neighbour before it splits. With members of 15 bytes, whose
//! blocks of 23 the allocator rounds up to 32, it all adds up to some 44 bytes above member and score. A `HashMap` and a
//! `BTreeSet` that share their members through `Rc` take two to two and a half times as much, and know no ranks.
//!
//! ![Bytes above member and score by size: near 44 for the sorted set, 87 to 111 for a HashMap and a BTreeSet](../../../../docs/src/plots/structures/sorted_set-bytes.svg)
//!
//! ![Time to give a random member another score, by size](../../../../docs/src/plots/structures/sorted_set-update.svg)
//!
//! ```sh
//! cargo run --release -p russet-structures --example study -- plots sorted_set
//! ```
//!
//! # Why a B+ tree and not a skiplist?
//!
//! It takes two fifths of the memory and, in sets that are larger than the processor's caches, a fraction of the time;
//! its [page](crate::bptree) shows both at a thousand to ten million elements.
//!
//! # What is it bad at?
//!
//! - A small set pays for a whole leaf of a kilobyte and for a bucket. Redis keeps sets of up to 128 elements in
//!   a [listpack](crate::listpack), and so should whoever uses this.
//! - Ranges give members that lie wherever the allocator put them: each is likely a cache miss.
//! - Moving an element to another score is a removal and an insertion in the tree, unless it stays between its
//!   neighbours.
//!
//! # How does it differ from Redis's?
//!
//! The plan is the same, a hash table and an ordered index over one copy of each member; Redis's index is a
//! [skiplist](crate::skiplist), and in its dict the score is reached through a pointer into a skiplist's node.
//! `OBJECT ENCODING` of such a set is `skiplist` all the same, whatever stands behind it. Order, ties (by the members'
//! bytes), and `-0` (equal to `0`) are Redis's. Random elements are fair here, each equally likely.

mod range;
mod raw;
mod sample;
#[cfg(test)]
mod tests;
mod validate;

use std::hash::BuildHasher;
use std::ops::{Bound, Range};

pub use range::{Elements, window};
use raw::Core;
pub use raw::Scored;

use crate::sorted_index::compare;

/// Members with scores, found by member, by score and by rank. See the [module's page](self).
pub struct SortedSet<S> {
    core: Core,
    hasher: S,
}

impl<S: BuildHasher> SortedSet<S> {
    /// An empty set, which is one empty leaf.
    pub fn with_hasher(hasher: S) -> Self {
        SortedSet::with_capacity_and_hasher(0, hasher)
    }

    /// An empty set whose dict has memory for about `capacity` members.
    pub fn with_capacity_and_hasher(capacity: usize, hasher: S) -> Self {
        SortedSet { core: Core::with_capacity(capacity), hasher }
    }

    /// Builds a set from elements in order, with full leaves. O(n).
    ///
    /// Returns `None` if a score is NaN, an element is not above the one before it, or a member comes twice.
    pub fn from_sorted<B: AsRef<[u8]>>(
        elements: impl IntoIterator<Item = (B, f64)>,
        hasher: S,
    ) -> Option<Self> {
        let core = Core::from_sorted(elements.into_iter(), |member| hasher.hash_one(member))?;
        Some(SortedSet { core, hasher })
    }

    /// Builds a set from elements in any order, with full leaves, without copying them. O(n) if they ascend or descend,
    /// else O(n log n).
    ///
    /// Returns `None` if a score is NaN, or a member comes twice.
    pub fn from_scored(mut elements: Vec<Scored>, hasher: S) -> Option<Self> {
        if elements.iter().any(|element| element.score().is_nan()) {
            return None;
        }
        let order = |a: &Scored, b: &Scored| compare(a.score(), a.member(), b.score(), b.member());
        if elements.is_sorted_by(|a, b| order(a, b).is_ge()) {
            elements.reverse();
        } else if !elements.is_sorted_by(|a, b| order(a, b).is_le()) {
            elements.sort_unstable_by(order);
        }
        let core = Core::from_sorted(elements.into_iter(), |member| hasher.hash_one(member))?;
        Some(SortedSet { core, hasher })
    }

    /// The hasher that the set was made with.
    pub fn hasher(&self) -> &S {
        &self.hasher
    }

    /// Number of elements. O(1).
    #[inline]
    pub fn len(&self) -> usize {
        self.core.index().len()
    }

    /// Whether there are no elements. O(1).
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Bytes that were asked of the allocator: dict, tree and all blocks, without `SortedSet` itself. O(1).
    pub fn memory(&self) -> usize {
        self.core.dict().memory() + self.core.index().memory() + self.core.blocks()
    }

    /// Removes all elements. O(n).
    pub fn clear(&mut self) {
        self.core = Core::with_capacity(0);
    }

    /// Starts loading what a search for the member reads first. O(1); see
    /// [`Dict::prefetch`](crate::dict::Dict::prefetch).
    #[inline]
    pub fn prefetch(&self, member: &[u8]) {
        self.core.dict().prefetch(self.hasher.hash_one(member));
    }

    /// The member's score. O(1) expected.
    #[inline]
    pub fn score(&self, member: &[u8]) -> Option<f64> {
        let hash = self.hasher.hash_one(member);
        self.core.dict().find(hash, |handle| handle.is(member)).map(raw::Handle::score)
    }

    /// Whether there is such a member. O(1) expected.
    #[inline]
    pub fn contains(&self, member: &[u8]) -> bool {
        self.score(member).is_some()
    }

    /// Gives the member this score and returns the one it had; a new member is added. O(log n).
    ///
    /// # Panics
    ///
    /// If the score is NaN.
    pub fn insert(&mut self, member: &[u8], score: f64) -> Option<f64> {
        self.update(member, |_| Some(score)).0
    }

    /// Adds to the member's score, a new member's being 0, and returns the sum. O(log n).
    ///
    /// `None` where the sum is not a number, as that of the two infinities: then nothing is changed.
    pub fn increment(&mut self, member: &[u8], by: f64) -> Option<f64> {
        self.update(member, |old| Some(old.unwrap_or(0.0) + by).filter(|sum| !sum.is_nan())).1
    }

    /// Gives the member the score that `decide` makes of the one it has, if any; both are returned. O(log n), and O(1)
    /// expected where the score stays the same.
    ///
    /// Where `decide` returns `None` nothing is changed. So one search serves every kind of `ZADD`, with `NX`, `XX`,
    /// `GT`, `LT`, `INCR`, and says what was added and what was changed.
    ///
    /// # Panics
    ///
    /// If the new score is NaN.
    pub fn update(
        &mut self,
        member: &[u8],
        decide: impl FnOnce(Option<f64>) -> Option<f64>,
    ) -> (Option<f64>, Option<f64>) {
        self.core.update(member, |member| self.hasher.hash_one(member), decide)
    }

    /// Removes the member and returns it with its score. O(log n).
    pub fn remove(&mut self, member: &[u8]) -> Option<Scored> {
        self.core.remove(member, |member| self.hasher.hash_one(member))
    }

    /// Removes the element with the lowest score, and of these the first member. O(log n).
    pub fn pop_first(&mut self) -> Option<Scored> {
        self.core.remove_at(0, |member| self.hasher.hash_one(member))
    }

    /// Removes the element with the highest score, and of these the last member. O(log n).
    pub fn pop_last(&mut self) -> Option<Scored> {
        let last = self.len().checked_sub(1)?;
        self.core.remove_at(last, |member| self.hasher.hash_one(member))
    }

    /// Removes the elements of these ranks and hands them to `sink` in order. O(log n + elements removed).
    ///
    /// Ranks beyond the last are ignored. Where the ranks come from scores or members, ask
    /// [`score_range`](Self::score_range) or [`lex_range`](Self::lex_range) first.
    pub fn remove_range(&mut self, ranks: Range<usize>, sink: impl FnMut(Scored)) {
        if ranks.start < ranks.end.min(self.len()) {
            self.core.remove_range(ranks, |member| self.hasher.hash_one(member), sink);
        }
    }

    /// How many elements stand before the member, and its score. O(log n). From the back it is `len - 1 - rank`.
    pub fn rank(&self, member: &[u8]) -> Option<(usize, f64)> {
        let score = self.score(member)?;
        Some((self.core.index().rank(score, member)?, score))
    }

    /// The ranks of all elements with scores between two bounds. O(log n).
    pub fn score_range(&self, min: Bound<f64>, max: Bound<f64>) -> Range<usize> {
        self.core.index().score_range(min, max)
    }

    /// The ranks of all elements with members between two bounds, if all scores are equal. O(log n).
    ///
    /// Where scores differ, the answer is some range of ranks.
    pub fn lex_range(&self, min: Bound<&[u8]>, max: Bound<&[u8]>) -> Range<usize> {
        self.core.index().lex_range(min, max)
    }

    /// Visits the elements of about `budget` buckets from `cursor` on and returns the cursor to continue with, 0 at
    /// the end; see [`Dict::scan`](crate::dict::Dict::scan). Start with 0.
    pub fn scan(&self, cursor: u64, budget: usize, mut visit: impl FnMut(&[u8], f64)) -> u64 {
        let hash = |handle: &raw::Handle| self.hasher.hash_one(handle.member());
        self.core.dict().scan(cursor, budget, hash, |handle| visit(handle.member(), handle.score()))
    }

    /// Visits at least `count` elements from `cursor` on, and not many more, and returns the cursor to continue with, 0 at
    /// the end; see [`Dict::scan_at_least`](crate::dict::Dict::scan_at_least). Start with 0.
    pub fn scan_at_least(&self, cursor: u64, count: usize, mut visit: impl FnMut(&[u8], f64)) -> u64 {
        let hash = |handle: &raw::Handle| self.hasher.hash_one(handle.member());
        self.core.dict().scan_at_least(cursor, count, hash, |handle| visit(handle.member(), handle.score()))
    }
}

/// A set of the same elements, with full leaves. O(n).
impl<S: BuildHasher + Clone> Clone for SortedSet<S> {
    fn clone(&self) -> Self {
        // A hash function that changed its mind may have let a member in twice: then they are put in one by one.
        SortedSet::from_sorted(self.iter(), self.hasher.clone()).unwrap_or_else(|| {
            let empty = SortedSet::with_capacity_and_hasher(self.len(), self.hasher.clone());
            self.iter().fold(empty, |mut copy, (member, score)| {
                copy.insert(member, score);
                copy
            })
        })
    }
}

impl<S: BuildHasher + Default> Default for SortedSet<S> {
    fn default() -> Self {
        SortedSet::with_hasher(S::default())
    }
}

impl<S: BuildHasher> std::fmt::Debug for SortedSet<S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let shown = self.iter().map(|(member, score)| (member.escape_ascii().to_string(), score));
        f.debug_map().entries(shown).finish()
    }
}

impl std::fmt::Debug for Scored {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "\"{}\": {}", self.member().escape_ascii(), self.score())
    }
}

/// The block's bytes: the score, the length of a long member, the member.
impl std::fmt::LowerHex for Scored {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.image().iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}
