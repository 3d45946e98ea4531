//! Eviction: which key goes when memory is full, and when.
//!
//! # What is a policy?
//!
//! A file in `policy/` that declares itself, as a command does. Here is one that evicts keys at random:
//!
//! ```
//! use russet_engine::eviction::{Keys, Measure, Policy, Scope, Victim, eviction_policy};
//!
//! eviction_policy! {
//!     name: "doc-random", order: 1000, scope: Scope::All, measure: Measure::Recency,
//!     help: "Any key.", reads_clocks: false,
//!     make: |_| Box::new(Anything),
//! }
//!
//! struct Anything;
//!
//! impl Policy for Anything {
//!     fn choose(&mut self, keys: &mut Keys<'_>) -> Option<Victim> {
//!         keys.random()
//!     }
//! }
//! # fn main() {}
//! ```
//!
//! Nothing lists the policies: `maxmemory-policy` takes those that are linked into the program, and its error names them.
//!
//! # What does a policy know of a key?
//!
//! Each key's record has 24 bits for it, its access clock. Most policies leave them to the engine, which notes when a key
//! was last used ([`Measure::Recency`]) or how often it is ([`Measure::Frequency`]); `OBJECT IDLETIME` and `OBJECT
//! FREQ` show that. One that declares [`Measure::Own`] keeps them itself: it is asked for a key's clock when the key
//! is [made](Policy::made) and whenever it is [used](Policy::used).
//!
//! # When are keys evicted?
//!
//! See [`Evictor`]: before each request, as long as more memory is used than `maxmemory` says.

mod decay;
mod evictor;
mod ghosts;
mod keys;
mod miniature;
mod moment;
mod policy;
mod sampled;

pub use crate::__eviction_policy as eviction_policy;
pub(crate) use evictor::{Evicted, Evictor};
pub use keys::{Keys, Scope, Victim};
pub use moment::Moment;
pub use policy::noeviction::NOEVICTION;
pub use sampled::Sampled;

use std::sync::LazyLock;

/// Chooses the key that goes.
pub trait Policy: Send {
    /// The key that should go next; `None` where none may.
    fn choose(&mut self, keys: &mut Keys<'_>) -> Option<Victim>;

    /// The 24 bits of a key that has just been made; only asked where the policy [measures](Measure::Own) by itself.
    fn made(&mut self, key: Victim) -> u32 {
        let _ = key;
        0
    }

    /// The 24 bits of a key that has just been used, and whose bits were `clock`. As [`made`](Policy::made).
    fn used(&mut self, clock: u32, hash: u64) -> u32 {
        let _ = hash;
        clock
    }
}

/// What keys' access clocks say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Measure {
    /// When a key was last used.
    #[default]
    Recency,
    /// How often a key is used.
    Frequency,
    /// What the policy notes there.
    Own,
}

/// A policy as its file declares it.
pub struct Declaration {
    /// The word that selects it.
    pub name: &'static str,
    /// Where it stands among the others: Redis's own have 1 to 8, in the order in which Redis names them.
    pub order: u32,
    /// Which keys may go.
    pub scope: Scope,
    /// What access clocks say while it is in force.
    pub measure: Measure,
    /// It chooses by them: then snapshots keep what other servers understand of them.
    pub reads_clocks: bool,
    /// One sentence, for the book: which key goes.
    pub help: &'static str,
    /// Makes one. It is told the highest clock that the policy before has left behind, so that one that measures by itself
    /// can begin there, and takes no key for one that was used in the future.
    pub make: fn(u32) -> Box<dyn Policy>,
}

impl std::fmt::Debug for Declaration {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

/// A declaration on its way to [`all`].
pub struct Registration(pub &'static Declaration);

inventory::collect!(Registration);

/// All policies that are linked into the program, by their order.
pub fn all() -> &'static [&'static Declaration] {
    static ALL: LazyLock<Vec<&'static Declaration>> = LazyLock::new(|| {
        let mut all: Vec<_> = inventory::iter::<Registration>().map(|registration| registration.0).collect();
        all.sort_unstable_by_key(|policy| (policy.order, policy.name));
        all
    });
    &ALL
}

/// Declares a policy and registers it: see [`Declaration`] for the fields and the
/// [module's page](crate::eviction) for an example.
#[doc(hidden)]
#[macro_export]
macro_rules! __eviction_policy {
    ($($field:ident : $value:expr),* $(,)?) => {
        const _: () = {
            static DECLARATION: $crate::eviction::Declaration = $crate::eviction::Declaration { $($field: $value),* };
            $crate::command::declare::inventory::submit! { $crate::eviction::Registration(&DECLARATION) }
        };
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn policies_stand_in_redis_order_and_each_once() {
        let names: Vec<&str> = all().iter().map(|policy| policy.name).collect();
        let redis = [
            "volatile-lru",
            "volatile-lfu",
            "volatile-random",
            "volatile-ttl",
            "allkeys-lru",
            "allkeys-lfu",
            "allkeys-random",
            "noeviction",
        ];
        assert_eq!(names[..8], redis);
        let mut sorted = names.clone();
        sorted.sort_unstable();
        sorted.dedup();
        assert_eq!(sorted.len(), names.len(), "{names:?}");
    }
}
