//! allkeys-lrfu: the key that is worth least goes, of those that were drawn; each use is worth something, and fades.
//!
//! # What does it do that LRU and LFU do not?
//!
//! - **Both, and everything in between.** A use fades with a half-life: a short one is LRU, a long one LFU. See
//!   [`decay`](super::super::decay), and for the paper. Worth is kept as a moment, in the 24 bits of a record, in ticks of
//!   as many uses as fit the number of keys; LRU's seconds hold a hundred thousand uses of a busy server.
//! - **It finds out which.** Five small caches of names try out five half-lives, and the best of them holds for all: see
//!   [`miniature`](super::super::miniature).
//! - **It remembers.** A key that was evicted and comes back has what it was worth: see [`ghosts`](super::super::ghosts).
//! - **Newcomers compete.** What was made since the last eviction is among the candidates, whether it is drawn or
//!   not, and worth a little less than what was used as often. So a scan pushes out its own keys, and of a loop that
//!   is larger than the cache as much stays as fits.
//!
//! # What does it cost?
//!
//! Nothing for each key that stays, four to eight bytes a key for the ghosts, and 100 kB.

use crate::eviction::decay::Decay;
use crate::eviction::ghosts::Ghosts;
use crate::eviction::miniature::Panel;
use crate::eviction::{Keys, Measure, Policy, Sampled, Scope, Victim, eviction_policy};

eviction_policy! {
    name: "allkeys-lrfu", order: 101, scope: Scope::All, measure: Measure::Own, reads_clocks: true,
    help: "The key whose uses, of which each fades, are worth least; it finds out how fast they should fade.",
    make: |present| Box::new(Lrfu::new(present)),
}

/// Bits of a mark that a record holds.
const BITS: u32 = 24;
/// Marks up to so many ticks ahead of the present are told from those behind it.
const AHEAD: i64 = 1 << (BITS - 2);
/// Half the ticks that pass while each key is used once, at least.
const TICKS: usize = 4096;
/// Newcomers that are remembered until something is evicted.
const NEWCOMERS: usize = 16;

struct Lrfu {
    candidates: Sampled,
    newcomers: Vec<Victim>,
    uses: u64,
    /// The ticks, and the uses, when a tick last became longer.
    since: (i64, u64),
    /// A tick is 2^this uses.
    shift: u32,
    /// Keys that there are, about.
    keys: usize,
    /// Something has been evicted, so that there are as many keys as fit.
    full: bool,
    /// `keys` when everything was last fitted to it.
    fitted: usize,
    decay: Decay,
    ghosts: Ghosts,
    panel: Panel,
}

impl Lrfu {
    /// One whose first key is used just after what has the clock `present`.
    fn new(present: u32) -> Self {
        let mut policy = Lrfu {
            candidates: Sampled::default(),
            newcomers: Vec::with_capacity(NEWCOMERS),
            uses: 0,
            since: (i64::from(present) + 1, 0),
            shift: 0,
            keys: 1,
            full: false,
            fitted: 0,
            decay: Decay::new(1.0),
            ghosts: Ghosts::default(),
            panel: Panel::new(),
        };
        policy.fit();
        policy
    }

    #[inline]
    fn now(&self) -> i64 {
        let (ticks, uses) = self.since;
        ticks + ((self.uses - uses) >> self.shift) as i64
    }

    /// Fits half-life, ticks, miniatures and ghosts to the number of keys, if it is another than before.
    #[inline]
    fn fit(&mut self) {
        if self.keys.abs_diff(self.fitted) > self.fitted / 8 {
            self.fit_anew();
        }
    }

    #[cold]
    fn fit_anew(&mut self) {
        self.fitted = self.keys;
        let shift = (self.keys / TICKS).max(1).ilog2();
        // Not shorter again: marks are made in the longer ones.
        if shift > self.shift {
            self.since = (self.now(), self.uses);
            self.shift = shift;
        }
        self.panel.fit(self.keys);
        if self.full {
            self.ghosts.fit(self.keys);
        }
        self.choose_half_life();
    }

