//! The loops over all registers for every processor: eight registers at a time, in a word of 64 bits.

use super::MAX_VALUE;
use super::dense::{Packed, Unpacked};
use super::estimate::Histogram;

/// Eight registers of 6 bits, side by side, to eight bytes: the halves move apart, then the quarters, then the
/// eighths.
#[inline]
fn spread(packed: [u8; 6]) -> [u8; 8] {
    let [a, b, c, d, e, f] = packed;
    let mut bits = u64::from_le_bytes([a, b, c, 0, d, e, f, 0]);
    bits = bits & 0x0000_0fff_0000_0fff | (bits & 0x00ff_f000_00ff_f000) << 4;
    bits = bits & 0x003f_003f_003f_003f | (bits & 0x0fc0_0fc0_0fc0_0fc0) << 2;
    bits.to_le_bytes()
}

/// The way back.
#[inline]
fn squeeze(registers: [u8; 8]) -> [u8; 6] {
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
    tally_eights(packed.iter().map(|packed| spread(*packed)))
}

/// Counts registers, none above 63, by value.
pub(super) fn tally(registers: &Unpacked) -> Histogram {
    let (eights, _) = registers.as_chunks::<8>();
    tally_eights(eights.iter().copied())
}

/// Neighbours are often equal, and a counter that was just written is slow to read, so that four tables take turns.
fn tally_eights(eights: impl Iterator<Item = [u8; 8]>) -> Histogram {
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
