//! Fields of hashes that expire: how they are found without looking at the others, and removed.
//!
//! # How are they found?
//!
//! A hash keeps its fields that expire in the order in which they do (see [`crate::value::hash`]), and a
//! [`Database`](super::Database) keeps the hashes that have such fields in the order in which the first field of each
//! does. So the next field that expires is always the first of the first: a cycle takes fields from there until one is
//! met whose time has not come, or its own time is used up. Where nothing expires it costs one comparison for each
//! database, however many hashes and fields there are.
//!
//! # Who else removes them?
//!
//! Nobody: a field whose time has come stands until the cycle gets there, as in Valkey 9. Commands do not see it;
//! what writes to it finds nothing there. `HLEN` alone counts it. A key whose fields have all expired stands as long.
//!
//! # What does a replica hear?
//!
//! `HDEL` with the fields that were removed, which also removes the key with the last of them. Commands journal
//! such effects that it does not matter whether an expired field still stands where they are replayed:
//! `HPEXPIREAT` with a moment in place of a span, and only the fields that were there.

use super::Keyspace;
use crate::args::Key;
use crate::event::Event;
use crate::value::{Collection, Entry, Hash, Object};
use russet_structures::record::PayloadMut;

/// Fields that are removed from one hash before the clock is looked at, and told of in one effect.
const BATCH: usize = 64;

impl Keyspace {
    /// Removes the fields whose time has come, in every database, until `out_of_time` says so. Returns whether it did.
    pub(super) fn expire_fields(&mut self, out_of_time: impl Fn() -> bool) -> bool {
        for db in 0..self.dbs.len() {
            while let Some(&(at, hash)) = self.dbs[db].deadlines.first()
                && at < self.horizon_ms
            {
                self.expire_fields_of(db, hash, at);
                if out_of_time() {
                    return true;
                }
            }
        }
        false
    }

    /// Removes a batch of fields of the hash whose key has this hash and whose first field expires at `at`.
    fn expire_fields_of(&mut self, db: usize, hash: u64, at: i64) {
        let horizon_ms = self.horizon_ms;
        let Keyspace { dbs, hasher, effects, events, watches, waiting, .. } = self;
        let database = &mut dbs[db];
        let due =
            |entry: &Entry| Object::next_expiry_in(entry) == Some(at) && hasher.hash(entry.key()) == hash;
        let Some(entry) = database.table.find_mut(hash, due) else {
            database.deadlines.remove(&(at, hash));
            return;
        };
        let key: Box<[u8]> = entry.key().into();
        let PayloadMut::Owned(Object::Hash(value)) = entry.payload_mut() else { return };
        let Hash::Table(table) = value else { return };
        let gone = table.take_past(horizon_ms, BATCH);
        let (after, emptied) = (value.next_expiry(), value.vanishes());
        database.reschedule(hash, Some(at), after);
        if effects.attached() {
            let fields = gone.iter().map(|pair| pair.field());
            effects.push(db, [&b"HDEL"[..], &key].into_iter().chain(fields));
        }
        watches.touch(db, &key);
        events.note(db, Event::HExpired, &key);
        if emptied {
            let key = Key { bytes: &key, hash };
            database.take(key, hasher);
            waiting.gone(db, key.bytes);
            events.note(db, Event::Del, key.bytes);
        }
    }
}