    fn choose_half_life(&mut self) {
        let uses = self.panel.half_life() * self.keys as f32;
        self.decay = Decay::new(uses / (1u64 << self.shift) as f32);
    }

    /// The mark that these bits stand for.
    fn mark(bits: u32, now: i64) -> i64 {
        let ahead = (i64::from(bits) - now) & ((1 << BITS) - 1);
        now + if ahead < AHEAD { ahead } else { ahead - (1 << BITS) }
    }

    fn bits(mark: i64, now: i64) -> u32 {
        mark.min(now + AHEAD - 1) as u32 & ((1 << BITS) - 1)
    }

    fn note(&mut self, hash: u64) {
        if self.panel.used(hash) {
            self.choose_half_life();
        }
    }

    /// The less a mark is ahead, the higher.
    fn score(mark: i64) -> u64 {
        (i64::MAX - mark) as u64
    }
}

impl Policy for Lrfu {
    fn choose(&mut self, keys: &mut Keys<'_>) -> Option<Victim> {
        (self.keys, self.full) = (keys.count().max(1), true);
        self.fit();
        let now = self.now();
        for key in self.newcomers.drain(..) {
            if let Some(entry) = keys.find(key) {
                self.candidates.offer(Self::score(Self::mark(entry.clock(), now)), key);
            }
        }
        let victim = self.candidates.choose(keys, |_, entry| Self::score(Self::mark(entry.clock(), now)))?;
        if let Some(entry) = keys.find(victim) {
            self.ghosts.put(victim.hash, entry.clock());
        }
        Some(victim)
    }

    fn made(&mut self, key: Victim) -> u32 {
        self.uses += 1;
        if self.full {
            if self.newcomers.len() == NEWCOMERS {
                self.newcomers.remove(0);
            }
            self.newcomers.push(key);
        } else {
            self.keys += 1;
            self.fit();
        }
        let now = self.now();
        let remembered = self.ghosts.get(key.hash).map(|bits| Self::mark(bits, now));
        let mark = self.decay.made(remembered, now);
        self.note(key.hash);
        Self::bits(mark, now)
    }

    #[inline]
    fn used(&mut self, clock: u32, hash: u64) -> u32 {
        self.uses += 1;
        let now = self.now();
        let mark = self.decay.used(Self::mark(clock, now), now);
        self.note(hash);
        Self::bits(mark, now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_survive_their_24_bits() {
        for now in [0, 5, 1 << 23, (1 << 24) - 1, 1 << 24, (1 << 40) + 12345] {
            for away in [-12_000_000, -1, 0, 1, 4_000_000] {
                let mark = now + away;
                assert_eq!(Lrfu::mark(Lrfu::bits(mark, now), now), mark, "{now} {away}");
            }
            assert_eq!(Lrfu::mark(Lrfu::bits(now + (1 << 30), now), now), now + AHEAD - 1);
        }
    }

    #[test]
    fn ticks_become_longer_and_go_on() {
        let mut policy = Lrfu::new(0);
        let mut before = policy.now();
        for hash in 0..100_000u64 {
            policy.made(Victim { db: 0, hash: hash << 40 });
            assert!((before..=before + 1).contains(&policy.now()));
            before = policy.now();
        }
        assert!(policy.shift == 4 && before < 50_000, "{} {before}", policy.shift);
    }

    #[test]
    fn what_was_used_more_often_stays_ahead() {
        let mut policy = Lrfu::new(0);
        let once = policy.made(Victim { db: 0, hash: 1 });
        let twice = policy.made(Victim { db: 0, hash: 2 });
        let twice = policy.used(twice, 2);
        let now = policy.now();
        assert!(Lrfu::score(Lrfu::mark(once, now)) > Lrfu::score(Lrfu::mark(twice, now)));
    }
}
