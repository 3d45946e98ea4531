//! volatile-ttl: the key that expires soonest goes.

use crate::eviction::{Keys, Measure, Policy, Sampled, Scope, Victim, eviction_policy};
use russet_structures::eviction::by_expiry;

eviction_policy! {
    name: "volatile-ttl", order: 4, scope: Scope::Volatile, measure: Measure::Recency, reads_clocks: false,
    help: "Those that expire soonest.",
    make: |_| Box::new(Ttl::default()),
}

#[derive(Default)]
struct Ttl(Sampled);

impl Policy for Ttl {
    fn choose(&mut self, keys: &mut Keys<'_>) -> Option<Victim> {
        self.0.choose(keys, |_, entry| entry.expiry().map_or(0, by_expiry))
    }
}
