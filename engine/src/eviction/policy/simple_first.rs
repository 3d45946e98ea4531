//! simple-first: the first key that is met goes. It costs nothing and knows nothing: what others are worth shows beside it.

use crate::eviction::{Keys, Measure, Policy, Scope, Victim, eviction_policy};

eviction_policy! {
    name: "simple-first", order: 100, scope: Scope::All, measure: Measure::Recency, reads_clocks: false,
    help: "The first key that is met: a baseline to learn from.",
    make: |_| Box::new(First),
}

struct First;

impl Policy for First {
    fn choose(&mut self, keys: &mut Keys<'_>) -> Option<Victim> {
        keys.first()
    }
}
