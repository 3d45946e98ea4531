//! Choosing by score: a few keys are drawn, and the best that were ever drawn stay at hand.

use super::{Keys, Moment, Victim};
use crate::value::Entry;
use russet_structures::eviction::Pool;

/// The choice that most policies make: the key with the highest score among those drawn now and earlier.
///
/// Candidates wait in a [`Pool`] of sixteen. A key may be used, deleted or given an expiry while it waits there; so it is
/// looked at again when its turn comes, and goes only if its score is no lower than it was.
#[derive(Default)]
pub struct Sampled {
    pool: Pool<Victim>,
}

impl Sampled {
    /// Lets a key that was not drawn compete too.
    pub fn offer(&mut self, score: u64, key: Victim) {
        self.pool.offer(score, || key);
    }

    /// The key with the highest `score`.
    pub fn choose(
        &mut self,
        keys: &mut Keys<'_>,
        mut score: impl FnMut(&Moment, &Entry) -> u64,
    ) -> Option<Victim> {
        let now = keys.now;
        let pool = &mut self.pool;
        if let Some((_, &best)) = pool.iter().next_back() {
            keys.prefetch_record(best);
        }
        loop {
            let seen = keys.sample(|drawn| pool.offer(score(&now, drawn.entry), || drawn.victim()));
            while let Some((then, victim)) = pool.pop() {
                let Some(entry) = keys.find(victim) else { continue };
                let score = score(&now, entry);
                if score >= then {
                    if let Some((_, &next)) = pool.iter().next_back() {
                        keys.prefetch(next);
                    }
                    return Some(victim);
                }
                pool.offer(score, || victim);
            }
            if seen == 0 {
                return None;
            }
        }
    }
}
