//! allkeys-tinylfu: a newcomer stays only if it is used more often than the key that would go for it.
//!
//! W-TinyLFU (Einziger, Friedman and Manes: "TinyLFU: a highly efficient cache admission policy", ACM Transactions on Storage
//! 13, 2017), as far as it fits a keyspace whose keys stand in no order:
//!
//! - **How often** a key is used stands in its record, in 8 of the 24 bits, and of keys that were evicted among
//!   [`ghosts`](super::super::ghosts): where the paper has one sketch for all keys, exact counters cost nothing here.
//!   15 bits are the period in which the counter was last raised. A period is ten times as many uses as there are
//!   keys, and each that has passed halves the counter.
//! - **The window**: the latest hundredth of the keys waits, in order, until its turn comes to be compared.
//! - **The other** that it is compared with is the least used of those that were drawn. If both are used as often, one that
//!   has not been used since it came goes: that is the last bit.
//!
//! It is the simplest thing that withstands scans and loops. But what is new and soon forgotten has to be used more often
//! than what once was popular before it may stay, and [`lrfu`](super::lrfu) does better there.

use crate::eviction::ghosts::Ghosts;
use crate::eviction::{Keys, Measure, Policy, Sampled, Scope, Victim, eviction_policy};
use crate::value::Entry;
use std::collections::VecDeque;

eviction_policy! {
    name: "allkeys-tinylfu", order: 102, scope: Scope::All, measure: Measure::Own, reads_clocks: true,
    help: "The less often used of the key that came a while ago and one that is seldom used.",
    make: |present| Box::new(TinyLfu::new(present)),
}

/// Uses of each key in a period.
const PERIOD: u64 = 10;
/// The bit of a key that has not been used since it came.
const UNUSED: u32 = 1 << 23;
/// Bits of a period.
const PERIODS: u16 = (1 << 15) - 1;
/// The window is this part of all keys.
const WINDOW: usize = 100;

struct TinyLfu {
    candidates: Sampled,
    window: VecDeque<Victim>,
    /// Uses in this period.
    uses: u64,
    period: u16,
    /// Keys that there are, about.
    keys: usize,
    /// Something has been evicted, so that there are as many keys as fit.
    full: bool,
    ghosts: Ghosts,
}

impl TinyLfu {
    /// One in whose eyes a key with the clock `present` was used long ago.
    fn new(present: u32) -> Self {
        TinyLfu {
            candidates: Sampled::default(),
            window: VecDeque::new(),
            uses: 0,
            period: ((present >> 8) as u16).wrapping_add(u8::BITS as u16) & PERIODS,
            keys: 1,
            full: false,
            ghosts: Ghosts::default(),
        }
    }

    /// How often a key with these bits is used.
    fn frequency(bits: u32, period: u16) -> u8 {
        let passed = period.wrapping_sub((bits >> 8) as u16) & PERIODS;
        (bits as u8).checked_shr(passed.into()).unwrap_or(0)
    }

    fn bits(&self, frequency: u8) -> u32 {
        u32::from(self.period) << 8 | u32::from(frequency)
    }

    fn count_use(&mut self) {
        self.uses += 1;
        if self.uses >= PERIOD * self.keys as u64 {
            self.uses = 0;
            self.period = (self.period + 1) & PERIODS;
        }
    }

    /// The seldomer a key is used, the higher; of equals, one that was never used has more.
    fn score(entry: &Entry, period: u16) -> u64 {
        let bits = entry.clock();
        u64::from(u8::MAX - Self::frequency(bits, period)) * 2 + u64::from(bits & UNUSED != 0)
    }
}

impl Policy for TinyLfu {
    fn choose(&mut self, keys: &mut Keys<'_>) -> Option<Victim> {
        (self.keys, self.full) = (keys.count().max(1), true);
        self.ghosts.fit(self.keys);
        let period = self.period;
        while self.window.len() > self.keys / WINDOW
            && let Some(newcomer) = self.window.pop_front()
        {
            if let Some(entry) = keys.find(newcomer) {
                self.candidates.offer(Self::score(entry, period), newcomer);
            }
        }
        let victim = self.candidates.choose(keys, |_, entry| Self::score(entry, period))?;
        if let Some(entry) = keys.find(victim) {
            self.ghosts.put(victim.hash, entry.clock());
        }
        Some(victim)
    }

    fn made(&mut self, key: Victim) -> u32 {
        self.count_use();
        if self.full {
            self.window.push_back(key);
        } else {
            self.keys += 1;
        }
        let before = self.ghosts.get(key.hash).map_or(0, |bits| Self::frequency(bits, self.period));
        self.bits(before.saturating_add(1)) | UNUSED
    }

    #[inline]
    fn used(&mut self, clock: u32, _: u64) -> u32 {
        self.count_use();
        self.bits(Self::frequency(clock, self.period).saturating_add(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_counter_rises_with_uses_and_halves_with_periods() {
        let mut policy = TinyLfu::new(0xff_ff00);
        let mut clock = policy.made(Victim { db: 0, hash: 1 });
        (0..11).for_each(|_| clock = policy.used(clock, 1));
        let frequency = |policy: &TinyLfu| TinyLfu::frequency(clock, policy.period);
        assert_eq!((frequency(&policy), clock & UNUSED), (12, 0));
        for (periods, left) in [(1, 6), (2, 1), (20_000, 0)] {
            policy.period = (policy.period + periods) & PERIODS;
            assert_eq!(frequency(&policy), left);
        }
        let period = policy.period;
        for _ in 0..20 {
            policy.used(clock, 1);
        }
        assert_eq!(policy.period, period + 1, "ten uses of each of two keys");
    }
}
