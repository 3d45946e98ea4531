//! Miniatures: small caches that try out what would be best for the large one.
//!
//! # What problem does it solve?
//!
//! Whether recency or frequency tells what will be used next depends on the work, and nobody knows the work beforehand.
//! [`Decay`]'s half-life stands for everything between the two; which one is right, a [`Panel`] finds out while
//! the cache is in use.
//!
//! # How?
//!
//! A key takes part if its hash begins with so many zeros: one key in 2^r, with all its uses. What so small and fair a share
//! of the keys does to a cache of a share as small is much what all keys do to the whole (Waldspurger, Saemundsson, Ahmad
//! and Park: "Cache modeling and optimization using miniature simulations", USENIX ATC 2017). So there are five
//! caches of at most 512 names, each with another half-life; they hold no values, and every now and then the one with the
//! most hits of late says how the large cache goes on.
//!
//! # What does it cost?
//!
//! At most 50 kB, and one use in 2^r the time to look through five short arrays: with a million keys, one in 2048.

use super::decay::Decay;

/// The half-lives that are tried, in multiples of the number of keys that fit.
const HALF_LIVES: [f32; 5] = [0.1, 0.5, 2.0, 8.0, 32.0];
/// The one to begin with.
const FIRST: usize = 2;
/// Names that a miniature holds at most.
const MOST: usize = 512;
/// Ticks of a use: marks are finer than uses.
const TICKS: i64 = 16;
/// Uses between two decisions, in multiples of the names that a miniature holds.
const TERM: usize = 4;

/// The low bits of a mark: all that are in one miniature are near to each other.
type Stored = u32;

/// The mark of which these bits are left.
fn restored(bits: Stored, now: i64) -> i64 {
    now + i64::from(bits.wrapping_sub(now as Stored) as i32)
}

/// A cache of names.
struct Miniature {
    decay: Decay,
    names: Vec<u32>,
    marks: Vec<Stored>,
    gone: Vec<(u32, Stored)>,
    next_gone: usize,
    /// Hits of late: older ones count less.
    hits: f32,
}

impl Miniature {
    fn new() -> Self {
        Miniature {
            decay: Decay::new(1.0),
            names: Vec::new(),
            marks: Vec::new(),
            gone: Vec::new(),
            next_gone: 0,
            hits: 0.0,
        }
    }

    /// A use of a name, in a cache that holds `room` of them.
    fn used(&mut self, name: u32, now: i64, room: usize) {
        if let Some(at) = self.names.iter().position(|&other| other == name) {
            self.marks[at] = self.decay.used(restored(self.marks[at], now), now) as Stored;
            self.hits += 1.0;
            return;
        }
        let remembered = self.gone.iter().find(|gone| gone.0 == name).map(|gone| restored(gone.1, now));
        let mark = self.decay.made(remembered, now);
        while self.names.len() >= room
            && let Some(worst) = (0..self.marks.len()).min_by_key(|&at| restored(self.marks[at], now))
        {
            let gone = (self.names.swap_remove(worst), self.marks.swap_remove(worst));
            if self.gone.len() < room + room / 2 {
                self.gone.reserve_exact(room + room / 2 - self.gone.len());
                self.gone.push(gone);
            } else {
                self.next_gone = (self.next_gone + 1) % self.gone.len();
                self.gone[self.next_gone] = gone;
            }
        }
        if self.names.len() == self.names.capacity() {
            // Not twice as many as there will ever be.
            self.names.reserve_exact(room.saturating_sub(self.names.len()).max(1));
            self.marks.reserve_exact(room.saturating_sub(self.marks.len()).max(1));
        }
        self.names.push(name);
        self.marks.push(mark as Stored);
    }
}

/// Miniatures that differ in their half-life.
pub(crate) struct Panel {
    miniatures: [Miniature; HALF_LIVES.len()],
    chosen: usize,
    /// One key in 2^this takes part.
    rarity: u32,
    /// Names that a miniature holds.
    room: usize,
    uses: usize,
}

impl Panel {
    pub(crate) fn new() -> Self {
        let mut panel = Panel {
            miniatures: std::array::from_fn(|_| Miniature::new()),
            chosen: FIRST,
            rarity: 0,
            room: MOST,
            uses: 0,
        };
        panel.fit(MOST);
        panel
    }

    /// The half-life that does best, in multiples of the number of keys that fit.
    pub(crate) fn half_life(&self) -> f32 {
        HALF_LIVES[self.chosen]
    }

    /// Takes over how many keys fit. What was learned stays, unless another share of the keys takes part now.
    pub(crate) fn fit(&mut self, keys: usize) {
        let rarity = keys.div_ceil(MOST).next_power_of_two().ilog2();
        if rarity != self.rarity {
            let chosen = self.chosen;
            *self = Panel { rarity, chosen, miniatures: std::array::from_fn(|_| Miniature::new()), ..*self };
        }
        self.room = (keys >> rarity).max(1);
        for (miniature, half_life) in self.miniatures.iter_mut().zip(HALF_LIVES) {
            miniature.decay = Decay::new(half_life * (self.room as i64 * TICKS) as f32);
        }
    }

    /// Notes a use of the key with this hash. Says whether another half-life does best now.
    #[inline]
    pub(crate) fn used(&mut self, hash: u64) -> bool {
        // The bits below and above have other uses.
        (hash >> 24) & ((1 << self.rarity) - 1) == 0 && self.try_out(hash)
    }

    fn try_out(&mut self, hash: u64) -> bool {
        self.uses += 1;
        let name = (hash >> 32) as u32 ^ hash as u32;
        for miniature in &mut self.miniatures {
            miniature.used(name, self.uses as i64 * TICKS, self.room);
        }
        self.uses.is_multiple_of(TERM * self.room) && self.decide()
    }

    fn decide(&mut self) -> bool {
        let hits = |at: usize| self.miniatures[at].hits;
        let before = self.chosen;
        let best =
            (0..HALF_LIVES.len()).fold(before, |best, at| if hits(at) > hits(best) { at } else { best });
        // Not for the sake of a handful of hits: those are chance.
        if hits(best) > hits(before) * 1.001 + 1.0 {
            self.chosen = best;
        }
        for miniature in &mut self.miniatures {
            miniature.hits *= 0.75;
        }
        self.chosen != before
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mixed(number: u64) -> u64 {
        let mixed = (number ^ number >> 31).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        (mixed ^ mixed >> 29).wrapping_mul(0xbf58_476d_1ce4_e5b9)
    }

    #[test]
    fn recency_is_found_where_only_recency_helps() {
        let mut panel = Panel::new();
        panel.fit(2000);
        // Each key is used a few times in a short span, and never again.
        for n in 0..400_000u64 {
            panel.used(mixed(n / 4 + mixed(n) % 900));
        }
        assert!(panel.half_life() <= 0.5, "{}", panel.half_life());
    }

    #[test]
    fn frequency_is_found_where_only_frequency_helps() {
        let mut panel = Panel::new();
        panel.fit(2000);
        for n in 0..400_000u64 {
            // Every second use is of one of 1500 keys, the others are of keys that are used once.
            panel.used(if n % 2 == 0 { mixed(mixed(n) % 1500) } else { mixed(n + (1 << 40)) });
        }
        assert!(panel.half_life() >= 2.0, "{}", panel.half_life());
    }
}
