//! Visiting every entry once, while nothing changes; [`scan`](super::Dict::scan) is for while things do.

use std::iter::FusedIterator;

use super::Dict;
use super::bucket::Lanes;
use super::raw::{Bucket, Directory};

/// Every entry, in order of segments and buckets; see [`Dict::iter`].
pub struct Iter<'a, T> {
    directory: &'a Directory<T>,
    /// Directory index of the next segment.
    index: usize,
    buckets: std::slice::Iter<'a, Bucket<T>>,
    current: Option<&'a Bucket<T>>,
    lanes: Lanes,
    left: usize,
}

impl<T> Dict<T> {
    /// Every entry once, in no order that means anything. O(n) for all of it.
    pub fn iter(&self) -> Iter<'_, T> {
        let buckets = Default::default();
        Iter {
            directory: &self.directory,
            index: 0,
            buckets,
            current: None,
            lanes: Lanes::NONE,
            left: self.len,
        }
    }
}

impl<'a, T> Iterator for Iter<'a, T> {
    type Item = &'a T;

    fn next(&mut self) -> Option<&'a T> {
        loop {
            if let Some(slot) = self.lanes.next() {
                self.left -= 1;
                return self.current?.get(slot);
            }
            if let Some(bucket) = self.buckets.next() {
                (self.current, self.lanes) = (Some(bucket), bucket.occupied());
            } else {
                let segment = self.directory.segment(self.index)?;
                self.index += self.directory.span(segment.depth);
                self.buckets = segment.buckets.iter();
            }
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
            let segment = self.directory.segment_mut(self.index)?;
            let depth = segment.depth;
            while let Some(bucket) = segment.buckets.get_mut(self.bucket) {
                if let Some(slot) = bucket.occupied().next() {
                    self.left -= 1;
                    return bucket.take(slot);
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
