//! Which words of a request are keys, and what happens to each: what `COMMAND GETKEYS` answers, and what a
//! cluster and permissions ask.

use super::flags::{command as flag, key};
use super::{Entry, KeySpec};
use crate::args::Args;

/// A key among the words of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FoundKey {
    /// Which word.
    pub index: usize,
    /// What happens to it ([`super::flags::key`]).
    pub flags: u64,
}

/// The arguments do not fit what the command declares of its keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Misfit;

/// What is routed like a key without being one, a shard channel, does not count.
fn is_key(spec: &&KeySpec) -> bool {
    spec.flags & key::NOT_KEY == 0
}

impl Entry {
    /// Whether a request of this command may name keys.
    pub fn may_have_keys(&self) -> bool {
        self.command.find_keys.is_some() || self.command.keys.iter().any(|spec| is_key(&spec))
    }

    /// The keys in `args`, specification by specification. O(keys).
    ///
    /// # Errors
    /// The arguments do not fit: there are no keys where there must be some.
    pub fn keys_in(&self, args: Args<'_>) -> Result<Vec<FoundKey>, Misfit> {
        let mut found = Vec::new();
        if let Some(find) = self.command.find_keys {
            found = find(args);
        } else {
            let fit = self.command.keys.iter().filter(is_key).try_for_each(|spec| {
                spec.positions(args, |index| found.push(FoundKey { index, flags: spec.flags }))
            });
            if fit.is_none() {
                found.clear();
            }
        }
        if found.is_empty() && !self.has(flag::NO_MANDATORY_KEYS) {
            return Err(Misfit);
        }
        Ok(found)
    }
}
