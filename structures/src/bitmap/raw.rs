//! The loops over many bytes, for processors with 256-bit vectors (AVX2), chosen at run time.

#![expect(unsafe_code, reason = "vector instructions that not every processor has")]

use super::portable;

/// Defines a function that runs the vectorised version where the processor has it, and else the portable one.
macro_rules! dispatch {
    ($(#[$about:meta])* $name:ident($($argument:ident: $type:ty),*) $(-> $result:ty)?) => {
        $(#[$about])*
        #[inline]
        pub(super) fn $name($($argument: $type),*) $(-> $result)? {
            #[cfg(target_arch = "x86_64")]
            if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("popcnt") {
                // SAFETY: the processor has what the function is compiled for.
                return unsafe { avx2::$name($($argument),*) };
            }
            portable::$name($($argument),*)
        }
    };
}

dispatch! {
    /// Number of ones.
    count(bytes: &[u8]) -> u64
}
dispatch! {
    /// The index of the first byte that is not `dull`.
    first_other(bytes: &[u8], dull: u8) -> Option<usize>
}
dispatch! {
    /// `target &= other`, as far as both go.
    and(target: &mut [u8], other: &[u8])
}
dispatch! {
    /// `target |= other`, as far as both go.
    or(target: &mut [u8], other: &[u8])
}
dispatch! {
    /// `target ^= other`, as far as both go.
    xor(target: &mut [u8], other: &[u8])
}
dispatch! {
    /// `target = !target`.
    invert(target: &mut [u8])
}

/// The portable loops as the compiler vectorises them, and a count of our own.
#[cfg(target_arch = "x86_64")]
mod avx2 {
    use std::arch::x86_64::*;

    use super::portable;

    #[target_feature(enable = "avx2,popcnt")]
    pub(super) fn first_other(bytes: &[u8], dull: u8) -> Option<usize> {
        portable::first_other(bytes, dull)
    }

    #[target_feature(enable = "avx2,popcnt")]
    pub(super) fn and(target: &mut [u8], other: &[u8]) {
        portable::and(target, other);
    }

    #[target_feature(enable = "avx2,popcnt")]
    pub(super) fn or(target: &mut [u8], other: &[u8]) {
        portable::or(target, other);
    }

    #[target_feature(enable = "avx2,popcnt")]
    pub(super) fn xor(target: &mut [u8], other: &[u8]) {
        portable::xor(target, other);
    }

    #[target_feature(enable = "avx2,popcnt")]
    pub(super) fn invert(target: &mut [u8]) {
        portable::invert(target);
    }

    /// Adds three bits in each of 256 columns: the sum's low bit and its high bit.
    ///
    /// The last one is what earlier sums left: half of the work is done before it has to be there, which makes the whole
    /// count a third faster.
    #[inline]
    #[target_feature(enable = "avx2")]
    fn add(a: __m256i, b: __m256i, c: __m256i) -> (__m256i, __m256i) {
        let half = _mm256_xor_si256(a, b);
        let high = _mm256_xor_si256(_mm256_and_si256(a, b), _mm256_and_si256(half, c));
        (_mm256_xor_si256(half, c), high)
    }

    /// Number of ones in each quarter: both nibbles of every byte are looked up, then bytes are added.
    #[inline]
    #[target_feature(enable = "avx2")]
    fn count_quarters(vector: __m256i) -> __m256i {
        let table = _mm256_setr_epi8(
            0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4, 0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4,
        );
        let low = _mm256_set1_epi8(0x0f);
        let lower = _mm256_shuffle_epi8(table, _mm256_and_si256(vector, low));
        let upper = _mm256_shuffle_epi8(table, _mm256_and_si256(_mm256_srli_epi16::<4>(vector), low));
        _mm256_sad_epu8(_mm256_add_epi8(lower, upper), _mm256_setzero_si256())
    }

    #[inline]
    #[target_feature(enable = "avx2")]
    fn load(block: &[u8; 512], index: usize) -> __m256i {
        let part = &block.as_chunks::<32>().0[index];
        // SAFETY: 32 bytes are read from 32 bytes; the load asks for no alignment.
        unsafe { _mm256_loadu_si256(part.as_ptr().cast()) }
    }

    /// Below this many bytes the count of words, as the compiler vectorises it, is faster than a few blocks and their end.
    const SHORT: usize = 2048;

    /// Harley and Seal's count, see the module's page.
    #[target_feature(enable = "avx2,popcnt")]
    pub(super) fn count(bytes: &[u8]) -> u64 {
        if bytes.len() < SHORT {
            return portable::count(bytes);
        }
        let (blocks, rest) = bytes.as_chunks::<512>();
        let zero = _mm256_setzero_si256();
        let (mut ones, mut twos, mut fours, mut eights, mut total) = (zero, zero, zero, zero, zero);
        for block in blocks {
            let mut eights_carried = [zero; 2];
            for (half, carried) in eights_carried.iter_mut().enumerate() {
                let mut fours_carried = [zero; 2];
                for (quarter, carried) in fours_carried.iter_mut().enumerate() {
                    let at = half * 8 + quarter * 4;
                    let (sum, twos_a) = add(load(block, at), load(block, at + 1), ones);
                    let (sum, twos_b) = add(load(block, at + 2), load(block, at + 3), sum);
                    ones = sum;
                    (twos, *carried) = add(twos_a, twos_b, twos);
                }
                (fours, *carried) = add(fours_carried[0], fours_carried[1], fours);
            }
            let (sum, sixteens) = add(eights_carried[0], eights_carried[1], eights);
            eights = sum;
            total = _mm256_add_epi64(total, count_quarters(sixteens));
        }
        let mut sum = portable::count(rest);
        for (vector, weight) in [(ones, 1), (twos, 2), (fours, 4), (eights, 8)] {
            sum += weight * quarters(count_quarters(vector)).iter().sum::<u64>();
        }
        sum + 16 * quarters(total).iter().sum::<u64>()
    }

    #[inline]
    #[target_feature(enable = "avx2")]
    fn quarters(vector: __m256i) -> [u64; 4] {
        [
            _mm256_extract_epi64::<0>(vector) as u64,
            _mm256_extract_epi64::<1>(vector) as u64,
            _mm256_extract_epi64::<2>(vector) as u64,
            _mm256_extract_epi64::<3>(vector) as u64,
        ]
    }
}
