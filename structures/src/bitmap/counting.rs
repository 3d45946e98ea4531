//! Counting ones.

use std::ops::Range;

use super::raw;

/// Number of ones. O(length), see the [page](super#how-are-bits-counted).
#[inline]
pub fn count(bytes: &[u8]) -> u64 {
    raw::count(bytes)
}

/// Number of ones among the bits of a range, of which those beyond the end are 0. O(bytes of the range).
///
/// A range of bytes is counted by [`count`] of a slice.
pub fn count_range(bytes: &[u8], bits: Range<u64>) -> u64 {
    let end = bits.end.min(bytes.len() as u64 * 8);
    if bits.start >= end {
        return 0;
    }
    // Both are below the length of the bytes, or at it.
    let (first, last) = ((bits.start / 8) as usize, (end / 8) as usize);
    let before = bytes[first] & !(0xff >> (bits.start % 8));
    let after = bytes.get(last).map_or(0, |byte| byte & !(0xff >> (end % 8)));
    // What stands before the start is taken off again, since the byte is counted whole.
    count(&bytes[first..last]) + u64::from(after.count_ones()) - u64::from(before.count_ones())
}
