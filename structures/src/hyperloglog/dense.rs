//! The dense form: 16384 registers of 6 bits in 12288 bytes.
//!
//! Register 0 is in the low bits of byte 0, and what does not fit continues in the low bits of the next byte, so
//! that three bytes, read little endian, are four registers.

use super::{DENSE_BYTES, MAX_VALUE, REGISTERS};

/// Packed registers.
pub(super) type Packed = [u8; DENSE_BYTES];
/// One register a byte.
pub(super) type Unpacked = [u8; REGISTERS];

/// Where a register begins: its byte, and the bit in it.
#[inline]
fn position(index: usize) -> (usize, u32) {
    let bit = index * 6;
    (bit / 8, (bit % 8) as u32)
}

/// A register. The last one ends in the last byte, so that the byte behind is only read where there is one.
#[inline]
pub(super) fn get(packed: &Packed, index: usize) -> u8 {
    let (byte, shift) = position(index);
    let next = packed.get(byte + 1).copied().unwrap_or(0);
    (u16::from_le_bytes([packed[byte], next]) >> shift) as u8 & MAX_VALUE
}

/// Raises a register to `value`, which is at most 63. False, and nothing changed, if it is not lower.
#[inline]
pub(super) fn raise(packed: &mut Packed, index: usize, value: u8) -> bool {
    debug_assert!(value <= MAX_VALUE);
    if get(packed, index) >= value {
        return false;
    }
    let (byte, shift) = position(index);
    let clear = !(u16::from(MAX_VALUE) << shift);
    let set = u16::from(value) << shift;
    packed[byte] = packed[byte] & clear as u8 | set as u8;
    if let Some(next) = packed.get_mut(byte + 1) {
        *next = *next & (clear >> 8) as u8 | (set >> 8) as u8;
    }
    true
}
