//! Active expiry: removing keys whose time has come although nobody asks for them.
//!
//! # How does it find them?
//!
//! Each database has an index of the hashes of its volatile keys. A cycle scans it a few buckets at a time,
//! looks the keys up, and removes those that have expired. As long as more than a tolerated share of what it
//! saw had expired it goes on with the same database, and it stops when its time is used up; each database's cursor
//! stays where it was, so that every volatile key is visited in turn. This is the approach of Redis 6 and later
//! (its `activeExpireCycle`), with a scan of hashes in place of a scan of a second table of keys.
//!
//! # How long may it take?
//!
//! The slow cycle runs `hz` times a second and takes at most a quarter of the time between two runs; a fast
//! one runs before the loop sleeps when the last slow one ran out of time, for a millisecond.
//! `active-expire-effort` (1 to 10) raises both, and lowers the tolerated share.
//!
//! # And the fields of hashes?
//!
//! They are not sampled but known in order; see [`fields`](super::fields). Each cycle ends with them.

use super::database::{Database, rehash};
use super::waiting::Waiting;
use super::watch::Watches;
use super::{Keyspace, KeyspaceStats};
use crate::effects::Effects;
use crate::event::{Event, Events};
use crate::value::Entry;

/// Whether an entry's time has come.
#[inline]
pub(super) fn expired(entry: &Entry, horizon_ms: i64) -> bool {
    entry.expiry().is_some_and(|at| at < horizon_ms)
}

/// Those who must hear of a key that has expired.
pub(super) struct News<'a> {
    pub(super) effects: &'a mut Effects,
    pub(super) events: &'a mut Events,
    pub(super) watches: &'a mut Watches,
    pub(super) waiting: &'a mut Waiting,
    pub(super) stats: &'a mut KeyspaceStats,
}

impl News<'_> {
    /// Tells that a key has been removed because its time had come.
    #[cold]
    pub(super) fn expired(&mut self, db: usize, key: &[u8]) {
        self.stats.expired += 1;
        if self.effects.attached() {
            self.effects.push(db, [&b"DEL"[..], key].into_iter());
        }
        self.watches.touch_expired(db, key);
        self.waiting.gone(db, key);
        self.events.note(db, Event::Expired, key);
    }
}

/// Where the next cycle goes on.
#[derive(Default)]
pub(crate) struct Cursor {
    db: usize,
    /// The last slow cycle had more to do than time to do it.
    pressed: bool,
    last_fast_us: i64,
}

/// What kind of cycle to run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cycle {
    /// `hz` times a second.
    Slow {
        /// How often per second it runs.
        hz: u32,
    },
    /// Before the loop sleeps.
    Fast,
}

const KEYS_PER_ROUND: usize = 20;
const FAST_US: i64 = 1000;
const SLOW_PERCENT: i64 = 25;
const TOLERATED_STALE_PERCENT: usize = 10;

