//! The loops over all registers for every processor: eight registers at a time, in a word of 64 bits.

use super::dense::{Dense, Unpacked};
use super::estimate::Histogram;
use super::{HEADER, MAX_VALUE};

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

/// Raises each of `registers` to the one of `dense`, where that is higher.
pub(super) fn merge(dense: &Dense, registers: &mut Unpacked) {
    let (packed, _) = dense[HEADER..].as_chunks::<6>();
    let (registers, _) = registers.as_chunks_mut::<8>();
    for (eight, packed) in registers.iter_mut().zip(packed) {
        *eight = higher(*eight, spread(*packed));
    }
}

/// The higher of each two of eight registers: a bit that is set above each of the first survives the subtraction of
/// the second where that is not higher.
#[inline]
fn higher(first: [u8; 8], second: [u8; 8]) -> [u8; 8] {
    const TOP: u64 = 0x8080_8080_8080_8080;
    let (first, second) = (u64::from_le_bytes(first), u64::from_le_bytes(second));
    let kept = ((first | TOP) - second) & TOP;
    // From one bit of a byte to its lower seven.
    let mask = kept - (kept >> 7);
    (first & mask | second & !mask).to_le_bytes()
}

/// Packs registers, none above 63, into `dense`.
pub(super) fn pack(registers: &Unpacked, dense: &mut Dense) {
    let (packed, _) = dense[HEADER..].as_chunks_mut::<6>();
    let (registers, _) = registers.as_chunks::<8>();
    for (eight, packed) in registers.iter().zip(packed) {
        *packed = squeeze(*eight);
    }
}

/// Counts the registers by value.
pub(super) fn histogram(dense: &Dense) -> Histogram {
    let (packed, _) = dense[HEADER..].as_chunks::<6>();
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
