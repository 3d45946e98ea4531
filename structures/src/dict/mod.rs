//! # The dict: a hash table that grows without a pause
//!
//! # What is the problem?
//!
//! A keyspace of millions of keys wants four things of its table at once: a lookup that waits for
//! memory as seldom as possible, few bytes per key, no request that waits while the table doubles,
//! and a cursor that survives growth (SCAN). A table that doubles as a whole gives the first and
//! fails at the others: right after doubling, half of it is empty, and the one insertion that
//! doubles it takes as long as a million others.
//!
//! # What was there before?
//!
//! Redis chains its entries and, to double without a pause, keeps two tables for a while and moves
//! a bucket with every operation. Valkey 8.1 and folly's F14 put tags beside the entries so that a
//! lookup touches one cache line and the right entry. Fagin and others (1979) split full *buckets*
//! of an extendible table one at a time, led by a directory; Dragonfly does so with segments. This
//! dict takes the bucket from the second, the directory of segments from the third, and lets
//! segments grow in small steps, so that the table is never half empty.
//!
//! # The layout
//!
//! A bucket has eight slots, one cache line, and a word of eight bytes that says what is in them:
//!
//! ```text
//!   word, 64 bits: 8 tags of 7 bits (0 = empty), then 8 bits of notes
//!      ┌────┬────┬────┬────┬────┬────┬────┬────┬───────┬───────┐
//!      │ t0 │ t1 │ t2 │ t3 │ t4 │ t5 │ t6 │ t7 │ marks │ reach │   8 × 7 + 5 + 3 = 64 bits
//!      └────┴────┴────┴────┴────┴────┴────┴────┴───────┴───────┘
//!   slots, 64 bytes
//!      ┌─────────┬─────────┬─────────┬──── ··· ────┬─────────┐
//!      │ slot 0  │ slot 1  │ slot 2  │             │ slot 7  │   8 × 8 = 64 bytes
//!      └─────────┴─────────┴─────────┴──── ··· ────┴─────────┘
//! ```
//!
//! A segment is 1 to 512 buckets: an array of words and an array of slots. A directory says which segment a hash
//! belongs to:
//!
//! ```text
//!                                  segment of depth 1: 384 buckets
//!  directory, 4 entries           ┌──────┬──────┬──── ··· ────┬──────┐
//!  ┌─────────────────────────┐ ┌─►│ all hashes that start with 0     │
//!  │ 00  words slots shape n ├─┤  └──────┴──────┴──── ··· ────┴──────┘
//!  │ 01  words slots shape - ├─┘  ┌──────┬──────┬──── ··· ────┬──────┐
//!  │ 10  words slots shape n ├───►│ start with 10: depth 2, 256      │
//!  │ 11  words slots shape n ├─┐  └──────┴──────┴──── ··· ────┴──────┘
//!  └─────────────────────────┘ │  ┌──────┬──────┬──── ··· ────┬──────┐
//!    8 + 8 + 4 + 4 = 24 bytes  └─►│ start with 11: depth 2, 320      │
//!                                 └──────┴──────┴──── ··· ────┴──────┘
//! ```
//!
//! A hash of 64 bits is used from its two ends:
//!
//! ```text
//!   63         63-depth                                  16 15            0
//!  ┌─────────────┬─────────────────────────────────────────┬───────────────┐
//!  │ which       │ where in the segment: the home bucket   │ tag, scaled   │
//!  │ segment     │ is this, as a fraction, of its buckets  │ to 1 ..= 127  │
//!  └─────────────┴─────────────────────────────────────────┴───────────────┘
//!  └───────────────── position: 48 bits ───────────────────┘
//! ```
//!
//! # How does a lookup go?
//!
//! The directory gives segment and home bucket. The line of its slots is asked for, and meanwhile the tags in its
//! word are compared in one go; entries whose tag matches are given to the caller's `eq`. If none is right, the
//! word's notes say whether an entry with such a tag may be elsewhere: five *marks*, each for a fifth of all tags, are
//! set for the entries of this home that had to be stored in another bucket. Where the mark is set, `reach` says in
//! how many buckets more to look, at the segment's end in its first ones: 1, 2, 3, 5, 8, 16, 40, or all.
//!
//! An example, with a segment of depth 1 and 96 buckets and the hash `0xc3d2_e1f0_0000_4a80`. The
//! position is `0xc3d2_e1f0_0000`; its top bit, 1, led to the segment. What follows, as 32 bits, is
//! `0x87a5_c3e0`, which is 0.5299 of 2^32, so the home is bucket 50 of 96. The tag is the low 16
//! bits scaled, `1 + (0x4a80 * 127 >> 16)`, which is `0x25`. Let the word be `0x4262_0001_14b4_1297`. From its low end,
//! seven bits at a time, the tags are `17 25 50 25 11 00 00 31`: slots 1 and 3 match, slots 5 and 6 are empty. Of the
//! notes, `0x42`, the high three bits are 2, which means three buckets, and the marks are `00010`: something between the
//! tags `0x1a` and `0x33` is elsewhere. So if neither slot has the right entry, buckets 51 to 53 are searched, and then
//! the answer is no. With a tag of `0x34` or more it would have been no at once.
//!
//! # Why are words and slots apart?
//!
//! To find that a key is absent, and to find room for a new one, it takes the words alone. They are a ninth of the
//! table and stay in the processor's cache long after the slots do not; eight neighbours share a cache line, so a look
//! at the next bucket is free; and an insertion need not wait for the slot that it writes. The first version of this
//! dict had word and slots of a bucket side by side in one line, which is one line fewer for a lookup that succeeds. It
//! took half again as long to insert, and its lookups were no faster than these are now that the slots are asked
//! for before the word is read.
//!
//! # Why marks, and not a count?
//!
//! The usual way is to count, in each bucket, the entries that probed past it, and to stop where
//! nothing did. It answers a failed search well in a table that was only ever filled. Once entries
//! come and go, hardly any bucket is left that nothing probed past: simulated at 85% full with
//! every entry replaced three times, a failed search reads 48 further buckets that way, and 5 with
//! notes that belong to the home bucket alone. The marks answer four of five searches that a note about the home
//! bucket alone would send on: a failed search reads a third of a bucket more than its home, and less than one after
//! every entry was replaced twenty times, which is a test.
//!
//! # How does it grow?
//!
//! A segment that reaches 94% of its slots takes the next size (1 to 8, 10, 12, 14, 16, 20, 24, 28, 32, ... 256, 320,
//! 384, 448, 512 buckets: four sizes per doubling). At 512 buckets and 97% it splits in two, by one more bit of the hash.
//! Either way one insertion moves at most 3968 entries, and for that moment only this one segment
//! stands in memory twice. When a segment splits that is as deep as the directory, the directory
//! doubles first: 24 bytes per some 2500 entries are copied.
//!
//! Removal takes the same ways back at other thresholds: below half full a segment takes a smaller
//! size, and two neighbours that together fill less than two fifths of a large one merge. Where
//! entries are replaced rather than removed, a segment is built anew, at its size, after about half
//! as many removals as it has entries, because marks stay when what they stood for has gone, and the new entries take
//! the places that those who were pushed away from home could have returned to.
//!
//! # What does it cost?
//!
//! | operation | time |
//! |---|---|
//! | `find`, `find_mut`, `entry` | O(1) expected: a line of words, a line of slots, one call of `eq` that succeeds |
//! | `insert_unique` | O(1) amortised, at most 3968 entries moved and one directory doubled |
//! | `remove` | O(1) amortised, with the same bound |
//! | `retain`, `iter`, `drain`, `clear` | O(n) |
//! | `scan` | O(budget) a call, every entry that stays exactly once |
//! | `sample`; `sample_distinct` | O(1) expected, all equally likely; O(wanted) expected, all sets equally likely |
//! | `len`, `memory` | O(1) |
//!
//! `72 * buckets + 24 * 2^directory_bits` bytes; at a fill `f` of the slots, `9 / f` bytes per
//! entry plus about 0.01 for the directory. `f` wanders between 0.75 and 0.97: on average over all
//! sizes that is under 11 bytes per entry, of which 8 are the entry itself. The bar is a test
//! (`at_most_11_bytes_per_entry_between_one_and_two_million`).
//!
//! ![Bytes of table per entry: the dict's stay near 11 while those of tables that double go up and down](../../../../docs/src/plots/structures/dict-bytes.svg)
//!
//! ![Bytes of table per entry by how full the table is: dicts lie on the curve of 9 divided by the fill, from about 75 to 92%](../../../../docs/src/plots/structures/dict-fill.svg)
//!
//! The slowest insertion is the one that splits a segment or doubles the directory. It hardly gets slower with
//! the table, while that of a table that doubles (hashbrown) does, to more than a thousand times as long. Redis's way
//! pauses for little while it moves chains, and then for the memory of a table that it takes or gives back at once.
//!
//! ![The slowest insertion by size: hashbrown's grows with the table, the dict's hardly](../../../../docs/src/plots/structures/dict-pause.svg)
//!
//! A lookup out of a batch that was announced by `prefetch` and `prefetch_candidate` waits for nothing. Without that,
//! on your machine:
//!
//! ![Time to find an entry by size](../../../../docs/src/plots/structures/dict-find.svg)
//!
//! ```sh
//! cargo run --release -p russet-structures --example study -- plots dict
//! cargo run --release -p russet-structures --example study -- bars dict
//! ```
//!
//! # What is it bad at?
//!
//! - **Insertion costs more than in a table that doubles.** Small steps mean that an entry is moved
//!   three times while the table doubles, and each time its hash is asked for, which touches the
//!   entry's memory (prefetched, in storage order). In tables that the caches hold, filling
//!   takes three to five times hashbrown's time. Where memory has to be waited for the difference shrinks: at ten
//!   million to one and a half to two and a half times with numbers, whose hash is nothing, and to one and a quarter with
//!   records, whose keys have to be read.
//! - **Failed searches among numbers cost more**, two to three times hashbrown's, since there is a directory on the way.
//!
//!   ![Time to insert by size: a dict takes several times as long as hashbrown in the caches, and comes near beyond](../../../../docs/src/plots/structures/dict-insert.svg)
//!
//!   ![Time to find that an entry is absent by size](../../../../docs/src/plots/structures/dict-miss.svg)
//!
//! - **Hashes must be good.** Positions that share long prefixes make for wide directories (bounded
//!   to half a byte per entry) and then for segments beyond 512 buckets; equal positions make every
//!   operation on them linear. It stays correct. Use a keyed hash for keys from outside.
//! - **The directory doubles at once.** At 100 million entries that is a copy of a megabyte, less than a split
//!   takes. A directory in two levels would never copy it, and every lookup would wait for one more load.
//! - Entries are 8 bytes, and order means nothing.

