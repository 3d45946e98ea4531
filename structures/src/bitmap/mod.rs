//! Bitmap: a string of bytes read as a row of bits.
//!
//! # What problem does it solve?
//!
//! Who was here today? With a user's number as the index of a bit, a day's visitors are a string: a bit says yes or
//! no, a million users take 125,000 bytes, counting them is one pass, and "here on both days" is an AND of two
//! strings. A set of the same million numbers takes 40 MB in Redis 7.0 (`MEMORY USAGE`). Bit fields go a step further
//! and put small counters of any width, signed or not, side by side into a string.
//!
//! # Where does Redis use it?
//!
//! A bitmap is no type of its own: `SETBIT`, `GETBIT`, `BITCOUNT`, `BITPOS`, `BITOP` and `BITFIELD` work on strings,
//! and what they leave behind can be read with `GET`. So this is no type here either, but functions over byte slices.
//!
//! # Which bit is bit 0?
//!
//! The highest of the first byte, as if the string were written down in binary and read from the left:
//!
//! ```text
//!  byte             0                   1                   2
//!           +-+-+-+-+-+-+-+-+   +-+-+-+-+-+-+-+-+   +-+-+-+-+- ···
//!  "a"      |0|1|1|0|0|0|0|1|   | | | | | | | | |   | | | | |
//!           +-+-+-+-+-+-+-+-+   +-+-+-+-+-+-+-+-+   +-+-+-+-+- ···
//!  bit       0 1 2 3 4 5 6 7     8 9 10    ...  15   16  ...
//!  mask     80 40 20 ... 01 hex
//! ```
//!
//! In general bit `i` is `bytes[i / 8] & (0x80 >> i % 8)`. Beyond the end every bit is 0.
//!
//! ```
//! use russet_structures::bitmap;
//!
//! let mut bytes = *b"a";
//! assert!(!bitmap::get(&bytes, 0) && bitmap::get(&bytes, 1) && !bitmap::get(&bytes, 8));
//! assert!(!bitmap::set(&mut bytes, 6, true));
//! assert_eq!(bytes, [0x63]); // 0110_0011, a "c"
//! assert_eq!(bitmap::count(&bytes), 4);
//! assert_eq!(bitmap::position(&bytes, true), Some(1));
//! ```
//!
//! # How are bits counted?
//!
//! A million bits, which is 125,000 bytes, in about two microseconds. Eight bytes at a time a processor has an
//! instruction for it, or a dozen operations that add neighbours, pairs of neighbours, and so on, and a compiler
//! makes vectors of those. With vectors there is a better way than to count every word (Muła, Kurz and Lemire,
//! *Faster population counts using AVX2 instructions*, 2016, after Harley and Seal): sixteen vectors go through a
//! tree of full adders that keep, for each of 256 columns, the sum in binary, a vector for the ones, one for the
//! twos, one for the fours, and one for the eights. Only what is carried out of the top, the sixteens, has to be
//! counted at all: one count for 512 bytes.
//!
//! ```text
//!  vectors   v0 v1   v2 v3   v4 v5   v6 v7  ...  v14 v15
//!              \|      \|      \|      \|           \|
//!   ones ────> + ────> + ────> + ────> + ─ ··· ──> + ───> ones    kept for the next 512 bytes
//!               \ twos /        \ twos /
//!   twos ───────> + ─────────────> + ──── ··· ──────────> twos
//!                  \     fours    /
//!  fours ──────────────> + ──────────── ··· ────────────> fours
//!                         \ ···                    ···    eights
//!                                          sixteens: counted, times 16
//! ```
//!
//! Short strings are not worth the tree: below 2048 bytes words are counted, as the compiler vectorises that. What
//! order the adders take their inputs in matters: two fresh vectors are added before what was left of the earlier
//! ones is needed, so that the next adder waits for half of an addition only. The other way round the count was a
//! third slower, and no better than what the compiler makes of counting words.
//!
//! ![Gigabytes counted in a second by length, for five ways to count: about 70 with vectors in any cache, 16 in words of 8 bytes without, 1.4 byte by byte, 0.9 bit by bit](../../../../docs/src/plots/structures/bitmap-count.svg)
//!
//! ```sh
//! cargo run --release -p russet-structures --example study -- plots bitmap
//! ```
//!
//! A program that calls `count_ones` on words, and is compiled for any x86-64 processor, counts as the portable
//! version does. Vectors make four to five times as much of it, until the strings no longer fit into the processor's
//! caches and memory sets the pace.
//!
//! # How does BITOP treat strings of different lengths?
//!
//! As if all were as long as the longest, with zeros behind their ends: an AND is zero from the shortest one's end
//! on, an OR goes on with what the longer ones have. [`combine`] works on pieces that stay in the processor's first
//! cache, so that every input is read once and the result is written once, however many inputs there are.
//!
//! ![Gigabytes of inputs combined in a second, by length: piece by piece ahead of one input after the other from a few kilobytes on, most of all with eight inputs](../../../../docs/src/plots/structures/bitmap-operation.svg)
//!
//! ```
//! use russet_structures::bitmap::{self, Operation};
//!
//! assert_eq!(bitmap::combine(Operation::And, &[b"abc", b"ab"]), b"ab\0");
//! assert_eq!(bitmap::combine(Operation::Xor, &[b"\xf0\xff", b"\xff"]), b"\x0f\xff");
//! assert_eq!(bitmap::combine(Operation::Not, &[b"\xf0"]), b"\x0f");
//! ```
//!
//! # Where is the first 1, where the first 0?
//!
//! [`position`] skips what is of one colour 128 bytes at a time, then 8, and then the leading zeros of a word say the
//! rest.
//!
//! ![Gigabytes of zeros passed over in a second, by length: more than 100 in blocks of 128 bytes, 30 in words, 4 in bytes](../../../../docs/src/plots/structures/bitmap-position.svg)
//!
//! Where there is no such bit it says `None`, and two commands disagree about what that means: `BITPOS key 0` of a
//! string of ones without an end given counts the zeros beyond the string, so its answer is the string's length in
//! bits; with an end given it is -1. That is the caller's to decide.
//!
//! # What is a bit field?
//!
//! An integer of 1 to 64 bits, signed (two's complement) or of 1 to 63 bits without sign, that begins at any bit. Its
//! highest bit comes first, so a field that begins at a byte reads as a big-endian integer.
//!
//! ```text
//!  i5 at 6     byte 0            byte 1
//!           +-+-+-+-+-+-+-+-+ +-+-+-+-+-+-+-+-+
//!           | | | | | | |1|1| |1|0|1| | | | | |      11101 = -3
//!           +-+-+-+-+-+-+-+-+ +-+-+-+-+-+-+-+-+
//! ```
//!
//! ```
//! use russet_structures::bitmap::{Field, Overflow};
//!
//! let mut bytes = [0; 2];
//! let field = Field::signed(5).unwrap();
//! assert_eq!(field.set(&mut bytes, 6, -3, Overflow::Wrap), Some(0)); // what was there before
//! assert_eq!(bytes, [0b0000_0011, 0b1010_0000]);
//! assert_eq!(field.add(&mut bytes, 6, -14, Overflow::Fail), None); // -17 does not fit
//! assert_eq!(field.add(&mut bytes, 6, -14, Overflow::Wrap), Some(15));
//! assert_eq!(field.add(&mut bytes, 6, 100, Overflow::Saturate), Some(15));
//! ```
//!
//! # Which operations are there?
//!
//! | operation | time |
//! |---|---|
//! | [`get`], [`set`], every one of [`Field`] | O(1) |
//! | [`count`], [`count_range`] | O(bytes of the range) |
//! | [`position`], [`position_in`] | O(bytes before the answer) |
//! | [`combine`] | O(bytes of all inputs) |
//!
//! # What does it cost?
//!
//! `highest bit / 8 + 1` bytes, whatever is set: one user with the number 4 billion makes the string 512 MB long. A
//! field of `b` bits costs `b / 8` bytes.
//!
//! # What is it bad at?
//!
//! Sparse sets. A set that takes four bytes for each number, as an [intset](crate::intset) does, is smaller as soon
//! as fewer than one bit in 32 or so is set; a `HashSet<u32>` below about one in a hundred. Formats like Roaring bitmaps,
//! which choose between a sorted array and a bitmap for every 65,536 numbers, are smaller below one in 16 and take
//! the same above that.
//!
//! ![Bytes by density of a bitmap, a Roaring bitmap, an intset and a hash set: the bitmap's are constant and the least from about 6 percent on](../../../../docs/src/plots/structures/bitmap-bytes.svg)
//!
//! In time a plain bitmap is hard to beat before it is nearly empty: it takes the same time whatever is in it, and no
//! branch depends on the numbers. How many are in both of two sets is told faster by sets that hold one number in a
//! thousand or fewer; at one in thirty, where two Roaring bitmaps are arrays still, two plain ones are tens of times
//! as fast.
//!
//! ![Time to count an intersection by density, for bitmaps, Roaring bitmaps and hash sets: the bitmaps' is constant, at 0.1 percent all three meet, beyond it the others are slower, Roaring until 6 percent](../../../../docs/src/plots/structures/bitmap-intersection.svg)
//!
//! # How does it differ from Redis's?
//!
//! The results are the same, bit by bit, oddities included (see [`Field::set`]); `tests/bytes/bitmap.rs` shows it on
//! two servers. What is done on the way is our own: counting, seeking and combining use 256-bit vectors where the
//! processor has them, which is found out at run time, and portable loops elsewhere.

