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
//! A bucket is one cache line of 64 bytes:
//!
//! ```text
//!  byte 0                       7 8        16        24                 56       64
//!      ┌───┬───┬───┬───┬───┬───┬───┬───┬─────────┬─────────┬──── ··· ────┬─────────┐
//!      │t0 │t1 │t2 │t3 │t4 │t5 │t6 │ n │ slot 0  │ slot 1  │             │ slot 6  │
//!      └───┴───┴───┴───┴───┴───┴───┴───┴─────────┴─────────┴──── ··· ────┴─────────┘
//!       7 tags of 1 byte (0 = empty)  + 1 byte of notes  + 7 slots of 8 bytes  = 64
//! ```
//!
//! A segment is an array of 1 to 128 buckets, and a directory says which segment a hash belongs to:
//!
//! ```text
//!                                 segment of depth 1: 96 buckets
//!  directory, 4 entries          ┌──────┬──────┬──── ··· ────┬──────┐
//!  ┌────────────────────────┐ ┌─►│ all hashes that start with 0     │
//!  │ 00  pointer len shape  ├─┤  └──────┴──────┴──── ··· ────┴──────┘
//!  │ 01  pointer  -  shape  ├─┘  ┌──────┬──────┬──── ··· ────┬──────┐
//!  │ 10  pointer len shape  ├───►│ start with 10: depth 2, 64       │
//!  │ 11  pointer len shape  ├─┐  └──────┴──────┴──── ··· ────┴──────┘
//!  └────────────────────────┘ │  ┌──────┬──────┬──── ··· ────┬──────┐
//!   8 + 4 + 4 = 16 bytes each └─►│ start with 11: depth 2, 80       │
//!                                └──────┴──────┴──── ··· ────┴──────┘
//! ```
//!
//! A hash of 64 bits is used from its two ends:
//!
//! ```text
//!   63         63-depth                                  16 15            0
//!  ┌─────────────┬─────────────────────────────────────────┬───────────────┐
//!  │ which       │ where in the segment: the home bucket   │ tag, scaled   │
//!  │ segment     │ is this, as a fraction, of its buckets  │ to 1 ..= 255  │
//!  └─────────────┴─────────────────────────────────────────┴───────────────┘
//!  └───────────────── position: 48 bits ───────────────────┘
//! ```
//!
//! # How does a lookup go?
//!
//! The directory gives segment and home bucket. The tags of the bucket are compared in one go;
//! entries whose tag matches are given to the caller's `eq`. If none is right, the bucket's notes
//! say how many entries of this home had to be stored elsewhere (4 bits, for most homes 0) and how
//! many buckets further on they are at most (4 bits): so many more buckets are searched, at the
//! segment's end its first ones.
//!
//! An example, with a segment of depth 1 and 96 buckets and the hash `0xc3d2_e1f0_0000_4a80`. The
//! position is `0xc3d2_e1f0_0000`; its top bit, 1, led to the segment. What follows, as 32 bits, is
//! `0x87a5_c3e0`, which is 0.5299 of 2^32, so the home is bucket 50 of 96. The tag is the low 16
//! bits scaled, `1 + (0x4a80 * 255 >> 16)`, which is `0x4b`. In a bucket whose first word is
//! `0x31_00_00_91_4b_d0_4b_17`, slots 1 and 3 match, slots 5 and 6 are empty, and one entry whose
//! home is this bucket is at most 3 buckets away: if neither slot has the right entry, buckets 51
//! to 53 are searched, and then the answer is no.
//!
//! # Why not stop at the first bucket that nothing overflowed from?
//!
//! The usual way is to count, in each bucket, the entries that probed past it, and to stop where
//! nothing did. It answers a failed search well in a table that was only ever filled. Once entries
//! come and go, hardly any bucket is left that nothing probed past: simulated at 85% full with
//! every entry replaced three times, a failed search reads 48 further buckets that way, and 5 with
//! notes that belong to the home bucket alone.
//!
//! # How does it grow?
//!
//! A segment that reaches 92% of its slots takes the next size (1, 2, ... 8, 10, 12, 14, 16, 20,
//! ... 64, 80, 96, 112, 128 buckets). At 128 buckets it splits in two, by one more bit of the hash.
//! Either way one insertion moves at most 826 entries, and for that moment only this one segment
//! stands in memory twice. When a segment splits that is as deep as the directory, the directory
//! doubles first: 16 bytes per some 600 entries are copied.
//!
//! Removal takes the same ways back at other thresholds: below half full a segment takes a smaller
//! size, and two neighbours that together fill less than two fifths of a large one merge. Where
//! entries are replaced rather than removed, a segment is built anew, at its size, after about half
//! as many removals as it has entries, because the new ones take the places that those who were
//! pushed away from home could have returned to.
//!
//! # What does it cost?
//!
//! `64 * buckets + 16 * 2^directory_bits` bytes; at a fill `f` of the slots, `64 / (7 f)` bytes per
//! entry plus about 0.04 for the directory. `f` wanders between 0.74 and 0.92: on average over all
//! sizes that is under 11 bytes per entry, of which 8 are the entry itself. The bar is a test
//! (`at_most_11_bytes_per_entry_between_one_and_two_million`).
//!
//! ![Bytes of table per entry: the dict's stay near 11 while those of tables that double go up and down](../../../../docs/src/plots/structures/dict-bytes.svg)
//!
//! The slowest of a million insertions takes 20 to 35 µs, the split of a segment of records; a
//! table that doubles (hashbrown) takes 70 to 110 ms for its slowest. Redis's way pauses for little
//! while it moves chains, and then for the memory of a table that it takes or gives back at once.
//!
//! ![The slowest insertion by size: hashbrown's grows with the table, the dict's hardly](../../../../docs/src/plots/structures/dict-pause.svg)
//!
//! The directory's doubling at 6.7 million entries takes about 40 µs. With a million records a lookup takes three quarters of
//! hashbrown's time, and one out of a batch of 16 that was announced by `prefetch` and
//! `prefetch_candidate` takes a quarter of an unannounced one. On your machine:
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
//!   about 5 times while the table doubles, and each time its hash is asked for, which touches the
//!   entry's memory (prefetched, in storage order). Filling takes up to twice hashbrown's time.
//! - **Failed searches cost more**, about twice hashbrown's, since memory that is 83% full leaves a
//!   third of the buckets with something elsewhere.
//! - **Hashes must be good.** Positions that share long prefixes make for wide directories (bounded
//!   to half a byte per entry) and then for segments beyond 128 buckets; equal positions make every
//!   operation on them linear. It stays correct. Use a keyed hash for keys from outside.
//! - **The directory doubles at once.** At 100 million entries that is a copy of some megabytes.
//! - Entries are 8 bytes, and order means nothing.

