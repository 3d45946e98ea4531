//! Where the first 1 or the first 0 is.

use std::ops::Range;

use super::raw;

/// The index of the first bit that is `bit`. O(bytes before it).
#[inline]
pub fn position(bytes: &[u8], bit: bool) -> Option<u64> {
    position_in(bytes, 0..u64::MAX, bit)
}

/// The index, from the front of `bytes`, of the first bit in a range that is `bit`. Bits beyond the end are not looked
/// at, also where zeros are sought. O(bytes of the range before it).
pub fn position_in(bytes: &[u8], bits: Range<u64>, bit: bool) -> Option<u64> {
    let end = bits.end.min(bytes.len() as u64 * 8);
    if bits.start >= end {
        return None;
    }
    // A byte that is like this holds no such bit; where it differs, there is one.
    let dull = if bit { 0 } else { 0xff };
    let (first, stop) = ((bits.start / 8) as usize, end.div_ceil(8) as usize);
    let found = |at: usize, differs: u8| at as u64 * 8 + u64::from(differs.leading_zeros());
    let head = (bytes[first] ^ dull) & (0xff >> (bits.start % 8));
    let place = if head != 0 {
        found(first, head)
    } else {
        let at = first + 1 + raw::first_other(&bytes[first + 1..stop], dull)?;
        found(at, bytes[at] ^ dull)
    };
    // The last byte may have been looked at beyond the range.
    (place < end).then_some(place)
}
