//! Record: a key, its expiry, its access clock and its small value in one allocation.
//!
//! # What problem does it solve?
//!
//! A keyspace entry in the classic design is four heap blocks: a table entry, a key string, an object header
//! and a value string, with an eight-byte pointer and an allocator's rounding for each, and a cache miss to
//! walk from one to the next. Most keys of most databases are short and hold a short value, so a record puts
//! everything that a lookup needs into a single block and the table holds one pointer to it.
//!
//! # What does it look like?
//!
//! ```text
//!  offset 0            4            8                16  (absent unless volatile)
//!         +------------+------------+----------------+---------------+-----------+----------------+
//!         | header u32 | key length | expiry i64, ms | payload       | key bytes | inline bytes   |
//!         +------------+------------+----------------+---------------+-----------+----------------+
//!
//!  header  31..27  26        25..24  23 ........ 0
//!         +-------+---------+-------+-------------+
//!         | tag   | volatile| kind  | clock       |    tag: what the owner says the value is (type and encoding)
//!         +-------+---------+-------+-------------+    clock: LRU seconds, or LFU minutes and counter
//!
//!  kind    payload
//!  Int     i64                                       8 bytes, nothing behind the key
//!  Inline  nothing, the value stands behind the key; the word "key length" holds more:
//!
//!          31..30  29........19  18.........0
//!         +-------+------------+------------+           slack: how many size classes the block is larger
//!         | slack | its length | key length |                  than it has to be
//!         +-------+------------+------------+
//!
//!  Owned   T                                         size_of::<T>() bytes, usually one pointer
//! ```
//!
//! # What does an entry cost?
//!
//! `8 + 8·volatile + payload + key` bytes, rounded up to the allocator's size class. A 16-byte key that holds
//! an integer takes 32 bytes; with a 33-byte value it takes 57, hence 64; with one of 32 bytes that expires, 64.
//!
//! An inline record knows how much was allocated for it, so that overwriting a value by one that fits allocates nothing,
//! unless it leaves the block more than three size classes (at least 48 bytes, at most half of it) larger than it has to
//! be: then it moves to one that fits.
//!
//! ```
//! use russet_structures::record::{Payload, Record, Value};
//!
//! let mut record: Record<Box<[u8]>> = Record::new(b"user:1000:name00", 0, None, Value::Int(42));
//! assert_eq!(record.allocated(), 32);
//! record.set(1, Value::Inline(b"thirty-three bytes, to be exact.."));
//! assert_eq!(record.allocated(), 64);
//! assert_eq!(record.key(), b"user:1000:name00");
//! assert!(matches!(record.payload(), Payload::Inline(bytes) if bytes.len() == 33));
//! ```
//!
//! ![Heap bytes beside key and value by the length of the value: about 28 in the mean for a record, 14 for two Vec, whose handles take 48 more, 82 for the blocks of Redis 7](../../../../docs/src/plots/structures/record-bytes.svg)
//!
//! ```sh
//! cargo run --release -p russet-structures --example study -- plots record
//! ```
//!
//! # What is it bad at?
//!
//! Giving a key an expiry for the first time, or taking it away, moves the record, since the eight bytes are
//! only there when they are needed. Values above [`INLINE_MAX`] live in a block of their own.

#![expect(unsafe_code, reason = "one allocation with a layout that depends on its contents")]

mod raw;
#[cfg(test)]
mod tests;

pub use raw::Record;

/// The longest value, in bytes, that is kept inside a record. Above it a copy on every move of the record
/// (expiry set or cleared, overwrite) would cost more than the second cache miss that inlining saves.
pub const INLINE_MAX: usize = 1024;

/// The longest key, in bytes, beside which a value is still kept inline: its length has nineteen bits there.
pub const INLINE_KEY_MAX: usize = 256 * 1024;

/// The number of distinct tags that a header can hold.
pub const TAGS: u8 = 32;

/// What a record holds, by reference.
#[derive(Debug, PartialEq, Eq)]
pub enum Payload<'a, T> {
    /// An integer, kept in the payload word.
    Int(i64),
    /// Bytes that stand behind the key.
    Inline(&'a [u8]),
    /// A value that owns memory outside the record.
    Owned(&'a T),
}

/// What a record holds, by mutable reference.
#[derive(Debug)]
pub enum PayloadMut<'a, T> {
    /// An integer, kept in the payload word.
    Int(&'a mut i64),
    /// Bytes that stand behind the key; their number is fixed.
    Inline(&'a mut [u8]),
    /// A value that owns memory outside the record.
    Owned(&'a mut T),
}

/// What a record is to hold.
#[derive(Debug)]
pub enum Value<'a, T> {
    /// An integer.
    Int(i64),
    /// Bytes to be copied into the record: at most [`INLINE_MAX`] beside a key of at most [`INLINE_KEY_MAX`].
    Inline(&'a [u8]),
    /// A value that owns memory outside the record.
    Owned(T),
}

impl<T> crate::dict::Slot for Record<T> {
    #[inline]
    fn prefetch(&self) {
        Record::prefetch(self);
    }
}

/// Whether a value of `value_len` bytes may stand inline beside a key of `key_len` bytes.
#[inline]
pub fn fits_inline(key_len: usize, value_len: usize) -> bool {
    value_len <= INLINE_MAX && key_len <= INLINE_KEY_MAX
}
