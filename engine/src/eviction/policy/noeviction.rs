//! noeviction: no key goes, and commands that need memory fail.

use crate::eviction::{Declaration, Keys, Measure, Policy, Registration, Scope, Victim};

/// The policy that is in force unless another is chosen.
pub static NOEVICTION: Declaration = Declaration {
    name: "noeviction",
    order: 8,
    scope: Scope::Nothing,
    measure: Measure::Recency,
    reads_clocks: false,
    help: "None: commands that need memory fail.",
    make: |_| Box::new(Nothing),
};

inventory::submit! { Registration(&NOEVICTION) }

struct Nothing;

impl Policy for Nothing {
    fn choose(&mut self, _: &mut Keys<'_>) -> Option<Victim> {
        None
    }
}
