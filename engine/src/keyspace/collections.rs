//! Lists, hashes, sets, sorted sets, streams: how a command reads and changes the one at a key.
//!
//! One mechanism serves all of them. What changes a collection is a closure; around it stand the lookup, the check of
//! the type, the record's encoding, and the removal of a key whose collection has become empty. The command tells
//! what happened with [`Db::changed`], or with [`Db::reduced`] where the key may be gone.

use super::db::Db;
use crate::args::Key;
use crate::error::Error;
use crate::event::Event;
use crate::value::{Collection, Entry};
use russet_structures::record::{Payload, PayloadMut, Record, Value};

/// What has become of a collection that was changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Edited<R> {
    /// What the change returned.
    pub result: R,
    /// Nothing was left, so that the key is gone.
    pub emptied: bool,
}

impl Db<'_> {
    /// The collection at a key, to read it: a hit or a miss, and the key's clock moves.
    ///
    /// # Errors
    /// If the key holds another type.
    #[inline]
    pub fn get<T: Collection>(&mut self, key: Key<'_>) -> Result<Option<&T>, Error> {
        self.read(key).map_or(Ok(None), |entry| collection(entry).map(Some))
    }

    /// The collection at a key, to see it before it is changed: no hit, no miss, but the key's clock moves.
    ///
    /// # Errors
    /// If the key holds another type.
    #[inline]
    pub fn get_for_write<T: Collection>(&mut self, key: Key<'_>) -> Result<Option<&T>, Error> {
        match self.write(key) {
            Some(entry) => collection(entry).map(Some),
            None => Ok(None),
        }
    }

    /// The collection at a key as it stands: statistics and clocks do not change, and one whose time has come is not
    /// returned. For what several keys are borrowed from at once, after each has been looked up with
    /// [`Db::get`].
    ///
    /// # Errors
    /// If the key holds another type.
    pub fn peek_at<T: Collection>(&self, key: Key<'_>) -> Result<Option<&T>, Error> {
        self.peek(key).map_or(Ok(None), |entry| collection(entry).map(Some))
    }

    /// Changes the collection at a key, and removes the key if nothing is left; `None` if there is no such key. Tells
    /// nobody: [`Db::reduced`] does.
    ///
    /// # Errors
    /// If the key holds another type; then nothing has been changed.
    #[inline]
    pub fn edit<T: Collection, R>(
        &mut self,
        key: Key<'_>,
        change: impl FnOnce(&mut T) -> R,
    ) -> Result<Option<Edited<R>>, Error> {
        let Some(entry) = self.write(key) else { return Ok(None) };
        let applied = apply(entry, change)?;
        Ok(Some(self.settle(key, applied)))
    }

    /// As [`Db::edit`], on a new collection if there is no such key. A new one that is left empty is not kept, and
    /// reported as emptied.
    ///
    /// # Errors
    /// If the key holds another type; then nothing has been changed.
    #[inline]
    pub fn edit_or_insert<T: Collection, R>(
        &mut self,
        key: Key<'_>,
        make: impl FnOnce() -> T,
        change: impl FnOnce(&mut T) -> R,
    ) -> Result<Edited<R>, Error> {
        let Some(entry) = self.write(key) else {
            let mut value = make();
            let result = change(&mut value);
            let emptied = value.vanishes();
            if !emptied {
                let entry = self.entry(key, value);
                self.put(entry);
            }
            return Ok(Edited { result, emptied });
        };
        let applied = apply(entry, change)?;
        Ok(self.settle(key, applied))
    }

    /// Puts a collection at a key, without an expiry, whatever the key held: what the `STORE` commands do. An empty
    /// one removes the key. Returns whether there was such a key. Tells only that a key is new, if it is.
    pub fn replace<T: Collection>(&mut self, key: Key<'_>, value: T) -> bool {
        let existed = self.inspect(key).is_some();
        if value.vanishes() {
            self.remove(key);
        } else {
            let entry = self.entry(key, value);
            if existed { self.overwrite(entry) } else { self.put(entry) }
        }
        existed
    }

    /// Tells everybody what took elements out of a collection, and that the key is gone if nothing was left.
    pub fn reduced(&mut self, key: Key<'_>, event: Event, emptied: bool) {
        self.changed(key, event);
        if emptied {
            self.touched(key, Event::Del);
        }
    }

    /// Counts further changes: Redis counts elements where one command changes many.
    pub fn count_changes(&mut self, changes: usize) {
        self.ks.dirty += changes as u64;
    }

    /// Makes the database agree with a collection that was changed.
    #[inline]
    fn settle<R>(&mut self, key: Key<'_>, applied: Applied<R>) -> Edited<R> {
        let Applied { edited, before, after } = applied;
        self.ks.dbs[self.index].reschedule(key.hash, before, after);
        if edited.emptied {
            self.take(key);
        }
        edited
    }

    /// A new entry that holds a collection.
    fn entry<T: Collection>(&mut self, key: Key<'_>, value: T) -> Entry {
        let encoding = value.encoding();
        let mut entry = Record::new(key.bytes, encoding as u8, None, Value::Owned(value.into_object()));
        entry.set_clock(self.ks.access.fresh(self.index, key.hash));
        entry
    }
}

/// The collection in an entry.
#[inline]
fn collection<T: Collection>(entry: &Entry) -> Result<&T, Error> {
    match entry.payload() {
        Payload::Owned(object) => T::of(object).ok_or(Error::WRONG_TYPE),
        Payload::Int(_) | Payload::Inline(_) => Err(Error::WRONG_TYPE),
    }
}

/// A change that the database has still to hear of.
struct Applied<R> {
    edited: Edited<R>,
    /// When the first part of the collection expired before the change, and when it does now.
    before: Option<i64>,
    after: Option<i64>,
}

/// Changes the collection in an entry.
#[inline]
fn apply<T: Collection, R>(entry: &mut Entry, change: impl FnOnce(&mut T) -> R) -> Result<Applied<R>, Error> {
    let PayloadMut::Owned(object) = entry.payload_mut() else { return Err(Error::WRONG_TYPE) };
    let value = T::of_mut(object).ok_or(Error::WRONG_TYPE)?;
    let before = value.next_expiry();
    let result = change(value);
    let (encoding, emptied, after) = (value.encoding(), value.vanishes(), value.next_expiry());
    entry.set_tag(encoding as u8);
    Ok(Applied { edited: Edited { result, emptied }, before, after })
}
