//! Random entries: fair ones, one at a time or many that differ, and cheap ones in a row.

use std::collections::BTreeSet;

use super::Dict;
use crate::buckets::{Buckets, SLOTS};

/// Slots tried before the exact but slow way is taken. With evenly distributed hashes one slot in
/// 1.2 to 5 that are tried holds an entry, so practically never.
const TRIES: usize = 128;

/// A number below `bound` from 64 random bits; the bias is `bound / 2^64`.
fn below(random: u64, bound: u64) -> u64 {
    ((u128::from(random) * u128::from(bound)) >> 64) as u64
}

/// A slot of so many buckets.
fn random_slot(count: usize, mut random: impl FnMut() -> u64) -> usize {
    below(random(), (count * SLOTS) as u64) as usize
}

impl<T> Dict<T> {
    /// A random entry, each equally likely; `None` where there are none. O(1) expected.
    ///
    /// Tries slots until one holds an entry. A segment of depth `d` is chosen by `2^(bits-d)`
    /// directory entries, so a slot number is drawn from a range that is as many times longer:
    /// every slot of the table is then equally likely to be tried. Where 128 tries hit nothing (a
    /// table made far too large, or hashes of one prefix) the n-th entry is counted out instead,
    /// which is as fair and O(directory).
    pub fn sample(&self, mut random: impl FnMut() -> u64) -> Option<&T> {
        if self.len == 0 {
            return None;
        }
        for _ in 0..TRIES {
            let (buckets, at, slot) = self.try_slot(&mut random)?;
            if let Some(value) = (at < buckets.len()).then(|| buckets.get(at, slot)).flatten() {
                return Some(value);
            }
        }
        let mut number = below(random(), self.len as u64) as usize;
        let segment = self.directory.segments().find(|segment| {
            let here = number < segment.len;
            if !here {
                number -= segment.len;
            }
            here
        })?;
        (0..segment.buckets.len()).flat_map(|at| segment.buckets.values(at)).nth(number)
    }

    /// A random slot: the buckets of its segment, which may be shorter, the bucket, and the slot in that.
    fn try_slot(&self, mut random: impl FnMut() -> u64) -> Option<(Buckets<'_, T>, usize, usize)> {
        let bits = self.directory.bits();
        let longest = u64::from(self.widest) * SLOTS as u64;
        let (buckets, depth) = self.directory.buckets(below(random(), 1 << bits) as usize)?;
        let number = below(random(), longest << (bits - depth)) as usize;
        Some((buckets, number / SLOTS, number % SLOTS))
    }

    /// Starts loading the bucket that [`sample`](Self::sample) will try first, if it is given the same random numbers. O(1).
    pub fn prefetch_sample(&self, random: impl FnMut() -> u64) {
        if let Some((buckets, at, _)) = self.try_slot(random)
            && at < buckets.len()
        {
            buckets.prefetch(at);
        }
    }

    /// `wanted` different random entries, or all where there are no more; every choice of so many is equally likely.
    /// Returns how many there were, in no order that means anything. O(wanted log wanted) expected.
    pub fn sample_distinct<'a>(
        &'a self,
        mut random: impl FnMut() -> u64,
        wanted: usize,
        mut visit: impl FnMut(&'a T),
    ) -> usize {
        let wanted = wanted.min(self.len);
        if wanted > self.len / 4 {
            // Each entry in turn, as likely as so many of those that are left are wanted (Knuth's algorithm S).
            let mut missing = wanted;
            for (seen, value) in self.iter().enumerate() {
                if below(random(), (self.len - seen) as u64) < missing as u64 {
                    visit(value);
                    missing -= 1;
                }
            }
        } else {
            let mut chosen = BTreeSet::new();
            while chosen.len() < wanted {
                let Some(value) = self.sample(&mut random) else { break };
                if chosen.insert(std::ptr::from_ref(value)) {
                    visit(value);
                }
            }
        }
        wanted
    }

    /// Starts loading the buckets that [`sample_many_near`](Self::sample_many_near) will walk through, if it is given the
    /// same random numbers and wants few. O(1).
    pub fn prefetch_near(&self, mut random: impl FnMut() -> u64) {
        if let Some((buckets, _)) = self.directory.buckets(self.random_index(&mut random)) {
            let at = random_slot(buckets.len(), random) / SLOTS;
            buckets.prefetch(at);
            buckets.prefetch_slots((at + 1) % buckets.len());
        }
    }

    /// A random entry of the directory.
    fn random_index(&self, mut random: impl FnMut() -> u64) -> usize {
        below(random(), 1 << self.directory.bits()) as usize
    }

    /// Up to `wanted` entries that are stored side by side, from a random slot on; returns how
    /// many there were. O(wanted).
    ///
    /// Cheaper than as many [`sample`](Self::sample)s, since neighbours share cache lines, and not
    /// quite fair: an entry behind empty slots is likelier than one behind others. But every entry
    /// has its chance, for the walk begins at any slot and not only at the first of a bucket: the
    /// last entries of full buckets would never be seen by those who want five. Made for picking
    /// eviction candidates. Gives at least one entry unless the dict is empty, and all `wanted`
    /// unless the table is sparse where it looked.
    pub fn sample_many_near<'a>(
        &'a self,
        mut random: impl FnMut() -> u64,
        wanted: usize,
        mut visit: impl FnMut(&'a T),
    ) -> usize {
        let wanted = wanted.min(self.len);
        if wanted == 0 {
            return 0;
        }
        let mut seen = 0;
        // Half-empty buckets hold 3 or more; the allowance of buckets is generous, but bounded.
        let mut buckets_left = (8 + wanted).min(self.buckets);
        // Where that is all of them, the walk comes back to the bucket that it began in, and ends at its first slot.
        let mut first_slot = (buckets_left == self.buckets).then_some(SLOTS);
        buckets_left += usize::from(first_slot.is_some());
        let mut index = self.random_index(&mut random);
        let mut from = None;
        while let Some(segment) = self.directory.segment(index) {
            let count = segment.buckets.len();
            let (start, mut slot) = from.unwrap_or_else(|| {
                let number = random_slot(count, &mut random);
                first_slot = first_slot.map(|_| number % SLOTS);
                (number / SLOTS, number % SLOTS)
            });
            for at in start..count {
                if buckets_left == 0 {
                    break;
                }
                buckets_left -= 1;
                let end = if buckets_left == 0 { first_slot.unwrap_or(SLOTS) } else { SLOTS };
                for value in (slot..end).filter_map(|slot| segment.buckets.get(at, slot)) {
                    visit(value);
                    seen += 1;
                    if seen == wanted {
                        return seen;
                    }
                }
                slot = 0;
            }
            if buckets_left == 0 {
                break;
            }
            // On to the next segment, around the end.
            index = (segment.first + self.directory.span(segment.depth)) % self.directory.width();
            from = Some((0, 0));
        }
        if seen == 0
            && let Some(value) = self.sample(random)
        {
            visit(value);
            seen = 1;
        }
        seen
    }
}
