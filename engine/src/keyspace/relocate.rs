//! Giving keys other places: another name, another database, a second copy.
//!
//! The value itself never moves: its record is rebuilt around another key, or a container changes hands.

use super::db::Db;
use crate::args::Key;
use crate::output::Blob;
use crate::value::{Encoding, Entry, Object};
use russet_structures::record::{Payload, Record, Value, fits_inline};

impl Db<'_> {
    /// Gives the value of `from`, with its expiry and its clock, to `to`, whose own value is lost. Tells only
    /// that `to` is new. Returns whether `from` was there. O(key), or O(value) for one inside its record.
    pub fn rename(&mut self, from: Key<'_>, to: Key<'_>) -> bool {
        let Some(entry) = self.take(from) else { return false };
        self.put(rekey(entry, to.bytes));
        true
    }

    /// Moves a key to database `db`, where it replaces one of its name. Tells only that the key is new there.
    /// Returns whether it was there. O(1).
    ///
    /// # Panics
    /// If there is no such database.
    pub fn move_to(&mut self, key: Key<'_>, db: usize) -> bool {
        let Some(entry) = self.take(key) else { return false };
        self.other(db).put(entry);
        true
    }

    /// Makes `to` in database `db` a copy of `from` with its expiry, in place of what it held. Tells only that
    /// `to` is new. Returns whether `from` was there. O(value); large strings are shared until one is changed.
    ///
    /// # Panics
    /// If there is no such database.
    pub fn copy_to(&mut self, from: Key<'_>, db: usize, to: Key<'_>) -> bool {
        let Some(entry) = self.peek(from) else { return false };
        let mut copy = duplicate(entry, to.bytes);
        copy.set_clock(self.ks.access.fresh(db, to.hash));
        self.other(db).put(copy);
        true
    }
}

/// The same value under another key.
fn rekey(entry: Entry, key: &[u8]) -> Entry {
    match entry.payload() {
        // Beside a very long key a value has to stand elsewhere.
        Payload::Inline(bytes) if !fits_inline(key.len(), bytes.len()) => {
            let value = Value::Owned(Object::Blob(Blob::new(bytes.to_vec())));
            let mut moved = Record::new(key, entry.tag(), entry.expiry(), value);
            moved.set_clock(entry.clock());
            moved
        }
        _ => {
            let expiry = entry.expiry();
            entry.with_key(key, expiry)
        }
    }
}

/// A copy of an entry under another key, with the expiry of the original.
fn duplicate(entry: &Entry, key: &[u8]) -> Entry {
    let value = match entry.payload() {
        Payload::Int(value) => Value::Int(value),
        Payload::Inline(bytes) if fits_inline(key.len(), bytes.len()) => Value::Inline(bytes),
        Payload::Inline(bytes) => Value::Owned(Object::Blob(Blob::new(bytes.to_vec()))),
        Payload::Owned(object) => Value::Owned(object.duplicate()),
    };
    Record::new(key, Encoding::of(entry) as u8, entry.expiry(), value)
}
