//! Random elements: one at a time, or several that differ.

use std::collections::BTreeSet;
use std::hash::BuildHasher;

use super::SortedSet;

/// A number below `bound` from 64 random bits; the bias is `bound / 2^64`.
fn below(random: u64, bound: usize) -> usize {
    ((u128::from(random) * bound as u128) >> 64) as usize
}

impl<S: BuildHasher> SortedSet<S> {
    /// A random element, each equally likely; `None` where there are none. O(1) expected.
    pub fn sample(&self, random: impl FnMut() -> u64) -> Option<(&[u8], f64)> {
        self.core.dict().sample(random).map(|handle| (handle.member(), handle.score()))
    }

    /// `count` random elements that differ, or all if there are no more, in the order of their ranks; each choice of so
    /// many is equally likely. O(count log n), and O(n) for a third of all and more.
    pub fn sample_distinct<'a>(
        &'a self,
        count: usize,
        mut random: impl FnMut() -> u64,
        mut visit: impl FnMut(&'a [u8], f64),
    ) {
        let len = self.len();
        let mut wanted = count.min(len);
        if wanted >= len.div_ceil(3) {
            // Each element is taken with the chance that so many of the rest are still wanted (Knuth, algorithm 3.4.2S).
            for (passed, (member, score)) in self.iter().enumerate() {
                if below(random(), len - passed) < wanted {
                    visit(member, score);
                    wanted -= 1;
                }
            }
            return;
        }
        // One number for each, none drawn in vain (Floyd's way).
        let mut ranks = BTreeSet::new();
        for bound in len - wanted..len {
            let rank = below(random(), bound + 1);
            if !ranks.insert(rank) {
                ranks.insert(bound);
            }
        }
        for (member, score) in ranks.into_iter().filter_map(|rank| self.get(rank)) {
            visit(member, score);
        }
    }
}
