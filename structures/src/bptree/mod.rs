//! The B+ tree: a sorted index that knows ranks.
//!
//! # What problem does it solve?
//!
//! A sorted set answers questions in both directions: which score has this member (a hash table knows), and which
//! members have these scores, these ranks, or lie between these names. For the second kind it keeps all entries in
//! order of score, and of members where scores are equal, and must find the entry of a given rank as well as the rank
//! of a given entry: `ZRANK` in a leaderboard of ten million players may not count its way there.
//!
//! # What was there before?
//!
//! Redis keeps a [skiplist](crate::skiplist) whose links know how many entries they skip. Every entry is a node of its
//! own, so each step of a search waits for memory, and a node costs pointers. Bayer and McCreight's B-tree (1972) puts
//! many keys into one node; in a B+ tree all entries stand in leaves and the nodes above only lead there. A tree whose
//! nodes also count what lies below each child is an *order-statistic* tree: a rank is the sum of the counts that a
//! descent leaves to its left.
//!
//! # What does it look like?
//!
//! A leaf holds up to 63 entries, scores side by side, members in the same order:
//!
//! ```text
//!  byte 0       8                                 512                              1016
//!       ┌───────┬───────┬───────┬── ··· ──┬───────┬───────┬───────┬── ··· ──┬───────┐
//!       │  len  │score 0│score 1│         │score62│memb. 0│memb. 1│         │memb.62│
//!       └───────┴───────┴───────┴── ··· ──┴───────┴───────┴───────┴── ··· ──┴───────┘
//!        8        63 x 8 = 504                      63 x 8 = 504 with members of one pointer
//! ```
//!
//! A search by score reads one run of numbers and touches members only where scores are equal. An inner node describes
//! up to 32 children in the same fashion, an array for each property:
//!
//! ```text
//!            child 0    child 1    child 2
//!           ┌──────────┬──────────┬──────────┬─ ···
//!  score    │ -inf     │ 3.5      │ 3.5      │        of the first entry below the child
//!  prefix   │ "alpha"  │ "delta"  │ "november"        first 8 bytes of that entry's member, as a number
//!  count    │ 48       │ 61       │ 37       │        entries below the child
//!  child    │  ──┐     │  ──┐     │  ──┐     │
//!           └────┼─────┴────┼─────┴────┼─────┴─ ···
//!                ▼          ▼          ▼
//! ```
//!
//! There are no links from leaf to leaf and none upwards: an iteration that comes to a leaf's end finds the next one
//! by rank, once per leaf.
//!
//! # How does a search go?
//!
//! With the node above and the target (3.5, "golf"): the children whose first score is below 3.5 are passed over, the
//! score decides between all others but those at 3.5, and there the prefix does: "delta" is below "golf", "november"
//! is not. The entry is below child 1, and its rank is 48 plus the rank below that child. Only if prefixes are equal as
//! well is the first member below the child looked at.
//!
//! ```
//! use russet_structures::bptree::BPlusTree;
//! use std::ops::Bound::{Excluded, Included, Unbounded};
//!
//! let mut tree: BPlusTree<&[u8]> = BPlusTree::new();
//! for (score, member) in [(3.5, "golf"), (3.5, "delta"), (1.0, "zulu"), (7.0, "alpha")] {
//!     tree.insert(score, member.as_bytes()).unwrap();
//! }
//! assert_eq!(tree.rank(3.5, b"golf"), Some(2));
//! assert_eq!(tree.get(0), Some((1.0, &&b"zulu"[..])));
//! let ranks = tree.score_range(Excluded(1.0), Included(3.5));
//! assert_eq!(ranks, 1..3);
//! assert_eq!(tree.range(ranks).next_back(), Some((3.5, &&b"golf"[..])));
//! assert_eq!(tree.score_range(Excluded(3.5), Unbounded), 3..4);
//! ```
//!
//! # How does it grow and shrink?
//!
//! An insertion that meets a full node on its way down shares it with a neighbour that has room, and splits it where
//! neither has; the node above has room, since it was met first. At the very end of the tree a split takes only the
//! last entry along, so scores that arrive in order (timestamps) leave full leaves behind. Removal merges a node that
//! is less than a third full with its neighbour, or lets them share evenly. A range is removed by dropping whole
//! subtrees, cutting the two nodes on each level that the range ends in, and mending the seam.
//!
//! # What do the operations cost?
//!
//! | operation | cost | command |
//! |---|---|---|
//! | `insert`, `remove`, `update` | O(log n) | `ZADD`, `ZREM`, `ZINCRBY` |
//! | `rank`, `get` | O(log n) | `ZRANK`, `ZREVRANK`, `ZRANGE` |
//! | `score_range`, `lex_range`: which ranks | O(log n) | `ZCOUNT`, `ZLEXCOUNT`, ranges with `LIMIT` |
//! | `range`, from both ends | O(log n + entries) | `ZRANGE` in all its forms |
//! | `remove_range` | O(log n + entries) | `ZREMRANGEBYRANK`, `...BYSCORE`, `...BYLEX` |
//! | `pop_first`, `pop_last` | O(log n) | `ZPOPMIN`, `ZPOPMAX` |
//! | `from_sorted` | O(n) | loading |
//!
//! # What does it cost?
//!
//! A leaf takes 1016 bytes and an inner node 1288, so in a tree whose nodes are `f` full an element takes
//! `1016 / 63 f + 1288 / (32 f · 63 f)` bytes, of which 16 are its score and its member's word. Elements that come in
//! any order leave nodes four fifths full, which is 20.2 + 1.0; scores that ascend leave them full, and it is 17.
//!
//! ![Bytes of the index per element by size: 21 for a B+ tree filled in random order, 17 in ascending order, 53 for a skiplist](../../../../docs/src/plots/structures/bptree-bytes.svg)
//!
//! # Why do sorted sets use this one?
//!
//! Because it was measured beside the skiplist, on the same elements. To find a place among `n` entries the list makes
//! about `2 log₂ n` comparisons and the tree `log₂ n`, but what counts more is where they look. A skiplist's step is a
//! jump to a node of its own, and in a list that is larger than the caches nearly every jump waits for memory. A descent
//! among a million entries reads four nodes, and of each a few lines.
//!
//! ![Time to insert an element by size: alike at a thousand, then the B+ tree takes a fraction of the skiplist's](../../../../docs/src/plots/structures/bptree-insert.svg)
//!
//! A million insertions in random order take a fifth to a third of the skiplist's time; that it is at most half is a
//! bar that the study checks. The index takes two fifths of the skiplist's memory.
//!
//! ![Time to find the rank of a random element, by size](../../../../docs/src/plots/structures/bptree-rank.svg)
//!
//! Ranges gain most. The next entry of a leaf is the next slot of an array, so the processor loads the members of several
//! entries at once; the next node of a list is known only when this one has arrived.
//!
//! ![Time per element of a range of 100, by size: the skiplist's is several times the B+ tree's](../../../../docs/src/plots/structures/bptree-range.svg)
//!
//! ```sh
//! cargo run --release -p russet-structures --example study -- plots bptree
//! cargo run --release -p russet-structures --example study -- bars sorted
//! ```
//!
//! # What is it bad at?
//!
//! Entries move within their leaf when others come and go, so nothing may point at them. A set of few entries pays for
//! a whole leaf. Where all scores are equal and members share their first eight bytes, a search looks at as many members
//! as a binary search does.

