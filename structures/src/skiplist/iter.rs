//! Iteration from any rank, from both ends.

use std::ops::Range;

use super::SkipList;
use super::raw::{List, Place};
use crate::sorted_index::Member;

/// Entries of a range of ranks, in order. A descent for each end that is used, then one step per entry.
pub struct Iter<'a, M> {
    list: &'a List<M>,
    ranks: Range<usize>,
    /// The entry that was given last at each end.
    front: Option<Place<'a, M>>,
    back: Option<Place<'a, M>>,
}

impl<M: Member> SkipList<M> {
    /// The entries of these ranks, to be taken from either end. O(log n) expected, and O(1) per entry.
    ///
    /// Ranks beyond the last are ignored.
    pub fn range(&self, ranks: Range<usize>) -> Iter<'_, M> {
        let end = ranks.end.min(self.len());
        Iter { list: &self.list, ranks: ranks.start.min(end)..end, front: None, back: None }
    }

    /// All entries, to be taken from either end.
    pub fn iter(&self) -> Iter<'_, M> {
        self.range(0..self.len())
    }
}

impl<'a, M: Member> Iterator for Iter<'a, M> {
    type Item = (f64, &'a M);

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        if self.ranks.is_empty() {
            return None;
        }
        self.front = match self.front {
            Some(last) => last.next(),
            None => self.list.at(self.ranks.start),
        };
        self.ranks.start += 1;
        let node = self.front?.node();
        Some((node.score, node.member()))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.ranks.len(), Some(self.ranks.len()))
    }
}

impl<M: Member> DoubleEndedIterator for Iter<'_, M> {
    #[inline]
    fn next_back(&mut self) -> Option<Self::Item> {
        if self.ranks.is_empty() {
            return None;
        }
        self.ranks.end -= 1;
        self.back = match self.back {
            Some(last) => last.previous(),
            None => self.list.at(self.ranks.end),
        };
        let node = self.back?.node();
        Some((node.score, node.member()))
    }
}

impl<M: Member> ExactSizeIterator for Iter<'_, M> {}
