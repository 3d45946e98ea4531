//! SDS, the simple dynamic string: bytes behind one pointer, with a header that is as short as the string allows.
//!
//! # What problem does it solve?
//!
//! A server full of strings holds millions of short ones, so what stands around the bytes matters as much as the
//! bytes. Rust's `String` and `Vec<u8>` are three words, 24 bytes, wherever they stand, and the bytes are elsewhere.
//! A string in C is one pointer, but its length has to be searched for, a zero byte ends it, and nobody knows how
//! much may be appended. An SDS is one pointer, like C's; length and capacity stand before the bytes, in fields that
//! are as wide as they have to be. Any byte may be in it, zeros too.
//!
//! # Where does Redis use it?
//!
//! Nearly everywhere: keys, string values, the fields, members and values of large hashes, sets and sorted sets, what
//! a client has sent, what waits to be written to the append-only file. What an SDS takes around the bytes, Redis
//! takes once or twice for each key.
//!
//! # What was there before?
//!
//! Redis's strings had one header until version 3.2: two integers of four bytes, for the length and for the room
//! behind the bytes. That was eight bytes for every string, however short, and none could be longer than what they
//! count. The five headers that came then take 1 or 3 bytes below 256, and count up to 64 bits.
//!
//! # What does it look like?
//!
//! There are five headers. The handle points to the first byte of the string, and the byte before that is the flags
//! byte, whose low three bits name the class. So whoever has the pointer reads one byte back, and then knows how far
//! the header goes:
//!
//! ```text
//!                                                   handle
//!                                                     |
//!                                                     v
//!                                            +-------+----------- ··· ---+
//!  class 5, up to 31 bytes                   | flags | bytes             |   1 byte, no capacity
//!                                            +-------+----------- ··· ---+
//!                                +-----+-----+-------+----------- ··· ---+-- ··· --+
//!  class 8, up to 255            | len | cap | flags | bytes             | unused  |   3
//!                                +-----+-----+-------+----------- ··· ---+-- ··· --+
//!                          +--------+--------+-------+----------- ··· ---+-- ··· --+
//!  class 16, up to 65,535  | len    | cap    | flags | bytes             | unused  |   5
//!                          +--------+--------+-------+----------- ··· ---+-- ··· --+
//!                   +-----------+------------+-------+----------- ··· ---+-- ··· --+
//!  class 32, < 4 GiB| len       | cap        | flags | bytes             | unused  |   9
//!                   +-----------+------------+-------+----------- ··· ---+-- ··· --+
//!      +------------------+------------------+-------+----------- ··· ---+-- ··· --+
//!  64  | len              | cap              | flags | bytes             | unused  |   17
//!      +------------------+------------------+-------+----------- ··· ---+-- ··· --+
//!
//!  flags     7   6   5   4   3   2   1   0
//!          +---+---+---+---+---+---+---+---+
//!          | length if class 5 | class     |     class: 0, 1, 2, 3, 4 for 5, 8, 16, 32, 64 bits
//!          | else unused       |           |
//!          +---+---+---+---+---+---+---+---+
//! ```
//!
//! Numbers are little-endian. The empty string needs no memory of its own: all of them point behind one flags byte in
//! the program, 0, which says class 5 and length 0.
//!
//! [`Sds::image`] shows what is in memory. `hello` has a header of one byte, `5 << 3 | 0` or `28` in hex. A string of
//! 31 bytes is the last of its class: `31 << 3 | 0` is `f8`. At 32 bytes the length has a byte, `20`, the capacity
//! has one, `25` (37, since header and bytes were rounded up to 40), and the flags say class 8, `01`:
//!
//! ```
//! use russet_structures::sds::{Class, Sds};
//!
//! let hello = Sds::from("hello");
//! assert_eq!(hello.image(), b"\x28hello");
//! assert_eq!((hello.class(), hello.capacity()), (Class::Bits5, 7));
//!
//! let mut alphabet = Sds::from("abcdefghijklmnopqrstuvwxyz01234");
//! assert_eq!(alphabet.image(), b"\xf8abcdefghijklmnopqrstuvwxyz01234");
//! assert_eq!(Sds::from(&alphabet[..30]).image()[0], 0xf0);
//!
//! alphabet.push(b'5');
//! assert_eq!(alphabet.class(), Class::Bits8);
//! alphabet.shrink_to_fit();
//! assert_eq!(alphabet.image(), b"\x20\x25\x01abcdefghijklmnopqrstuvwxyz012345");
//!
//! let long = Sds::from([b'x'; 300].as_slice());
//! assert_eq!(long.image()[..7], [0x2c, 0x01, 0x33, 0x01, 0x02, b'x', b'x']); // 300, 307, class 16
//! assert_eq!(size_of::<Sds>(), 8);
//! assert_eq!(size_of::<Option<Sds>>(), 8);
//! ```
//!
//! # Why does a zero byte end the strings of Redis, and not these?
//!
//! Redis puts one behind the bytes, which the length does not count, so that a string can be given to C's `printf` or
//! `strtod` as it is. In Rust nothing wants it: slices carry their length, and a function of C that takes a string
//! would have to be told first that there is no zero inside. So it would cost a byte for nothing, and there is none.
//! What stands before the bytes is as in Redis.
//!
//! # How does it grow?
//!
//! When bytes do not fit any more, room is made for twice the new length; from 1 MiB on, for 1 MiB more than the new
//! length ([`Sds::reserve`]). Doubling makes appending byte by byte cheap: each byte is moved about once on average.
//! Beyond 1 MiB doubling would waste memory by the megabyte, but to append byte by byte is then no longer linear: a
//! string of `n` MiB has been moved up to `n` times, if the allocator cannot stretch it where it lies. Who knows what
//! comes asks for exactly that ([`Sds::reserve_exact`]), and who knows that nothing comes gives back the rest
//! ([`Sds::shrink_to_fit`]).
//!
//! ```
//! use russet_structures::sds::{Class, Sds};
//!
//! let mut text = Sds::from("twelve bytes");
//! assert_eq!((text.len(), text.capacity(), text.class()), (12, 15, Class::Bits5));
//! text.append(b"..."); // room is left from the rounding
//! assert_eq!(text.capacity(), 15);
//! text.append(b"!"); // 16 bytes: room for 32 is made, which class 8 counts
//! assert_eq!((text.len(), text.capacity(), text.class()), (16, 37, Class::Bits8));
//! text.append(&[b'!'; 200]); // 216 bytes: room for 432 is made, which class 16 counts
//! assert_eq!((text.len(), text.capacity(), text.class()), (216, 435, Class::Bits16));
//! text.shrink_to_fit();
//! assert_eq!((text.len(), text.capacity(), text.class()), (216, 221, Class::Bits8));
//! ```
//!
//! # When does the class change?
//!
//! When the capacity is about to exceed what the class counts, and in [`Sds::shrink_to_fit`]. A class of another
//! width has its bytes at another distance from the start of the allocation, so the string moves; within a class the
//! allocator is asked to stretch what there is. A string for which room was made is never of class 5, which cannot
//! remember a capacity. But the allocation of one that is, rounded up to 8 bytes, leaves up to 7 bytes, and since the
//! rounding follows from the length, those can be used without being remembered. The price is that to shorten such a
//! string may move it, which copies at most 30 bytes.
//!
//! # Which operations are there?
//!
//! An [`Sds`] is a slice of bytes wherever one is wanted, with everything that slices can do. Beside that:
//!
//! | operation | time | in Redis |
//! |---|---|---|
//! | [`len`](Sds::len), [`capacity`](Sds::capacity), [`class`](Sds::class), [`memory`](Sds::memory) | O(1) | `sdslen`, `sdsalloc`, `sdsAllocSize` |
//! | [`from`](From), [`clone`](Clone) | O(length) | `sdsnewlen`, `sdsdup` |
//! | [`from_integer`](Sds::from_integer) | O(digits) | `sdsfromlonglong` |
//! | [`push`](Sds::push), [`append`](Sds::append), [`write!`](std::fmt::Write) | O(bytes), amortised below 1 MiB | `sdscatlen`, `sdscatprintf` |
//! | [`append_quoted`](Sds::append_quoted) | O(bytes), amortised | `sdscatrepr` |
//! | [`append_gap`](Sds::append_gap), [`grow_zeroed`](Sds::grow_zeroed) | O(bytes), amortised | `sdsIncrLen`, `sdsgrowzero` |
//! | [`assign`](Sds::assign) | O(bytes) | `sdscpylen` |
//! | [`set_range`](Sds::set_range) | O(bytes and padding) | what `SETRANGE` does |
//! | [`splice`](Sds::splice), [`splice_gap`](Sds::splice_gap) | O(bytes after the place) | |
//! | [`keep`](Sds::keep), [`trim`](Sds::trim) | O(length) | `sdsrange`, `sdstrim` |
//! | [`truncate`](Sds::truncate), [`clear`](Sds::clear) | O(1) | `sdssubstr`, `sdsclear` |
//! | [`reserve`](Sds::reserve), [`reserve_exact`](Sds::reserve_exact), [`try_reserve`](Sds::try_reserve) | O(length) if it moves | `sdsMakeRoomFor`, `sdsMakeRoomForNonGreedy` |
//! | [`shrink_to_fit`](Sds::shrink_to_fit) | O(length) if it moves | `sdsRemoveFreeSpace` |
//! | comparison, [`Hash`](std::hash::Hash) as a slice | O(length) | `sdscmp` |
//!
//! What `sdssplitargs` does, to split a line into words, belongs to configuration files and is in the engine.
//! [`Sds::append_quoted`] writes bytes so that a person can read them and a configuration file gives them back:
//!
//! ```
//! use russet_structures::sds::Sds;
//!
//! let mut line = Sds::from("name ");
//! line.append_quoted(b"caf\xc3\xa9 \"au lait\"\n\0");
//! assert_eq!(&line[..], br#"name "caf\xc3\xa9 \"au lait\"\n\x00""#);
//! ```
//!
//! # What does it cost?
//!
//! A string that was made at its length takes `length + 1` bytes on the heap up to 31 bytes, `length + 3` up to 255,
//! `length + 5` up to 65,535, then `length + 9`, and `length + 17` from 4 GiB on, all rounded up by the allocator;
//! and 8 bytes for the handle. A `Vec<u8>` or a `String` has a handle of 24 bytes and on the heap nothing but the
//! bytes. Most often the rounding swallows the header, and the SDS takes 16 bytes less; where the header is what
//! makes the allocator take the next size, it takes as much as a `Vec`, or more. On average it is about 12 less.
//! `bytes::Bytes` has a handle of four words, for which it can be shared and cut without a copy.
//!
//! ![Bytes taken beyond the length, by length, for four kinds of strings: four saw-teeth of the allocator's sizes, with bytes::Bytes at the top and the SDS at the bottom](../../../../docs/src/plots/structures/sds-overhead.svg)
//!
//! Appending ten bytes at a time to a long string takes nearly twice a `Vec`'s time: before each append the flags are
//! read, then length and capacity from where the flags say, and the length that the append before has just written
//! comes back through memory, where a `Vec` in a loop has it in a register. For short strings, which are allocated
//! more often, there is less between them. An early version of this one put its fields together from single bytes,
//! and took four times as long as now: a processor hands a number that was just written on to whoever reads it as the
//! whole that it was written as, but waits if it was written in pieces.
//!
//! ![Time to append ten bytes, by the length that is reached, for five kinds of strings: beyond a kilobyte BytesMut, Vec and String take 2 to 3 ns, SDS and Block 3 to 5](../../../../docs/src/plots/structures/sds-append.svg)
//!
//! While a string grows, room is set aside for what may come, up to the length once more, as by everybody who
//! doubles. Beyond 1 MiB the SDS has at most 1 MiB to spare; a Block never has more than a quarter:
//!
//! ![Heap bytes per byte of strings that grew, by length: SDS, Vec and BytesMut between 1 and a little above 2, the SDS near 1 beyond 4 MB, the Block near 1.1](../../../../docs/src/plots/structures/sds-growth.svg)
//!
//! ```sh
//! cargo run --release -p russet-structures --example study -- plots sds
//! ```
//!
//! # What is it bad at?
//!
//! To know the length, a byte before the bytes has to be read, and then a field whose place depends on it: two loads
//! from the string's own cache line and a branch, where a `Vec` has its length in the handle. A comparison of lengths
//! that would tell two strings apart without touching them does touch them. It cannot be shared or cut without a
//! copy, as `bytes::Bytes` can. And beyond 1 MiB byte-by-byte growth is no longer linear, see above.
//!
//! # How does it differ from a Block?
//!
//! Both are one pointer to a heap block. A [`Block`](crate::block::Block) has one header, of 8 bytes, so its length
//! is one load away, without a branch, and its capacity grows by a quarter at most: right for listpacks and intsets,
//! which have headers of their own, are changed in the middle, stand in memory by the million, and should not hold
//! room that nobody may ever need. An SDS has the smaller header, and doubles: right for short strings, and for those
//! that are appended to.
//!
//! # Does the server use it?
//!
//! No. A short string in the keyspace, with its key, is part of a [record](crate::record): one allocation for what
//! would be two strings and an object here. Fields and members of large hashes and sets stand in
//! [entries](crate::map) of one allocation, too. A long string is an `Arc<Vec<u8>>`, so that a reply can leave
//! without a copy while the key is overwritten; with megabytes behind it, nobody counts 16 bytes of handle. So the
//! SDS is here to be read, since whoever reads Redis's source meets it on every page, and to be measured against what
//! replaced it.
//!
//! # How does it differ from Redis's?
//!
//! The headers, the limits of the classes and the growth are Redis's. There is no zero byte behind the bytes. An
//! empty string owns no memory, where Redis allocates a header of class 8. Class 5 uses the rounding of its
//! allocation, where Redis takes it for full; and other capacities include the rounding to 8 bytes, where Redis asks
//! its allocator for what it really got.

