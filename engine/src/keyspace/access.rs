//! Access clocks: what a record remembers of when, or how often, it was used.
//!
//! Under an LRU policy the 24 bits are seconds, wrapping after 194 days. Under an LFU policy they are the
//! minutes of the last decrement (16 bits) and a logarithmic counter (8 bits).

use crate::value::Entry;
use rand::Rng;
use rand::rngs::SmallRng;

/// What the access clock measures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Policy {
    /// When a key was last used.
    #[default]
    Recency,
    /// How often a key is used.
    Frequency,
}

/// New keys start here, so that they are not evicted before they had a chance to be used.
const LFU_INITIAL: u8 = 5;
const CLOCK_BITS: u32 = 24;
const CLOCK_MAX: u32 = (1 << CLOCK_BITS) - 1;

/// Keeps access clocks.
pub struct Access {
    policy: Policy,
    /// Seconds, for recency.
    seconds: u32,
    /// Minutes modulo 2^16, for frequency.
    minutes: u16,
    log_factor: u32,
    decay_minutes: u32,
    random: SmallRng,
}

impl Default for Access {
    fn default() -> Self {
        use rand::SeedableRng;
        Access {
            policy: Policy::Recency,
            seconds: 0,
            minutes: 0,
            log_factor: 10,
            decay_minutes: 1,
            random: SmallRng::seed_from_u64(0),
        }
    }
}

impl Access {
    pub(crate) fn set_now(&mut self, unix_us: i64) {
        let seconds = unix_us / 1_000_000;
        self.seconds = seconds as u32 & CLOCK_MAX;
        self.minutes = (seconds / 60) as u16;
    }

    /// Chooses what clocks measure, and the two parameters of the frequency counter.
    pub fn configure(&mut self, policy: Policy, log_factor: u32, decay_minutes: u32) {
        (self.policy, self.log_factor, self.decay_minutes) = (policy, log_factor, decay_minutes);
    }

    /// What clocks measure.
    pub fn policy(&self) -> Policy {
        self.policy
    }

    /// The clock of a key that has just been created.
    #[inline]
    pub fn fresh(&self) -> u32 {
        match self.policy {
            Policy::Recency => self.seconds,
            Policy::Frequency => u32::from(self.minutes) << 8 | u32::from(LFU_INITIAL),
        }
    }

    /// Notes that a key was used.
    #[inline]
    pub fn touch(&mut self, entry: &mut Entry) {
        let clock = match self.policy {
            Policy::Recency => self.seconds,
            Policy::Frequency => {
                let counter = self.increment(self.frequency(entry));
                u32::from(self.minutes) << 8 | u32::from(counter)
            }
        };
        entry.set_clock(clock);
    }

    /// Milliseconds since a key was last used (recency).
    pub fn idle_ms(&self, entry: &Entry) -> u64 {
        u64::from(self.seconds.wrapping_sub(entry.clock()) & CLOCK_MAX) * 1000
    }

    /// The counter of a key after the decay that its minutes ask for (frequency).
    pub fn frequency(&self, entry: &Entry) -> u8 {
        let clock = entry.clock();
        let elapsed = u32::from(self.minutes.wrapping_sub((clock >> 8) as u16));
        let periods = elapsed.checked_div(self.decay_minutes).unwrap_or(0);
        (clock as u8).saturating_sub(periods.min(255) as u8)
    }

    /// The clock that stands for an idle time, for `RESTORE IDLETIME`.
    pub fn clock_idle_for(&self, seconds: u32) -> u32 {
        self.seconds.wrapping_sub(seconds) & CLOCK_MAX
    }

    /// Morris's probabilistic increment: the higher the counter, the rarer.
    fn increment(&mut self, counter: u8) -> u8 {
        if counter == u8::MAX {
            return counter;
        }
        let base = f64::from(counter.saturating_sub(LFU_INITIAL));
        let chance = 1.0 / (base * f64::from(self.log_factor) + 1.0);
        if self.random.random::<f64>() < chance { counter + 1 } else { counter }
    }
}
