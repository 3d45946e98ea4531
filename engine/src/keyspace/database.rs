//! One database: a table of records, and indexes of those that expire or whose elements do.

use crate::args::Key;
use crate::hash::KeyHasher;
use crate::value::{Encoding, Entry, Object};
use russet_structures::dict::Dict;
use std::collections::BTreeSet;

/// One database.
///
/// `volatile` holds the hash of every key with an expiry, so that the active expiry can sample them without
/// touching the others. A hash stands for its key: two volatile keys with one 64-bit hash stand in it twice,
/// and whoever samples a hash looks its keys up in `table`.
///
/// `deadlines` has an entry for every hash with fields that expire: when the first of them does, and the hash of the
/// key. What changes a value keeps it right: [`Database::put`], [`Database::take`], and whoever changes a value in place
/// calls [`Database::reschedule`].
#[derive(Default)]
pub struct Database {
    pub(crate) table: Dict<Entry>,
    pub(crate) volatile: Dict<u64>,
    pub(crate) deadlines: BTreeSet<(i64, u64)>,
    /// A stream has been put in: there may be one, which a snapshot has to know before its first byte.
    pub(crate) may_hold_streams: bool,
    /// How far the active expiry has come in `volatile`.
    pub(crate) expire_position: u64,
    /// Running estimate of the volatile keys' mean time to live, in milliseconds.
    pub(crate) average_ttl: i64,
}

/// Whether `entry` is the one of `key`.
#[inline]
pub(crate) fn is(key: Key<'_>) -> impl Fn(&Entry) -> bool {
    move |entry| entry.key() == key.bytes
}

/// The hash of an entry, for the table to move it.
#[inline]
pub(crate) fn rehash(hasher: &KeyHasher) -> impl Fn(&Entry) -> u64 {
    move |entry| hasher.hash(entry.key())
}

impl Database {
    /// The number of keys, those included that have expired and still stand.
    pub fn len(&self) -> usize {
        self.table.len()
    }

    /// Whether there is no key.
    pub fn is_empty(&self) -> bool {
        self.table.is_empty()
    }

    /// The number of keys with an expiry.
    pub fn volatile(&self) -> usize {
        self.volatile.len()
    }

    /// Estimated mean time to live of the volatile keys, in milliseconds; 0 if unknown.
    pub fn average_ttl(&self) -> i64 {
        self.average_ttl
    }

    /// The table of records.
    pub fn table(&self) -> &Dict<Entry> {
        &self.table
    }

    /// The index of the volatile keys' hashes.
    pub fn volatile_index(&self) -> &Dict<u64> {
        &self.volatile
    }

    /// Makes the index agree with an entry whose expiry has just appeared or vanished.
    pub(crate) fn index(&mut self, hash: u64, before: bool, after: bool) {
        match (before, after) {
            (false, true) => {
                self.volatile.insert_unique(hash, hash, |&h| h);
            }
            (true, false) => {
                self.volatile.remove(hash, |&h| h == hash, |&h| h);
            }
            _ => {}
        }
    }

    /// Makes the deadlines agree with a key whose first element expires at another time than before.
    #[inline]
    pub(crate) fn reschedule(&mut self, hash: u64, before: Option<i64>, after: Option<i64>) {
        if before != after {
            if let Some(at) = before {
                self.deadlines.remove(&(at, hash));
            }
            if let Some(at) = after {
                self.deadlines.insert((at, hash));
            }
        }
    }

    /// Takes a key out of table and indexes. O(1), or O(log keys whose elements expire).
    pub(crate) fn take(&mut self, key: Key<'_>, hasher: &KeyHasher) -> Option<Entry> {
        let entry = self.table.remove(key.hash, is(key), rehash(hasher))?;
        self.forget(key.hash, &entry);
        Some(entry)
    }

    /// Takes an entry out of the indexes that is no longer in the table. As [`Database::take`].
    pub(crate) fn forget(&mut self, hash: u64, entry: &Entry) {
        self.index(hash, entry.expiry().is_some(), false);
        self.reschedule(hash, Object::next_expiry_in(entry), None);
    }

    /// Asks for the memory that [`Database::put`] of this entry will write to, and does not wait for it.
    pub(crate) fn prefetch(&self, hash: u64, entry: &Entry) {
        self.table.prefetch(hash);
        if entry.expiry().is_some() {
            self.volatile.prefetch(hash);
        }
    }

    /// Puts a key into table and indexes that the table does not hold. O(1).
    pub(crate) fn put(&mut self, hash: u64, entry: Entry, hasher: &KeyHasher) {
        self.index(hash, false, entry.expiry().is_some());
        self.reschedule(hash, None, Object::next_expiry_in(&entry));
        self.may_hold_streams |= Encoding::of(&entry) == Encoding::Stream;
        self.table.insert_unique(hash, entry, rehash(hasher));
    }

    /// Checks that table and indexes agree. O(n). For tests.
    ///
    /// # Panics
    /// If they do not.
    pub fn validate(&self, hasher: &KeyHasher) {
        self.table.validate(rehash(hasher));
        self.volatile.validate(|&h| h);
        let mut expected: Vec<u64> =
            self.table.iter().filter(|e| e.expiry().is_some()).map(|e| hasher.hash(e.key())).collect();
        let mut found: Vec<u64> = self.volatile.iter().copied().collect();
        expected.sort_unstable();
        found.sort_unstable();
        assert_eq!(expected, found, "the index of volatile keys disagrees with the table");
        let deadline = |entry: &Entry| Some((Object::next_expiry_in(entry)?, hasher.hash(entry.key())));
        let deadlines: BTreeSet<(i64, u64)> = self.table.iter().filter_map(deadline).collect();
        assert_eq!(deadlines, self.deadlines, "the deadlines disagree with the table");
    }
}