mod bucket;
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

use bucket::{SLOTS, tag_of};
pub use entry::{Entry, OccupiedEntry, VacantEntry};
pub use iter::{IntoIter, Iter};
pub use raw::prefetch_line;
use raw::{Bucket, Directory, new_buckets};
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
        dict.directory.fill(bits, || new_buckets(count));
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
        self.buckets * size_of::<Bucket<T>>() + self.directory.memory()
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
        let (at, slot) = probe::find(buckets, home, tag_of(hash), eq)?;
        buckets[at].get(slot)
    }

    /// The entry with this hash that satisfies `eq`, to change or replace in place. O(1) expected.
    ///
    /// What is written must have the same hash.
    #[inline]
    pub fn find_mut(&mut self, hash: u64, eq: impl FnMut(&T) -> bool) -> Option<&mut T> {
        let (index, at, slot) = self.locate(hash, eq)?;
        self.directory.segment_mut(index)?.buckets[at].get_mut(slot)
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
            let bucket = &buckets[probe::home(hash, depth, buckets.len())];
            if let Some(value) = bucket.word().matching(tag_of(hash)).next().and_then(|slot| bucket.get(slot))
            {
                value.prefetch();
            }
        }
    }

    /// Adds an entry that the caller knows not to be there, and returns it. O(1) amortised.
    ///
    /// `hasher` gives the hash of entries that are already there; it is called only when a segment
    /// grows (then for all its entries, rarely more than 825).
    ///
    /// # Panics
    ///
    /// When some 6 million entries have (nearly) the same hash: with a keyed hash, never.
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
        let Some(segment) = self.directory.segment_mut(index) else { unreachable!("`grow` made a segment") };
        let home = probe::home(hash, segment.depth, segment.buckets.len());
        let (at, slot) = probe::place(segment.buckets, home, tag_of(hash), value);
        *segment.len += 1;
        self.len += 1;
        match segment.buckets[at].get_mut(slot) {
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
        let home = probe::home(hash, segment.depth, count);
        let value = probe::take(segment.buckets, home, at, slot)?;
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
