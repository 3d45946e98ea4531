//! Iteration from any rank, from both ends.

use std::ops::Range;

use super::BPlusTree;
use super::node::Leaf;
use crate::sorted_index::Member;

/// Entries of a range of ranks, in order.
///
/// Holds a leaf for each end and finds the next one by its rank: that is a descent per leaf, and spares the nodes
/// parent pointers and links.
pub struct Iter<'a, M, const LEAF: usize = 63, const INNER: usize = 32> {
    tree: &'a BPlusTree<M, LEAF, INNER>,
    ranks: Range<usize>,
    /// A leaf, and the slot of the next entry.
    front: Option<(&'a Leaf<M, LEAF>, usize)>,
    /// A leaf, and the slot behind the next entry from the back.
    back: Option<(&'a Leaf<M, LEAF>, usize)>,
}

impl<M: Member, const LEAF: usize, const INNER: usize> BPlusTree<M, LEAF, INNER> {
    /// The entries of these ranks, to be taken from either end. O(log n), and O(1) per entry.
    ///
    /// Ranks beyond the last are ignored.
    pub fn range(&self, ranks: Range<usize>) -> Iter<'_, M, LEAF, INNER> {
        let end = ranks.end.min(self.len);
        Iter { tree: self, ranks: ranks.start.min(end)..end, front: None, back: None }
    }

    /// All entries, to be taken from either end.
    pub fn iter(&self) -> Iter<'_, M, LEAF, INNER> {
        self.range(0..self.len)
    }
}

impl<'a, M: Member, const LEAF: usize, const INNER: usize> Iterator for Iter<'a, M, LEAF, INNER> {
    type Item = (f64, &'a M);

    #[inline]
    fn next(&mut self) -> Option<(f64, &'a M)> {
        if self.ranks.is_empty() {
            return None;
        }
        let (leaf, at) = match self.front {
            Some((leaf, at)) if at < leaf.len => (leaf, at),
            _ => self.tree.root.leaf_at(self.ranks.start),
        };
        self.ranks.start += 1;
        self.front = Some((leaf, at + 1));
        Some(leaf.entry(at))
    }

    fn nth(&mut self, skipped: usize) -> Option<(f64, &'a M)> {
        if skipped > 0 {
            self.ranks.start = self.ranks.start.saturating_add(skipped).min(self.ranks.end);
            self.front = None;
        }
        self.next()
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.ranks.len(), Some(self.ranks.len()))
    }
}

impl<M: Member, const LEAF: usize, const INNER: usize> DoubleEndedIterator for Iter<'_, M, LEAF, INNER> {
    #[inline]
    fn next_back(&mut self) -> Option<Self::Item> {
        if self.ranks.is_empty() {
            return None;
        }
        self.ranks.end -= 1;
        let (leaf, at) = match self.back {
            Some((leaf, end)) if end > 0 => (leaf, end - 1),
            _ => self.tree.root.leaf_at(self.ranks.end),
        };
        self.back = Some((leaf, at));
        Some(leaf.entry(at))
    }

    fn nth_back(&mut self, skipped: usize) -> Option<Self::Item> {
        if skipped > 0 {
            self.ranks.end = self.ranks.end.saturating_sub(skipped).max(self.ranks.start);
            self.back = None;
        }
        self.next_back()
    }
}

impl<M: Member, const LEAF: usize, const INNER: usize> ExactSizeIterator for Iter<'_, M, LEAF, INNER> {}
