//! Elements in order, from both ends, and which of them a `LIMIT` leaves.

use std::hash::BuildHasher;
use std::ops::Range;

use super::SortedSet;
use super::raw::Handle;
use crate::bptree;

/// Members and scores of a range of ranks, in order.
pub struct Elements<'a> {
    entries: bptree::Iter<'a, Handle>,
}

/// The part of these ranks that `LIMIT offset limit` leaves, `None` being no limit; in `reverse`, counted from the back.
///
/// ```
/// use russet_structures::sorted_set::window;
///
/// assert_eq!(window(10..20, false, 2, Some(3)), 12..15);
/// assert_eq!(window(10..20, true, 2, Some(3)), 15..18);
/// assert_eq!(window(10..20, false, 8, Some(3)), 18..20);
/// assert!(window(10..20, true, 10, None).is_empty());
/// ```
pub fn window(ranks: Range<usize>, reverse: bool, offset: usize, limit: Option<usize>) -> Range<usize> {
    let skipped = offset.min(ranks.len());
    let kept = limit.unwrap_or(usize::MAX).min(ranks.len() - skipped);
    if reverse {
        let end = ranks.start + ranks.len() - skipped;
        end - kept..end
    } else {
        let start = ranks.start + skipped;
        start..start + kept
    }
}

impl<S: BuildHasher> SortedSet<S> {
    /// The elements of these ranks, to be taken from either end. O(log n), and O(1) per element.
    ///
    /// Ranks beyond the last are ignored.
    pub fn range(&self, ranks: Range<usize>) -> Elements<'_> {
        Elements { entries: self.core.index().range(ranks) }
    }

    /// All elements in order, to be taken from either end.
    pub fn iter(&self) -> Elements<'_> {
        self.range(0..self.len())
    }

    /// The element of this rank. O(log n).
    pub fn get(&self, rank: usize) -> Option<(&[u8], f64)> {
        self.core.index().get(rank).map(|(score, handle)| (handle.member(), score))
    }

    /// The element with the lowest score. O(log n).
    pub fn first(&self) -> Option<(&[u8], f64)> {
        self.get(0)
    }

    /// The element with the highest score. O(log n).
    pub fn last(&self) -> Option<(&[u8], f64)> {
        self.get(self.len().checked_sub(1)?)
    }
}

impl<'a> Iterator for Elements<'a> {
    type Item = (&'a [u8], f64);

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        self.entries.next().map(|(score, handle)| (handle.member(), score))
    }

    fn nth(&mut self, skipped: usize) -> Option<Self::Item> {
        self.entries.nth(skipped).map(|(score, handle)| (handle.member(), score))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.entries.size_hint()
    }
}

impl DoubleEndedIterator for Elements<'_> {
    #[inline]
    fn next_back(&mut self) -> Option<Self::Item> {
        self.entries.next_back().map(|(score, handle)| (handle.member(), score))
    }

    fn nth_back(&mut self, skipped: usize) -> Option<Self::Item> {
        self.entries.nth_back(skipped).map(|(score, handle)| (handle.member(), score))
    }
}

impl ExactSizeIterator for Elements<'_> {}

impl<'a, S: BuildHasher> IntoIterator for &'a SortedSet<S> {
    type Item = (&'a [u8], f64);
    type IntoIter = Elements<'a>;

    fn into_iter(self) -> Elements<'a> {
        self.iter()
    }
}
