//! Map and set: fields with values, and members, on top of the dict.
//!
//! # What problem does it solve?
//!
//! A hash of Redis maps fields to values, a set holds members, and the large ones of both are hash tables of byte
//! strings. A general map of owned strings (`HashMap<Vec<u8>, Vec<u8>>`) spends 48 bytes per entry on two handles and
//! two allocations on the bytes, to hold what is often ten or twenty bytes. Here an entry is one word in the
//! [dict](crate::dict) and at most one allocation, in which there is nothing but the bytes.
//!
//! # What does it look like?
//!
//! The word is one of three things, which its lowest bits tell apart:
//!
//! ```text
//!        63          56 55          48 47                            3   2   1   0
//!       ┌──────────────┬──────────────┬────────────────────────────────┬───┬───┬───┐
//! short │ value length │ field length │ address / 8                    │ E │ 0 │ 0 │  both lengths below 256
//!       ├──────────────┴──────────────┴────────────────────────────────┼───┼───┼───┤
//! long  │ address / 8                                                  │ E │ 1 │ 0 │  any lengths
//!       ├──────────────────────────────────────────┬───┬───────┬───────┴───┴───┼───┤
//! inline│ 7 bytes: field, then value               │ 0 │ value │ field length  │ 1 │  no allocation
//!       └──────────────────────────────────────────┴───┴───────┴───────────────┴───┘
//!        63                                       8  7  6     4  3            1   0
//! ```
//!
//! E says that the field expires. A block, where there is one, holds:
//!
//! ```text
//!         ┌────────────────┬──────────────────────────────┬───────────┬───────────┐
//!         │ expiry i64, ms │ field length u32, value u32  │ field     │ value     │
//!         └────────────────┴──────────────────────────────┴───────────┴───────────┘
//!          only with E      only if long
//! ```
//!
//! A member of a set is a field with an empty value.
//!
//! # What does a small pair look like in memory?
//!
//! ```
//! use russet_structures::map::Pair;
//!
//! let pair = Pair::new(b"age", b"42", None);
//! // 1 + 2 * 3 (length of the field) + 16 * 2 (length of the value) = 0x27, then `age42`.
//! # #[cfg(target_endian = "little")]
//! assert_eq!(format!("{pair:x}"), "0000323465676127");
//! assert_eq!(pair.parts(), (&b"age"[..], &b"42"[..]));
//! assert_eq!(pair.allocated(), 0);
//! ```
//!
//! # What does an entry cost?
//!
//! Some 10.7 bytes of table (8 of them the word), and a block of `8·expires + 8·long + field + value` bytes, rounded up
//! to the allocator's size class: multiples of 16 up to 128, then four sizes per doubling. Up to 7 bytes of field
//! and value together there is no block. A member of 16 bytes takes 16 + 10.7, a field of 16 with a value of 16
//! takes 32 + 10.7.
//!
//! ```
//! use russet_structures::map::Pair;
//!
//! assert_eq!(size_of::<Pair>(), 8);
//! assert_eq!(Pair::new(&[b'f'; 16], &[b'v'; 16], None).allocated(), 32);
//! assert_eq!(Pair::new(&[b'f'; 16], &[b'v'; 16], Some(1_700_000_000_000)).allocated(), 48);
//! assert_eq!(Pair::new(b"1234567", b"", None).allocated(), 0);
//! ```
//!
//! ![Bytes of heap for each field or member by how many there are: map and set stay far below boxed bytes in a HashMap](../../../../docs/src/plots/structures/map-bytes.svg)
//!
//! ![Time to insert and to get a field by how many there are](../../../../docs/src/plots/structures/map-time.svg)
//!
//! ```sh
//! cargo run --release -p russet-structures --example study -- plots map-bytes map-time
//! ```
//!
//! # How is it used?
//!
//! ```
//! use russet_structures::map::{Map, Set};
//! use std::hash::RandomState;
//!
//! let mut hash = Map::with_hasher(RandomState::new());
//! assert!(hash.insert(b"name", b"Ada"));
//! assert!(!hash.insert(b"name", b"Augusta"));
//! assert_eq!(hash.get(b"name"), Some(&b"Augusta"[..]));
//!
//! let mut set = Set::with_hasher(RandomState::new());
//! assert!(set.insert(b"one") && set.insert(b"two") && !set.insert(b"one"));
//! assert_eq!(set.len(), 2);
//! ```
//!
//! The hasher is any [`BuildHasher`](std::hash::BuildHasher); give it a seed that clients cannot know.
//!
//! | operation | time |
//! |---|---|
//! | `get`, `contains`, `insert`, `entry`, `remove` | O(1) expected, O(field + value) for the bytes |
//! | overwriting a value | in place while the size class stays the same |
//! | giving a field its first expiry, taking it away | one allocation and a copy |
//! | `sample`, `pop` | O(1) expected, each entry equally likely |
//! | `scan` | O(budget) a call; every entry that stays is visited exactly once |
//! | `sample_distinct` | O(wanted log wanted) expected, every choice of different entries equally likely |
//! | `iter`, `retain`, `drain`, `clear` | O(n) |
//! | `len`, `memory`, `volatile` | O(1) |
//!
//! # How does it differ from Redis's?
//!
//! Redis 7.2 keeps a hash's field and value as two strings of their own, each with a header, beside a 24-byte chain
//! link and a slot; Valkey 8.1 and later put field and value into one block behind a table of 64-byte buckets, much
//! as here, and keep the lengths in the block. Expiry of single fields came with Redis 7.4, which orders the fields by
//! time in a second structure; here a volatile field costs 8 bytes more and is found by looking at it.
//!
//! # What is it bad at?
//!
//! - A value of 256 bytes or more is copied when its size class changes; there is no sharing of large values.
//! - Whoever wants the fields that expire next has to look at all of them, a few at a time ([`Map::scan`]).
//! - Iteration follows hashes, so each step is a cache miss unless the pair is inline.

mod entry;
mod raw;
mod set;
mod table;
#[cfg(test)]
mod tests;

pub use entry::{Entry, OccupiedEntry, VacantEntry};
pub use raw::{INLINE_MAX, Pair, SHORT_MAX};
pub use set::Set;
pub use table::Map;

impl std::fmt::Debug for Pair {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "\"{}\": \"{}\"", self.field().escape_ascii(), self.value().escape_ascii())?;
        self.expiry().map_or(Ok(()), |expiry| write!(f, " until {expiry}"))
    }
}

/// The word in hex: lengths, address or bytes, and kind.
impl std::fmt::LowerHex for Pair {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:016x}", self.word())
    }
}