mod bulk;
mod change;
mod iter;
mod node;
mod search;
#[cfg(test)]
mod tests;
mod validate;

use std::ops::{Bound, Range};

pub use iter::Iter;
use node::{Inner, Leaf, Node, Tally};
use search::Target;

use crate::sorted_index::Member;

/// Entries of score and member in order, with ranks.
///
/// `LEAF` and `INNER` say how many entries and children a node holds, 4 at least; those who do not measure take what
/// they are. See the [module's page](self).
pub struct BPlusTree<M, const LEAF: usize = 63, const INNER: usize = 32> {
    root: Node<M, LEAF, INNER>,
    len: usize,
    tally: Tally,
}

const _: () = assert!(size_of::<Leaf<Box<u8>, 63>>() == 1016 && size_of::<Inner<Box<u8>, 63, 32>>() == 1288);

impl<M: Member, const LEAF: usize, const INNER: usize> BPlusTree<M, LEAF, INNER> {
    const WIDE_ENOUGH: () = assert!(LEAF >= 4 && INNER >= 4, "a node holds 4 at least");

    /// An empty tree, which is one leaf.
    pub fn new() -> Self {
        let () = Self::WIDE_ENOUGH;
        BPlusTree { root: Node::Leaf(Leaf::new()), len: 0, tally: Tally { leaves: 1, inners: 0 } }
    }

