//! Growing and shrinking, one segment at a time.
//!
//! An insertion or removal rebuilds at most one segment (two neighbours where they merge). A
//! rebuild has three phases, so that a panic in the caller's hasher changes nothing: ask for the
//! hash of every entry; allocate; move the entries.

use super::bucket::{SLOTS, tag_of};
use super::probe;
use super::raw::{Bucket, new_buckets};
use super::segment::MAX_COUNT;
use super::{Dict, Slot};

/// Bucket counts that a segment steps through. Neighbours differ by a quarter at most (from 4 on) and every
/// size is one that size-class allocators serve without padding.
const STEPS: [u16; 24] =
    [1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 14, 16, 20, 24, 28, 32, 40, 48, 56, 64, 80, 96, 112, 128];

/// A segment of this many buckets splits rather than grows.
pub(super) const MAX_STEP: usize = 128;

/// Two neighbours with no more entries than this together become one segment: the merged one is then far from
/// splitting again.
const MERGE_LIMIT: usize = limit(MAX_STEP) * 2 / 5;

/// One removal in so many counts as wear: those whose hash is a multiple of it.
pub(super) const WEAR_UNIT: u64 = 16;

/// Whether a segment is due for [`Dict::renew`]: about as many removals since it was built as half
/// its entries.
///
/// Small segments do not wear out in a way that could be measured, and overgrown ones are past
/// caring.
#[inline]
pub(super) fn is_worn(wear: u32, len: usize, count: usize) -> bool {
    count >= 4 && u64::from(wear) * WEAR_UNIT * 2 >= len as u64
}

/// Most entries that so many buckets may hold: 59 of 64 slots (92%), rounded up.
///
/// Higher saves memory and lengthens probes; see the module's page for what was measured.
pub(super) const fn limit(count: usize) -> usize {
    (count * SLOTS * 59).div_ceil(64)
}

/// The smallest bucket count whose limit is `len` or more.
pub(super) fn count_for(len: usize) -> usize {
    match STEPS.iter().find(|&&count| limit(count as usize) >= len) {
        Some(&count) => count as usize,
        // `limit` rounds up, so a multiple of what 16 buckets may hold would promise too much.
        None => len.div_ceil(limit(16) - 1) * 16,
    }
}

/// The hash of every entry, in storage order.
///
/// The entries' own memory is cold here; it is asked for two buckets ahead.
fn hashes<T: Slot>(buckets: &[Bucket<T>], len: usize, hasher: impl Fn(&T) -> u64) -> Vec<u64> {
    const AHEAD: usize = 2;
    let prefetch =
        |bucket: &Bucket<T>| bucket.occupied().for_each(|slot| bucket.get(slot).unwrap().prefetch());
    buckets.iter().take(AHEAD).for_each(prefetch);
    let mut hashes = Vec::with_capacity(len);
    for (at, bucket) in buckets.iter().enumerate() {
        if let Some(later) = buckets.get(at + AHEAD) {
            prefetch(later);
        }
        hashes.extend(bucket.occupied().filter_map(|slot| bucket.get(slot)).map(&hasher));
    }
    hashes
}

/// Moves all entries of `old`, whose hashes are `hashes`, to where `place` puts them.
fn drain<T>(old: &mut [Bucket<T>], hashes: &[u64], mut place: impl FnMut(u64, T)) {
    let mut hashes = hashes.iter();
    for bucket in old {
        for slot in bucket.occupied() {
            if let (Some(value), Some(&hash)) = (bucket.take(slot), hashes.next()) {
                place(hash, value);
            }
        }
    }
    debug_assert!(hashes.next().is_none());
}

/// Puts an entry into buckets of a segment of this depth.
fn place_in<T>(buckets: &mut [Bucket<T>], depth: u32, hash: u64, value: T) {
    let home = probe::home(hash, depth, buckets.len());
    probe::place(buckets, home, tag_of(hash), value);
}

impl<T: Slot> Dict<T> {
    /// Makes room for one more entry in the segment for `hash`.
    #[cold]
    #[inline(never)]
    pub(super) fn grow(&mut self, hash: u64, hasher: impl Fn(&T) -> u64) {
        let Some(segment) = self.directory.segment(self.directory.index(hash)) else {
            self.directory.fill(0, || new_buckets(1));
            (self.buckets, self.widest, self.deepest) = (1, 1, 1);
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
        let (depth, len) = (segment.depth, segment.len);
        let hashes = hashes(segment.buckets, len, hasher);
        let old = self.directory.replace(first, new_buckets(count), len);
        self.release(old, &hashes, first, depth);
        self.account(count);
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

    /// Moves the entries of `old` to the segment that now starts at `first`, and frees `old`.
    fn release(&mut self, mut old: Box<[Bucket<T>]>, hashes: &[u64], first: usize, depth: u32) {
        self.buckets -= old.len();
        let Some(segment) = self.directory.segment_mut(first) else { return };
        drain(&mut old, hashes, |hash, value| place_in(segment.buckets, depth, hash, value));
    }

    /// Counts newly allocated buckets.
    fn account(&mut self, count: usize) {
        self.buckets += count;
        self.widest = self.widest.max(count as u32);
    }

    /// Replaces the segment that starts at `first` by two.
    fn split(&mut self, first: usize, hasher: impl Fn(&T) -> u64) {
        let Some(segment) = self.directory.segment(first) else { return };
        let (depth, len) = (segment.depth + 1, segment.len);
        let hashes = hashes(segment.buckets, len, hasher);
        let is_high = |hash: u64| hash << (depth - 1) >> 63 == 1;
        let high = hashes.iter().filter(|&&hash| is_high(hash)).count();
        // A tenth more than needed now: without it the halves would be rebuilt again within a few insertions.
        let lens = [len - high, high];
        let counts = lens.map(|len| count_for(len + len / 10 + 1));
        let mut first = first;
        if depth > self.directory.bits() {
            self.directory.double();
            self.deepest = 0;
            first *= 2;
        }
        let [low_count, high_count] = counts;
        let halves = [(new_buckets(low_count), lens[0]), (new_buckets(high_count), lens[1])];
        let mut old = self.directory.split(first, halves);
        if depth == self.directory.bits() {
            self.deepest += 2;
        }
        self.buckets -= old.len();
        let mut halves = [Vec::with_capacity(lens[0]), Vec::with_capacity(lens[1])];
        drain(&mut old, &hashes, |hash, value| halves[usize::from(is_high(hash))].push((hash, value)));
        for (half, entries) in halves.into_iter().enumerate() {
            let at = first + half * self.directory.span(depth);
            let Some(segment) = self.directory.segment_mut(at) else { return };
            entries.into_iter().for_each(|(hash, value)| place_in(segment.buckets, depth, hash, value));
        }
        counts.into_iter().for_each(|count| self.account(count));
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

    /// Replaces the segment that starts at `first` and its neighbour by one.
    fn merge(&mut self, first: usize, hasher: impl Fn(&T) -> u64) {
        let Some(low) = self.directory.segment(first) else { return };
        let depth = low.depth;
        let Some(high) = self.directory.segment(first + self.directory.span(depth)) else { return };
        let low_hashes = hashes(low.buckets, low.len, &hasher);
        let high_hashes = hashes(high.buckets, high.len, &hasher);
        let len = low.len + high.len;
        let count = count_for(len + len / 4 + 1);
        let [low, high] = self.directory.merge(first, new_buckets(count), len);
        self.release(low, &low_hashes, first, depth - 1);
        self.release(high, &high_hashes, first, depth - 1);
        self.account(count);
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
