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
use crate::keyspace::Expiry;
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

/// What stood where a field was set or removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stood {
    /// No such field.
    Nothing,
    /// A field whose time had come.
    Past,
    /// The field.
    Live,
}

/// Whether a time has come: the millisecond itself still belongs to the field.
#[inline]
pub(super) fn is_past(expiry: Option<i64>, now_ms: i64) -> bool {
    expiry.is_some_and(|at| at < now_ms)
}

impl Table {
    /// The fields of a listpack, with room for `more`. O(fields).
    pub(super) fn of(pack: &Listpack, more: usize, hasher: KeyHasher) -> Table {
        let mut table = Table::with_capacity(pack.len() / 2 + more, hasher);
        for (field, value) in pack.pairs() {
            field.with_text(|field| value.with_text(|value| table.map.insert(field, value)));
        }
        table
    }

    /// A table without fields and with room for `capacity` of them.
    pub(crate) fn with_capacity(capacity: usize, hasher: KeyHasher) -> Table {
        Table { map: Map::with_capacity_and_hasher(capacity, hasher), deadlines: BTreeSet::new() }
    }

    /// The number of fields, those included whose time has come. O(1).
    pub(crate) fn len(&self) -> usize {
        self.map.len()
    }

    /// Moves fields into other blocks; see [`Map::relocate`]. O(n).
    pub(crate) fn relocate(&mut self, leave: impl FnMut(*const u8) -> bool) -> usize {
        self.map.relocate(leave)
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

    /// Whether there is such a field, and its time has come.
    pub(super) fn is_past(&self, field: &[u8], now_ms: i64) -> bool {
        self.soonest().is_some() && self.map.find(field).is_some_and(|pair| is_past(pair.expiry(), now_ms))
    }

    /// How many fields there are whose time has come. O(such fields).
    pub(super) fn past(&self, now_ms: i64) -> usize {
        match self.deadlines.first() {
            Some(&(soonest, _)) if soonest < now_ms => self.deadlines.range(..(now_ms, 0)).count(),
            _ => 0,
        }
    }

    /// When the first of the fields expires, or has expired. O(1).
    #[inline]
    pub(super) fn soonest(&self) -> Option<i64> {
        self.deadlines.first().map(|&(at, _)| at)
    }

    /// Sets a field and returns what stood there. One whose time has come leaves no expiry to be kept. O(1), or O(log
    /// fields that expire).
    pub(crate) fn put(&mut self, field: &[u8], value: &[u8], expiry: Expiry, now_ms: i64) -> Stood {
        let (before, after, stood) = match self.map.entry(field) {
            Entry::Occupied(mut entry) => {
                let before = entry.pair().expiry();
                let past = is_past(before, now_ms);
                let after = match expiry {
                    Expiry::At(at) => Some(at),
                    Expiry::Keep if !past => before,
                    Expiry::Keep | Expiry::Clear => None,
                };
                entry.set_value(value);
                if before != after {
                    entry.set_expiry(after);
                }
                (before, after, if past { Stood::Past } else { Stood::Live })
            }
            Entry::Vacant(entry) => {
                let after = if let Expiry::At(at) = expiry { Some(at) } else { None };
                entry.insert_volatile(value, after);
                (None, after, Stood::Nothing)
            }
        };
        self.reschedule(field, before, after);
        stood
    }

    /// Sets or clears the expiry of a field. O(log fields that expire).
    pub(super) fn set_expiry(&mut self, field: &[u8], expiry: Option<i64>) {
        if let Entry::Occupied(mut entry) = self.map.entry(field) {
            let before = entry.pair().expiry();
            entry.set_expiry(expiry);
            self.reschedule(field, before, expiry);
        }
    }

    /// Removes a field, even if its time has come, and returns whether it was there. O(1), or O(log fields that expire).
    pub(super) fn remove(&mut self, field: &[u8]) -> bool {
        let Some(pair) = self.map.remove(field) else { return false };
        self.reschedule(field, pair.expiry(), None);
        true
    }

    /// Removes some `count` fields whose time has come, those first whose time came first, and returns them.
    /// O(count log fields that expire).
    pub(crate) fn take_past(&mut self, now_ms: i64, count: usize) -> Vec<Pair> {
        let mut taken = Vec::new();
        while taken.len() < count
            && let Some(&(at, hash)) = self.deadlines.first()
            && at < now_ms
        {
            self.deadlines.pop_first();
            // As many as this entry stands for.
            while let Some(pair) = self.map.remove_hashed(hash, |pair| pair.expiry() == Some(at)) {
                taken.push(pair);
            }
        }
        taken
    }

    /// Checks that `deadlines` and the fields agree. O(fields). For tests.
    ///
    /// # Panics
    /// If they do not.
    pub fn validate(&self) {
        self.map.validate();
        let hasher = self.map.hasher();
        let expected: BTreeSet<(i64, u64)> =
            self.iter().filter_map(|pair| Some((pair.expiry()?, hasher.hash(pair.field())))).collect();
        assert_eq!(expected, self.deadlines, "deadlines of fields");
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

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    #[derive(Clone, Debug)]
    enum Change {
        Put(u8, Expiry),
        SetExpiry(u8, Option<i64>),
        Remove(u8),
        Pass(i64),
        TakePast(usize),
    }

    fn change() -> impl Strategy<Value = Change> {
        let expiry = || prop_oneof![Just(Expiry::Keep), Just(Expiry::Clear), (0..60i64).prop_map(Expiry::At)];
        prop_oneof![
            4 => (0..12u8, expiry()).prop_map(|(field, expiry)| Change::Put(field, expiry)),
            2 => (0..12u8, proptest::option::of(0..60i64)).prop_map(|(field, at)| Change::SetExpiry(field, at)),
            1 => (0..12u8).prop_map(Change::Remove),
            2 => (1..8i64).prop_map(Change::Pass),
            1 => (1..4usize).prop_map(Change::TakePast),
        ]
    }

    proptest! {
        #[test]
        fn deadlines_are_those_of_the_fields(changes in proptest::collection::vec(change(), 1..60)) {
            let hasher = KeyHasher::new([1, 2, 3, 4]);
            let mut table = Table::of(&Listpack::new(), 0, hasher.clone());
            let mut model: BTreeMap<Vec<u8>, Option<i64>> = BTreeMap::new();
            let mut now = 0;
            for change in changes {
                match change {
                    Change::Put(name, expiry) => {
                        let field = vec![b'f', name];
                        let before = model.get(&field).copied();
                        let past = is_past(before.flatten(), now);
                        let stood = table.put(&field, b"value", expiry, now);
                        prop_assert_eq!(stood, match before {
                            None => Stood::Nothing,
                            Some(_) if past => Stood::Past,
                            Some(_) => Stood::Live,
                        });
                        model.insert(field, match expiry {
                            Expiry::At(at) => Some(at),
                            Expiry::Keep if !past => before.flatten(),
                            _ => None,
                        });
                    }
                    Change::SetExpiry(name, at) => {
                        let field = vec![b'f', name];
                        table.set_expiry(&field, at);
                        if let Some(expiry) = model.get_mut(&field) {
                            *expiry = at;
                        }
                    }
                    Change::Remove(name) => {
                        let field = vec![b'f', name];
                        prop_assert_eq!(table.remove(&field), model.remove(&field).is_some());
                    }
                    Change::Pass(ms) => now += ms,
                    Change::TakePast(count) => {
                        let past = model.values().filter(|at| is_past(**at, now)).count();
                        let taken = table.take_past(now, count);
                        prop_assert_eq!(taken.len(), past.min(count));
                        let latest = taken.last().and_then(|pair| pair.expiry());
                        for pair in &taken {
                            prop_assert_eq!(model.remove(pair.field()).flatten(), pair.expiry());
                        }
                        prop_assert!(model.values().flatten().all(|at| Some(*at) >= latest));
                    }
                }
                table.validate();
                prop_assert_eq!(table.len(), model.len());
                prop_assert_eq!(table.soonest(), model.values().flatten().min().copied());
                prop_assert_eq!(table.past(now), model.values().filter(|at| is_past(**at, now)).count());
            }
        }
    }
}
