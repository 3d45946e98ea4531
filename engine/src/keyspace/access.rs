//! Access clocks: what a record remembers of when, or how often, it was used; and the eviction policy that looks at them.
//!
//! Under most policies the 24 bits are an [`LruClock`](russet_structures::lru_clock::LruClock), under an LFU policy a Morris
//! [`Counter`] with its minute, and a policy may keep there what it likes: see [`Measure`].

use super::Database;
use crate::eviction::{Declaration, Keys, Measure, Moment, NOEVICTION, Policy, Victim};
use crate::hash::KeyHasher;
use crate::value::Entry;
use rand::rngs::SmallRng;
use rand::{RngCore, SeedableRng};
use russet_structures::morris::{Counter, Rules};

/// Keeps access clocks, and the policy.
pub struct Access {
    measure: Measure,
    now: Moment,
    random: SmallRng,
    /// Says where the policy looks for keys. Nothing else is drawn from it, so that the next place can be known.
    places: SmallRng,
    declaration: &'static Declaration,
    policy: Box<dyn Policy>,
    /// The database that a random key was last taken from.
    next_db: usize,
}

impl Default for Access {
    fn default() -> Self {
        Access {
            measure: NOEVICTION.measure,
            now: Moment::default(),
            random: SmallRng::seed_from_u64(0),
            places: SmallRng::seed_from_u64(1),
            declaration: &NOEVICTION,
            policy: (NOEVICTION.make)(0),
            next_db: 0,
        }
    }
}

impl Access {
    pub(crate) fn set_now(&mut self, unix_us: i64) {
        self.now.set(unix_us);
    }

    /// Chooses the policy, and the two parameters of the frequency counter. Clocks stay as they are: what another policy has
    /// noted in them is read as this one's, until keys are used again.
    pub fn configure(&mut self, policy: &'static Declaration, log_factor: u32, decay_minutes: u32) {
        self.now.rules = Rules { log_factor, decay_minutes };
        if !std::ptr::eq(policy, self.declaration) {
            let present = match self.measure {
                Measure::Recency => self.now.lru.bits(),
                Measure::Frequency => Counter::with_value(u8::MAX, self.now.minute).bits(),
                Measure::Own => 0,
            };
            (self.declaration, self.measure, self.policy) = (policy, policy.measure, (policy.make)(present));
        }
    }

    /// What clocks measure.
    pub fn measure(&self) -> Measure {
        self.measure
    }

    /// The policy in force.
    pub fn declaration(&self) -> &'static Declaration {
        self.declaration
    }

    /// The key that the policy would evict next.
    pub(crate) fn choose(&mut self, dbs: &[Database], hasher: &KeyHasher, samples: usize) -> Option<Victim> {
        let Access { now, places, declaration, policy, next_db, .. } = self;
        let scope = declaration.scope;
        policy.choose(&mut Keys { dbs, hasher, scope, samples, now: *now, places, next_db })
    }

    /// The clock of a key with this hash that has just been created in this database.
    #[inline]
    pub fn fresh(&mut self, db: usize, hash: u64) -> u32 {
        match self.measure {
            Measure::Recency => self.now.lru.bits(),
            Measure::Frequency => Counter::new(self.now.minute).bits(),
            Measure::Own => self.policy.made(Victim { db, hash }),
        }
    }

    /// Notes that a key with this hash was used.
    #[inline]
    pub fn touch(&mut self, entry: &mut Entry, hash: u64) {
        let clock = match self.measure {
            Measure::Recency => self.now.lru.bits(),
            Measure::Frequency => {
                let counter = Counter::from_bits(entry.clock());
                counter.touch(self.now.rules, self.now.minute, || self.random.next_u64()).bits()
            }
            Measure::Own => self.policy.used(entry.clock(), hash),
        };
        entry.set_clock(clock);
    }

    /// Milliseconds since a key was last used (recency).
    pub fn idle_ms(&self, entry: &Entry) -> u64 {
        u64::from(self.now.idle(entry.clock())) * 1000
    }

    /// The counter of a key after the decay that its minutes ask for (frequency).
    pub fn frequency(&self, entry: &Entry) -> u8 {
        self.now.frequency(entry.clock())
    }

    /// The clock that stands for an idle time, for `RESTORE IDLETIME`.
    pub fn clock_idle_for(&self, seconds: u64) -> u32 {
        self.now.lru.before(seconds).bits()
    }

    /// The clock that stands for a counter, for `RESTORE FREQ`.
    pub fn clock_used(&self, counter: u8) -> u32 {
        Counter::with_value(counter, self.now.minute).bits()
    }
}
