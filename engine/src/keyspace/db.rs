//! Looking keys up: what a command sees of the selected database.
//!
//! A lookup removes the key if its time has come, so that no command ever meets an expired key; it counts hits
//! and misses where Redis counts them, and moves the key's access clock unless the session asked not to.

use super::database::{Database, is, rehash};
use super::expire::{self, expired};
use super::{Access, Keyspace};
use crate::args::Key;
use crate::error::Error;
use crate::event::Event;
use crate::value::{Encoding, Entry, Object, Text, type_name};
use russet_structures::dict;
use russet_structures::record::PayloadMut;
use std::borrow::Cow;

/// What a write does to a key's expiry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expiry {
    /// The key keeps the expiry that it has.
    Keep,
    /// The key will not expire.
    Clear,
    /// The key expires at this Unix time in milliseconds.
    At(i64),
}

/// An integer that a key holds.
#[derive(Debug)]
pub enum Integer<'a> {
    /// Stored as one.
    InPlace(&'a mut i64),
    /// Spelled by a string.
    Spelled(i64),
}

impl Integer<'_> {
    /// Its value.
    pub fn get(&self) -> i64 {
        match self {
            Integer::InPlace(value) => **value,
            Integer::Spelled(value) => *value,
        }
    }
}

/// One database, as the running command sees it.
pub struct Db<'a> {
    pub(super) ks: &'a mut Keyspace,
    pub(super) index: usize,
    /// Lookups leave access clocks alone (`CLIENT NO-TOUCH`).
    pub(crate) no_touch: bool,
}

/// What a lookup is for. What each of them leaves behind:
///
/// | purpose | hit or miss counted | `keymiss` event | access clock moves |
/// |---|---|---|---|
/// | `Read` | yes | yes | yes |
/// | `Glance` | yes | yes | no |
/// | `Examine` | yes | no | no |
/// | `Write` | no | no | yes |
/// | `Inspect` | no | no | no |
#[derive(Clone, Copy, PartialEq, Eq)]
enum Purpose {
    /// To read the value.
    Read,
    /// To see that the key is there, of which type, until when (`EXISTS`, `TYPE`, `TTL`).
    Glance,
    /// To see how the value is kept (`OBJECT`).
    Examine,
    /// To change.
    Write,
    /// To remove it.
    Inspect,
}

impl Purpose {
    fn counts(self) -> bool {
        matches!(self, Purpose::Read | Purpose::Glance | Purpose::Examine)
    }

    fn tells_misses(self) -> bool {
        matches!(self, Purpose::Read | Purpose::Glance)
    }

    fn moves_clock(self) -> bool {
        matches!(self, Purpose::Read | Purpose::Write)
    }
}

impl<'a> Db<'a> {
    pub(super) fn new(ks: &'a mut Keyspace, index: usize) -> Self {
        Db { ks, index, no_touch: false }
    }