    /// Number of entries. O(1).
    #[inline]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there are no entries. O(1).
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Bytes of all nodes, without what members own and without `BPlusTree` itself. O(1).
    pub fn memory(&self) -> usize {
        self.tally.leaves * size_of::<Leaf<M, LEAF>>()
            + self.tally.inners * size_of::<Inner<M, LEAF, INNER>>()
    }

    /// Removes all entries. O(n).
    pub fn clear(&mut self) {
        *self = BPlusTree::new();
    }

    /// How many entries stand before this one, if it is there. O(log n). From the back it is `len - 1 - rank`.
    pub fn rank(&self, score: f64, member: &[u8]) -> Option<usize> {
        self.root.rank(Target::new(score, member)).ok()
    }

    /// Whether this entry is there. O(log n).
    pub fn contains(&self, score: f64, member: &[u8]) -> bool {
        self.rank(score, member).is_some()
    }

    /// The entry of this rank. O(log n).
    pub fn get(&self, rank: usize) -> Option<(f64, &M)> {
        if rank >= self.len {
            return None;
        }
        let (leaf, at) = self.root.leaf_at(rank);
        Some(leaf.entry(at))
    }

    /// The first entry. O(log n).
    pub fn first(&self) -> Option<(f64, &M)> {
        self.get(0)
    }

    /// The last entry. O(log n).
    pub fn last(&self) -> Option<(f64, &M)> {
        self.get(self.len.checked_sub(1)?)
    }

    /// The ranks of all entries with scores between two bounds. O(log n).
    ///
    /// Never reversed: where nothing lies between the bounds, the range is empty and stands where it would be.
    pub fn score_range(&self, min: Bound<f64>, max: Bound<f64>) -> Range<usize> {
        let start = match min {
            Bound::Included(min) => self.root.rank_by_score(|score| score < min),
            Bound::Excluded(min) => self.root.rank_by_score(|score| score <= min),
            Bound::Unbounded => 0,
        };
        let end = match max {
            Bound::Included(max) => self.root.rank_by_score(|score| score <= max),
            Bound::Excluded(max) => self.root.rank_by_score(|score| score < max),
            Bound::Unbounded => self.len,
        };
        start..end.max(start)
    }

    /// The ranks of all entries with members between two bounds, if all scores are equal. O(log n).
    ///
    /// Where scores differ, the answer is some range of ranks.
    pub fn lex_range(&self, min: Bound<&[u8]>, max: Bound<&[u8]>) -> Range<usize> {
        let start = match min {
            Bound::Included(min) => self.root.rank_by_member(min, false),
            Bound::Excluded(min) => self.root.rank_by_member(min, true),
            Bound::Unbounded => 0,
        };
        let end = match max {
            Bound::Included(max) => self.root.rank_by_member(max, true),
            Bound::Excluded(max) => self.root.rank_by_member(max, false),
            Bound::Unbounded => self.len,
        };
        start..end.max(start)
    }
}

impl<M: Member, const LEAF: usize, const INNER: usize> Default for BPlusTree<M, LEAF, INNER> {
    fn default() -> Self {
        BPlusTree::new()
    }
}

impl<M: Member, const LEAF: usize, const INNER: usize> std::fmt::Debug for BPlusTree<M, LEAF, INNER> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.iter().map(|(score, member)| (score, member.bytes()))).finish()
    }
}
