//! Whole runs of entries: building from sorted input, and deletion of a range.

use std::ops::Range;

use super::BPlusTree;
use super::node::{Inner, Leaf, Link, Node, Tally};
use crate::sorted_index::{Member, compare};

impl<M: Member, const LEAF: usize, const INNER: usize> Inner<M, LEAF, INNER> {
    /// Hands out the entries of these ranks in order. What is left is ordered and counted right, but nodes at the seam
    /// may have too few slots, or none.
    fn drain_below(&mut self, ranks: Range<usize>, sink: &mut impl FnMut(f64, M), tally: &mut Tally) {
        let (mut begin, mut kept) = (0, 0);
        for at in 0..self.len {
            let count = self.counts[at];
            let (from, to) = (ranks.start.max(begin), ranks.end.min(begin + count));
            begin += count;
            if from >= to {
                self.counts[kept] = count;
            } else if to - from == count {
                if let Some(node) = self.children[at].take() {
                    node.drain(sink, tally);
                }
                continue;
            } else {
                let offset = begin - count;
                self.child_mut(at).drain_range(from - offset..to - offset, sink, tally);
                self.counts[kept] = count - (to - from);
                self.refresh_first(at);
            }
            self.scores[kept] = self.scores[at];
            self.prefixes[kept] = self.prefixes[at];
            self.children.swap(kept, at);
            kept += 1;
        }
        self.len = kept;
    }

    /// Mends nodes on both sides of a seam before this rank; says whether there was anything to mend. What is mended
    /// may leave too few slots a level higher, or find children to mend that had no neighbour before.
    fn mend_seam(&mut self, rank: usize, tally: &mut Tally) -> bool {
        let (left, before) = self.child_at(rank.saturating_sub(1));
        let (right, behind) = self.child_at(rank);
        let mut mended = false;
        for (at, within) in [(right, behind), (left, before + 1)] {
            if let Node::Inner(inner) = self.child_mut(at) {
                mended |= inner.mend_seam(within, tally);
            }
        }
        for at in [right, left] {
            if self.len > 1 && at < self.len && self.child(at).is_meagre() {
                self.mend_child(at, tally);
                mended = true;
            }
        }
        mended
    }
}

impl<M: Member, const LEAF: usize, const INNER: usize> Node<M, LEAF, INNER> {
    /// Hands out all entries in order.
    fn drain(self, sink: &mut impl FnMut(f64, M), tally: &mut Tally) {
        match self {
            Node::Leaf(leaf) => {
                tally.leaves -= 1;
                leaf.members
                    .into_iter()
                    .flatten()
                    .zip(leaf.scores)
                    .for_each(|(member, score)| sink(score, member));
            }
            Node::Inner(inner) => {
                tally.inners -= 1;
                inner.children.into_iter().flatten().for_each(|node| node.drain(sink, tally));
            }
        }
    }

    /// Hands out the entries of these ranks in order, of which there are fewer than all.
    fn drain_range(&mut self, ranks: Range<usize>, sink: &mut impl FnMut(f64, M), tally: &mut Tally) {
        match self {
            Node::Leaf(leaf) => {
                for at in ranks.clone() {
                    if let Some(member) = leaf.members[at].take() {
                        sink(leaf.scores[at], member);
                    }
                }
                leaf.scores.copy_within(ranks.end..leaf.len, ranks.start);
                leaf.members[ranks.start..leaf.len].rotate_left(ranks.len());
                leaf.len -= ranks.len();
            }
            Node::Inner(inner) => inner.drain_below(ranks, sink, tally),
        }
    }
}

impl<M: Member, const LEAF: usize, const INNER: usize> BPlusTree<M, LEAF, INNER> {
    /// Takes out the entries of these ranks and hands them to `sink` in order. O(log n + entries taken out).
    ///
    /// Ranks beyond the last are ignored. Ranges by score and by member are ranges of ranks first: see
    /// [`score_range`](Self::score_range) and [`lex_range`](Self::lex_range).
    pub fn remove_range(&mut self, ranks: Range<usize>, mut sink: impl FnMut(f64, M)) {
        let ranks = ranks.start..ranks.end.min(self.len);
        if ranks.is_empty() {
            return;
        }
        if ranks.len() == self.len {
            let all = std::mem::take(self);
            all.root.drain(&mut sink, &mut Tally { leaves: usize::MAX, inners: usize::MAX });
            return;
        }
        self.root.drain_range(ranks.clone(), &mut sink, &mut self.tally);
        self.len -= ranks.len();
        // Each round puts the lowest level that is out of order right, so there are as many as the tree is high.
        loop {
            self.lower_root();
            let Node::Inner(root) = &mut self.root else { return };
            if !root.mend_seam(ranks.start, &mut self.tally) {
                return;
            }
        }
    }

    /// Builds a tree whose nodes are full, from entries in order. O(n).
    ///
    /// Returns `None` if a score is NaN or an entry is not above the one before it; what came until then is dropped.
    pub fn from_sorted(entries: impl IntoIterator<Item = (f64, M)>) -> Option<Self> {
        let (mut len, mut tally) = (0, Tally::default());
        let mut leaves: Vec<Box<Leaf<M, LEAF>>> = Vec::new();
        for (score, member) in entries {
            if score.is_nan() {
                return None;
            }
            if let Some(last) = leaves.last() {
                let (before, than) = last.entry(last.len - 1);
                if compare(before, than.bytes(), score, member.bytes()).is_ge() {
                    return None;
                }
            }
            if leaves.last().is_none_or(|leaf| leaf.len == LEAF) {
                leaves.push(Leaf::new());
            }
            if let Some(leaf) = leaves.last_mut() {
                leaf.insert(leaf.len, score, member);
            }
            len += 1;
        }
        tally.leaves = leaves.len().max(1);
        let mut level: Vec<Node<M, LEAF, INNER>> = leaves.into_iter().map(Node::Leaf).collect();
        while level.len() > 1 {
            let mut above = Vec::with_capacity(level.len().div_ceil(INNER));
            let mut rest = level.len();
            let mut nodes = level.into_iter();
            while rest > 0 {
                // No node with a single child, which would have no neighbour.
                let take = if rest == INNER + 1 { INNER - 1 } else { rest.min(INNER) };
                let mut inner = Inner::new();
                for node in nodes.by_ref().take(take) {
                    inner.insert(inner.len, Link::to(node));
                }
                above.push(Node::Inner(inner));
                rest -= take;
            }
            tally.inners += above.len();
            level = above;
        }
        Some(match level.pop() {
            Some(root) => BPlusTree { root, len, tally },
            None => BPlusTree::new(),
        })
    }
}