impl Keyspace {
    /// Runs a cycle of the active expiry. `effort` is 1 to 10; `elapsed_us` tells how long it has been
    /// running, in microseconds.
    pub(crate) fn expire_cycle(&mut self, cycle: Cycle, effort: u32, elapsed_us: impl Fn() -> i64) {
        if !self.active_expire {
            return;
        }
        let effort = i64::from(effort.clamp(1, 10)) - 1;
        let tolerated = TOLERATED_STALE_PERCENT - effort as usize;
        let fast = FAST_US + FAST_US / 4 * effort;
        let budget = match cycle {
            Cycle::Slow { hz } => (SLOW_PERCENT + 2 * effort) * 10_000 / i64::from(hz.max(1)),
            Cycle::Fast => {
                let stale = self.stats.expired_stale_percent > tolerated as f64;
                if !(self.expire_cursor.pressed || stale)
                    || self.now_us < self.expire_cursor.last_fast_us + 2 * fast
                {
                    return;
                }
                self.expire_cursor.last_fast_us = self.now_us;
                fast
            }
        };
        let per_round = KEYS_PER_ROUND + KEYS_PER_ROUND / 4 * effort as usize;
        let (mut seen_all, mut stale_all) = (0usize, 0usize);
        let mut out_of_time = false;
        for _ in 0..self.dbs.len() {
            if out_of_time {
                break;
            }
            let db = self.expire_cursor.db % self.dbs.len();
            loop {
                let (seen, stale, done) = self.expire_round(db, per_round);
                seen_all += seen;
                stale_all += stale;
                if done || seen == 0 || stale * 100 / seen <= tolerated {
                    break;
                }
                if elapsed_us() > budget {
                    out_of_time = true;
                    self.stats.expire_time_cap_reached += 1;
                    break;
                }
            }
            if !out_of_time {
                self.expire_cursor.db = (db + 1) % self.dbs.len();
            }
        }
        out_of_time |= self.expire_fields(|| elapsed_us() > budget);
        self.expire_cursor.pressed = out_of_time;
        self.stats.expire_cycle_us += elapsed_us().max(0) as u64;
        let now_stale = if seen_all == 0 { 0.0 } else { stale_all as f64 * 100.0 / seen_all as f64 };
        self.stats.expired_stale_percent = now_stale * 0.05 + self.stats.expired_stale_percent * 0.95;
    }

    /// Looks at about `wanted` volatile keys of a database from the cursor on. Returns how many it saw, how
    /// many of them had expired, and whether the cursor has come round.
    fn expire_round(&mut self, db: usize, wanted: usize) -> (usize, usize, bool) {
        let (now_ms, horizon_ms) = (self.now_ms(), self.horizon_ms);
        let Keyspace { dbs, hasher, effects, events, watches, waiting, garbage, stats, .. } = self;
        let database = &mut dbs[db];
        let mut hashes = Vec::with_capacity(wanted * 2);
        let mut done = false;
        while hashes.len() < wanted && !done {
            let next = database.volatile.scan(database.expire_position, 4, |&h| h, |&h| hashes.push(h));
            database.expire_position = next;
            done = next == 0;
        }
        hashes.iter().for_each(|&hash| database.table.prefetch(hash));
        hashes.iter().for_each(|&hash| database.table.prefetch_candidate(hash));
        let (mut stale, mut live, mut ttl_sum) = (0, 0, 0i128);
        for &hash in &hashes {
            let volatile = |entry: &Entry| entry.expiry().is_some() && hasher.hash(entry.key()) == hash;
            let Some(entry) = database.table.find(hash, volatile) else { continue };
            if expired(entry, horizon_ms) {
                let gone = |entry: &Entry| volatile(entry) && expired(entry, horizon_ms);
                if let Some(mut entry) = database.table.remove(hash, gone, rehash(hasher)) {
                    database.forget(hash, &entry);
                    let news = &mut News { effects, events, watches, waiting, stats };
                    news.expired(db, entry.key());
                    garbage.leaving(&mut entry, true);
                    stale += 1;
                }
            } else {
                live += 1;
                ttl_sum += i128::from(entry.expiry().unwrap_or(now_ms)) - i128::from(now_ms);
            }
        }
        estimate_ttl(database, live, ttl_sum);
        (hashes.len(), stale, done)
    }
}

/// Moves a database's mean time to live by a fiftieth towards what a sample shows.
fn estimate_ttl(database: &mut Database, live: i64, ttl_sum: i128) {
    if live > 0 {
        // The sum of a few far moments is beyond 64 bits, their mean is not.
        let mean = i64::try_from(ttl_sum / i128::from(live)).unwrap_or(i64::MAX);
        database.average_ttl = match database.average_ttl {
            0 => mean,
            old => old / 50 * 49 + mean / 50,
        };
    }
    if database.volatile.is_empty() {
        database.average_ttl = 0;
    }
}
