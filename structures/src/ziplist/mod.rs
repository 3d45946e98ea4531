//! Ziplist: what listpack was made from, and why it had to be made.
//!
//! # What problem does it solve?
//!
//! The same as the [listpack](crate::listpack): a list, a hash or a sorted set of a few short elements should be one run of bytes
//! and not a graph of allocations. Redis stored small hashes, small sorted sets and the nodes of lists in ziplists up to version
//! 6.2. Version 7.0 makes listpacks of those that it finds in old files; Russet does the same, with [`to_listpack`], and stores
//! no ziplist itself.
//!
//! The format is worth knowing for its one mistake. It looks harmless on paper, took years to be replaced, and teaches what to
//! look for in a format of one's own.
//!
//! # How can one walk backwards through entries of different lengths?
//!
//! Forwards is easy: an entry says how long it is. To go backwards one must know where the entry *before* begins. The ziplist
//! writes that into each entry: its first field is the length of the entry before it.
//!
//! ```text
//!   0               4               8       10
//!  +---+---+---+---+---+---+---+---+---+---+-------+-------+--- ··· ---+-------+------+
//!  | total bytes   | offset of the | count | entry | entry |           | entry | 0xFF |
//!  | u32, little   | last entry    | u16   |   0   |   1   |           | n - 1 | end  |
//!  +---+---+---+---+---+---+---+---+---+---+-------+-------+--- ··· ---+-------+------+
//!
//!              +-----------------+----------+--------------+
//!   an entry:  | previous length | encoding | data         |
//!              | 1 or 5          | 1 to 9   | only strings |
//!              +-----------------+----------+--------------+
//! ```
//!
//! The previous length counts all bytes of the entry before, and is 0 in the first one:
//!
//! ```text
//!  pppppppp                             up to 253, one byte
//!  11111110  4 bytes, little-endian     above
//! ```
//!
//! A byte of 255 would be the end of the list, hence 253. Then comes what the element is:
//!
//! ```text
//!  00llllll  data                       string of up to 63 bytes
//!  01llllll  llllllll  data             string of up to 16383 bytes, high byte first
//!  10000000  4 bytes of length  data    string, length high byte first
//!  1111vvvv                             integer, 0 to 12, as v = 1 to 13
//!  11111110  1 byte                     integer, little-endian, signed
//!  11000000  2 bytes                    integer
//!  11110000  3 bytes                    integer
//!  11010000  4 bytes                    integer
//!  11100000  8 bytes                    integer
//! ```
//!
//! A count of 65535 stands for "too many to say". Lengths are little-endian in one field and big-endian in the next; what
//! stands in files cannot be tidied up.
//!
//! # What do the bytes of a small one look like?
//!
//! The hash `{name: ada, age: 36}` as `HSET` makes it in Redis 6; the [listpack](crate::listpack) of the same hash takes 25 bytes.
//!
//! ```
//! use russet_structures::ziplist::Ziplist;
//!
//! let mut hash = Ziplist::new();
//! for text in ["name", "ada", "age", "36"] {
//!     hash.push_back(text.as_bytes());
//! }
//! assert_eq!(
//!     hash.as_bytes(),
//!     [
//!         0x1e, 0, 0, 0, // 30 bytes in all
//!         0x1a, 0, 0, 0, // the last entry is at byte 26
//!         4, 0, // 4 elements
//!         0, 0x04, b'n', b'a', b'm', b'e', // nothing before it; a string of 4 bytes
//!         6, 0x03, b'a', b'd', b'a', // 6 bytes before it
//!         5, 0x03, b'a', b'g', b'e', //
//!         5, 0xfe, 36, // an integer of 8 bits
//!         0xff,
//!     ]
//! );
//! ```
//!
//! # What is wrong with that?
//!
//! The size of an entry depends on the size of the one before it. Take a list of strings of 250 bytes. Each makes an entry of
//! 1 + 2 + 250 = 253 bytes, the last length that fits into one byte. Now insert something in front that takes 254:
//!
//! ```text
//!  before   | 0 · 253 |1 · 253 |1 · 253 |1 · 253 |      field of 1 byte · size of the entry
//!
//!  insert   | 254 |1 · 253 |1 · 253 |1 · 253 |...
//!  1             `-> needs a field of 5 bytes, and so takes 257
//!  2                    `-> which needs a field of 5 bytes: 257
//!  3                             `-> ... and so on, to the end
//!
//!  after    | 254 |5 ·· 257 |5 ·· 257 |5 ·· 257 |5 ·· 257 |
//! ```
//!
//! That is the *cascade update*. One insertion, or one removal, rewrites every entry of such a list:
//!
//! ```
//! use russet_structures::ziplist::Ziplist;
//!
//! let mut list: Ziplist = (0..4).map(|_| &[b'x'; 250][..]).collect();
//! assert_eq!(list.bytes(), 11 + 4 * 253);
//! let first = list.push_front(&[b'y'; 251][..]); // 254 bytes
//! assert_eq!(list.bytes(), 11 + 254 + 4 * 257);
//! list.remove(first);
//! assert_eq!(list.bytes(), 11 + 253 + 3 * 257);
//! ```
//!
//! The last line shows the rule that keeps it from being worse. When an entry becomes *shorter*, the field behind it could shrink from 5
//! bytes to 1, and the next one, and so on: a list that is changed at its head would flap from one end to the other
//! with every command. So a cascade widens fields and never narrows one; a small length then stands in a wide field. Only the entry
//! right behind the change, whose field is written anyway, gets the narrow form back.
//!
//! Redis 6.0 moves all that follows once for each entry that grows, so a cascade through n entries takes a time in the order of n².
//! With its limits raised so that a hash of 8000 such entries is still a ziplist, one `HDEL` of a short field was seen to
//! take a tenth of a second, and a fraction of a millisecond where it set off no cascade. Here, one pass finds how many entries grow, everything behind them moves once, and each of them goes directly to its place,
//! from the last to the first. The bytes come out the same.
//!
//! ![Time of one insertion at the head by number of entries: with a cascade that moves all that follows for each entry it grows with the square of their number, with a single pass in step with it; without a cascade, and in a listpack, it takes about a fifth of that](../../../../docs/src/plots/structures/ziplist-cascade.svg)
//!
//! ```sh
//! cargo run --release -p russet-structures --example study -- plots ziplist
//! ```
//!
//! # How does the listpack avoid it?
//!
//! It keeps the same information, where an entry begins, in another place: each entry ends with its *own* length, written so that it can
//! be read from right to left. Nothing in an entry depends on its neighbours, and no change reaches further than the
//! bytes it changes. The offset of the last entry is not needed any more either, since the last entry ends where the list does: the
//! header is 4 bytes shorter.
//!
//! What to look for in a format, then: does anything's *size* depend on something else's *value*? Such dependencies
//! form chains, and a chain is as long as somebody who sends you data wants it to be.
//!
//! # What does it cost?
//!
//! 11 bytes for a ziplist and, per element, p + e + length for a string, where p is 1 or, behind an entry of 254 bytes and more, 5,
//! and e is 1 for up to 63 bytes, 2 up to 16383, then 5. An integer takes p + 1 up to 12, p + 2 in 8 bits, and so on to p + 9.
//! The [block](crate::block) around it takes 8 bytes and what its capacity is above its length, at most a quarter. Strings of 126 to 250
//! bytes are the only ones that a ziplist holds in a byte less than a listpack; longer ones cost it 3 more, since each stands
//! behind a long one.
//!
//! ![Bytes that a ziplist and a listpack take beside a string's own, by its length: both 2 up to a length of 63, then 3, from 126 on 3 against 4, and from 251 on 7 against 4](../../../../docs/src/plots/structures/ziplist-bytes.svg)
//!
//! # What do operations cost?
//!
//! | operation | cost |
//! |---|---|
//! | `push_back`, `first`, `last`, `next`, `prev`, `get`, `is_empty`, `bytes` | O(1) |
//! | `len` | O(1) up to 65534 elements, then O(n) |
//! | `push_front`, `insert_before`, `insert_after`, `replace`, `remove` | O(bytes behind), a cascade included |
//! | `seek` | O(n), from the nearer end |
//! | `find`, `iter`, `pairs`, `remove_range`, `truncate`, `append_all`, `split_off` | O(n) |
//! | `from_bytes`, `to_listpack` | O(n) |
//!
//! # Can it read bytes from a stranger?
//!
//! Yes. [`from_bytes`](Ziplist::from_bytes) walks over every entry and checks that it ends inside, that the entry behind it has its
//! length right, and that the three numbers in the header are true. [`to_listpack`] does the same on its way, and is what loading an old
//! file needs: lists (types 10 and 14 in RDB files), sorted sets (12) and hashes (13).
//!
//! ```
//! use russet_structures::ziplist::{Corrupt, Ziplist, to_listpack};
//!
//! let list: Ziplist = [1, 2, 3].into_iter().collect();
//! let mut bytes = list.as_bytes().to_vec();
//! assert!(to_listpack(&bytes).is_ok_and(|listpack| listpack.iter().eq(&list)));
//! bytes[12] = 7; // where the second entry says that the first has 2 bytes
//! assert_eq!(to_listpack(&bytes), Err(Corrupt::PrevLength(12)));
//! ```
//!
//! # How does it differ from Redis's?
//!
//! The bytes are the same after the same operations, wide fields that a cascade left behind included; tests compare them with those of
//! Redis 6.0, which later servers still load. A length that the header does not know is not written into it when somebody asks
//! ([`recount`](Ziplist::recount) does that).

