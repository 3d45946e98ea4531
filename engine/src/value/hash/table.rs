//! The table of a large hash, or of one with fields that expire: fields by hash, and those that expire also by time.
//!
//! ```text
//!  map        field ── value, expiry         every field, found by its hash
//!  deadlines  (expiry, hash of the field)    those that expire, soonest first
//! ```
//!
//! With `deadlines` the fields whose time has come are counted, and removed, without looking at the others. An entry
//! of it costs some 24 bytes; a hash without fields that expire has none, and pays for the empty tree alone. Where
//! two fields have one hash and one expiry, a case of one in 2^64, an entry stands for both.

use crate::hash::KeyHasher;
use russet_structures::dict;
use russet_structures::listpack::Listpack;
use russet_structures::map::{Entry, Map, Pair};
use std::collections::BTreeSet;

/// Fields found by hash.
#[derive(Clone)]
pub struct Table {
    map: Map<KeyHasher>,
    deadlines: BTreeSet<(i64, u64)>,
}

/// Whether a time has come: the millisecond itself still belongs to the field.
#[inline]
pub(super) fn is_past(expiry: Option<i64>, now_ms: i64) -> bool {
    expiry.is_some_and(|at| at < now_ms)
}

impl Table {
    /// The fields of a listpack, with room for `more`. O(fields).
    pub(super) fn of(pack: &Listpack, more: usize, hasher: KeyHasher) -> Table {
        let mut map = Map::with_capacity_and_hasher(pack.len() / 2 + more, hasher);
        for (field, value) in pack.pairs() {
            field.with_text(|field| value.with_text(|value| map.insert(field, value)));
        }
        Table { map, deadlines: BTreeSet::new() }
    }

    /// The number of fields, those included whose time has come. O(1).
    pub(super) fn len(&self) -> usize {
        self.map.len()
    }

    /// The map of fields, those included whose time has come.
    pub fn map(&self) -> &Map<KeyHasher> {
        &self.map
    }

    /// Every field, those included whose time has come.
    pub fn iter(&self) -> dict::Iter<'_, Pair> {
        self.map.iter()
    }

    /// The pair of a field whose time has not come.
    #[inline]
    pub(super) fn find(&self, field: &[u8], now_ms: i64) -> Option<&Pair> {
        self.map.find(field).filter(|pair| !is_past(pair.expiry(), now_ms))
    }

    /// When a field expires, or has expired.
    pub(super) fn expiry(&self, field: &[u8]) -> Option<i64> {
        self.map.find(field)?.expiry()
    }

    /// How many fields there are whose time has come. O(such fields).
    pub(super) fn past(&self, now_ms: i64) -> usize {
        match self.deadlines.first() {
            Some(&(soonest, _)) if soonest < now_ms => self.deadlines.range(..(now_ms, 0)).count(),
            _ => 0,
        }
    }

    /// Sets a field with its expiry and returns whether it is new. O(1), or O(log fields that expire).
    pub(super) fn set(&mut self, field: &[u8], value: &[u8], expiry: Option<i64>, now_ms: i64) -> bool {
        let (before, new) = match self.map.entry(field) {
            Entry::Occupied(mut entry) => {
                let before = entry.pair().expiry();
                entry.set_value(value);
                if before != expiry {
                    entry.set_expiry(expiry);
                }
                (before, is_past(before, now_ms))
            }
            Entry::Vacant(entry) => {
                entry.insert_volatile(value, expiry);
                (None, true)
            }
        };
        self.reschedule(field, before, expiry);
        new
    }

    /// Removes a field and returns whether it was there, and not past its time. O(1), or O(log fields that expire).
    pub(super) fn remove(&mut self, field: &[u8], now_ms: i64) -> bool {
        let Some(pair) = self.map.remove(field) else { return false };
        self.reschedule(field, pair.expiry(), None);
        !is_past(pair.expiry(), now_ms)
    }

    /// Makes `deadlines` agree with a field whose expiry has changed.
    #[inline]
    fn reschedule(&mut self, field: &[u8], before: Option<i64>, after: Option<i64>) {
        if before == after {
            return;
        }
        let hash = self.map.hasher().hash(field);
        if let Some(at) = before {
            self.deadlines.remove(&(at, hash));
        }
        if let Some(at) = after {
            self.deadlines.insert((at, hash));
        }
    }
}
