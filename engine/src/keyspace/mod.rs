//! The keyspace: all databases, the time they see, and everything that must be told when a key changes.
//!
//! Commands reach it through [`Db`], which looks a key up in the selected database, lets
//! expired keys vanish, and reports every change to watchers, the journal and the statistics. That is why a
//! command's code is short: it says what changed, not who cares.

mod access;
mod collections;
mod compact;
mod database;
mod db;
mod evict;
mod expire;
mod fields;
mod garbage;
mod iterate;
mod modify;
mod relocate;
mod waiting;
mod watch;

pub use access::Access;
pub use collections::Edited;
pub use compact::Compacted;
pub use database::Database;
pub use db::{Db, Expiry, Integer};
pub use expire::Cycle;
pub use garbage::Garbage;
pub use waiting::{KeyWait, Waiting, Wanted};
pub use watch::{WatchFlag, Watches};

use crate::effects::Effects;
use crate::event::Events;
use crate::hash::KeyHasher;
use crate::rdb::file::Beside;

/// Counters that `INFO` shows and `CONFIG RESETSTAT` sets to zero.
#[derive(Debug, Default, Clone)]
pub struct KeyspaceStats {
    /// Lookups for reading that found a key.
    pub hits: u64,
    /// Lookups for reading that found none.
    pub misses: u64,
    /// Keys that were removed because their time had come.
    pub expired: u64,
    /// Estimated share, in percent, of volatile keys that have expired but still stand.
    pub expired_stale_percent: f64,
    /// How often the active expiry ran out of its time.
    pub expire_time_cap_reached: u64,
    /// Microseconds spent in the active expiry.
    pub expire_cycle_us: u64,
    /// Keys that were evicted.
    pub evicted: u64,
}

/// All databases.
pub struct Keyspace {
    pub(crate) dbs: Vec<Database>,
    pub(crate) hasher: KeyHasher,
    /// Unix time in microseconds as the running command sees it: it stands still while one runs.
    pub(crate) now_us: i64,
    /// Keys and fields whose time is before this, Unix time in milliseconds, have expired.
    pub(crate) horizon_ms: i64,
    /// Nothing expires: what is replayed was there when it happened.
    replaying: bool,
    pub(crate) access: Access,
    /// Off while `DEBUG SET-ACTIVE-EXPIRE 0` is in force.
    pub active_expire: bool,
    /// Writes wait: nobody may be told that a key has expired.
    pub(crate) paused: bool,
    /// Changes since the last save, as `rdb_changes_since_last_save` counts them.
    pub dirty: u64,
    /// What happened, for the journal.
    pub effects: Effects,
    /// What happened, for keyspace notifications.
    pub events: Events,
    /// Who watches which key.
    pub watches: Watches,
    /// Who waits for which key.
    pub waiting: Waiting,
    /// Large values on their way out.
    pub garbage: Garbage,
    /// What the dataset has besides keys.
    pub beside: Beside,
    /// Counters.
    pub stats: KeyspaceStats,
    pub(crate) expire_cursor: expire::Cursor,
    compact_cursor: compact::Cursor,
}

impl Keyspace {
    /// An empty keyspace of `databases` databases.
    pub fn new(databases: usize, hasher: KeyHasher) -> Self {
        Keyspace {
            dbs: (0..databases).map(|_| Database::default()).collect(),
            hasher,
            now_us: 0,
            horizon_ms: 0,
            replaying: false,
            access: Access::default(),
            active_expire: true,
            paused: false,
            dirty: 0,
            effects: Effects::default(),
            events: Events::default(),
            watches: Watches::new(databases),
            waiting: Waiting::new(databases),
            garbage: Garbage::default(),
            beside: Beside::default(),
            stats: KeyspaceStats::default(),
            expire_cursor: expire::Cursor::default(),
            compact_cursor: compact::Cursor::default(),
        }
    }

    /// The databases, by index.
    pub fn databases(&self) -> &[Database] {
        &self.dbs
    }

    /// The hasher of keys.
    pub fn hasher(&self) -> &KeyHasher {
        &self.hasher
    }

    /// Unix time in microseconds as the running command sees it.
    #[inline]
    pub fn now_us(&self) -> i64 {
        self.now_us
    }

    /// Unix time in milliseconds as the running command sees it.
    #[inline]
    pub fn now_ms(&self) -> i64 {
        self.now_us / 1000
    }

    /// Sets the time that commands see.
    #[inline]
    pub(crate) fn set_now(&mut self, unix_us: i64) {
        self.now_us = unix_us;
        self.horizon_ms = if self.replaying { i64::MIN } else { unix_us / 1000 };
        self.access.set_now(unix_us);
    }

    /// Begins or ends a replay, during which nothing expires.
    pub fn set_replaying(&mut self, replaying: bool) {
        self.replaying = replaying;
        self.set_now(self.now_us);
    }

    /// Whether what happened before happens again.
    pub fn replaying(&self) -> bool {
        self.replaying
    }

    /// Whether a key stands although its time has come.
    pub(crate) fn is_expired(&self, db: usize, key: crate::args::Key<'_>) -> bool {
        let entry = self.dbs[db].table.find(key.hash, database::is(key));
        entry.is_some_and(|entry| expire::expired(entry, self.horizon_ms))
    }

    /// How access clocks are kept.
    pub fn access(&mut self) -> &mut Access {
        &mut self.access
    }

    /// A database seen through the eyes of a command.
    pub fn db(&mut self, index: usize) -> Db<'_> {
        Db::new(self, index)
    }
}
