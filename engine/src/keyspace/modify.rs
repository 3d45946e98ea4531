//! Changing keys: every way in which a command alters the dataset goes through here.
//!
//! A method changes the dataset and leaves telling others to [`Db::changed`], which the command calls once it
//! knows which event it was; methods whose event is always the same take it as an argument or know it.

use super::Keyspace;
use super::database::{Database, is, rehash};
use super::db::{Db, Expiry};
use super::expire::{News, expired};
use super::watch::Presence;
use crate::args::Key;
use crate::event::Event;
use crate::output::Blob;
use crate::value::{Collection, Encoding, Entry, New, Object};
use russet_structures::dict;
use russet_structures::record::{PayloadMut, Record};

impl Db<'_> {
    /// Lets those who wait for a key look at it: it got what they may wait for without being made or removed (an
    /// entry of a stream).
    pub fn signal(&mut self, key: Key<'_>) {
        self.ks.waiting.made(self.index, key.bytes);
    }

    /// Tells everybody that a key has changed: watchers, notifications, and the count of changes, which is
    /// what makes the dispatch pipeline journal the command.
    #[inline]
    pub fn changed(&mut self, key: Key<'_>, event: Event) {
        self.ks.dirty += 1;
        self.touched(key, event);
    }

    /// As [`changed`](Db::changed), for a further event of a change that has been counted.
    #[inline]
    pub fn touched(&mut self, key: Key<'_>, event: Event) {
        self.ks.watches.touch(self.index, key.bytes);
        self.ks.events.note(self.index, event, key.bytes);
    }

    /// As [`changed`](Db::changed), for a change that has no event: a count that is cached within a value.
    pub fn refreshed(&mut self, key: Key<'_>) {
        self.ks.dirty += 1;
        self.ks.watches.touch(self.index, key.bytes);
    }

    /// Notes an event that is no change of its own (`SET` with an expiry is `set` and `expire`).
    #[inline]
    pub fn note(&mut self, key: Key<'_>, event: Event) {
        self.ks.events.note(self.index, event, key.bytes);
    }

    /// Sets a key to a string, whatever it held. One whose time has come is gone before: nothing of it is kept,
    /// and those who care hear of it. O(1).
    pub fn set(&mut self, key: Key<'_>, value: New<'_>, expiry: Expiry) {
        let horizon_ms = self.ks.horizon_ms;
        let Keyspace { dbs, hasher, access, effects, events, watches, waiting, garbage, stats, .. } =
            &mut *self.ks;
        // Nobody waits for a string.
        waiting.gone(self.index, key.bytes);
        let database = &mut dbs[self.index];
        let mut scratch = Vec::new();
        let (encoding, value) = value.prepare(key.bytes.len(), &mut scratch);
        match database.table.entry(key.hash, is(key)) {
            dict::Entry::Occupied(found) => {
                let entry = found.into_mut();
                let before = entry.expiry();
                let gone = expired(entry, horizon_ms);
                if gone {
                    News { effects, events, watches, waiting, stats }.expired(self.index, key.bytes);
                    events.note(self.index, Event::New, key.bytes);
                }
                let after = match expiry {
                    Expiry::Keep if !gone => before,
                    Expiry::Keep | Expiry::Clear => None,
                    Expiry::At(at) => Some(at),
                };
                let elements = Object::next_expiry_in(entry);
                garbage.leaving(entry, gone);
                entry.set(encoding as u8, value);
                if before != after {
                    entry.set_expiry(after);
                }
                if gone {
                    entry.set_clock(access.fresh(self.index, key.hash));
                } else if !self.no_touch {
                    access.touch(entry, key.hash);
                }
                database.index(key.hash, before.is_some(), after.is_some());
                database.reschedule(key.hash, elements, None);
            }
            dict::Entry::Vacant(vacant) => {
                let expiry = match expiry {
                    Expiry::At(at) => Some(at),
                    _ => None,
                };
                let mut entry = Record::new(key.bytes, encoding as u8, expiry, value);
                entry.set_clock(access.fresh(self.index, key.hash));
                vacant.insert(entry, rehash(hasher));
                database.index(key.hash, false, expiry.is_some());
                events.note(self.index, Event::New, key.bytes);
            }
        }
    }

    /// Edits the string at a key, the empty one if there is none, and returns what `edit` returns. The key keeps
    /// its expiry, the string's encoding becomes `raw`. Amortised O(edit) for large strings; small ones are
    /// copied.
    ///
    /// The caller has seen that the key holds a string.
    pub fn edit_string<R>(&mut self, key: Key<'_>, edit: impl FnOnce(&mut Vec<u8>) -> R) -> R {
        let mut bytes = Vec::new();
        if let Some(entry) = self.write(key) {
            match entry.payload_mut() {
                PayloadMut::Owned(Object::Blob(blob)) => {
                    // A reply may still hold the old bytes; then this makes a copy, else it edits in place.
                    let result = edit(Blob::make_mut(blob));
                    entry.set_tag(Encoding::Raw as u8);
                    return result;
                }
                PayloadMut::Int(value) => {
                    bytes.extend_from_slice(itoa::Buffer::new().format(*value).as_bytes())
                }
                PayloadMut::Inline(inline) => bytes.extend_from_slice(inline),
                PayloadMut::Owned(_) => debug_assert!(false, "the caller has seen a string"),
            }
        }
        let result = edit(&mut bytes);
        self.set(key, New::Edited(bytes), Expiry::Keep);
        result
    }

    /// Removes a key and tells everybody. Returns whether it was there.
    pub fn delete(&mut self, key: Key<'_>) -> bool {
        self.delete_as(key, self.ks.garbage.removed)
    }

    /// As [`delete`](Db::delete). With `lazily` a large value is dropped where nobody waits, whatever
    /// `lazyfree-lazy-server-del` says.
    pub fn delete_as(&mut self, key: Key<'_>, lazily: bool) -> bool {
        // A key that has expired is not there to be deleted.
        if self.inspect(key).is_none() {
            return false;
        }
        let Some(mut entry) = self.take(key) else { return false };
        if lazily {
            self.ks.garbage.keep(&mut entry);
        }
        self.changed(key, Event::Del);
        true
    }

    /// Drops a value that has lost its place in the database, a large one perhaps where nobody waits.
    pub fn discard(&mut self, value: impl Collection) {
        if self.ks.garbage.removed {
            self.ks.garbage.keep_value(value.into_object());
        }
    }

    /// Removes a key without telling anybody.
    pub fn remove(&mut self, key: Key<'_>) {
        if let Some(mut entry) = self.take(key) {
            self.ks.garbage.replaced(&mut entry);
        }
    }

    /// Takes a key out of the database without telling anybody.
    pub fn take(&mut self, key: Key<'_>) -> Option<Entry> {
        let Keyspace { dbs, hasher, waiting, .. } = &mut *self.ks;
        waiting.gone(self.index, key.bytes);
        dbs[self.index].take(key, hasher)
    }

    /// Puts an entry into the database, in place of one with the same key. Tells only that a key is new, which
    /// it counts as even in place of another.
    pub fn put(&mut self, entry: Entry) {
        let hash = self.ks.hasher.hash(entry.key());
        let Keyspace { dbs, hasher, events, waiting, garbage, .. } = &mut *self.ks;
        waiting.made(self.index, entry.key());
        let database = &mut dbs[self.index];
        if let Some(mut old) = database.take(Key { bytes: entry.key(), hash }, hasher) {
            garbage.replaced(&mut old);
        }
        events.note(self.index, Event::New, entry.key());
        database.put(hash, entry, hasher);
    }

    /// Puts an entry in place of one with the same key: as in Redis the key is not new, neither to those who listen
    /// nor to those who wait for a value to be made.
    pub(super) fn overwrite(&mut self, entry: Entry) {
        let hash = self.ks.hasher.hash(entry.key());
        let Keyspace { dbs, hasher, waiting, garbage, .. } = &mut *self.ks;
        waiting.gone(self.index, entry.key());
        let database = &mut dbs[self.index];
        if let Some(mut old) = database.take(Key { bytes: entry.key(), hash }, hasher) {
            garbage.replaced(&mut old);
        }
        database.put(hash, entry, hasher);
    }

    /// Sets or clears the expiry of a key without telling anybody. Returns whether the key is there.
    pub fn set_expiry(&mut self, key: Key<'_>, expiry: Option<i64>) -> bool {
        let database = &mut self.ks.dbs[self.index];
        let Some(entry) = database.table.find_mut(key.hash, is(key)) else { return false };
        let before = entry.expiry().is_some();
        entry.set_expiry(expiry);
        database.index(key.hash, before, expiry.is_some());
        true
    }

    /// Removes all keys of the database, counts them as changes, and returns the database as it was: dropping
    /// it is what takes O(n), and may happen elsewhere.
    pub fn flush(&mut self) -> Database {
        let Keyspace { dbs, hasher, watches, waiting, dirty, .. } = &mut *self.ks;
        waiting.all_changed(self.index);
        let database = &mut dbs[self.index];
        watches.replaced(
            self.index,
            |key| presence(database, Key::new(key, hasher), 0) != Presence::Absent,
            |_| Presence::Absent,
        );
        *dirty += database.len() as u64;
        std::mem::take(database)
    }

    /// Exchanges two databases and counts it as a change. O(watched keys of both).
    ///
    /// # Panics
    /// If there is none with one of the indexes.
    pub fn swap(&mut self, a: usize, b: usize) {
        let horizon_ms = self.ks.horizon_ms;
        let Keyspace { dbs, hasher, watches, waiting, dirty, .. } = &mut *self.ks;
        *dirty += 1;
        if a == b {
            return;
        }
        waiting.all_changed(a);
        waiting.all_changed(b);
        for (old, new) in [(a, b), (b, a)] {
            let presence = |db: usize, key: &[u8]| presence(&dbs[db], Key::new(key, hasher), horizon_ms);
            watches.replaced(old, |key| presence(old, key) != Presence::Absent, |key| presence(new, key));
        }
        dbs.swap(a, b);
    }
}

/// What a database has for a key.
fn presence(database: &Database, key: Key<'_>, horizon_ms: i64) -> Presence {
    match database.table.find(key.hash, is(key)) {
        None => Presence::Absent,
        Some(entry) if expired(entry, horizon_ms) => Presence::Expired,
        Some(_) => Presence::Live,
    }
}
