//! `WATCH`: who is told when a key changes.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Set when a watched key changes; one per session that watches.
#[derive(Clone, Default, Debug)]
pub struct WatchFlag(Arc<AtomicBool>);

impl WatchFlag {
    /// Whether a watched key has changed.
    pub fn is_set(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    fn set(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    fn is(&self, other: &WatchFlag) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

/// All watched keys.
pub struct Watches {
    dbs: Vec<HashMap<Box<[u8]>, Vec<WatchFlag>, ahash::RandomState>>,
    total: usize,
}

impl Watches {
    pub(crate) fn new(databases: usize) -> Self {
        Watches { dbs: (0..databases).map(|_| HashMap::default()).collect(), total: 0 }
    }

    /// The number of keys that are watched, counted once per database.
    pub fn len(&self) -> usize {
        self.dbs.iter().map(HashMap::len).sum()
    }

    /// Whether nobody watches.
    pub fn is_empty(&self) -> bool {
        self.total == 0
    }

    pub(crate) fn add(&mut self, db: usize, key: &[u8], flag: &WatchFlag) {
        self.dbs[db].entry(key.into()).or_default().push(flag.clone());
        self.total += 1;
    }

    pub(crate) fn remove(&mut self, db: usize, key: &[u8], flag: &WatchFlag) {
        let Some(flags) = self.dbs[db].get_mut(key) else { return };
        let before = flags.len();
        flags.retain(|f| !f.is(flag));
        self.total -= before - flags.len();
        if flags.is_empty() {
            self.dbs[db].remove(key);
        }
    }

    /// Tells those who watch `key`. O(watchers); nothing while nobody watches.
    #[inline]
    pub(crate) fn touch(&self, db: usize, key: &[u8]) {
        if self.total != 0
            && let Some(flags) = self.dbs[db].get(key)
        {
            flags.iter().for_each(WatchFlag::set);
        }
    }

    /// Tells those who watch any key of `db` for which `changed` holds.
    pub(crate) fn touch_where(&self, db: usize, mut changed: impl FnMut(&[u8]) -> bool) {
        for (key, flags) in &self.dbs[db] {
            if changed(key) {
                flags.iter().for_each(WatchFlag::set);
            }
        }
    }
}
