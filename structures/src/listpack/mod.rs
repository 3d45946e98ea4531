//! Listpack: a list of strings and integers in one run of bytes.
//!
//! # What problem does it solve?
//!
//! A hash with six short fields should not cost twelve strings and a table. Most values in a Redis server are small:
//! a session, a handful of tags, the last ten events. As a `HashMap<Vec<u8>, Vec<u8>>` such a hash takes four times the
//! bytes of its text, for pointers, lengths, and what the allocator rounds up. A listpack writes the elements one behind
//! the other into a single allocation, each with just enough around it to know its length, and takes a third more than
//! the text. It looks for things by reading all of them, which for a handful takes some tens of nanoseconds, and out of
//! the cache no longer than a hash table does.
//!
//! Redis stores in listpacks: small hashes (field, value, field, value), small sorted sets (member, score, by score),
//! small sets, the nodes of every list and the entries of every stream.
//!
//! # What was there before?
//!
//! The ziplist, which answered the same need. It lets each entry hold the length of the entry *before* it, so that one
//! can go backwards; and because that length takes 1 byte or 5, an insertion may grow the entry behind it, which may grow
//! the next, to the end. In a listpack an entry holds its *own* length, at its end. Whoever stands behind an entry can
//! read it from right to left, and no entry depends on another. Since Redis 7.0 nothing is stored in ziplists any more;
//! they are still read from older files.
//!
//! # What does it look like?
//!
//! ```text
//!   0               4       6
//!  +---+---+---+---+---+---+-------+-------+--- ··· ---+-------+------+
//!  | total bytes   | count | entry | entry |           | entry | 0xFF |
//!  | u32, little   | u16   |   0   |   1   |           | n - 1 | end  |
//!  +---+---+---+---+---+---+-------+-------+--- ··· ---+-------+------+
//!
//!              +----------+---------------+-------------+
//!   an entry:  | encoding | data          | back length |
//!              | 1 to 9   | only strings  | 1 to 5      |
//!              +----------+---------------+-------------+
//!               `---- this many bytes ---'
//! ```
//!
//! A count of 65535 stands for "too many to say": whoever wants to know counts. The first byte of an entry tells what it
//! is, with the shortest forms for what is most common:
//!
//! ```text
//!  0vvvvvvv                             integer, 0 to 127
//!  10llllll  data                       string of up to 63 bytes
//!  110vvvvv  vvvvvvvv                   integer, 13 bits, signed, high byte first
//!  1110llll  llllllll  data             string of up to 4095 bytes, high byte first
//!  11110000  4 bytes of length  data    string, length little-endian
//!  11110001  2 bytes                    integer, little-endian, signed
//!  11110010  3 bytes                    integer
//!  11110011  4 bytes                    integer
//!  11110100  8 bytes                    integer
//!  11111111                             the end
//! ```
//!
//! The back length is the number of bytes that encoding and data take, seven bits to a byte, made to be read from the
//! right: the byte furthest right has the lowest seven bits, and a set top bit says "more to the left". An entry of
//! up to 127 bytes needs one byte, one of 300 needs two, `0x02 0xAC`: `0x2C + 0x02 * 128 = 300`.
//!
//! # What do the bytes of a small one look like?
//!
//! The hash `{name: ada, age: 36}` as HSET makes it:
//!
//! ```
//! use russet_structures::listpack::Listpack;
//!
//! let mut hash = Listpack::new();
//! for text in ["name", "ada", "age", "36"] {
//!     hash.push_back(text.as_bytes());
//! }
//! assert_eq!(
//!     hash.as_bytes(),
//!     [
//!         0x19, 0, 0, 0, // 25 bytes in all
//!         4, 0, // 4 elements
//!         0x84, b'n', b'a', b'm', b'e', 5, // a string of 4 bytes; the entry so far took 5
//!         0x83, b'a', b'd', b'a', 4, //
//!         0x83, b'a', b'g', b'e', 4, //
//!         0x24, 1, // the integer 36: one byte, and one to go back over it
//!         0xff,
//!     ]
//! );
//! ```
//!
//! The text `36` was stored as an integer because printing that integer gives the same text again. `036` would have
//! been a string.
//!
//! # How does reading and writing go?
//!
//! A [`Position`] is the offset of an entry. [`first`](Listpack::first), [`next`](Listpack::next),
//! [`prev`](Listpack::prev) and [`last`](Listpack::last) go from one to another, [`get`](Listpack::get) reads. HGET is
//! a [`find`](Listpack::find) that skips every other element and a step:
//!
//! ```
//! use russet_structures::{element::Element, listpack::Listpack};
//!
//! let mut hash: Listpack = ["name", "age", "age", "36"].iter().map(|text| text.as_bytes()).collect();
//! let field = hash.find(b"age", 1).expect("the field"); // not the value "age" of the field "name"
//! let value = hash.next(field).expect("its value");
//! assert_eq!(hash.get(value), Element::Int(36));
//! hash.replace(value, 37);
//! assert_eq!(hash.get(value).to_vec(), b"37");
//! ```
//!
//! A change in the middle moves everything behind it: one `memmove`, which takes a small part of the time that it took
//! to find the place, since it goes many bytes at a time and looks at none of them.
//!
//! `HRANDFIELD` and its like draw from all elements, or from all pairs: one, many that may repeat, or many different
//! ones, each in one pass. The numbers come from the caller.
//!
//! ```
//! use russet_structures::listpack::Listpack;
//!
//! let hash: Listpack = ["a", "1", "b", "2", "c", "3"].iter().map(|text| text.as_bytes()).collect();
//! let mut random = || 0x9000_0000_0000_0000; // a little above one half
//! let field = hash.sample(1, &mut random).expect("a pair");
//! assert_eq!(hash.get(field).to_vec(), b"b");
//! let two = hash.sample_distinct(2, 1, &mut random);
//! assert_eq!(two.iter().map(|field| hash.get(*field).to_vec()).collect::<Vec<_>>(), [b"a", b"c"]);
//! ```
//!
//! | operation | cost |
//! |---|---|
//! | `push_back`, `first`, `last`, `next`, `prev`, `get`, `is_empty`, `bytes` | O(1) |
//! | `len` | O(1) up to 65534 elements, then O(n) |
//! | `push_front`, `insert_before`, `insert_after`, `replace`, `remove` | O(bytes behind), one move |
//! | `seek`, `sample` | O(n), from the nearer end |
//! | `find`, `iter`, `pairs`, `sample_distinct`, `remove_range`, `truncate`, `retain`, `split_off`, `append_all`, `from_bytes` | O(n) |
//! | `sample_many` | O(n + m log m) for m of them |
//!
//! # What does it cost?
//!
//! 7 bytes for a listpack and, per element, `1 + length + 1` for a string of up to 63 bytes (2 + length + 1 up to 125,
//! 2 + length + 2 up to 4095), 2 for an integer up to 127, 3 for one up to 4095, and so on to 10. The
//! [block](crate::block) around it takes 8 bytes and what its capacity is above its length, at most a quarter or 15
//! bytes; the handle is one word.
//!
//! ![Bytes per field of a hash by number of fields: a listpack stays close to the text, a dict begins high and comes down
//! to half as much again as the listpack, a HashMap stays at three times or more](../../../../docs/src/plots/structures/listpack-bytes.svg)
//!
//! ```sh
//! cargo run --release -p russet-structures --example study -- plots listpack
//! ```
//!
//! # Is it slower to write than plain bytes?
//!
//! Appending an element means to see whether it is an integer, to write its encoding, the bytes, its length and the
//! end, and to count it. For the fields and values of hashes, with room made beforehand, that takes less than twice as
//! long as to append the same bytes to a `Vec<u8>` with room. It is less than twice without room, too, though a `Vec`
//! then doubles and a block, which keeps memory tight, moves four times as often. Strings that are all of one length,
//! which a processor learns, are copied faster, and short ones of these take two to three times as long to append.
//! Visiting an element takes less time than copying it, since nothing has to be written. Copying *all* of the bytes at
//! once is another matter: a processor moves 32 or 64 of them at a time, and an element at a time cannot compete.
//!
//! ![Time per string by its length: appending to a listpack stays above copying it, visiting takes 2 to 4 ns whatever
//! the length](../../../../docs/src/plots/structures/listpack-copy.svg)
//!
//! ```sh
//! cargo run --release -p russet-structures --example study -- bars listpack
//! ```
//!
//! The bars append, or visit, 256 fields like `session:83120` with their values, half of them texts of 3 to 40 bytes,
//! half integers of 1 to 12 digits, in 64 different listpacks, and copy each of the same elements to a `Vec<u8>`.
//!
//! # When is a hash table better?
//!
//! When there are many fields. To find one of n, a listpack reads n elements on average, at some 2 ns each; a dict takes
//! the same time for any n.
//!
//! ![Time to find a field by number of fields: the dict is flat, the listpack begins beside it and rises with the
//! number](../../../../docs/src/plots/structures/listpack-find.svg)
//!
//! With one or two fields they are equals, as long as all is in the cache. A server with a million small hashes has
//! few of them there, and waits for memory: a dict for its table, its bucket and the block of the field, one after the
//! other, a listpack for one run of bytes. There the listpack is no slower up to six or eight fields. At 128 fields,
//! where Redis gives up listpacks for sorted sets and sets, a search in the cache takes some fifteen times as long as
//! in a dict, a quarter of a microsecond; at 512, where it does so for hashes, some fifty times. To receive a
//! command and to answer it costs microseconds, so a hash may well grow until its search shows there.
//!
//! ![Time per field to fill a hash by number of fields: up to about a hundred the listpack takes some twice the dict's time, then
//! it rises with the number](../../../../docs/src/plots/structures/listpack-insert.svg)
//!
//! And what does the dict cost for that? Half as many bytes again for each field, and for a hash of one field four
//! times as many.
//!
//! # Can it read bytes from a stranger?
//!
//! Yes: [`from_bytes`](Listpack::from_bytes) walks over every entry and checks that it ends inside, that its back length
//! is the one it must have, that the end stands at the end and nowhere else, and that the numbers in the header are true.
//! It looks at each byte at most a few times and at none outside. After that nothing needs to be checked again.
//!
//! # What is it bad at?
//!
//! Everything that is O(n), once n is large. Hence Redis's limits, after which it converts: 512 fields in a hash, 128
//! members in a sorted set or a set (`hash-max-listpack-entries` and others), no element above 64 bytes, 8 KiB in a
//! list's node.
//!
//! # How does it differ from Redis's?
//!
//! The bytes are the same for the same operations, which `tests/bytes` shows with what servers dump. Asking for the length
//! never changes a listpack: where the header does not know it, [`recount`](Listpack::recount) writes it there. A back
//! length that is written in another way than Redis's is refused.

