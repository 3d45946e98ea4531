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
use std::ops::Bound;

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
        let mut left = queue.clients.range((Bound::Excluded(ready.seen), Bound::Included(ready.last)));
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

#[cfg(test)]
mod tests {
    use super::*;

    const LIST: Wanted = Wanted { kind: Type::List, or_gone: false };
    const GROUP: Wanted = Wanted { kind: Type::Stream, or_gone: true };

    fn add(waiting: &mut Waiting, client: usize, keys: &[&str], wanted: Wanted) -> KeyWait {
        let keys = keys.iter().map(|key| key.as_bytes());
        waiting.add(ClientKey(client), 0, keys, wanted, CommandId::default(), OwnedArgs::default())
    }

    /// Who is served, and what is left for each, if a key is `found` whenever it is looked at.
    fn served(waiting: &mut Waiting, found: Option<Type>) -> Vec<(String, usize)> {
        let mut all = Vec::new();
        while let Some(mut ready) = waiting.take_ready() {
            while let Some(client) = waiting.next(&mut ready, found) {
                all.push((String::from_utf8_lossy(&ready.key).into_owned(), client.0));
            }
        }
        all
    }

    fn pairs(expected: &[(&str, usize)]) -> Vec<(String, usize)> {
        expected.iter().map(|&(key, client)| (key.to_owned(), client)).collect()
    }

    #[test]
    fn keys_in_the_order_in_which_they_were_made_and_clients_in_that_in_which_they_came() {
        let mut waiting = Waiting::new(2);
        let _waits = [
            add(&mut waiting, 5, &["a", "b"], LIST),
            add(&mut waiting, 3, &["b"], LIST),
            add(&mut waiting, 4, &["b", "a"], LIST),
        ];
        for key in ["b", "none", "a", "b"] {
            waiting.made(0, key.as_bytes());
        }
        waiting.made(1, b"a");
        assert!(waiting.has_ready());
        let expected = [("b", 5), ("b", 3), ("b", 4), ("a", 5), ("a", 4)];
        assert_eq!(served(&mut waiting, Some(Type::List)), pairs(&expected));
        assert!(!waiting.has_ready());
    }

    #[test]
    fn only_what_is_waited_for_ends_a_wait() {
        let mut waiting = Waiting::new(1);
        let _waits = [add(&mut waiting, 1, &["k"], LIST), add(&mut waiting, 2, &["k"], GROUP)];
        for (found, expected) in [
            (Some(Type::List), &[("k", 1), ("k", 2)][..]),
            (Some(Type::Stream), &[("k", 2)]),
            (Some(Type::String), &[("k", 2)]),
            (None, &[("k", 2)]),
        ] {
            waiting.made(0, b"k");
            assert_eq!(served(&mut waiting, found), pairs(expected), "{found:?}");
        }
    }

    #[test]
    fn a_key_that_goes_is_looked_at_only_if_somebody_waits_for_that() {
        let mut waiting = Waiting::new(1);
        let list = add(&mut waiting, 1, &["k"], LIST);
        waiting.gone(0, b"k");
        assert!(!waiting.has_ready());
        let group = add(&mut waiting, 2, &["k"], GROUP);
        assert_eq!((waiting.keys(), waiting.keys_or_gone()), (1, 1));
        waiting.gone(0, b"k");
        assert!(waiting.has_ready());
        assert_eq!(served(&mut waiting, None), pairs(&[("k", 2)]));
        waiting.remove(&group);
        assert_eq!((waiting.keys(), waiting.keys_or_gone()), (1, 0));
        waiting.remove(&list);
        assert_eq!(waiting.keys(), 0);
    }

    #[test]
    fn who_leaves_while_the_key_is_ready_is_not_met_and_who_comes_is_not_served_with_it() {
        let mut waiting = Waiting::new(1);
        let one = add(&mut waiting, 1, &["k", "k"], LIST);
        assert_eq!(one.keys().len(), 1);
        let two = add(&mut waiting, 2, &["k"], LIST);
        waiting.made(0, b"k");
        let mut ready = waiting.take_ready().expect("a key");
        assert_eq!(waiting.next(&mut ready, Some(Type::List)), Some(ClientKey(1)));
        waiting.remove(&one);
        let _again = add(&mut waiting, 1, &["k"], LIST);
        waiting.remove(&two);
        assert_eq!(waiting.next(&mut ready, Some(Type::List)), None, "it has come after the change");
        waiting.made(0, b"k");
        assert_eq!(served(&mut waiting, Some(Type::List)), pairs(&[("k", 1)]));
    }

    #[test]
    fn a_database_that_changes_as_a_whole() {
        let mut waiting = Waiting::new(1);
        let _waits = [add(&mut waiting, 1, &["a", "b"], LIST), add(&mut waiting, 2, &["c"], LIST)];
        waiting.made(0, b"b");
        waiting.all_changed(0);
        let mut all = served(&mut waiting, Some(Type::List));
        assert_eq!(all[0], ("b".to_owned(), 1));
        all.sort();
        assert_eq!(all, pairs(&[("a", 1), ("b", 1), ("c", 2)]));
    }
}
