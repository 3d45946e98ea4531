//! Descents: from a score, a member or a rank to a place, and from a place to its rank.

use std::cmp::Ordering;

use super::node::{Inner, Leaf, Node, prefix_of};
use crate::sorted_index::Member;

/// What is searched for: a score, and a member with its prefix.
#[derive(Clone, Copy)]
pub(super) struct Target<'a> {
    pub(super) score: f64,
    pub(super) prefix: u64,
    pub(super) member: &'a [u8],
}

impl<'a> Target<'a> {
    #[inline]
    pub(super) fn new(score: f64, member: &'a [u8]) -> Self {
        Target { score, prefix: prefix_of(member), member }
    }
}

/// The first index from `low` to `high` at which `goes_on` is false; it must not become true again.
#[inline]
pub(super) fn partition(mut low: usize, mut high: usize, goes_on: impl Fn(usize) -> bool) -> usize {
    while low < high {
        let middle = low.midpoint(high);
        if goes_on(middle) { low = middle + 1 } else { high = middle }
    }
    low
}

impl<M: Member, const LEAF: usize> Leaf<M, LEAF> {
    /// Where the target is, or where it belongs.
    #[inline]
    pub(super) fn find(&self, target: Target<'_>) -> Result<usize, usize> {
        let scores = &self.scores[..self.len];
        let low = scores.partition_point(|score| *score < target.score);
        if scores.get(low).is_none_or(|score| *score > target.score) {
            return Err(low);
        }
        let (mut low, mut high) = (low, low + scores[low..].partition_point(|score| *score <= target.score));
        while low < high {
            let middle = low.midpoint(high);
            match self.member(middle).bytes().cmp(target.member) {
                Ordering::Less => low = middle + 1,
                Ordering::Equal => return Ok(middle),
                Ordering::Greater => high = middle,
            }
        }
        Err(low)
    }
}

impl<M: Member, const LEAF: usize, const INNER: usize> Inner<M, LEAF, INNER> {
    /// The child below which the target is, or belongs: the last one whose first entry is not above it.
    #[inline]
    pub(super) fn find(&self, target: Target<'_>) -> usize {
        let scores = &self.scores[..self.len];
        let low = scores.partition_point(|score| *score < target.score);
        if scores.get(low).is_none_or(|score| *score > target.score) {
            return low.saturating_sub(1);
        }
        let high = low + scores[low..].partition_point(|score| *score <= target.score);
        partition(low, high, |at| self.first_is_at_most(at, target)).saturating_sub(1)
    }

    /// Whether the first member below a child is not above the target's. Looks at the member only where the first
    /// eight bytes do not decide.
    fn first_is_at_most(&self, at: usize, target: Target<'_>) -> bool {
        match self.prefixes[at].cmp(&target.prefix) {
            Ordering::Less => true,
            Ordering::Greater => false,
            Ordering::Equal => self.child(at).first().1.bytes() <= target.member,
        }
    }

    /// The child that holds the entry of this rank, and the entry's rank in it; for a rank beyond the last one, the
    /// last child and its number of entries or more.
    #[inline]
    pub(super) fn child_at(&self, mut rank: usize) -> (usize, usize) {
        for (at, count) in self.counts[..self.len - 1].iter().enumerate() {
            if rank < *count {
                return (at, rank);
            }
            rank -= count;
        }
        (self.len - 1, rank)
    }
}

impl<M: Member, const LEAF: usize, const INNER: usize> Node<M, LEAF, INNER> {
    /// Entries below the target, and whether it is there.
    pub(super) fn rank(&self, target: Target<'_>) -> Result<usize, usize> {
        let (mut node, mut before) = (self, 0);
        loop {
            match node {
                Node::Leaf(leaf) => return leaf.find(target).map(|at| before + at).map_err(|at| before + at),
                Node::Inner(inner) => {
                    let at = inner.find(target);
                    before += inner.counts[..at].iter().sum::<usize>();
                    node = inner.child(at);
                }
            }
        }
    }

    /// Entries whose scores satisfy `goes_on`, which must be true for low scores and false for high ones.
    pub(super) fn rank_by_score(&self, goes_on: impl Fn(f64) -> bool) -> usize {
        let (mut node, mut before) = (self, 0);
        loop {
            match node {
                Node::Leaf(leaf) => {
                    return before + leaf.scores[..leaf.len].partition_point(|score| goes_on(*score));
                }
                Node::Inner(inner) => {
                    let firsts = &inner.scores[..inner.len];
                    let at = firsts.partition_point(|score| goes_on(*score)).saturating_sub(1);
                    before += inner.counts[..at].iter().sum::<usize>();
                    node = inner.child(at);
                }
            }
        }
    }

    /// Entries whose members are below `bound`, or equal to it where `inclusive`. All scores are taken to be equal.
    pub(super) fn rank_by_member(&self, bound: &[u8], inclusive: bool) -> usize {
        let goes_on = |member: &[u8]| match member.cmp(bound) {
            Ordering::Less => true,
            Ordering::Equal => inclusive,
            Ordering::Greater => false,
        };
        let prefix = prefix_of(bound);
        let (mut node, mut before) = (self, 0);
        loop {
            match node {
                Node::Leaf(leaf) => {
                    return before + partition(0, leaf.len, |at| goes_on(leaf.member(at).bytes()));
                }
                Node::Inner(inner) => {
                    let at = partition(0, inner.len, |at| match inner.prefixes[at].cmp(&prefix) {
                        Ordering::Less => true,
                        Ordering::Greater => false,
                        Ordering::Equal => goes_on(inner.child(at).first().1.bytes()),
                    });
                    let at = at.saturating_sub(1);
                    before += inner.counts[..at].iter().sum::<usize>();
                    node = inner.child(at);
                }
            }
        }
    }

    /// The leaf that holds the entry of this rank, and where in it; for the number of entries, the last leaf's end.
    pub(super) fn leaf_at(&self, mut rank: usize) -> (&Leaf<M, LEAF>, usize) {
        let mut node = self;
        loop {
            match node {
                Node::Leaf(leaf) => return (leaf, rank),
                Node::Inner(inner) => {
                    let (at, within) = inner.child_at(rank);
                    (node, rank) = (inner.child(at), within);
                }
            }
        }
    }
}