mod cursor;
mod edit;
mod encoding;
mod iter;
mod sample;
#[cfg(test)]
mod tests;
mod validate;

pub use cursor::Position;
pub use iter::{Iter, Pairs};
pub use validate::Corrupt;

use crate::block::Block;
use encoding::{END, HEADER};

/// What the header says when there are too many elements for it: count them.
const UNKNOWN: u16 = u16::MAX;

/// Redis starts another listpack, or another structure, before one grows beyond this many bytes.
pub const SAFE_BYTES: usize = 1 << 30;

/// A list of strings and integers in one run of bytes; see the [module's page](self).
#[derive(Clone, PartialEq, Eq)]
pub struct Listpack(Block);

// What the page says: the handle is one word, a listpack takes 7 bytes beside its entries.
const _: () = assert!(size_of::<Listpack>() == size_of::<usize>() && HEADER + 1 == 7);

impl Listpack {
    /// An empty listpack. O(1).
    pub fn new() -> Listpack {
        Listpack::with_capacity(0)
    }

    /// An empty listpack with room for elements that take `bytes` bytes. O(1).
    ///
    /// # Panics
    /// Above the longest [block](crate::block::MAX_LEN).
    pub fn with_capacity(bytes: usize) -> Listpack {
        let mut block = Block::with_capacity(HEADER + bytes + 1);
        block.extend_from_slice(&[HEADER as u8 + 1, 0, 0, 0, 0, 0, END]);
        Listpack(block)
    }