mod class;
mod convert;
mod edit;
mod raw;
#[cfg(test)]
mod tests;

pub use class::Class;
pub use raw::Sds;

/// The longest string, in bytes: what an allocation may have, less the longest header.
pub const MAX_LEN: usize = isize::MAX as usize - 32;

/// From this length in bytes on, growing leaves room for this many bytes more, and no longer for twice the length.
pub const MAX_PREALLOCATION: usize = 1 << 20;

const _: () =
    assert!(size_of::<Sds>() == size_of::<usize>() && size_of::<Option<Sds>>() == size_of::<usize>());

/// The allocator gave no memory, or more was asked for than [`MAX_LEN`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AllocationError {
    /// How many bytes were asked for.
    pub bytes: usize,
}

impl std::fmt::Display for AllocationError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "no memory for a string of {} bytes", self.bytes)
    }
}

impl std::error::Error for AllocationError {}

impl Sds {
    /// An empty string with room for `capacity` bytes: of class 8 at least, since class 5 knows no room.
    ///
    /// # Panics
    /// Where there is not so much memory.
    pub fn with_capacity(capacity: usize) -> Sds {
        let mut string = Sds::new();
        string.reserve_exact(capacity);
        string
    }

    /// Whether there are no bytes. O(1).
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Bytes on the heap that were asked for, header included. O(1).
    #[inline]
    pub fn memory(&self) -> usize {
        if self.is_unallocated() { 0 } else { self.class().header() + self.capacity() }
    }

