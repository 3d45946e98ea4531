//! `WATCH`: who is told when a key changes.
//!
//! # Is it a change when a key expires?
//!
//! It is if the key was alive when the watch began. A key that had expired by then and was merely not removed
//! yet was already gone for everybody who could look, so that its removal, by whatever means, changes nothing.
//! A watcher therefore remembers what it began with.

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

/// One session's interest in one key.
struct Watcher {
    flag: WatchFlag,
    /// The key stands but had expired already when the watch began.
    was_expired: bool,
}

/// What a whole database that takes the place of another has for a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Presence {
    /// Nothing.
    Absent,
    /// A key whose time has come.
    Expired,
    /// A key.
    Live,
}

/// All watched keys.
pub struct Watches {
    dbs: Vec<HashMap<Box<[u8]>, Vec<Watcher>, ahash::RandomState>>,
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

    /// Begins a watch; `was_expired` if the key stands although its time has come.
    pub(crate) fn add(&mut self, db: usize, key: &[u8], flag: &WatchFlag, was_expired: bool) {
        let watcher = Watcher { flag: flag.clone(), was_expired };
        self.dbs[db].entry(key.into()).or_default().push(watcher);
        self.total += 1;
    }

    pub(crate) fn remove(&mut self, db: usize, key: &[u8], flag: &WatchFlag) {
        let Some(watchers) = self.dbs[db].get_mut(key) else { return };
        let before = watchers.len();
        watchers.retain(|w| !w.flag.is(flag));
        self.total -= before - watchers.len();
        if watchers.is_empty() {
            self.dbs[db].remove(key);
        }
    }

    /// Tells those who watch `key`. O(watchers); nothing while nobody watches.
    #[inline]
    pub(crate) fn touch(&self, db: usize, key: &[u8]) {
        if self.total != 0
            && let Some(watchers) = self.dbs[db].get(key)
        {
            watchers.iter().for_each(|w| w.flag.set());
        }
    }

    /// Tells those who watch `key` that it was removed because its time had come. O(watchers).
    pub(crate) fn touch_expired(&mut self, db: usize, key: &[u8]) {
        if self.total != 0
            && let Some(watchers) = self.dbs[db].get_mut(key)
        {
            for watcher in watchers {
                if !std::mem::take(&mut watcher.was_expired) {
                    watcher.flag.set();
                }
            }
        }
    }

    /// Whether the key of a watch had expired when it began, and still stands.
    pub(crate) fn was_expired(&self, db: usize, key: &[u8], flag: &WatchFlag) -> bool {
        let watchers = self.dbs[db].get(key).map(Vec::as_slice).unwrap_or_default();
        watchers.iter().any(|w| w.flag.is(flag) && w.was_expired)
    }

    /// Tells those who watch keys of `db` that all of it has been replaced: `stood` says whether a key was in
    /// what there was, `stands` what there is of it now. O(watched keys of `db`).
    pub(crate) fn replaced(
        &mut self,
        db: usize,
        stood: impl Fn(&[u8]) -> bool,
        stands: impl Fn(&[u8]) -> Presence,
    ) {
        for (key, watchers) in &mut self.dbs[db] {
            let (stood, stands) = (stood(key), stands(key));
            if !stood && stands == Presence::Absent {
                continue;
            }
            for watcher in watchers {
                match (watcher.was_expired, stands) {
                    (true, Presence::Absent) => watcher.was_expired = false,
                    (true, Presence::Expired) => {}
                    (false, Presence::Expired) if !stood => watcher.was_expired = true,
                    _ => watcher.flag.set(),
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn watching(was_expired: bool) -> (Watches, WatchFlag) {
        let (mut watches, flag) = (Watches::new(1), WatchFlag::default());
        watches.add(0, b"k", &flag, was_expired);
        (watches, flag)
    }

    #[test]
    fn a_key_that_was_gone_already_may_vanish() {
        let (mut watches, flag) = watching(true);
        watches.touch_expired(0, b"k");
        assert!(!flag.is_set());
        assert!(!watches.was_expired(0, b"k", &flag), "there is nothing left that could have expired");
        watches.touch_expired(0, b"k");
        assert!(flag.is_set(), "a key that came and went is a change");

        let (mut watches, flag) = watching(false);
        watches.touch_expired(0, b"k");
        assert!(flag.is_set());
    }

    #[test]
    fn replacing_a_database_changes_what_could_be_seen() {
        use Presence::{Absent, Expired, Live};
        for (was_expired, stood, stands, changed) in [
            (false, false, Absent, false),
            (false, false, Expired, false),
            (false, false, Live, true),
            (false, true, Absent, true),
            (false, true, Expired, true),
            (false, true, Live, true),
            (true, true, Absent, false),
            (true, true, Expired, false),
            (true, true, Live, true),
        ] {
            let (mut watches, flag) = watching(was_expired);
            watches.replaced(0, |_| stood, |_| stands);
            assert_eq!(flag.is_set(), changed, "{was_expired} {stood} {stands:?}");
        }
    }
}