    /// The whole listpack, header and end included: what Redis writes to disk. O(1).
    #[inline]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Length of [`as_bytes`](Listpack::as_bytes). O(1).
    #[inline]
    pub fn bytes(&self) -> usize {
        self.0.len()
    }

    /// Bytes on the heap. O(1).
    pub fn memory(&self) -> usize {
        self.0.memory()
    }

    /// The number of elements as the header has it; 65535 stands for "count them".
    #[inline]
    fn count(&self) -> u16 {
        u16::from_le_bytes([self.0[4], self.0[5]])
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
        self.0[4..HEADER].copy_from_slice(&count.to_le_bytes());
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

    /// Whether `bytes` more bytes keep this listpack below [`SAFE_BYTES`]. O(1).
    #[inline]
    pub fn safe_to_add(&self, bytes: usize) -> bool {
        self.0.len().checked_add(bytes).is_some_and(|total| total <= SAFE_BYTES)
    }

    /// Makes room for elements that take `bytes` bytes. O(n) if the listpack has to move.
    pub fn reserve(&mut self, bytes: usize) {
        self.0.reserve(bytes);
    }

    /// Bytes that can be added before the listpack has to move. O(1).
    pub fn spare(&self) -> usize {
        self.0.capacity() - self.0.len()
    }

    /// Gives back unused memory. O(n) if the listpack has to move.
    pub fn shrink_to_fit(&mut self) {
        self.0.shrink_to_fit();
    }
}

impl Listpack {
    /// Takes bytes that were a listpack of this program before, such as a quicklist's node that was compressed: they
    /// are not checked. O(1).
    pub(crate) fn trusted(block: Block) -> Listpack {
        Listpack(block)
    }
}

impl Default for Listpack {
    fn default() -> Listpack {
        Listpack::new()
    }
}

impl std::fmt::Debug for Listpack {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self).finish()
    }
}
