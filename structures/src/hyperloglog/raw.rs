//! The loops over all registers with 256-bit vectors (AVX2), chosen at run time.
//!
//! ```text
//!   24 packed bytes            4 bytes a lane               32 registers
//!  ┌───┬───┬─ ··· ─┬───┐     ┌─────┬─────┬─ ··· ─┐     ┌──┬──┬──┬──┬─ ··· ─┐
//!  │abc│def│       │vwx│ ──> │abc0 │def0 │       │ ──> │r0│r1│r2│r3│       │
//!  └───┴───┴─ ··· ─┴───┘     └─────┴─────┴─ ··· ─┘     └──┴──┴──┴──┴─ ··· ─┘
//!                    shuffle                shifts by 0, 2, 4 and 6
//! ```

#![expect(unsafe_code, reason = "vector instructions that not every processor has")]

use super::dense::{Dense, Unpacked};
use super::estimate::Histogram;
use super::portable;

/// Defines a function that runs the vectorised version where the processor has it, and else the portable one.
macro_rules! dispatch {
    ($(#[$about:meta])* $name:ident($($argument:ident: $type:ty),*) $(-> $result:ty)?) => {
        $(#[$about])*
        #[inline]
        pub(super) fn $name($($argument: $type),*) $(-> $result)? {
            #[cfg(target_arch = "x86_64")]
            if is_x86_feature_detected!("avx2") {
                // SAFETY: the processor has what the function is compiled for.
                return unsafe { avx2::$name($($argument),*) };
            }
            portable::$name($($argument),*)
        }
    };
}

dispatch! {
    /// Raises each of `registers` to the one of `dense`, where that is higher.
    merge(dense: &Dense, registers: &mut Unpacked)
}
dispatch! {
    /// Packs registers, none above 63, into `dense`.
    pack(registers: &Unpacked, dense: &mut Dense)
}
dispatch! {
    /// Counts the registers by value.
    histogram(dense: &Dense) -> Histogram
}
dispatch! {
    /// Counts registers, none above 63, by value.
    tally(registers: &Unpacked) -> Histogram
}

#[cfg(target_arch = "x86_64")]
mod avx2 {
    use std::arch::x86_64::*;

    use super::super::{HEADER, REGISTERS};
    use super::{Dense, Histogram, Unpacked};

    /// What is counted at a time: 128 vectors, so that no counter of a byte overflows.
    const BLOCK: usize = 4096;
    type Block = [u8; BLOCK];

    const _: () = assert!(REGISTERS == 4 * BLOCK && BLOCK == 128 * 32);

    #[inline]
    #[target_feature(enable = "avx2")]
    fn load(bytes: &[u8; 32]) -> __m256i {
        // SAFETY: 32 bytes are read from 32 bytes; the load asks for no alignment.
        unsafe { _mm256_loadu_si256(bytes.as_ptr().cast()) }
    }

    #[inline]
    #[target_feature(enable = "avx2")]
    fn store(bytes: &mut [u8; 32], vector: __m256i) {
        // SAFETY: 32 bytes are written to 32 bytes; the store asks for no alignment.
        unsafe { _mm256_storeu_si256(bytes.as_mut_ptr().cast(), vector) }
    }

    /// 24 packed bytes to 32 registers of a byte.
    #[inline]
    #[target_feature(enable = "avx2")]
    fn spread(packed: &[u8; 24]) -> __m256i {
        // Two loads that overlap: the upper half's twelve bytes begin at the fifth of what is read for it.
        // SAFETY: 16 bytes are read from the start of 24, and 16 from the ninth on.
        let (low, high) = unsafe {
            let start = packed.as_ptr();
            (_mm_loadu_si128(start.cast()), _mm_loadu_si128(start.add(8).cast()))
        };
        let lanes = _mm256_shuffle_epi8(
            _mm256_set_m128i(high, low),
            _mm256_setr_epi8(
                0, 1, 2, -1, 3, 4, 5, -1, 6, 7, 8, -1, 9, 10, 11, -1, //
                4, 5, 6, -1, 7, 8, 9, -1, 10, 11, 12, -1, 13, 14, 15, -1,
            ),
        );
        let part = |shifted, byte: u32| _mm256_and_si256(shifted, _mm256_set1_epi32(0x3f << (8 * byte)));
        _mm256_or_si256(
            _mm256_or_si256(part(lanes, 0), part(_mm256_slli_epi32::<2>(lanes), 1)),
            _mm256_or_si256(part(_mm256_slli_epi32::<4>(lanes), 2), part(_mm256_slli_epi32::<6>(lanes), 3)),
        )
    }

    /// 32 registers, none above 63, to 24 packed bytes: neighbours are added with weights 1 and 64, then pairs with
    /// 1 and 4096, and what is left has 24 bits in each lane of 32.
    #[inline]
    #[target_feature(enable = "avx2")]
    fn squeeze(registers: __m256i, packed: &mut [u8; 24]) {
        let pairs = _mm256_maddubs_epi16(registers, _mm256_set1_epi16(0x4001));
        let fours = _mm256_madd_epi16(pairs, _mm256_set1_epi32(0x1000_0001));
        let twelve = _mm256_shuffle_epi8(
            fours,
            _mm256_setr_epi8(
                0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 14, -1, -1, -1, -1, //
                0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 14, -1, -1, -1, -1,
            ),
        );
        let joined = _mm256_permutevar8x32_epi32(twelve, _mm256_setr_epi32(0, 1, 2, 4, 5, 6, 3, 7));
        // SAFETY: 16 bytes are written to the start of 24, and 8 from the seventeenth on.
        unsafe {
            let start = packed.as_mut_ptr();
            _mm_storeu_si128(start.cast(), _mm256_castsi256_si128(joined));
            _mm_storel_epi64(start.add(16).cast(), _mm256_extracti128_si256::<1>(joined));
        }
    }

    #[target_feature(enable = "avx2")]
    pub(super) fn merge(dense: &Dense, registers: &mut Unpacked) {
        let (packed, _) = dense[HEADER..].as_chunks::<24>();
        let (registers, _) = registers.as_chunks_mut::<32>();
        for (registers, packed) in registers.iter_mut().zip(packed) {
            store(registers, _mm256_max_epu8(load(registers), spread(packed)));
        }
    }

    #[target_feature(enable = "avx2")]
    pub(super) fn pack(registers: &Unpacked, dense: &mut Dense) {
        let (packed, _) = dense[HEADER..].as_chunks_mut::<24>();
        let (registers, _) = registers.as_chunks::<32>();
        for (registers, packed) in registers.iter().zip(packed) {
            squeeze(load(registers), packed);
        }
    }

    #[target_feature(enable = "avx2")]
    pub(super) fn histogram(dense: &Dense) -> Histogram {
        let (parts, _) = dense[HEADER..].as_chunks::<{ BLOCK / 4 * 3 }>();
        let mut histogram = [0; 64];
        let mut block: Block = [0; BLOCK];
        for part in parts {
            let (packed, _) = part.as_chunks::<24>();
            let (registers, _) = block.as_chunks_mut::<32>();
            for (registers, packed) in registers.iter_mut().zip(packed) {
                store(registers, spread(packed));
            }
            count(&block, &mut histogram);
        }
        histogram
    }

    #[target_feature(enable = "avx2")]
    pub(super) fn tally(registers: &Unpacked) -> Histogram {
        let (blocks, _) = registers.as_chunks::<BLOCK>();
        let mut histogram = [0; 64];
        for block in blocks {
            count(block, &mut histogram);
        }
        histogram
    }

    /// How many values are counted in one pass over a block.
    const WINDOW: usize = 6;
    /// So few registers above the windows are looked up one by one.
    const RARE: u32 = 64;

    /// Counts a block's registers by value.
    ///
    /// Registers lie close together: in a HyperLogLog of n elements nearly all are within a few of log2(n / 16384). So
    /// the lowest is found, and those of six values from there on are counted by comparing whole vectors; and the
    /// next six, until few are left.
    #[inline]
    #[target_feature(enable = "avx2")]
    fn count(block: &Block, histogram: &mut Histogram) {
        let (vectors, _) = block.as_chunks::<32>();
        let mut least = _mm256_set1_epi8(-1);
        for vector in vectors {
            least = _mm256_min_epu8(least, load(vector));
        }
        let mut lanes = [0; 32];
        store(&mut lanes, least);
        let mut first = lanes.into_iter().fold(u8::MAX, u8::min);
        let mut left = BLOCK as u32;
        while left > RARE && first < 64 {
            let counts = window(vectors, first);
            for (sum, more) in histogram[usize::from(first)..].iter_mut().zip(counts) {
                *sum += more;
                left -= more;
            }
            first += WINDOW as u8;
        }
        if left == 0 {
            return;
        }
        let below = _mm256_set1_epi8(first as i8 - 1);
        for vector in vectors {
            let mut above = _mm256_movemask_epi8(_mm256_cmpgt_epi8(load(vector), below)) as u32;
            while above != 0 {
                let register = vector[above.trailing_zeros() as usize & 31];
                histogram[usize::from(register & 63)] += 1;
                above &= above - 1;
            }
        }
    }

    /// How many registers are `first`, `first + 1`, and so on.
    #[inline]
    #[target_feature(enable = "avx2")]
    fn window(vectors: &[[u8; 32]], first: u8) -> [u32; WINDOW] {
        let zero = _mm256_setzero_si256();
        let mut wanted = [zero; WINDOW];
        for (nth, wanted) in wanted.iter_mut().enumerate() {
            *wanted = _mm256_set1_epi8((first + nth as u8) as i8);
        }
        let mut counters = [zero; WINDOW];
        for vector in vectors {
            let vector = load(vector);
            for nth in 0..WINDOW {
                // Equal is -1.
                counters[nth] = _mm256_sub_epi8(counters[nth], _mm256_cmpeq_epi8(vector, wanted[nth]));
            }
        }
        counters.map(|counter| {
            let sums = _mm256_sad_epu8(counter, zero);
            let halves = _mm_add_epi64(_mm256_castsi256_si128(sums), _mm256_extracti128_si256::<1>(sums));
            (_mm_cvtsi128_si64(halves) + _mm_extract_epi64::<1>(halves)) as u32
        })
    }
}
