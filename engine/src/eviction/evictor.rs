//! Bringing memory back below `maxmemory`: when keys are evicted, for how long, and who hears of it.
//!
//! # When?
//!
//! Before every request of a client, as in Redis: what a request adds is not known before it has run, so memory is brought
//! below the limit first, and may exceed it by what one request takes. Only where nothing can go is a request refused that
//! may need memory. Commands of a transaction do not evict, its `EXEC` does.
//!
//! # What counts?
//!
//! All memory in use, buffers of clients among it; but not what is on its way to a file or to replicas. The effect of an
//! eviction is itself such a piece: were it counted, small keys could not make room.
//!
//! # For how long?
//!
//! `maxmemory-eviction-tenacity` says: half a millisecond by default. What is left to do then is done in the
//! next ticks, and meanwhile requests are served.

use super::{Scope, Victim};
use crate::core::Core;
use crate::host::Host;
use crate::keyspace::Keyspace;
use crate::params::Params;
use crate::reply::Protocol;
use std::time::Duration;

/// Keys between two looks at the clock.
const ROUND: usize = 16;

/// How evicting ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Evicted {
    /// As much memory is used as may be, or less.
    Enough,
    /// More is used; the time was up, and it goes on later.
    Unfinished,
    /// More is used, and no key may go.
    Impossible,
}

/// What brings memory back below the limit.
#[derive(Debug, Default)]
pub struct Evictor {
    /// Bytes that may be used; 0 is no limit.
    limit: u64,
    samples: usize,
    /// How long one round may take; `None` as long as needed.
    time: Option<Duration>,
    lazily: bool,
    /// The next tick goes on.
    unfinished: bool,
    /// Monotonic time since when more is used than may be.
    exceeded_since_ns: Option<u64>,
    exceeded_ns: u64,
}

impl Evictor {
    /// Takes over parameters, `limit` being `maxmemory` in bytes. A limit that has become lower is enforced in the next tick.
    pub(crate) fn configure(&mut self, params: &Params, limit: u64) {
        self.unfinished |= limit != self.limit;
        self.limit = limit;
        self.samples = params.maxmemory_samples() as usize;
        self.time = time_limit(params.maxmemory_eviction_tenacity());
        self.lazily = params.lazyfree_lazy_eviction();
    }

    /// `maxmemory` in bytes; 0 is no limit.
    #[inline]
    pub fn limit(&self) -> u64 {
        self.limit
    }

    /// Whether the next tick has something to evict.
    #[inline]
    pub(crate) fn is_unfinished(&self) -> bool {
        self.unfinished
    }

    /// How long more has been used than may be, in all and without a break until now; `now_ns` is the monotonic time.
    pub(crate) fn exceeded(&self, now_ns: u64) -> (Duration, Duration) {
        let current = self.exceeded_since_ns.map_or(0, |since| now_ns.saturating_sub(since));
        (Duration::from_nanos(self.exceeded_ns + current), Duration::from_nanos(current))
    }

    /// Sets what it has counted to zero.
    pub fn reset(&mut self) {
        self.exceeded_ns = 0;
        self.exceeded_since_ns = None;
    }
}

/// The time that `maxmemory-eviction-tenacity` stands for: it grows evenly up to 10, and by 15% with each step above.
fn time_limit(tenacity: i64) -> Option<Duration> {
    let us = match tenacity {
        ..=10 => 50.0 * tenacity.max(0) as f64,
        11..=99 => 500.0 * 1.15f64.powi((tenacity - 10) as i32),
        _ => return None,
    };
    Some(Duration::from_micros(us as u64))
}

/// Bytes in use that count, given that so many are used.
fn counted(host: &dyn Host, keyspace: &Keyspace) -> u64 {
    let uncounted = host.uncounted_memory() + keyspace.effects.pending_bytes();
    host.used_memory(keyspace).saturating_sub(uncounted) as u64
}

impl Core {
    /// Evicts keys until no more memory is used than may be, or the time is up. `own` is the protocol of the client whose
    /// request is about to run, if one is.
    #[inline]
    pub(crate) fn evict(&mut self, keyspace: &mut Keyspace, own: Protocol) -> Evicted {
        let evictor = &self.evictor;
        let enough = evictor.limit == 0 || counted(&*self.host, keyspace) <= evictor.limit;
        if enough && !evictor.is_pressed() {
            return Evicted::Enough;
        }
        self.evict_now(keyspace, own)
    }

