//! The loops over many bytes, in code for any processor.
//!
//! On x86-64 these are compiled twice (see `raw.rs`): as they are, and for processors with 256-bit vectors. That is why they
//! must be inlined: what is called stays as it is. They are public so that both can be measured.

/// Number of ones. O(length).
#[inline(always)]
pub fn count(bytes: &[u8]) -> u64 {
    let (words, rest) = bytes.as_chunks::<8>();
    // Loops, since the functions behind `map` and `sum` may stay as they are, too.
    let mut sum = 0;
    for word in words {
        sum += u64::from(u64::from_ne_bytes(*word).count_ones());
    }
    for byte in rest {
        sum += u64::from(byte.count_ones());
    }
    sum
}

/// The index of the first byte that is not `dull`. O(bytes before it).
#[inline(always)]
pub fn first_other(bytes: &[u8], dull: u8) -> Option<usize> {
    let pattern = u64::from_be_bytes([dull; 8]);
    let differs = |block: &[u8; 128]| {
        // Without an exit in the middle, so that it becomes a few vector operations.
        block.as_chunks::<8>().0.iter().fold(0, |all, part| all | (u64::from_be_bytes(*part) ^ pattern)) != 0
    };
    let (blocks, _) = bytes.as_chunks::<128>();
    let skipped = blocks.iter().position(differs).unwrap_or(blocks.len()) * 128;
    let (words, rest) = bytes[skipped..].as_chunks::<8>();
    for (index, word) in words.iter().enumerate() {
        let other = u64::from_be_bytes(*word) ^ pattern;
        if other != 0 {
            return Some(skipped + index * 8 + other.leading_zeros() as usize / 8);
        }
    }
    let found = rest.iter().position(|byte| *byte != dull)?;
    Some(bytes.len() - rest.len() + found)
}

/// `target[i] = f(target[i], other[i])`, as far as both go.
#[inline(always)]
fn merge(target: &mut [u8], other: &[u8], f: impl Fn(u8, u8) -> u8) {
    for (target, other) in target.iter_mut().zip(other) {
        *target = f(*target, *other);
    }
}

/// `target &= other`, as far as both go.
#[inline(always)]
pub fn and(target: &mut [u8], other: &[u8]) {
    merge(target, other, |a, b| a & b);
}

/// `target |= other`, as far as both go.
#[inline(always)]
pub fn or(target: &mut [u8], other: &[u8]) {
    merge(target, other, |a, b| a | b);
}

/// `target ^= other`, as far as both go.
#[inline(always)]
pub fn xor(target: &mut [u8], other: &[u8]) {
    merge(target, other, |a, b| a ^ b);
}

/// `target = !target`.
#[inline(always)]
pub fn invert(target: &mut [u8]) {
    target.iter_mut().for_each(|byte| *byte = !*byte);
}
