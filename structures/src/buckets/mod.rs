//! Buckets: the word of a bucket is eight tags and a note of what had to go elsewhere, read all at once.
//!
//! ```text
//!  bit 63   61 60     56 55      49 48           14 13       7 6        0
//!     ┌───────┬─────────┬──────────┬───── ··· ─────┬──────────┬──────────┐
//!     │ reach │ marks   │  tag 7   │  tags 6 .. 2  │  tag 1   │  tag 0   │
//!     └───────┴─────────┴──────────┴───── ··· ─────┴──────────┴──────────┘
//! ```
//!
//! Tag 0 means that the slot is empty. `marks` is a filter of five bits over the tags of the entries whose home
//! is this bucket and that are stored in a later one; `reach` says how far away, at most, they are. The word is
//! only ever handled as a `u64`, so the drawing holds on machines of either byte order. Comparing one tag with all
//! eight takes a handful of integer instructions (SIMD within a register), so no target needs vector code of its own.

use std::num::NonZeroU8;

mod raw;

pub(crate) use raw::{BUCKET_SIZE, Buckets, BucketsMut, Memory, Slots, Twin, Twins};

/// Entries in a bucket.
pub(crate) const SLOTS: usize = 8;

/// Bits of a tag.
const TAG_BITS: usize = 7;

/// The low bit of every tag.
const ONES: u64 = 0x0002_0408_1020_4081;
const HIGH: u64 = ONES << (TAG_BITS - 1);
const LOW: u64 = HIGH - ONES;
const MARKS_SHIFT: u32 = 56;
const REACH_SHIFT: u32 = 61;

/// Bits in the filter of tags that are elsewhere.
pub(crate) const MARKS: u32 = REACH_SHIFT - MARKS_SHIFT;

/// What the three bits of `reach` mean, in buckets. Most entries that are away are next door, and a few, in a
/// segment that is almost full, are far: exact at first, coarse later, and anywhere at last.
const REACHES: [u32; 8] = [1, 2, 3, 5, 8, 16, 40, u32::MAX];

/// The seven bits of the hash that a bucket keeps for an entry; never 0, which marks an empty slot.
///
/// It is the low 16 bits scaled to 1..=127, bits that an entry's position never uses: among the entries
/// that share a bucket the tag is as good as random.
#[inline]
pub(crate) fn tag_of(hash: u64) -> NonZeroU8 {
    let scaled = ((hash & 0xffff) * 127) >> 16;
    NonZeroU8::MIN.saturating_add(scaled as u8)
}

/// A bucket's first word.
#[derive(Clone, Copy)]
#[repr(transparent)]
pub(crate) struct Word(u64);

impl Word {
    /// No entry, nothing elsewhere.
    pub(crate) const EMPTY: Word = Word(0);

    /// Slots whose tag equals `tag`. Exact: an empty slot never matches, since tags are never 0.
    #[inline]
    pub(crate) fn matching(self, tag: NonZeroU8) -> Lanes {
        Lanes(HIGH & !nonzero_tags(self.0 ^ (ONES * u64::from(tag.get()))))
    }

    /// Slots that hold an entry.
    #[inline]
    pub(crate) fn occupied(self) -> Lanes {
        Lanes(HIGH & nonzero_tags(self.0))
    }

    /// Slots that hold nothing.
    #[inline]
    pub(crate) fn vacant(self) -> Lanes {
        Lanes(HIGH & !nonzero_tags(self.0))
    }

    /// The tag of `slot`, or `None` where it is empty.
    #[inline]
    pub(crate) fn tag(self, slot: usize) -> Option<NonZeroU8> {
        debug_assert!(slot < SLOTS);
        NonZeroU8::new((self.0 >> (slot * TAG_BITS)) as u8 & 0x7f)
    }

    /// Marks an empty `slot` as holding an entry with this tag.
    #[inline]
    pub(crate) fn occupy(&mut self, slot: usize, tag: NonZeroU8) {
        debug_assert!(self.tag(slot).is_none());
        self.0 |= u64::from(tag.get()) << (slot * TAG_BITS);
    }

    /// Marks `slot` as empty.
    #[inline]
    pub(crate) fn vacate(&mut self, slot: usize) {
        debug_assert!(slot < SLOTS);
        self.0 &= !(0x7f << (slot * TAG_BITS));
    }

    /// How many buckets after this one, its home, an entry may be stored at most: 0 where none is elsewhere.
    #[inline]
    pub(crate) fn reach(self) -> usize {
        if self.0 >> MARKS_SHIFT == 0 { 0 } else { REACHES[(self.0 >> REACH_SHIFT) as usize] as usize }
    }

    /// The same for entries with this tag.
    #[inline]
    pub(crate) fn reach_of(self, tag: NonZeroU8) -> usize {
        if self.0 & mark(tag) == 0 { 0 } else { REACHES[(self.0 >> REACH_SHIFT) as usize] as usize }
    }

    /// How many marks are set.
    pub(crate) fn marked(self) -> usize {
        ((self.0 >> MARKS_SHIFT) & ((1 << MARKS) - 1)).count_ones() as usize
    }

