//! Growing and shrinking, one segment at a time.
//!
//! An insertion or removal rebuilds at most one segment (two neighbours where they merge). A
//! rebuild copies all entries into a row, asks for the hash of each while the memory of those further on is on
//! its way, and only then puts the copies into new buckets; the old ones stay as they are until the new ones take their
//! place, so a panic in the caller's hasher changes nothing.

use super::segment::MAX_COUNT;
use super::{Dict, Slot};
use crate::buckets::SLOTS;

/// Bucket counts that a segment steps through. Neighbours differ by a third at most (from 3 on), and every size is
/// one that size-class allocators serve without padding.
const STEPS: [u16; 32] = [
    1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 14, 16, 20, 24, 28, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224,
    256, 320, 384, 448, 512,
];

/// A segment of this many buckets splits rather than grows.
pub(super) const MAX_STEP: usize = 512;

/// Two neighbours with no more entries than this together become one segment: the merged one is then far from
/// splitting again.
const MERGE_LIMIT: usize = limit(MAX_STEP) * 2 / 5;

/// One removal in so many counts as wear: those whose hash is a multiple of it.
pub(super) const WEAR_UNIT: u64 = 64;

/// Whether a segment is due for [`Dict::renew`]: about as many removals since it was built as half
/// its entries.
///
/// Small segments do not wear out in a way that could be measured, and overgrown ones are past
/// caring.
#[inline]
pub(super) fn is_worn(wear: u32, len: usize, count: usize) -> bool {
    count >= 4 && u64::from(wear) * WEAR_UNIT * 2 >= len as u64
}

/// Most entries that so many buckets may hold: 60 of 64 slots (94%), rounded up.
///
/// Higher saves memory and lengthens probes; see the module's page for what was measured. The largest size may take 62 of 64
/// (97%): what comes after it are two halves that are three quarters full.
pub(super) const fn limit(count: usize) -> usize {
    let of_64 = if count == MAX_STEP { 62 } else { 60 };
    (count * SLOTS * of_64).div_ceil(64)
}

/// The smallest bucket count whose limit is `len` or more.
pub(super) fn count_for(len: usize) -> usize {
    match STEPS.iter().find(|&&count| limit(count as usize) >= len) {
        Some(&count) => count as usize,
        // `limit` rounds up, so a multiple of what 16 buckets may hold would promise too much.
        None => len.div_ceil(limit(16) - 1) * 16,
    }
}

impl<T: Slot> Dict<T> {
    /// Makes room for one more entry in the segment for `hash`.
    #[cold]
    #[inline(never)]
    pub(super) fn grow(&mut self, hash: u64, hasher: impl Fn(&T) -> u64) {
        let Some(segment) = self.directory.segment(self.directory.index(hash)) else {
            self.directory.fill(0, 1);
            self.deepest = 1;
            self.account(&[], &[1]);
            return;
        };
        let (first, depth, count, len) = (segment.first, segment.depth, segment.buckets.len(), segment.len);
        if count < MAX_STEP {
            self.rebuild(first, count_for(len + len / 16 + 1), hasher);
        } else if depth < self.directory.bits() || self.may_double() {
            self.split(first, hasher);
        } else {
            let count = count_for(len + len / 4);
            assert!(count <= MAX_COUNT, "capacity overflow: {len} entries whose hashes barely differ");
            self.rebuild(first, count, hasher);
        }
    }

    /// Whether the directory may become twice as wide: it stays below half a byte per entry.
    ///
    /// Evenly distributed hashes never meet this limit. Hashes that share long prefixes do, and
    /// their segments grow past [`MAX_STEP`] instead: the table degrades, its memory does not
    /// explode.
    fn may_double(&self) -> bool {
        (self.len / 32) >> (self.directory.bits() + 1) > 0
    }

    /// Gives the segment that starts at `first` `count` buckets.
    fn rebuild(&mut self, first: usize, count: usize, hasher: impl Fn(&T) -> u64) {
        let Some(segment) = self.directory.segment(first) else { return };
        let before = segment.buckets.len();
        self.directory.rebuild(first, count, hasher);
        self.account(&[before], &[count]);
    }

    /// Builds the segment for `hash` anew, at the size it has.
    ///
    /// Removals leave holes that entries of other homes fill, while the entries of the hole's own
    /// bucket stay where they were pushed to: with every replacement a segment is a little less
    /// tidy, until a failed search reads seven buckets instead of two.
    #[cold]
    #[inline(never)]
    pub(super) fn renew(&mut self, hash: u64, hasher: impl Fn(&T) -> u64) {
        let Some(segment) = self.directory.segment(self.directory.index(hash)) else { return };
        self.rebuild(segment.first, segment.buckets.len(), hasher);
    }

    /// Counts segments that were freed, and others that were allocated.
    fn account(&mut self, old: &[usize], new: &[usize]) {
        for &count in old {
            self.buckets -= count;
        }
        for &count in new {
            self.buckets += count;
            self.widest = self.widest.max(count as u32);
        }
    }

