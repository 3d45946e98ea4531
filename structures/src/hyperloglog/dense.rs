//! The dense form: 16384 registers of 6 bits in 12288 bytes.
//!
//! Register 0 is in the low bits of byte 0, and what does not fit continues in the low bits of the next byte, so
//! that three bytes, read little endian, are four registers.

use super::estimate::Histogram;
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

/// Eight registers of 6 bits, side by side, to eight bytes: the halves move apart, then the quarters, then the
/// eighths.
#[inline]
pub(super) fn spread(packed: [u8; 6]) -> [u8; 8] {
    let [a, b, c, d, e, f] = packed;
    let mut bits = u64::from_le_bytes([a, b, c, 0, d, e, f, 0]);
    bits = bits & 0x0000_0fff_0000_0fff | (bits & 0x00ff_f000_00ff_f000) << 4;
    bits = bits & 0x003f_003f_003f_003f | (bits & 0x0fc0_0fc0_0fc0_0fc0) << 2;
    bits.to_le_bytes()
}

/// The way back.
#[inline]
pub(super) fn squeeze(registers: [u8; 8]) -> [u8; 6] {
    let mut bits = u64::from_le_bytes(registers);
    bits = bits & 0x003f_003f_003f_003f | (bits >> 2) & 0x0fc0_0fc0_0fc0_0fc0;
    bits = bits & 0x0000_0fff_0000_0fff | (bits >> 4) & 0x00ff_f000_00ff_f000;
    let [a, b, c, _, d, e, f, _] = bits.to_le_bytes();
    [a, b, c, d, e, f]
}

/// Raises each of `registers` to the packed one, where that is higher.
pub(super) fn merge(packed: &Packed, registers: &mut Unpacked) {
    let (packed, _) = packed.as_chunks::<6>();
    let (registers, _) = registers.as_chunks_mut::<8>();
    for (eight, packed) in registers.iter_mut().zip(packed) {
        for (register, value) in eight.iter_mut().zip(spread(*packed)) {
            *register = (*register).max(value);
        }
    }
}

/// Packs registers, none above 63.
pub(super) fn pack(registers: &Unpacked, packed: &mut Packed) {
    let (packed, _) = packed.as_chunks_mut::<6>();
    let (registers, _) = registers.as_chunks::<8>();
    for (eight, packed) in registers.iter().zip(packed) {
        *packed = squeeze(*eight);
    }
}

/// Counts packed registers by value.
pub(super) fn histogram(packed: &Packed) -> Histogram {
    let (packed, _) = packed.as_chunks::<6>();
    tally(packed.iter().map(|packed| spread(*packed)))
}

/// Counts registers by value. Neighbours are often equal, and a counter that was just written is slow to read, so
/// that four tables take turns.
pub(super) fn tally(eights: impl Iterator<Item = [u8; 8]>) -> Histogram {
    let mut tables = [[0u32; 64]; 4];
    for eight in eights {
        for (at, value) in eight.iter().enumerate() {
            tables[at % 4][usize::from(value & MAX_VALUE)] += 1;
        }
    }
    let [mut sum, rest @ ..] = tables;
    for table in rest {
        sum.iter_mut().zip(table).for_each(|(sum, more)| *sum += more);
    }
    sum
}
