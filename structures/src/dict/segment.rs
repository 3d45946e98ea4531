//! A segment as the safe code sees it, and the word that says how large, how deep and how worn it is.

use crate::buckets::{Buckets, BucketsMut};

/// Most buckets that one segment may have.
pub(super) const MAX_COUNT: usize = (1 << 20) - 1;

/// A segment's dimensions in 32 bits.
///
/// ```text
///  bit 31           12 11    6 5     0
///     ┌───────────────┬───────┬───────┐
///     │ buckets       │ wear  │ depth │
///     └───────────────┴───────┴───────┘
/// ```
///
/// The depth stands where a shift instruction looks for its distance. Wear is kept in the segment's
/// first directory entry only.
#[derive(Clone, Copy, PartialEq, Eq)]
#[repr(transparent)]
pub(super) struct Shape(u32);

const DEPTH: u32 = 0x3f;
const WEAR: u32 = 0x3f << WEAR_SHIFT;
const WEAR_SHIFT: u32 = 6;
const COUNT_SHIFT: u32 = 12;

impl Shape {
    /// An unworn segment of `count` buckets.
    ///
    /// # Panics
    ///
    /// Where there are more than [`MAX_COUNT`], or the depth is above 63.
    pub(super) fn new(count: usize, depth: u32) -> Self {
        assert!(count <= MAX_COUNT && depth <= DEPTH);
        Shape((count as u32) << COUNT_SHIFT | depth)
    }

    /// How many leading bits of the hash all values share.
    #[inline]
    pub(super) fn depth(self) -> u32 {
        self.0 & DEPTH
    }

    /// How many buckets there are.
    #[inline]
    pub(super) fn count(self) -> usize {
        (self.0 >> COUNT_SHIFT) as usize
    }

    /// The same without wear.
    pub(super) fn unworn(self) -> Self {
        Shape(self.0 & !WEAR)
    }

    /// Counts one more unit of wear since the buckets were new, and says how many there are, 63 at most.
    #[inline]
    fn wear_out(&mut self) -> u32 {
        if self.0 & WEAR != WEAR {
            self.0 += 1 << WEAR_SHIFT;
        }
        (self.0 & WEAR) >> WEAR_SHIFT
    }
}

/// A segment to read.
pub(super) struct Segment<'a, T> {
    /// Its buckets, at least one.
    pub(super) buckets: Buckets<'a, T>,
    /// How many leading bits of the hash all its values share.
    pub(super) depth: u32,
    /// Its first directory entry.
    pub(super) first: usize,
    /// Values in it.
    pub(super) len: usize,
}

/// A segment to change.
pub(super) struct SegmentMut<'a, T> {
    /// Its buckets, at least one.
    pub(super) buckets: BucketsMut<'a, T>,
    /// How many leading bits of the hash all its values share.
    pub(super) depth: u32,
    /// Values in it: whoever adds or takes one changes this too.
    pub(super) len: &'a mut u32,
    /// Only its wear may change here: the count is what the buckets are freed by.
    shape: &'a mut Shape,
}

impl<'a, T> SegmentMut<'a, T> {
    /// A segment with these buckets.
    #[inline]
    pub(super) fn new(buckets: BucketsMut<'a, T>, len: &'a mut u32, shape: &'a mut Shape) -> Self {
        SegmentMut { buckets, depth: shape.depth(), len, shape }
    }

    /// Counts one more unit of wear since the buckets were new, and says how many there are, 63 at most.
    #[inline]
    pub(super) fn wear_out(&mut self) -> u32 {
        self.shape.wear_out()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wear_stops_at_63_and_leaves_the_rest_alone() {
        let mut shape = Shape::new(MAX_COUNT, 40);
        for times in 1..200 {
            assert_eq!(shape.wear_out(), times.min(63));
            assert_eq!((shape.count(), shape.depth()), (MAX_COUNT, 40));
        }
        assert!(shape.unworn() == Shape::new(MAX_COUNT, 40));
    }
}
