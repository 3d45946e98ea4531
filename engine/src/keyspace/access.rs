//! Access clocks: what a record remembers of when, or how often, it was used.
//!
//! Under an LRU policy the 24 bits are an [`LruClock`], under an LFU policy a Morris [`Counter`] with its minute.

use crate::value::Entry;
use rand::RngCore;
use rand::rngs::SmallRng;
use russet_structures::lru_clock::LruClock;
use russet_structures::morris::{Counter, Rules, minute};

/// What the access clock measures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Policy {
    /// When a key was last used.
    #[default]
    Recency,
    /// How often a key is used.
    Frequency,
}

/// Keeps access clocks.
pub struct Access {
    policy: Policy,
    /// For recency.
    now: LruClock,
    /// Minutes modulo 2^16, for frequency.
    minute: u16,
    rules: Rules,
    random: SmallRng,
}

impl Default for Access {
    fn default() -> Self {
        use rand::SeedableRng;
        Access {
            policy: Policy::Recency,
            now: LruClock::default(),
            minute: 0,
            rules: Rules::default(),
            random: SmallRng::seed_from_u64(0),
        }
    }
}

impl Access {
    pub(crate) fn set_now(&mut self, unix_us: i64) {
        let seconds = unix_us / 1_000_000;
        self.now = LruClock::at(seconds);
        self.minute = minute(seconds);
    }

    /// Chooses what clocks measure, and the two parameters of the frequency counter.
    pub fn configure(&mut self, policy: Policy, log_factor: u32, decay_minutes: u32) {
        (self.policy, self.rules) = (policy, Rules { log_factor, decay_minutes });
    }

    /// What clocks measure.
    pub fn policy(&self) -> Policy {
        self.policy
    }

    /// The clock of a key that has just been created.
    #[inline]
    pub fn fresh(&self) -> u32 {
        match self.policy {
            Policy::Recency => self.now.bits(),
            Policy::Frequency => Counter::new(self.minute).bits(),
        }
    }

    /// Notes that a key was used.
    #[inline]
    pub fn touch(&mut self, entry: &mut Entry) {
        let clock = match self.policy {
            Policy::Recency => self.now.bits(),
            Policy::Frequency => {
                let counter = Counter::from_bits(entry.clock());
                counter.touch(self.rules, self.minute, || self.random.next_u64()).bits()
            }
        };
        entry.set_clock(clock);
    }

    /// Milliseconds since a key was last used (recency).
    pub fn idle_ms(&self, entry: &Entry) -> u64 {
        u64::from(self.now.idle_since(LruClock::from_bits(entry.clock()))) * 1000
    }

    /// The counter of a key after the decay that its minutes ask for (frequency).
    pub fn frequency(&self, entry: &Entry) -> u8 {
        Counter::from_bits(entry.clock()).read(self.rules, self.minute)
    }

    /// The clock that stands for an idle time, for `RESTORE IDLETIME`.
    pub fn clock_idle_for(&self, seconds: u64) -> u32 {
        self.now.before(seconds).bits()
    }

    /// The clock that stands for a counter, for `RESTORE FREQ`.
    pub fn clock_used(&self, counter: u8) -> u32 {
        Counter::with_value(counter, self.minute).bits()
    }
}
