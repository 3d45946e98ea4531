//! The present, in the units of access clocks.

use russet_structures::lru_clock::LruClock;
use russet_structures::morris::{Counter, Rules, minute};

/// The present, and the parameters that say how frequency is counted.
#[derive(Clone, Copy, Debug, Default)]
pub struct Moment {
    /// Seconds since 1970.
    pub seconds: i64,
    /// The clock of what is used now.
    pub lru: LruClock,
    /// Minutes since 1970, modulo 2^16.
    pub minute: u16,
    /// How counters rise and fall.
    pub rules: Rules,
}

impl Moment {
    /// Moves on to another time.
    #[inline]
    pub(crate) fn set(&mut self, unix_us: i64) {
        let seconds = unix_us / 1_000_000;
        if seconds != self.seconds {
            (self.seconds, self.lru, self.minute) = (seconds, LruClock::at(seconds), minute(seconds));
        }
    }

    /// Seconds since a key with this clock was used (recency).
    pub fn idle(&self, clock: u32) -> u32 {
        self.lru.idle_since(LruClock::from_bits(clock))
    }

    /// The counter of a key with this clock, after the decay that its minutes ask for (frequency).
    pub fn frequency(&self, clock: u32) -> u8 {
        Counter::from_bits(clock).read(self.rules, self.minute)
    }
}