mod cascade;
mod cursor;
mod edit;
mod encoding;
mod iter;
#[cfg(test)]
mod tests;
mod validate;

pub use cursor::Position;
pub use iter::{Iter, Pairs};
pub use validate::{Corrupt, to_listpack};

use crate::block::{Block, MAX_LEN};
use encoding::{END, HEADER};

const _: () = assert!(HEADER + 1 == 11);

/// What the header says when there are too many elements for it: count them.
const UNKNOWN: u16 = u16::MAX;

/// The longest ziplist that is accepted from elsewhere. The listpack of the same elements may be longer by a byte in 129, for
/// strings of 126 bytes, and must be a block too.
const LONGEST: usize = MAX_LEN / 130 * 129;

/// Redis starts another ziplist, or another structure, before one grows beyond this many bytes.
pub const SAFE_BYTES: usize = 1 << 30;

/// A list of strings and integers in one run of bytes; see the [module's page](self).
#[derive(Clone, PartialEq, Eq)]
pub struct Ziplist(Block);

const _: () = assert!(size_of::<Ziplist>() == size_of::<usize>());

impl Ziplist {
    /// An empty ziplist. O(1).
    pub fn new() -> Ziplist {
        Ziplist(Block::from_slice(&[HEADER as u8 + 1, 0, 0, 0, HEADER as u8, 0, 0, 0, 0, 0, END]))
    }