    /// Makes room for `more` bytes beyond the length; where there is none yet, for more than that (see the
    /// [page](self#how-does-it-grow)). O(length) if the string moves.
    ///
    /// # Panics
    /// Where there is not so much memory.
    #[inline]
    pub fn reserve(&mut self, more: usize) {
        if self.capacity() - self.len() < more
            && let Err(error) = self.grow(more, true)
        {
            panic!("{error}");
        }
    }

    /// Makes room for `more` bytes beyond the length, and no more than that but for rounding. O(length) if it moves.
    ///
    /// # Panics
    /// Where there is not so much memory.
    pub fn reserve_exact(&mut self, more: usize) {
        if self.capacity() - self.len() < more
            && let Err(error) = self.grow(more, false)
        {
            panic!("{error}");
        }
    }

    /// As [`reserve_exact`](Sds::reserve_exact), for lengths that someone else chose. O(length) if it moves.
    ///
    /// # Errors
    /// Where there is not so much memory. The string is then as it was.
    pub fn try_reserve(&mut self, more: usize) -> Result<(), AllocationError> {
        if self.capacity() - self.len() < more { self.grow(more, false) } else { Ok(()) }
    }

    /// Moves to a larger allocation.
    #[cold]
    fn grow(&mut self, more: usize, greedy: bool) -> Result<(), AllocationError> {
        let need = self.len().saturating_add(more);
        if need > MAX_LEN {
            return Err(AllocationError { bytes: need });
        }
        let wanted = if greedy { with_preallocation(need) } else { need };
        // Class 5 could not remember the room.
        let class = Class::of(wanted).max(Class::Bits8);
        self.set_room(class, class.room(wanted))
    }