    /// An entry with this home and this tag is stored `distance` buckets later.
    ///
    /// There is no way back: a mark may stand for several entries. Marks go when the segment is built anew.
    #[inline]
    pub(crate) fn note_away(&mut self, tag: NonZeroU8, distance: usize) {
        debug_assert_ne!(distance, 0);
        self.0 |= mark(tag);
        while self.reach() < distance.min(u32::MAX as usize) {
            self.0 += 1 << REACH_SHIFT;
        }
    }
}

/// The bit of the filter that stands for a tag: each for a fifth of them.
#[inline]
fn mark(tag: NonZeroU8) -> u64 {
    1 << (MARKS_SHIFT + ((u32::from(tag.get()) * MARKS) >> 7))
}

/// High bit of each tag: set where the tag is not 0 (other bits are noise).
///
/// Adding 0x3f to a tag's low six bits carries into its high bit exactly when they are not all
/// 0, and never out of the tag, so no lane disturbs another. (The shorter `x - 1 & !x` borrows
/// across lanes and can report an empty slot, which must not be read.)
#[inline]
fn nonzero_tags(x: u64) -> u64 {
    ((x & LOW) + LOW) | x
}

/// A set of slots, lowest first: the high bit of each chosen tag.
#[derive(Clone, Copy)]
pub(crate) struct Lanes(u64);

impl Lanes {
    /// No slot.
    pub(crate) const NONE: Lanes = Lanes(0);

    /// How many slots.
    #[inline]
    pub(crate) fn len(self) -> usize {
        self.0.count_ones() as usize
    }
}

impl Iterator for Lanes {
    type Item = usize;

    #[inline]
    fn next(&mut self) -> Option<usize> {
        if self.0 == 0 {
            return None;
        }
        // A division by 7 that is exact for the eight bits in question.
        let slot = (self.0.trailing_zeros() as usize * 37) >> 8;
        self.0 &= self.0 - 1;
        Some(slot)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every pair of tags in neighbouring slots, against a byte-by-byte reading.
    #[test]
    fn matching_is_exact_even_beside_a_match() {
        for low in 0..=127u8 {
            for high in 0..=127u8 {
                let word = Word(u64::from(low) << 42 | u64::from(high) << 49 | 1 << 56);
                for tag in [1, 2, 63, 64, 65, 127, low.max(1), high.max(1), low.saturating_sub(1).max(1)] {
                    let expected: Vec<usize> =
                        (0..SLOTS).filter(|&slot| (word.0 >> (7 * slot)) as u8 & 0x7f == tag).collect();
                    let found: Vec<usize> = word.matching(NonZeroU8::new(tag).unwrap()).collect();
                    assert_eq!(found, expected, "{word:016x?} tag {tag}", word = word.0);
                }
                assert_eq!(word.occupied().len(), usize::from(low != 0) + usize::from(high != 0));
                assert_eq!(word.occupied().len() + word.vacant().len(), SLOTS);
            }
        }
    }

    /// What the dict's page walks through.
    #[test]
    fn the_example_of_the_page() {
        let (word, tag) = (Word(0x4262_0001_14b4_1297), tag_of(0xc3d2_e1f0_0000_4a80));
        let tags: Vec<u8> = (0..SLOTS).map(|slot| word.tag(slot).map_or(0, NonZeroU8::get)).collect();
        assert_eq!(tags, [0x17, 0x25, 0x50, 0x25, 0x11, 0, 0, 0x31]);
        assert_eq!(tag.get(), 0x25);
        assert_eq!(word.matching(tag).collect::<Vec<_>>(), [1, 3]);
        assert_eq!(word.vacant().collect::<Vec<_>>(), [5, 6]);
        let reach = |tag| word.reach_of(NonZeroU8::new(tag).unwrap());
        assert_eq!([0x19, 0x1a, 0x25, 0x33, 0x34].map(reach), [0, 3, 3, 3, 0]);
    }

    #[test]
    fn every_tag_occurs_and_zero_does_not() {
        let mut seen = [0u32; 128];
        for low in 0..=0xffff {
            seen[usize::from(tag_of(low).get())] += 1;
        }
        assert_eq!(seen[0], 0);
        assert!(seen[1..].iter().all(|&n| (516..=517).contains(&n)));
    }

    #[test]
    fn the_note_of_what_is_away_never_promises_too_little() {
        let tag = |n: u8| NonZeroU8::new(n).unwrap();
        let mut word = Word::EMPTY;
        assert_eq!(word.reach(), 0);
        for (distance, furthest) in [(1, 1), (3, 3), (8, 8), (2, 8), (20, 20), (40, 40), (1000, 1000)] {
            word.note_away(tag(7), distance);
            assert!(word.reach() >= furthest && (furthest > 40 || word.reach() < furthest * 5 / 2));
            assert_eq!(word.reach_of(tag(7)), word.reach());
            assert_eq!(word.reach_of(tag(127)), 0, "nothing with such a tag is away");
        }
        word.note_away(tag(127), 1);
        assert!(word.reach_of(tag(127)) > 900);
        assert_eq!(word.occupied().len(), 0);
    }

    #[test]
    fn every_mark_stands_for_a_fifth_of_the_tags() {
        let mut tags = [0; 64];
        (1..=127).for_each(|n| tags[mark(NonZeroU8::new(n).unwrap()).trailing_zeros() as usize] += 1);
        assert!(tags[56..61].iter().all(|&n| n == 25 || n == 26), "{tags:?}");
    }
}