mod entry;
mod iter;
mod probe;
mod raw;
mod resize;
mod sample;
mod scan;
mod segment;
mod stats;
mod validate;

use crate::buckets::{BUCKET_SIZE, SLOTS, tag_of};
pub use entry::{Entry, OccupiedEntry, VacantEntry};
pub use iter::{IntoIter, Iter};
use raw::Directory;
pub use raw::prefetch_line;
pub use stats::Stats;

/// What a dict can hold: exactly 8 bytes, checked when the code is compiled.
pub trait Slot {
    /// Asks the processor for the memory that `hasher` and `eq` will read, and does not wait for it.
    ///
    /// The default does nothing, which is right for a type without memory of its own. See [`prefetch_line`].
    #[inline]
    fn prefetch(&self) {}
}

impl Slot for u64 {}

/// A hash table whose entries are 8 bytes each; the caller brings hashes and equality.
///
/// See the [module's page](self) for how it works. All operations that take a `hash` expect the one
/// that `hasher` gives for the entry in question, always the same for the same entry; where that is
/// broken, entries get lost or come twice, and nothing worse.
pub struct Dict<T> {
    directory: Directory<T>,
    len: usize,
    /// Buckets in all segments.
    buckets: usize,
    /// No segment has more buckets than this.
    widest: u32,
    /// Segments that are as deep as the directory.
    deepest: u32,
}