    /// The whole ziplist, header and end included: what Redis up to 6.2 writes to disk. O(1).
    #[inline]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Length of [`as_bytes`](Ziplist::as_bytes). O(1).
    #[inline]
    pub fn bytes(&self) -> usize {
        self.0.len()
    }

    /// Bytes on the heap. O(1).
    pub fn memory(&self) -> usize {
        self.0.memory()
    }

    /// The offset of the last entry; where there is none, of the end.
    #[inline]
    fn tail(&self) -> usize {
        u32::from_le_bytes([self.0[4], self.0[5], self.0[6], self.0[7]]) as usize
    }

    #[inline]
    fn set_tail(&mut self, offset: usize) {
        self.0[4..8].copy_from_slice(&(offset as u32).to_le_bytes());
    }

    /// The number of elements as the header has it; 65535 stands for "count them".
    #[inline]
    fn count(&self) -> u16 {
        u16::from_le_bytes([self.0[8], self.0[9]])
    }

    #[inline]
    fn known_len(&self) -> Option<usize> {
        Some(self.count()).filter(|count| *count != UNKNOWN).map(usize::from)
    }

    /// Writes the length and the number of elements into the header.
    #[inline]
    fn write_header(&mut self, count: u16) {
        let total = self.0.len() as u32;
        self.0[..4].copy_from_slice(&total.to_le_bytes());
        self.0[8..HEADER].copy_from_slice(&count.to_le_bytes());
    }

    /// Number of elements. O(1) up to 65534, and O(n) from there on.
    #[inline]
    pub fn len(&self) -> usize {
        self.known_len().unwrap_or_else(|| self.iter().count())
    }

    /// Whether there are no elements. O(1).
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.0.len() == HEADER + 1
    }

    /// Whether `bytes` more bytes keep this ziplist below [`SAFE_BYTES`]. O(1).
    #[inline]
    pub fn safe_to_add(&self, bytes: usize) -> bool {
        self.0.len().checked_add(bytes).is_some_and(|total| total <= SAFE_BYTES)
    }

    /// Makes room for elements that take `bytes` bytes. O(n) if the ziplist has to move.
    pub fn reserve(&mut self, bytes: usize) {
        self.0.reserve(bytes);
    }

    /// Gives back unused memory. O(n) if the ziplist has to move.
    pub fn shrink_to_fit(&mut self) {
        self.0.shrink_to_fit();
    }
}

impl Default for Ziplist {
    fn default() -> Ziplist {
        Ziplist::new()
    }
}

impl std::fmt::Debug for Ziplist {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self).finish()
    }
}