mod counting;
mod field;
mod operation;
pub mod portable;
mod raw;
mod seeking;
#[cfg(test)]
mod tests;

pub use counting::{count, count_range};
pub use field::{Field, Overflow};
pub use operation::{Operation, combine};
pub use seeking::{position, position_in};

/// The bit at an index; beyond the end it is 0. O(1).
#[inline]
pub fn get(bytes: &[u8], bit: u64) -> bool {
    usize::try_from(bit / 8).ok().and_then(|at| bytes.get(at)).is_some_and(|byte| byte & mask(bit) != 0)
}

/// Sets the bit at an index to 1 or 0 and returns what it was. O(1).
///
/// # Panics
/// When the bit is beyond the end; [`bytes_for`] says how long the bytes have to be.
#[inline]
pub fn set(bytes: &mut [u8], bit: u64, on: bool) -> bool {
    let len = bytes.len();
    let Some(byte) = usize::try_from(bit / 8).ok().and_then(|at| bytes.get_mut(at)) else {
        panic!("bit {bit} of {len} bytes");
    };
    let before = *byte & mask(bit) != 0;
    *byte = if on { *byte | mask(bit) } else { *byte & !mask(bit) };
    before
}

/// Number of bytes that hold bits up to and with this one. O(1).
#[inline]
pub const fn bytes_for(bit: u64) -> u64 {
    bit / 8 + 1
}

/// Where the bit stands in its byte.
#[inline]
const fn mask(bit: u64) -> u8 {
    0x80 >> (bit % 8)
}
