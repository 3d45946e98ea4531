//! Several different random members.

use super::Intset;
use std::collections::BTreeSet;

impl Intset {
    /// `wanted` different random members, or all where there are no more, in no order that means anything; every choice
    /// of so many is alike likely. O(wanted log wanted).
    pub fn sample_distinct(
        &self,
        wanted: usize,
        mut random: impl FnMut() -> u64,
        mut visit: impl FnMut(i64),
    ) {
        let len = self.len();
        if wanted >= len {
            self.iter().for_each(visit);
            return;
        }
        // Floyd's algorithm: for each of the last places a random one up to it, or, if that is chosen already, itself.
        let mut chosen = BTreeSet::new();
        for last in len - wanted..len {
            let drawn = ((u128::from(random()) * (last as u128 + 1)) >> 64) as usize;
            let place = if chosen.insert(drawn) { drawn } else { last };
            chosen.insert(place);
            self.get(place).into_iter().for_each(&mut visit);
        }
    }
}
