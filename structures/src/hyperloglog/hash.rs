//! From an element to a register and the value that it asks for: MurmurHash64A, split in two.

use super::{INDEX_BITS, MAX_REGISTER, REGISTERS};

/// The seed that every HyperLogLog of Redis uses. Another would make other registers of the same elements.
const SEED: u64 = 0xadc8_3b19;

/// Austin Appleby's MurmurHash64A, reading little endian on every machine. O(length).
#[inline]
pub fn murmur_hash_64a(bytes: &[u8], seed: u64) -> u64 {
    const MULTIPLIER: u64 = 0xc6a4_a793_5bd1_e995;
    const SHIFT: u32 = 47;
    let mut hash = seed ^ (bytes.len() as u64).wrapping_mul(MULTIPLIER);
    let (words, tail) = bytes.as_chunks::<8>();
    for word in words {
        let mut word = u64::from_le_bytes(*word).wrapping_mul(MULTIPLIER);
        word ^= word >> SHIFT;
        hash = (hash ^ word.wrapping_mul(MULTIPLIER)).wrapping_mul(MULTIPLIER);
    }
    if !tail.is_empty() {
        hash = (hash ^ last_word(bytes)).wrapping_mul(MULTIPLIER);
    }
    hash ^= hash >> SHIFT;
    hash = hash.wrapping_mul(MULTIPLIER);
    hash ^ hash >> SHIFT
}

/// The bytes behind the last whole word, little endian, where there are some. Read by words that overlap, not one by
/// one: elements of different lengths would mislead the processor about the end of the loop.
#[inline]
fn last_word(bytes: &[u8]) -> u64 {
    let len = bytes.len();
    if let Some(last) = bytes.last_chunk() {
        // Of the last eight bytes, those in front belong to the word before.
        return u64::from_le_bytes(*last) >> (64 - 8 * (len % 8));
    }
    if let (Some(first), Some(last)) = (bytes.first_chunk(), bytes.last_chunk()) {
        return u64::from(u32::from_le_bytes(*first))
            | u64::from(u32::from_le_bytes(*last)) << (8 * (len - 4));
    }
    let byte = |at: usize| u64::from(bytes[at]) << (8 * at);
    byte(0) | byte(len / 2) | byte(len - 1)
}

/// The hash of an element.
#[inline]
pub fn hash(element: &[u8]) -> u64 {
    murmur_hash_64a(element, SEED)
}

/// What a hash asks for: the low 14 bits choose a register; the value is one more than the number of zeros that
/// follow, 1 to 51.
#[inline]
pub fn place(hash: u64) -> (usize, u8) {
    let index = hash as usize & (REGISTERS - 1);
    // A bit behind the 50 that are left ends the run of zeros.
    let rest = hash >> INDEX_BITS | 1 << (MAX_REGISTER - 1);
    (index, rest.trailing_zeros() as u8 + 1)
}
