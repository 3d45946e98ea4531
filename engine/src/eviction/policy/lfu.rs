//! allkeys-lfu, volatile-lfu: the key that is used least often goes, of those that were drawn.

use crate::eviction::{Keys, Measure, Policy, Sampled, Scope, Victim, eviction_policy};
use russet_structures::eviction::by_frequency;

eviction_policy! {
    name: "allkeys-lfu", order: 6, scope: Scope::All, measure: Measure::Frequency, reads_clocks: true,
    help: "The least often used key.",
    make: |_| Box::new(Lfu::default()),
}

eviction_policy! {
    name: "volatile-lfu", order: 2, scope: Scope::Volatile, measure: Measure::Frequency, reads_clocks: true,
    help: "The least often used among keys that expire.",
    make: |_| Box::new(Lfu::default()),
}

#[derive(Default)]
struct Lfu(Sampled);

impl Policy for Lfu {
    fn choose(&mut self, keys: &mut Keys<'_>) -> Option<Victim> {
        self.0.choose(keys, |now, entry| by_frequency(now.frequency(entry.clock())))
    }
}
