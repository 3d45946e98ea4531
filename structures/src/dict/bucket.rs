//! The first word of a bucket: seven tags and a note of what had to go elsewhere, read all at once.
//!
//! ```text
//!  bit 63   60 59   56 55      48 47           16 15       8 7        0
//!     ┌───────┬───────┬──────────┬───── ··· ─────┬──────────┬──────────┐
//!     │ reach │ away  │  tag 6   │  tags 5 .. 2  │  tag 1   │  tag 0   │
//!     └───────┴───────┴──────────┴───── ··· ─────┴──────────┴──────────┘
//! ```
//!
//! Tag 0 means that the slot is empty. `away` counts the entries whose home is this bucket and that are
//! stored in a later one; `reach` says how far away, at most, they are. The word is only ever handled as
//! a `u64`, so the drawing holds on machines of either byte order. Comparing one tag with all seven takes
//! a handful of integer instructions (SIMD within a register), so no target needs vector code of its own.

use std::num::NonZeroU8;

/// Entries in a bucket.
pub(super) const SLOTS: usize = 7;

const ONES: u64 = 0x0001_0101_0101_0101;
const HIGH: u64 = ONES << 7;
const LOW7: u64 = HIGH - ONES;
const AWAY_SHIFT: u32 = 56;
const AWAY_MAX: u64 = 15;
const REACH_SHIFT: u32 = 60;

/// What the four bits of `reach` mean, in buckets. Most entries that are away are next door, and a few, in a
/// segment that is almost full, are far: exact at first, coarse later, and anywhere at last.
const REACHES: [u32; 16] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 16, 22, 32, 64, u32::MAX];

/// The byte of the hash that a bucket keeps for an entry; never 0, which marks an empty slot.
///
/// It is the low 16 bits scaled to 1..=255, bits that an entry's position never uses: among the entries
/// that share a bucket the tag is as good as random.
#[inline]
pub(super) fn tag_of(hash: u64) -> NonZeroU8 {
    let scaled = ((hash & 0xffff) * 255) >> 16;
    NonZeroU8::MIN.saturating_add(scaled as u8)
}

/// A bucket's first word.
#[derive(Clone, Copy)]
#[repr(transparent)]
pub(super) struct Word(u64);

impl Word {
    /// No entry, nothing elsewhere.
    pub(super) const EMPTY: Word = Word(0);

    /// Slots whose tag equals `tag`. Exact: an empty slot never matches, since tags are never 0.
    #[inline]
    pub(super) fn matching(self, tag: NonZeroU8) -> Lanes {
        Lanes(HIGH & !nonzero_bytes(self.0 ^ (ONES * u64::from(tag.get()))))
    }

    /// Slots that hold an entry.
    #[inline]
    pub(super) fn occupied(self) -> Lanes {
        Lanes(HIGH & nonzero_bytes(self.0))
    }

    /// Slots that hold nothing.
    #[inline]
    pub(super) fn vacant(self) -> Lanes {
        Lanes(HIGH & !nonzero_bytes(self.0))
    }

    /// The tag of `slot`, or `None` where it is empty.
    #[inline]
    pub(super) fn tag(self, slot: usize) -> Option<NonZeroU8> {
        debug_assert!(slot < SLOTS);
        NonZeroU8::new((self.0 >> (slot * 8)) as u8)
    }

    /// Marks an empty `slot` as holding an entry with this tag.
    #[inline]
    pub(super) fn occupy(&mut self, slot: usize, tag: NonZeroU8) {
        debug_assert!(self.tag(slot).is_none());
        self.0 |= u64::from(tag.get()) << (slot * 8);
    }

    /// Marks `slot` as empty.
    #[inline]
    pub(super) fn vacate(&mut self, slot: usize) {
        debug_assert!(slot < SLOTS);
        self.0 &= !(0xff << (slot * 8));
    }

    /// How many entries have this home and are stored elsewhere; 15 means "that many or more, at some time".
    #[inline]
    pub(super) fn away(self) -> u64 {
        (self.0 >> AWAY_SHIFT) & AWAY_MAX
    }

