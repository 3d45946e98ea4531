//! Removing a key that eviction has chosen, and telling those who care.

use super::Keyspace;
use super::database::rehash;
use crate::event::Event;
use crate::eviction::Victim;
use crate::value::Entry;

impl Keyspace {
    /// Removes a key to make room. With `lazily` a large value is left to be dropped where nobody waits. O(1).
    pub(crate) fn evict(&mut self, victim: Victim, lazily: bool) {
        let Victim { db, hash } = victim;
        let volatile = self.eviction_scope() == crate::eviction::Scope::Volatile;
        let Keyspace { dbs, hasher, effects, events, watches, waiting, garbage, stats, .. } = self;
        let is = |entry: &Entry| (!volatile || entry.expiry().is_some()) && hasher.hash(entry.key()) == hash;
        let Some(mut entry) = dbs[db].table.remove(hash, is, rehash(hasher)) else { return };
        dbs[db].forget(hash, &entry);
        stats.evicted += 1;
        let key = entry.key();
        if effects.attached() {
            let name: &[u8] = if lazily { b"UNLINK" } else { b"DEL" };
            effects.push(db, [name, key].into_iter());
        }
        watches.touch(db, key);
        waiting.gone(db, key);
        events.note(db, Event::Evicted, key);
        if lazily {
            garbage.keep(&mut entry);
        }
    }
}
