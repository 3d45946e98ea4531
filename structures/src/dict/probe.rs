//! Where in a segment an entry lives: its home bucket, and the buckets after it.
//!
//! ```text
//!  hash   63          63-depth                    16 15         0
//!        ┌───────────┬───────────────────────────────┬───────────┐
//!        │ directory │ position inside the segment   │ tag       │
//!        └───────────┴───────────────────────────────┴───────────┘
//!        └──────────────── position, 48 bits ────────┘
//! ```
//!
//! The home bucket is the position scaled to the number of buckets, so it never decreases as the position
//! increases: a segment's buckets are ranges of positions. SCAN rests on that.

use std::num::NonZeroU8;

use crate::buckets::{Buckets, BucketsMut};

/// Bits of the hash that say where an entry lives.
pub(super) const POSITION_BITS: u32 = 48;

/// One past the last position.
pub(super) const POSITIONS: u64 = 1 << POSITION_BITS;

/// Where the hash lies among all hashes: everything but the bits that the tag uses.
#[inline]
pub(super) fn position_of(hash: u64) -> u64 {
    hash >> (64 - POSITION_BITS)
}

/// The bucket, below `count`, in which the search for this hash starts.
#[inline]
pub(super) fn home(hash: u64, depth: u32, count: usize) -> usize {
    let inside = ((hash & !0xffff) << depth) >> 32;
    ((inside * count as u64) >> 32) as usize
}

/// The smallest position, counted from the segment's first, whose home is `bucket` or a later one; the
/// segment's width in positions where there is none.
pub(super) fn first_position(bucket: usize, depth: u32, count: usize) -> u64 {
    let inside = ((bucket as u64) << 32).div_ceil(count as u64);
    let width = POSITIONS >> depth;
    let offset = if depth <= 16 { inside << (16 - depth) } else { inside.div_ceil(1 << (depth - 16)) };
    offset.min(width)
}

/// The bucket after `bucket`, around the end.
#[inline]
pub(super) fn next(bucket: usize, count: usize) -> usize {
    if bucket + 1 == count { 0 } else { bucket + 1 }
}

/// How many buckets after its home an entry is stored.
#[inline]
pub(super) fn distance(home: usize, at: usize, count: usize) -> usize {
    if at >= home { at - home } else { at + count - home }
}

/// How many buckets after `home` the entries with that home may be stored.
#[inline]
pub(super) fn reach<T>(buckets: Buckets<'_, T>, home: usize) -> usize {
    buckets.word(home).reach().min(buckets.len() - 1)
}

/// Finds an entry: its bucket and slot.
#[inline]
pub(super) fn find<T>(
    buckets: Buckets<'_, T>,
    home: usize,
    tag: NonZeroU8,
    mut eq: impl FnMut(&T) -> bool,
) -> Option<(usize, usize)> {
    if let Some(slot) = buckets.find(home, tag, &mut eq) {
        return Some((home, slot));
    }
    let mut at = home;
    for _ in 0..buckets.word(home).reach_of(tag).min(buckets.len() - 1) {
        at = next(at, buckets.len());
        if let Some(slot) = buckets.find(at, tag, &mut eq) {
            return Some((at, slot));
        }
    }
    None
}

/// Puts an entry into the first bucket with room, from its home on, and says where.
///
/// # Panics
///
/// Where every slot is full, which the load limit excludes.
#[inline]
pub(super) fn place<T>(
    buckets: &mut BucketsMut<'_, T>,
    home: usize,
    tag: NonZeroU8,
    value: T,
) -> (usize, usize) {
    let mut value = match buckets.put(home, tag, value) {
        Ok(slot) => return (home, slot),
        Err(back) => back,
    };
    let mut at = home;
    for distance in 1..buckets.len() {
        at = next(at, buckets.len());
        match buckets.put(at, tag, value) {
            Ok(slot) => {
                buckets.note_away(home, tag, distance);
                return (at, slot);
            }
            Err(back) => value = back,
        }
    }
    unreachable!("a dict's segment is never full")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the dict's page walks through.
    #[test]
    fn the_home_of_the_example_on_the_page() {
        assert_eq!(home(0xc3d2_e1f0_0000_4a80, 1, 96), 50);
    }

    /// `first_position` is the exact inverse of `home`, at every depth and at every step of growth.
    #[test]
    fn buckets_are_ranges_of_positions() {
        for depth in (0..=20).chain([31, 32, 33, 40, 47]) {
            for count in [1usize, 2, 3, 5, 7, 64, 96, 112, 128, 144, 65_536] {
                let width = POSITIONS >> depth;
                assert_eq!(first_position(0, depth, count), 0);
                assert_eq!(first_position(count, depth, count), width);
                for bucket in (1..count).step_by((count / 50).max(1)) {
                    let start = first_position(bucket, depth, count);
                    assert!(start >= 1 && start <= width);
                    // The prefix above the position inside the segment must not matter.
                    let prefix = if depth == 0 { 0 } else { u64::MAX << (64 - depth) };
                    assert!(home(prefix | (start - 1) << 16 | 0xffff, depth, count) < bucket);
                    if start < width {
                        assert!(home(prefix | start << 16, depth, count) >= bucket);
                    }
                }
                assert!(home(u64::MAX, depth, count) < count);
            }
        }
    }
}