    /// No entry with this home is stored more buckets after it than this.
    #[inline]
    pub(super) fn reach(self) -> usize {
        REACHES[(self.0 >> REACH_SHIFT) as usize] as usize
    }

    /// One more entry with this home is stored elsewhere: `distance` buckets later. The count sticks at 15.
    #[inline]
    pub(super) fn note_away(&mut self, distance: usize) {
        debug_assert_ne!(distance, 0);
        if self.away() != AWAY_MAX {
            self.0 += 1 << AWAY_SHIFT;
        }
        while self.reach() < distance.min(u32::MAX as usize) {
            self.0 += 1 << REACH_SHIFT;
        }
    }

    /// An entry with this home that was stored elsewhere is gone. When it was the last, nothing is
    /// far any more.
    ///
    /// A count that ever was 15 stays, because it no longer knows how many there are.
    #[inline]
    pub(super) fn forget_away(&mut self) {
        match self.away() {
            AWAY_MAX => {}
            0 | 1 => self.0 &= (1 << AWAY_SHIFT) - 1,
            _ => self.0 -= 1 << AWAY_SHIFT,
        }
    }
}

/// High bit of each of the low seven bytes: set where the byte is not 0 (other bits are noise).
///
/// Adding 0x7f to a byte's low seven bits carries into its high bit exactly when they are not all
/// 0, and never out of the byte, so no lane disturbs another. (The shorter `x - 1 & !x` borrows
/// across lanes and can report an empty slot, whose bytes must not be read.)
#[inline]
fn nonzero_bytes(x: u64) -> u64 {
    ((x & LOW7) + LOW7) | x
}

/// A set of slots, lowest first: the high bit of each chosen byte.
#[derive(Clone, Copy)]
pub(super) struct Lanes(u64);

impl Lanes {
    /// No slot.
    pub(super) const NONE: Lanes = Lanes(0);

    /// How many slots.
    #[inline]
    pub(super) fn len(self) -> usize {
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
        let slot = (self.0.trailing_zeros() / 8) as usize;
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
        for low in 0..=255u8 {
            for high in 0..=255u8 {
                let word = Word(u64::from(low) | u64::from(high) << 8 | 1 << 56);
                for tag in [1, 2, 127, 128, 129, 255, low.max(1), high.max(1), low.wrapping_sub(1).max(1)] {
                    let expected: Vec<usize> =
                        (0..SLOTS).filter(|&slot| (word.0 >> (8 * slot)) as u8 == tag).collect();
                    let found: Vec<usize> = word.matching(NonZeroU8::new(tag).unwrap()).collect();
                    assert_eq!(found, expected, "{word:016x?} tag {tag}", word = word.0);
                }
                assert_eq!(word.occupied().len(), usize::from(low != 0) + usize::from(high != 0));
                assert_eq!(word.occupied().len() + word.vacant().len(), SLOTS);
            }
        }
    }

    #[test]
    fn every_tag_occurs_and_zero_does_not() {
        let mut seen = [0u32; 256];
        for low in 0..=0xffff {
            seen[usize::from(tag_of(low).get())] += 1;
        }
        assert_eq!(seen[0], 0);
        assert!(seen[1..].iter().all(|&n| (257..=258).contains(&n)));
    }

    #[test]
    fn the_note_of_what_is_away_never_promises_too_little() {
        let mut word = Word::EMPTY;
        for (distance, furthest) in [(1, 1), (3, 3), (9, 9), (2, 9), (40, 40), (1000, 1000)] {
            word.note_away(distance);
            assert!(word.reach() >= furthest && (furthest > 64 || word.reach() < furthest * 2));
        }
        assert_eq!(word.away(), 6);
        for left in (0..6).rev() {
            assert!(word.reach() > 900);
            word.forget_away();
            assert_eq!(word.away(), left);
        }
        assert_eq!(word.0, 0);
    }

    #[test]
    fn a_saturated_count_sticks() {
        let mut word = Word::EMPTY;
        (0..300).for_each(|_| word.note_away(1));
        assert_eq!((word.away(), word.reach()), (15, 1));
        word.forget_away();
        assert_eq!((word.away(), word.reach()), (15, 1));
        assert_eq!(word.occupied().len(), 0);
    }
}