    /// The same view, for a nested call.
    #[inline]
    pub fn reborrow(&mut self) -> Db<'_> {
        Db { ks: self.ks, index: self.index, no_touch: self.no_touch }
    }

    /// The index of the selected database.
    #[inline]
    pub fn index(&self) -> usize {
        self.index
    }

    /// The whole keyspace.
    pub fn keyspace(&mut self) -> &mut Keyspace {
        self.ks
    }

    /// The number of databases.
    pub fn databases(&self) -> usize {
        self.ks.dbs.len()
    }

    /// Another database, seen in the same way.
    ///
    /// # Panics
    /// If there is none with this index.
    pub fn other(&mut self, index: usize) -> Db<'_> {
        assert!(index < self.ks.dbs.len(), "no such database");
        Db { ks: self.ks, index, no_touch: self.no_touch }
    }

    /// The index of a database that a client names.
    ///
    /// # Errors
    /// If there is none with this index.
    pub fn existing(&self, index: i64) -> Result<usize, Error> {
        let index = usize::try_from(index).ok().filter(|&index| index < self.databases());
        index.ok_or(Error::DB_INDEX)
    }

    /// Selects another database, which exists.
    pub(crate) fn select(&mut self, index: usize) {
        self.index = index;
    }

    /// The selected database itself.
    #[inline]
    pub fn database(&self) -> &Database {
        &self.ks.dbs[self.index]
    }

    /// Unix time in milliseconds. It stands still while a command runs.
    #[inline]
    pub fn now_ms(&self) -> i64 {
        self.ks.now_ms()
    }

    /// Keys and fields whose time is before this, Unix time in milliseconds, have expired. It is now, unless what
    /// happened before happens again: then nothing expires.
    #[inline]
    pub fn horizon_ms(&self) -> i64 {
        self.ks.horizon_ms
    }

    /// Whether what happened before happens again.
    pub fn replaying(&self) -> bool {
        self.ks.replaying
    }

    /// Hashes a key that did not come as an argument.
    #[inline]
    pub fn key<'k>(&self, bytes: &'k [u8]) -> Key<'k> {
        Key::new(bytes, &self.ks.hasher)
    }

    /// The number of keys. O(1).
    #[expect(clippy::len_without_is_empty, reason = "nobody asks")]
    pub fn len(&self) -> usize {
        self.database().len()
    }

    #[inline]
    fn lookup(&mut self, key: Key<'_>, purpose: Purpose) -> Option<&mut Entry> {
        let Keyspace {
            dbs,
            hasher,
            effects,
            events,
            watches,
            waiting,
            garbage,
            stats,
            access,
            horizon_ms,
            paused,
            ..
        } = &mut *self.ks;
        let Database { table, volatile, deadlines, .. } = &mut dbs[self.index];
        match table.entry(key.hash, is(key)) {
            dict::Entry::Occupied(found) => {
                if expired(found.get(), *horizon_ms) {
                    if !(*paused && purpose.counts()) {
                        let mut gone = found.remove(rehash(hasher));
                        volatile.remove(key.hash, |&h| h == key.hash, |&h| h);
                        if let Some(at) = Object::next_expiry_in(&gone) {
                            deadlines.remove(&(at, key.hash));
                        }
                        garbage.leaving(&mut gone, true);
                        let news = &mut expire::News { effects, events, watches, waiting, stats };
                        news.expired(self.index, key.bytes);
                    }
                    if purpose.counts() {
                        stats.misses += 1;
                    }
                    if purpose.tells_misses() {
                        events.note(self.index, Event::KeyMiss, key.bytes);
                    }
                    return None;
                }
                let entry = found.into_mut();
                if purpose.counts() {
                    stats.hits += 1;
                }
                if purpose.moves_clock() && !self.no_touch {
                    access.touch(entry, key.hash);
                }
                Some(entry)
            }
            dict::Entry::Vacant(_) => {
                if purpose.counts() {
                    stats.misses += 1;
                }
                if purpose.tells_misses() {
                    events.note(self.index, Event::KeyMiss, key.bytes);
                }
                None
            }
        }
    }

    /// The entry of a key, to read its value.
    #[inline]
    pub fn read(&mut self, key: Key<'_>) -> Option<&Entry> {
        self.lookup(key, Purpose::Read).map(|entry| &*entry)
    }

    /// The entry of a key, to see that it is there, of which type and until when: its clock stays.
    pub fn glance(&mut self, key: Key<'_>) -> Option<&Entry> {
        self.lookup(key, Purpose::Glance).map(|entry| &*entry)
    }

    /// The entry of a key, to see how it is kept: its clock stays, and nobody hears of a miss.
    pub fn examine(&mut self, key: Key<'_>) -> Option<&Entry> {
        self.lookup(key, Purpose::Examine).map(|entry| &*entry)
    }

    /// The entry of a key, for the sake of the key alone: neither statistics nor its clock change.
    pub fn inspect(&mut self, key: Key<'_>) -> Option<&Entry> {
        self.lookup(key, Purpose::Inspect).map(|entry| &*entry)
    }

    /// The entry of a key, to change its value in place. Whoever does must call
    /// [`changed`](Db::changed) afterwards.
    #[inline]
    pub fn write(&mut self, key: Key<'_>) -> Option<&mut Entry> {
        self.lookup(key, Purpose::Write)
    }

    /// The entry of a key as it stands, without removing one whose time has come (it is not returned either).
    pub fn peek(&self, key: Key<'_>) -> Option<&Entry> {
        let entry = self.database().table.find(key.hash, is(key))?;
        (!expired(entry, self.horizon_ms())).then_some(entry)
    }

    /// Whether a key exists. Its clock stays.
    pub fn exists(&mut self, key: Key<'_>) -> bool {
        self.glance(key).is_some()
    }

    /// Whether a key exists; if so its clock moves, whatever the session asked for (`TOUCH`).
    pub fn touch(&mut self, key: Key<'_>) -> bool {
        let no_touch = std::mem::replace(&mut self.no_touch, false);
        let found = self.read(key).is_some();
        self.no_touch = no_touch;
        found
    }

    /// The string at a key, to read it.
    ///
    /// # Errors
    /// If the key holds another type.
    #[inline]
    pub fn string(&mut self, key: Key<'_>) -> Result<Option<Text<'_>>, Error> {
        let Some(entry) = self.lookup(key, Purpose::Read) else { return Ok(None) };
        Text::of(entry).map(Some).ok_or(Error::WRONG_TYPE)
    }

    /// The string at a key, to see it before it is changed.
    ///
    /// # Errors
    /// If the key holds another type.
    #[inline]
    pub fn string_for_write(&mut self, key: Key<'_>) -> Result<Option<Text<'_>>, Error> {
        let Some(entry) = self.lookup(key, Purpose::Write) else { return Ok(None) };
        Text::of(entry).map(Some).ok_or(Error::WRONG_TYPE)
    }

    /// The integer that the string at a key spells, to add to it. The fast path of counters: where it is stored
    /// as an integer it can be changed in place, without another lookup.
    ///
    /// # Errors
    /// If the key holds another type or other text.
    #[inline]
    pub fn integer_for_write(&mut self, key: Key<'_>) -> Result<Option<Integer<'_>>, Error> {
        let Some(entry) = self.lookup(key, Purpose::Write) else { return Ok(None) };
        if Encoding::of(entry) != Encoding::Int {
            let value = Text::of(entry).ok_or(Error::WRONG_TYPE)?.int()?;
            return Ok(Some(Integer::Spelled(value)));
        }
        match entry.payload_mut() {
            PayloadMut::Int(value) => Ok(Some(Integer::InPlace(value))),
            _ => Err(Error::NOT_AN_INTEGER),
        }
    }

    /// The name of the type of the value at a key.
    pub fn type_of(&mut self, key: Key<'_>) -> Option<Cow<'static, str>> {
        self.glance(key).map(|entry| type_name(entry))
    }

    /// A random key that has not expired, copied. O(1) expected.
    ///
    /// Where many keys have expired and not been removed, this removes those that it meets.
    pub fn random_key(&mut self, mut random: impl FnMut() -> u64) -> Option<Vec<u8>> {
        loop {
            let key = self.database().table.sample(&mut random)?.key().to_vec();
            if self.inspect(self.key(&key)).is_some() {
                return Some(key);
            }
        }
    }

    /// How access clocks are kept.
    pub fn access(&mut self) -> &mut Access {
        &mut self.ks.access
    }

    /// Milliseconds since a key was last used, if it is there; see [`Access::idle_ms`].
    pub fn idle_ms(&mut self, key: Key<'_>) -> Option<u64> {
        self.examine(key)?;
        self.peek(key).map(|entry| self.ks.access.idle_ms(entry))
    }

    /// How often a key is used, if it is there; see [`Access::frequency`].
    pub fn frequency(&mut self, key: Key<'_>) -> Option<u8> {
        self.examine(key)?;
        self.peek(key).map(|entry| self.ks.access.frequency(entry))
    }

    /// Whether an entry's time has come. Iterating over the table meets such entries.
    pub fn is_expired(&self, entry: &Entry) -> bool {
        expired(entry, self.horizon_ms())
    }
}
