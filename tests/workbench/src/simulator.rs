//! Simulated caches: exact LRU, exact LFU, and the optimum, which knows the future.

use crate::{Cache, WARM};
use std::collections::{BTreeSet, HashMap};

/// A cache that keeps its keys in an order, and evicts the first.
pub(crate) struct Ordered {
    room: usize,
    /// Uses count, not only the last one.
    by_frequency: bool,
    uses: u64,
    /// Of each key that it holds: how often it was used if that counts, when last.
    keys: HashMap<u32, (u64, u64)>,
    order: BTreeSet<(u64, u64, u32)>,
}

impl Ordered {
    /// The key that was used longest ago goes.
    pub(crate) fn lru(room: usize) -> Self {
        Ordered { room, by_frequency: false, uses: 0, keys: HashMap::new(), order: BTreeSet::new() }
    }

    /// The key that was used least often since it came goes, of equals the one that was used longest ago.
    pub(crate) fn lfu(room: usize) -> Self {
        Ordered { by_frequency: true, ..Self::lru(room) }
    }

    /// Notes a use of a key, and returns whether it was there.
    fn uses(&mut self, key: u32, makes: bool) -> bool {
        self.uses += 1;
        let before = self.keys.get(&key).copied();
        if let Some((times, last)) = before {
            self.order.remove(&(times, last, key));
        } else if !makes {
            return false;
        } else if self.keys.len() >= self.room
            && let Some((_, _, first)) = self.order.pop_first()
        {
            self.keys.remove(&first);
        }
        let times = if self.by_frequency { before.map_or(0, |before| before.0) + 1 } else { 0 };
        self.keys.insert(key, (times, self.uses));
        self.order.insert((times, self.uses, key));
        before.is_some()
    }
}

impl Cache for Ordered {
    fn get(&mut self, keys: &[u32]) -> Vec<bool> {
        keys.iter().map(|&key| self.uses(key, false)).collect()
    }

    fn set(&mut self, keys: &[u32]) {
        for &key in keys {
            self.uses(key, true);
        }
    }
}

/// The hit ratio of the cache that evicts the key which is asked for last of all (Belady, 1966).
pub(crate) fn optimal(room: usize, trace: &[u32]) -> f64 {
    // When the key of each request is asked for again; those that never are, are told apart by a key beyond the end.
    let mut next = vec![0; trace.len()];
    let mut seen = HashMap::new();
    for (at, &key) in trace.iter().enumerate().rev() {
        next[at] = seen.insert(key, at).unwrap_or(trace.len() + key as usize);
    }
    let (mut due, mut order) = (HashMap::new(), BTreeSet::new());
    let (warm, mut hits) = (trace.len() / WARM, 0usize);
    for (at, &key) in trace.iter().enumerate() {
        if let Some(old) = due.insert(key, next[at]) {
            order.remove(&(old, key));
            hits += usize::from(at >= warm);
        }
        order.insert((next[at], key));
        if due.len() > room
            && let Some((_, last)) = order.pop_last()
        {
            due.remove(&last);
        }
    }
    hits as f64 / (trace.len() - warm) as f64
}
