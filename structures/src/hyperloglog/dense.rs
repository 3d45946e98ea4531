//! The dense form: 16384 registers of 6 bits in 12288 bytes.
//!
//! Register 0 is in the low bits of the first byte, and what does not fit continues in the low bits of the next, so
//! that three bytes, read little endian, are four registers.

use super::{DENSE_LEN, HEADER, MAX_REGISTER, MAX_VALUE, REGISTERS, place};

/// Header and packed registers.
pub(super) type Dense = [u8; DENSE_LEN];
/// One register a byte.
pub(super) type Unpacked = [u8; REGISTERS];

/// Where a register lies: the first of two bytes that hold it, and the bit in them.
///
/// The second is the byte in which the register ends, and the first the one before, whether it holds a part or not:
/// that takes no decision, and the header stands before the first register.
#[inline]
fn position(index: usize) -> (usize, u32) {
    let last_bit = index * 6 + 5;
    (HEADER - 1 + last_bit / 8, (last_bit % 8) as u32 + 3)
}

/// A register.
#[inline]
pub(super) fn get(dense: &Dense, index: usize) -> u8 {
    let (byte, shift) = position(index);
    (u16::from_le_bytes([dense[byte], dense[byte + 1]]) >> shift) as u8 & MAX_VALUE
}

/// Raises a register to `value`, which is at most 63. False, and nothing changed, if it is not lower.
#[inline(never)]
pub(super) fn raise(dense: &mut Dense, index: usize, value: u8) -> bool {
    debug_assert!(value <= MAX_VALUE);
    let (byte, shift) = position(index);
    let both = u16::from_le_bytes([dense[byte], dense[byte + 1]]);
    if (both >> shift) as u8 & MAX_VALUE >= value {
        return false;
    }
    let raised = both & !(u16::from(MAX_VALUE) << shift) | u16::from(value) << shift;
    [dense[byte], dense[byte + 1]] = raised.to_le_bytes();
    true
}

/// Raises the register that a hash asks for, as [`place`](super::place) reads it. False if it is not lower.
///
/// A register of r is lower if the r bits of the hash above the index are zeros. Most additions end with that question,
/// which needs no value to be counted; registers above 50 get a yes here, and their answer from [`raise`].
#[inline]
pub(super) fn raise_hash(dense: &mut Dense, hash: u64) -> bool {
    let index = hash as usize & (REGISTERS - 1);
    let (byte, shift) = position(index);
    let both = u16::from_le_bytes([dense[byte], dense[byte + 1]]);
    // What stands above the register's six bits are multiples of 64, which no shift sees.
    let register = u32::from(both) >> shift;
    let values = hash ^ index as u64;
    if values.wrapping_shl(u32::from(MAX_REGISTER - 1).wrapping_sub(register)) != 0 {
        return false;
    }
    raise(dense, index, place(hash).1)
}
