//! Clients that wait for keys: who they are, in which order they came, and which of their keys have changed.
//!
//! # What does a waiting client cost?
//!
//! A place in the queue of each of its keys, and nothing while nobody touches these: a key that is made or removed is
//! looked up here only while somebody waits in its database. A key that is made costs a step in the queue for each
//! client that is served, however many stand behind.
//!
//! # Who is served first?
//!
//! Whoever came first, by key. A change only marks the key; once the command that made it is done (with a
//! transaction: the whole of it), the engine runs the commands of the waiting clients again, the longest wait first,
//! key by key in the order in which they became ready. A client whose command finds nothing to do waits on, as one
//! that has just come: this is what Redis does from version 7.2 on.

use crate::args::OwnedArgs;
use crate::command::CommandId;
use crate::session::ClientKey;
use crate::value::Type;
use std::collections::{BTreeMap, HashMap, VecDeque};

/// What a client waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// The type that one of the keys must have.
    pub kind: Type,
    /// A key that is removed, or becomes one of another type, ends the wait too (`XREADGROUP`).
    pub or_gone: bool,
}

/// A client's wait for keys.
pub struct KeyWait {
    db: usize,
    keys: Vec<Box<[u8]>>,
    ticket: u64,
    wanted: Wanted,
    /// What is run once one of the keys is ready.
    pub(crate) command: CommandId,
    pub(crate) args: OwnedArgs,
}

impl KeyWait {
    /// The keys, each once.
    pub fn keys(&self) -> impl ExactSizeIterator<Item = &[u8]> {
        self.keys.iter().map(|key| &**key)
    }

    /// What it waits for.
    pub fn wanted(&self) -> Wanted {
        self.wanted
    }
}

impl Wanted {
    /// Whether a wait may end now that the key holds a value of type `found`, or nothing.
    fn may_end(self, found: Option<Type>) -> bool {
        found == Some(self.kind) || self.or_gone
    }
}

/// Those who wait for one key.
#[derive(Default)]
struct Queue {
    /// By ticket, that is, in the order in which they came.
    clients: BTreeMap<u64, (ClientKey, Wanted)>,
    /// The key stands in [`Waiting::ready`].
    ready: bool,
    /// How many of them wait for the key to go, too.
    or_gone: usize,
}

/// All clients that wait for keys.
pub struct Waiting {
    dbs: Vec<HashMap<Box<[u8]>, Queue, ahash::RandomState>>,
    ready: VecDeque<(usize, Box<[u8]>)>,
    tickets: u64,
}

impl Waiting {
    pub(crate) fn new(databases: usize) -> Self {
        Waiting {
            dbs: (0..databases).map(|_| HashMap::default()).collect(),
            ready: VecDeque::new(),
            tickets: 0,
        }
    }

    /// The number of keys that somebody waits for, counted once per database. O(databases).
    pub fn keys(&self) -> usize {
        self.dbs.iter().map(HashMap::len).sum()
    }

    /// The number of keys whose going somebody waits for. O(keys that are waited for).
    pub fn keys_or_gone(&self) -> usize {
        self.dbs.iter().flat_map(HashMap::values).filter(|queue| queue.or_gone > 0).count()
    }

    /// Queues a client for `keys` of database `db`. O(keys).
    pub(crate) fn add<'k>(
        &mut self,
        client: ClientKey,
        db: usize,
        keys: impl Iterator<Item = &'k [u8]>,
        wanted: Wanted,
        command: CommandId,
        args: OwnedArgs,
    ) -> KeyWait {
        self.tickets += 1;
        let ticket = self.tickets;
        let mut own = Vec::with_capacity(keys.size_hint().0);
        for key in keys {
            let queue = self.dbs[db].entry(key.into()).or_default();
            // A key that is named twice is waited for once.
            if queue.clients.insert(ticket, (client, wanted)).is_none() {
                queue.or_gone += usize::from(wanted.or_gone);
                own.push(key.into());
            }
        }
        KeyWait { db, keys: own, ticket, wanted, command, args }
    }

    /// Takes a client out of the queues. O(keys · log clients).
    pub(crate) fn remove(&mut self, wait: &KeyWait) {
        let queues = &mut self.dbs[wait.db];
        for key in &wait.keys {
            let Some(queue) = queues.get_mut(key) else { continue };
            queue.or_gone -= usize::from(wait.wanted.or_gone);
            queue.clients.remove(&wait.ticket);
            if queue.clients.is_empty() {
                queues.remove(key);
            }
        }
    }

    /// Notes that a key was made, or got what somebody may wait for. O(1).
    #[inline]
    pub(crate) fn made(&mut self, db: usize, key: &[u8]) {
        if !self.dbs[db].is_empty() {
            self.mark(db, key, false);
        }
    }

    /// Notes that a key was removed, or holds another value. O(1).
    #[inline]
    pub(crate) fn gone(&mut self, db: usize, key: &[u8]) {
        if !self.dbs[db].is_empty() {
            self.mark(db, key, true);
        }
    }

    #[cold]
    fn mark(&mut self, db: usize, key: &[u8], gone: bool) {
        if let Some(queue) = self.dbs[db].get_mut(key)
            && !queue.ready
            && (!gone || queue.or_gone > 0)
        {
            queue.ready = true;
            self.ready.push_back((db, key.into()));
        }
    }

    /// Notes that any key of a database may have changed. O(keys that are waited for).
    pub(crate) fn all_changed(&mut self, db: usize) {
        for (key, queue) in self.dbs[db].iter_mut().filter(|(_, queue)| !queue.ready) {
            queue.ready = true;
            self.ready.push_back((db, key.clone()));
        }
    }

    /// Whether a key has changed that somebody waits for.
    #[inline]
    pub(crate) fn has_ready(&self) -> bool {
        !self.ready.is_empty()
    }

    /// The key that became ready first.
    pub(crate) fn take_ready(&mut self) -> Option<Ready> {
        let (db, key) = self.ready.pop_front()?;
        if let Some(queue) = self.dbs[db].get_mut(&key) {
            queue.ready = false;
        }
        Some(Ready { db, key, last: self.tickets, seen: 0 })
    }

    /// The next client of a ready key's queue whose wait may end now that the key holds a value of type `found`, or
    /// nothing. O(log clients) if all of them wait for that type.
    pub(crate) fn next(&self, ready: &mut Ready, found: Option<Type>) -> Option<ClientKey> {
        let queue = self.dbs[ready.db].get(&ready.key)?;
        if found.is_none() && queue.or_gone == 0 {
            return None;
        }
        let mut left = queue.clients.range(ready.seen + 1..=ready.last);
        let (&ticket, &(client, _)) = left.find(|(_, (_, wanted))| wanted.may_end(found))?;
        ready.seen = ticket;
        Some(client)
    }
}

/// A key that has changed.
pub(crate) struct Ready {
    pub(crate) db: usize,
    pub(crate) key: Box<[u8]>,
    /// Who comes later is not served with this change: a client that waits on would be served for ever.
    last: u64,
    /// The ticket of the client that was served last.
    seen: u64,
}