impl<T> Dict<T> {
    /// An empty dict. Allocates nothing.
    pub const fn new() -> Self {
        Dict { directory: Directory::new(), len: 0, buckets: 0, widest: 0, deepest: 0 }
    }

    /// An empty dict with memory for about `capacity` entries, spread evenly.
    ///
    /// A hint, not a promise: hashes fill some segments sooner than others, so a few may still
    /// grow. Memory that is never used is given back only by removals near it and by
    /// [`clear`](Self::clear).
    pub fn with_capacity(capacity: usize) -> Self {
        let mut dict = Dict::new();
        if capacity == 0 {
            return dict;
        }
        let mut bits = 0;
        // A few standard deviations above the mean, so that most segments never grow.
        let share = |bits: u32| (capacity >> bits) + 3 * (capacity >> bits).isqrt();
        while share(bits) > resize::limit(resize::MAX_STEP) {
            bits += 1;
        }
        let count = resize::count_for(if bits == 0 { capacity } else { share(bits) });
        dict.directory.fill(bits, count);
        (dict.buckets, dict.widest, dict.deepest) = (count << bits, count as u32, 1 << bits);
        dict
    }

    /// Number of entries. O(1).
    #[inline]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there are no entries. O(1).
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Slots that are allocated, full or empty. O(1).
    ///
    /// Not a number of entries that surely fits: a segment grows before it is full.
    pub fn capacity(&self) -> usize {
        self.buckets * SLOTS
    }

