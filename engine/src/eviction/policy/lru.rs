//! allkeys-lru, volatile-lru: the key that was used longest ago goes, of those that were drawn.

use crate::eviction::{Keys, Measure, Moment, Policy, Sampled, Scope, Victim, eviction_policy};

eviction_policy! {
    name: "allkeys-lru", order: 5, scope: Scope::All, measure: Measure::Recency, reads_clocks: true,
    help: "The least recently used key.",
    make: |_| Box::new(Lru::default()),
}

eviction_policy! {
    name: "volatile-lru", order: 1, scope: Scope::Volatile, measure: Measure::Recency, reads_clocks: true,
    help: "The least recently used among keys that expire.",
    make: |_| Box::new(Lru::default()),
}

#[derive(Default)]
struct Lru(Sampled);

impl Policy for Lru {
    fn choose(&mut self, keys: &mut Keys<'_>) -> Option<Victim> {
        self.0.choose(keys, |now, entry| score(now, entry.clock()))
    }
}

/// The earlier the last use, the higher. Of the second it happened in, not of the time since then: a candidate that waits
/// in the pool would else fall behind those that are drawn later.
fn score(now: &Moment, clock: u32) -> u64 {
    (i64::MAX - (now.seconds - i64::from(now.idle(clock)))) as u64
}