    /// Replaces the segment that starts at `first` by two.
    fn split(&mut self, first: usize, hasher: impl Fn(&T) -> u64) {
        let Some(segment) = self.directory.segment(first) else { return };
        let (depth, before, bits) = (segment.depth + 1, segment.buckets.len(), self.directory.bits());
        // A tenth more than needed now: without it the halves would be rebuilt again within a few insertions.
        let halves = self.directory.split(first, hasher, |len| count_for(len + len / 10 + 1));
        if depth > bits {
            self.deepest = 0;
        }
        if depth == self.directory.bits() {
            self.deepest += 2;
        }
        self.account(&[before], &halves);
    }

    /// Gives memory back after a removal that left the segment for `hash` less than half full.
    #[cold]
    #[inline(never)]
    pub(super) fn shrink(&mut self, hash: u64, hasher: impl Fn(&T) -> u64) {
        if self.len == 0 && self.directory.bits() > 0 {
            return self.clear();
        }
        let Some(segment) = self.directory.segment(self.directory.index(hash)) else { return };
        let (first, depth, count, len) = (segment.first, segment.depth, segment.buckets.len(), segment.len);
        if depth > 0 {
            let buddy = first ^ self.directory.span(depth);
            let Some(other) = self.directory.segment(buddy) else { return };
            if other.depth == depth && other.len + len <= MERGE_LIMIT {
                return self.merge(first.min(buddy), hasher);
            }
        }
        let wanted = count_for(len + len / 4 + 1);
        if wanted < count {
            self.rebuild(first, wanted, hasher);
        }
    }

    /// Removes the entries that `keep` refuses, and gives their memory back. O(n).
    ///
    /// For `hasher` see [`remove`](Self::remove). Where `keep` panics, those that it refused so far are gone.
    pub fn retain(&mut self, hasher: impl Fn(&T) -> u64, mut keep: impl FnMut(&T) -> bool) {
        let mut index = 0;
        while let Some(mut segment) = self.directory.segment_mut(index) {
            for at in 0..segment.buckets.len() {
                for slot in segment.buckets.word(at).occupied() {
                    if !segment.buckets.get(at, slot).is_some_and(&mut keep) {
                        *segment.len -= 1;
                        self.len -= 1;
                        drop(segment.buckets.take(at, slot));
                    }
                }
            }
            let depth = segment.depth;
            index += self.directory.span(depth);
        }
        self.tighten(hasher);
    }

    /// Shrinks every segment that is less than half full.
    fn tighten(&mut self, hasher: impl Fn(&T) -> u64) {
        let shape = |dict: &Self, hash: u64| {
            let segment = dict.directory.segment(dict.directory.index(hash))?;
            Some((segment.depth, segment.buckets.len(), segment.len))
        };
        let mut hash = 0u64;
        while let Some((depth, count, len)) = shape(self, hash) {
            if len * 2 < count * SLOTS {
                self.shrink(hash, &hasher);
                if shape(self, hash) != Some((depth, count, len)) {
                    continue;
                }
            }
            match 1u64
                .checked_shl(64 - depth)
                .and_then(|width| ((hash >> (64 - depth)) * width).checked_add(width))
            {
                Some(next) => hash = next,
                None => return,
            }
        }
    }

    /// Replaces the segment that starts at `first` and its neighbour by one.
    fn merge(&mut self, first: usize, hasher: impl Fn(&T) -> u64) {
        let Some(low) = self.directory.segment(first) else { return };
        let depth = low.depth;
        let Some(high) = self.directory.segment(first + self.directory.span(depth)) else { return };
        let (len, before) = (low.len + high.len, [low.buckets.len(), high.buckets.len()]);
        let count = count_for(len + len / 4 + 1);
        self.directory.merge(first, count, hasher);
        self.account(&before, &[count]);
        if depth == self.directory.bits() {
            self.deepest -= 2;
            if self.deepest == 0 {
                self.halve();
            }
        }
    }

    /// Halves the directory, which no segment needs at its full width any more.
    fn halve(&mut self) {
        self.directory.halve();
        let bits = self.directory.bits();
        (self.deepest, self.widest) = (0, 0);
        for segment in self.directory.segments() {
            self.deepest += u32::from(segment.depth == bits);
            self.widest = self.widest.max(segment.buckets.len() as u32);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_rise_and_limits_leave_no_segment_overfull() {
        assert!(STEPS.is_sorted());
        assert_eq!(STEPS[STEPS.len() - 1] as usize, MAX_STEP);
        for count in (1..2000).chain([MAX_COUNT]) {
            assert!(limit(count) <= count * SLOTS);
        }
        for len in 0..5000 {
            let count = count_for(len);
            assert!(limit(count) >= len && (count == 1 || limit(count - count.div_ceil(4)) < len));
        }
    }
}
