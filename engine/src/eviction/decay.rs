//! Worth that fades: how often and how lately a key was used, in one number.
//!
//! # What is it?
//!
//! Let each use be worth 1 when it happens, and half of what it was worth after each half-life. A key is worth the sum of
//! its uses (Lee, Choi, Kim, Noh, Min, Cho and Kim: "LRFU: a spectrum of policies that subsumes the least recently used and
//! least frequently used policies", IEEE Transactions on Computers 50, 2001). With a short half-life only the last use
//! matters, which is LRU; with a long one their number, which is LFU; and there is everything in between.
//!
//! # How does it fit into a record?
//!
//! The worth of every key changes all the time, but all fade alike, so their order does not. What is kept of a key is the
//! moment at which its worth is, or was, exactly 1: its mark. A key that was used once has the moment of its use; one that is
//! worth 4 now has a mark two half-lives ahead. Another use at `now` moves the mark to
//!
//! ```text
//!   now + half-life * log2(1 + 2^((mark - now) / half-life))
//! ```
//!
//! Marks are whole numbers of ticks and compare as moments do, whatever the time is: 24 bits are enough, and nothing has to
//! be brought up to date when a key is looked at.

use std::sync::LazyLock;

/// Entries of [`GAIN`] for each half-life.
const STEPS: f32 = 32.0;
/// Half-lives after which a use is worth nothing beside a new one.
const LIVES: usize = 16;

/// log2(1 + 2^-y), at y = n / [`STEPS`].
static GAIN: LazyLock<Box<[f32]>> = LazyLock::new(|| {
    (0..LIVES * STEPS as usize).map(|step| (1.0 + (-(step as f32) / STEPS).exp2()).log2()).collect()
});

/// A half-life, in ticks.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Decay {
    half_life: f32,
    steps_a_tick: f32,
}

impl Decay {
    /// Worth that halves in so many ticks.
    pub(crate) fn new(half_life: f32) -> Self {
        let half_life = half_life.max(0.001);
        Decay { half_life, steps_a_tick: STEPS / half_life }
    }

    /// The mark after a use at `now` of what had the mark `mark`. O(1), a look into a table.
    #[inline]
    pub(crate) fn used(self, mark: i64, now: i64) -> i64 {
        let step = (mark.abs_diff(now) as f32 * self.steps_a_tick) as usize;
        let gain = GAIN.get(step).map_or(0.0, |gain| gain * self.half_life);
        mark.max(now) + (gain + 0.5) as i64
    }

    /// The mark of a key that has just been made: as if it had been used for the first time, or, where it is remembered
    /// with a mark, once more; but a little worse. A newcomer must be worth more than what it would push out, not as
    /// much: or keys that are used in turn, one more than fit, would push out each other for ever.
    pub(crate) fn made(self, remembered: Option<i64>, now: i64) -> i64 {
        const HANDICAP: f32 = 0.3;
        let mark = remembered.map_or(now, |mark| self.used(mark, now));
        mark - (self.half_life * HANDICAP) as i64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the key is worth at `now`.
    fn worth(mark: i64, now: i64, half_life: f64) -> f64 {
        ((mark - now) as f64 / half_life).exp2()
    }

    #[test]
    fn a_mark_is_the_sum_of_uses_that_fade() {
        let half_life = 1000.0;
        let decay = Decay::new(half_life as f32);
        let uses = [0i64, 10, 500, 520, 3000, 3001, 3002, 9000, 9100];
        let mut mark = uses[0];
        for (n, &now) in uses.iter().enumerate().skip(1) {
            mark = decay.used(mark, now);
            let exact: f64 = uses[..=n].iter().map(|&then| worth(then, now, half_life)).sum();
            let is = worth(mark, now, half_life);
            assert!((is / exact - 1.0).abs() < 0.02, "{is} for {exact} at {now}");
        }
    }

    #[test]
    fn a_short_half_life_is_recency_and_a_long_one_frequency() {
        let (often, lately) = (|decay: Decay| (0..50).fold(0, |mark, now| decay.used(mark, now)), 400);
        assert!(often(Decay::new(10.0)) < lately);
        assert!(often(Decay::new(1000.0)) > lately);
    }

    #[test]
    fn a_newcomer_is_worth_less_than_what_was_used_as_often() {
        let decay = Decay::new(1000.0);
        assert!(decay.made(None, 5000) < 5000);
        assert!(decay.made(Some(4000), 5000) < decay.used(4000, 5000));
    }
}