    /// Bytes that the table has allocated: buckets and directory, without `Dict` itself and what
    /// entries own. O(1).
    pub fn memory(&self) -> usize {
        self.buckets * BUCKET_SIZE + self.directory.memory()
    }

    /// Removes all entries and gives all memory back. O(n).
    pub fn clear(&mut self) {
        *self = Dict::new();
    }

    /// Takes all entries out, leaving an empty dict. O(1); dropping the iterator is O(n).
    pub fn drain(&mut self) -> IntoIter<T> {
        std::mem::take(self).into_iter()
    }

    /// Where the entry is: its directory index, bucket and slot.
    #[inline]
    fn locate(&self, hash: u64, eq: impl FnMut(&T) -> bool) -> Option<(usize, usize, usize)> {
        let index = self.directory.index(hash);
        let (buckets, depth) = self.directory.buckets(index)?;
        let home = probe::home(hash, depth, buckets.len());
        let (at, slot) = probe::find(buckets, home, tag_of(hash), eq)?;
        Some((index, at, slot))
    }

    /// The entry with this hash that satisfies `eq`. O(1) expected: one bucket, one call of `eq` that
    /// succeeds, and one that fails in about every 40th lookup.
    #[inline]
    pub fn find(&self, hash: u64, eq: impl FnMut(&T) -> bool) -> Option<&T> {
        let index = self.directory.index(hash);
        let (buckets, depth) = self.directory.buckets(index)?;
        let home = probe::home(hash, depth, buckets.len());
        buckets.prefetch_slots(home);
        let (at, slot) = probe::find(buckets, home, tag_of(hash), eq)?;
        buckets.get(at, slot)
    }

    /// The entry with this hash that satisfies `eq`, to change or replace in place. O(1) expected.
    ///
    /// What is written must have the same hash.
    #[inline]
    pub fn find_mut(&mut self, hash: u64, eq: impl FnMut(&T) -> bool) -> Option<&mut T> {
        let (index, at, slot) = self.locate(hash, eq)?;
        self.directory.segment_mut(index)?.buckets.into_mut(at, slot)
    }