    /// Gives back all room that a fresh string of this length would not have, and moves to the smallest class. O(length)
    /// if it moves.
    ///
    /// # Panics
    /// Where the allocator has no memory for the smaller string.
    pub fn shrink_to_fit(&mut self) {
        let class = Class::of(self.len());
        let room = class.room(self.len());
        if (class, room) != (self.class(), self.capacity())
            && let Err(error) = self.set_room(class, room)
        {
            panic!("{error}");
        }
    }

    /// Checks all invariants that can be seen from inside. O(1).
    ///
    /// # Errors
    /// Says which one does not hold.
    pub fn validate(&self) -> Result<(), String> {
        let (class, len, capacity) = (self.class(), self.len(), self.capacity());
        let state = format!("{class:?}, {len} of {capacity} bytes");
        let flags = self.image()[class.header() - 1];
        if class != Class::ALL[usize::from(flags & 7).min(4)] || flags & 7 > 4 {
            return Err(format!("{state}: flags {flags:#04x}"));
        }
        if class != Class::Bits5 && flags >> 3 != 0 {
            return Err(format!("{state}: a length in the flags, {flags:#04x}"));
        }
        if len > capacity || capacity > class.longest() {
            return Err(format!("{state}: too long for its class or its room"));
        }
        if self.is_unallocated() != (capacity == 0) {
            return Err(format!("{state}: memory, but no room, or room without memory"));
        }
        Ok(())
    }
}

/// The capacity that a string which has to grow to `need` bytes is given.
const fn with_preallocation(need: usize) -> usize {
    let wanted = if need < MAX_PREALLOCATION { need * 2 } else { need.saturating_add(MAX_PREALLOCATION) };
    if wanted > MAX_LEN { MAX_LEN } else { wanted }
}