    #[cold]
    fn evict_now(&mut self, keyspace: &mut Keyspace, own: Protocol) -> Evicted {
        // During a pause nothing changes, and what is being loaded is loaded whole.
        if self.pause.is_some() || self.persistence.loading.is_some() {
            return Evicted::Enough;
        }
        let began = self.time.monotonic_ns();
        let limit = self.evictor.limit;
        let mut outcome = Evicted::Enough;
        let mut evicted = 0;
        while limit > 0 && counted(&*self.host, keyspace) > limit {
            let Some(victim) = keyspace.choose_victim(self.evictor.samples) else {
                outcome = self.wait_for_garbage(keyspace, began);
                break;
            };
            let freeing = self.observation.latency.is_on().then(|| self.time.monotonic_ns());
            keyspace.evict(victim, self.evictor.lazily);
            self.drop_garbage(keyspace);
            if let Some(freeing) = freeing {
                self.note_wait("eviction-del", freeing);
            }
            // One by one: the room that events take while they wait would have to be made by evicting more.
            if !keyspace.events.is_empty() {
                self.publish_events(&mut keyspace.events, own);
            }
            evicted += 1;
            if evicted % ROUND == 0 && self.is_late(began) {
                if counted(&*self.host, keyspace) > limit {
                    outcome = Evicted::Unfinished;
                }
                break;
            }
        }
        self.note_outcome(outcome);
        self.note_wait("eviction-cycle", began);
        outcome
    }

    /// What was dropped where nobody waits may be about to make room after all.
    fn wait_for_garbage(&mut self, keyspace: &Keyspace, began: u64) -> Evicted {
        while keyspace.eviction_scope() != Scope::Nothing
            && self.host.usage().lazy_free_pending > 0
            && !self.is_late(began)
        {
            self.host.sleep(Duration::from_millis(1));
            if counted(&*self.host, keyspace) <= self.evictor.limit {
                return Evicted::Enough;
            }
        }
        Evicted::Impossible
    }

    fn drop_garbage(&mut self, keyspace: &mut Keyspace) {
        if !keyspace.garbage.is_empty() {
            let garbage = keyspace.garbage.take();
            let objects = garbage.len();
            self.host.drop_later(Box::new(garbage), objects);
        }
    }

    fn is_late(&self, began_ns: u64) -> bool {
        let took = self.time.monotonic_ns().saturating_sub(began_ns);
        self.evictor.time.is_some_and(|limit| u128::from(took) > limit.as_nanos())
    }

    fn note_outcome(&mut self, outcome: Evicted) {
        let now = self.time.monotonic_ns();
        let evictor = &mut self.evictor;
        evictor.unfinished = outcome == Evicted::Unfinished;
        if outcome == Evicted::Enough {
            if let Some(since) = evictor.exceeded_since_ns.take() {
                evictor.exceeded_ns += now.saturating_sub(since);
            }
        } else {
            evictor.exceeded_since_ns.get_or_insert(now);
        }
    }

    /// How long more memory has been used than `maxmemory` says: in all, and without a break until now.
    pub fn eviction_exceeded(&self) -> (Duration, Duration) {
        self.evictor.exceeded(self.time.monotonic_ns())
    }
}

impl Evictor {
    /// The limit was exceeded when it last looked, or was changed since.
    #[inline]
    fn is_pressed(&self) -> bool {
        self.unfinished || self.exceeded_since_ns.is_some()
    }
}

impl Keyspace {
    /// The key that the policy in force would evict next.
    fn choose_victim(&mut self, samples: usize) -> Option<Victim> {
        self.access.choose(&self.dbs, &self.hasher, samples)
    }

    /// Which keys may be evicted.
    pub(crate) fn eviction_scope(&self) -> Scope {
        self.access.declaration().scope
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tenacity_is_a_time() {
        let us = |tenacity| time_limit(tenacity).map(|time| time.as_micros());
        assert_eq!([us(0), us(1), us(10)], [Some(0), Some(50), Some(500)]);
        assert_eq!([us(11), us(20), us(100)], [Some(575), Some(2022), None]);
        assert!(us(99).is_some_and(|us| us > 126_000_000), "two minutes");
    }
}