    /// Starts loading the bucket where the search for this hash begins. O(1).
    ///
    /// A batch of lookups calls this for every key, then
    /// [`prefetch_candidate`](Self::prefetch_candidate) for every key, then looks each up: the
    /// misses overlap instead of adding up.
    #[inline]
    pub fn prefetch(&self, hash: u64) {
        self.directory.prefetch_bucket(hash, |depth, count| probe::home(hash, depth, count));
    }
}

impl<T: Slot> Dict<T> {
    /// Starts loading the memory of the entry that a lookup of this hash will most likely compare
    /// first. O(1).
    ///
    /// Reads the home bucket, which [`prefetch`](Self::prefetch) should have asked for some time
    /// ago.
    #[inline]
    pub fn prefetch_candidate(&self, hash: u64) {
        if let Some((buckets, depth)) = self.directory.buckets(self.directory.index(hash)) {
            let home = probe::home(hash, depth, buckets.len());
            let slot = buckets.word(home).matching(tag_of(hash)).next();
            if let Some(value) = slot.and_then(|slot| buckets.get(home, slot)) {
                value.prefetch();
            }
        }
    }

    /// Adds an entry that the caller knows not to be there, and returns it. O(1) amortised.
    ///
    /// `hasher` gives the hash of entries that are already there; it is called only when a segment
    /// grows (then for all its entries, rarely more than 3968).
    ///
    /// # Panics
    ///
    /// When some 8 million entries have (nearly) the same hash: with a keyed hash, never.
    #[inline]
    pub fn insert_unique(&mut self, hash: u64, value: T, hasher: impl Fn(&T) -> u64) -> &mut T {
        let roomy = self
            .directory
            .segment(self.directory.index(hash))
            .is_some_and(|segment| segment.len < resize::limit(segment.buckets.len()));
        if !roomy {
            self.grow(hash, hasher);
        }
        let index = self.directory.index(hash);
        let Some(mut segment) = self.directory.segment_mut(index) else {
            unreachable!("`grow` made a segment")
        };
        let home = probe::home(hash, segment.depth, segment.buckets.len());
        let (at, slot) = probe::place(&mut segment.buckets, home, tag_of(hash), value);
        *segment.len += 1;
        self.len += 1;
        match segment.buckets.into_mut(at, slot) {
            Some(value) => value,
            None => unreachable!("`place` filled this slot"),
        }
    }

    /// Takes out the entry with this hash that satisfies `eq`. O(1) amortised.
    ///
    /// `hasher` is called when a segment shrinks or two neighbours merge, for all their entries.
    #[inline]
    pub fn remove(&mut self, hash: u64, eq: impl FnMut(&T) -> bool, hasher: impl Fn(&T) -> u64) -> Option<T> {
        let (index, at, slot) = self.locate(hash, eq)?;
        self.take_at(hash, index, at, slot, hasher)
    }

    /// Takes out the entry that [`locate`](Self::locate) found.
    #[inline]
    fn take_at(
        &mut self,
        hash: u64,
        index: usize,
        at: usize,
        slot: usize,
        hasher: impl Fn(&T) -> u64,
    ) -> Option<T> {
        let mut segment = self.directory.segment_mut(index)?;
        let count = segment.buckets.len();
        let value = segment.buckets.take(at, slot)?;
        *segment.len -= 1;
        let len = *segment.len as usize;
        let worn = hash.is_multiple_of(resize::WEAR_UNIT) && resize::is_worn(segment.wear_out(), len, count);
        self.len -= 1;
        if len * 2 < count * SLOTS {
            self.shrink(hash, hasher);
        } else if worn {
            self.renew(hash, hasher);
        }
        Some(value)
    }
}

impl<T> Default for Dict<T> {
    fn default() -> Self {
        Dict::new()
    }
}

impl<T: std::fmt::Debug> std::fmt::Debug for Dict<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}
