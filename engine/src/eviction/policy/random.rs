//! allkeys-random, volatile-random: any key goes, of the databases in turn.

use crate::eviction::{Keys, Measure, Policy, Scope, Victim, eviction_policy};

eviction_policy! {
    name: "allkeys-random", order: 7, scope: Scope::All, measure: Measure::Recency, reads_clocks: false,
    help: "Any key.",
    make: |_| Box::new(Random),
}

eviction_policy! {
    name: "volatile-random", order: 3, scope: Scope::Volatile, measure: Measure::Recency, reads_clocks: false,
    help: "Any of the keys that expire.",
    make: |_| Box::new(Random),
}

struct Random;

impl Policy for Random {
    fn choose(&mut self, keys: &mut Keys<'_>) -> Option<Victim> {
        keys.random()
    }
}
