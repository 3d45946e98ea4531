//! Visiting every entry once, while nothing changes; [`scan`](super::Dict::scan) is for while things do.

use std::iter::FusedIterator;

use super::raw::Directory;
use super::{Dict, Slot};
use crate::buckets::Buckets;
use crate::buckets::Lanes;

/// Every entry, in order of segments and buckets; see [`Dict::iter`].
pub struct Iter<'a, T> {
    directory: &'a Directory<T>,
    /// Directory index of the next segment.
    index: usize,
    /// The segment before it, the bucket in it, and the slots of that bucket that are left.
    buckets: Option<Buckets<'a, T>>,
    at: usize,
    lanes: Lanes,
    left: usize,
}

impl<T> Dict<T> {
    /// Every entry once, in no order that means anything. O(n) for all of it.
    pub fn iter(&self) -> Iter<'_, T> {
        Iter {
            directory: &self.directory,
            index: 0,
            buckets: None,
            at: 0,
            lanes: Lanes::NONE,
            left: self.len,
        }
    }
}

impl<T> Dict<T> {
    /// Visits every entry once, to change it in place, in no order that means anything. What is written must have the same
    /// hash. O(n).
    pub fn for_each_mut(&mut self, mut visit: impl FnMut(&mut T)) {
        let mut index = 0;
        while let Some(segment) = self.directory.segment(index) {
            let (depth, buckets) = (segment.depth, segment.buckets.len());
            for at in 0..buckets {
                let occupied =
                    self.directory.segment(index).map(|segment| segment.buckets.word(at).occupied());
                for slot in occupied.into_iter().flatten() {
                    let segment = self.directory.segment_mut(index);
                    segment
                        .and_then(|segment| segment.buckets.into_mut(at, slot))
                        .into_iter()
                        .for_each(&mut visit);
                }
            }
            index += self.directory.span(depth);
        }
    }
}

/// Entries that are asked for before they are given.
const AHEAD: usize = 16;

impl<T: Slot> Dict<T> {
    /// As [`iter`](Self::iter), for who looks into every entry: the memory of each is asked for some entries before it
    /// is given, so that the misses of a large dict overlap. O(n) for all of it.
    pub fn iter_prefetched(&self) -> impl ExactSizeIterator<Item = &T> {
        let mut scout = self.iter();
        scout.by_ref().take(AHEAD).for_each(Slot::prefetch);
        self.iter().inspect(move |_| {
            if let Some(ahead) = scout.next() {
                ahead.prefetch();
            }
        })
    }
}

impl<'a, T> Iterator for Iter<'a, T> {
    type Item = &'a T;

    fn next(&mut self) -> Option<&'a T> {
        loop {
            if let Some(slot) = self.lanes.next() {
                self.left -= 1;
                return self.buckets?.get(self.at, slot);
            }
            self.at += 1;
            if self.buckets.is_none_or(|buckets| self.at >= buckets.len()) {
                let segment = self.directory.segment(self.index)?;
                self.index += self.directory.span(segment.depth);
                (self.buckets, self.at) = (Some(segment.buckets), 0);
            }
            self.lanes = self.buckets?.word(self.at).occupied();
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left, Some(self.left))
    }
}

impl<T> ExactSizeIterator for Iter<'_, T> {}
impl<T> FusedIterator for Iter<'_, T> {}

impl<'a, T> IntoIterator for &'a Dict<T> {
    type Item = &'a T;
    type IntoIter = Iter<'a, T>;

    fn into_iter(self) -> Iter<'a, T> {
        self.iter()
    }
}

/// Every entry, taken out; see [`Dict::drain`]. Dropping it drops the entries that are left.
pub struct IntoIter<T> {
    directory: Directory<T>,
    index: usize,
    bucket: usize,
    left: usize,
}

impl<T> IntoIterator for Dict<T> {
    type Item = T;
    type IntoIter = IntoIter<T>;

    fn into_iter(self) -> IntoIter<T> {
        IntoIter { directory: self.directory, index: 0, bucket: 0, left: self.len }
    }
}

impl<T> Iterator for IntoIter<T> {
    type Item = T;

    fn next(&mut self) -> Option<T> {
        loop {
            let mut segment = self.directory.segment_mut(self.index)?;
            let depth = segment.depth;
            while self.bucket < segment.buckets.len() {
                if let Some(slot) = segment.buckets.word(self.bucket).occupied().next() {
                    self.left -= 1;
                    return segment.buckets.take(self.bucket, slot);
                }
                self.bucket += 1;
            }
            self.bucket = 0;
            self.index += self.directory.span(depth);
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left, Some(self.left))
    }
}

impl<T> ExactSizeIterator for IntoIter<T> {}
impl<T> FusedIterator for IntoIter<T> {}
