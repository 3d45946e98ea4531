//! Loading: a stream and its groups from what a dump or a file says, step by step, with every step checked.

use super::group::Nack;
use super::{ConsumerIndex, Corrupt, Counters, Group, Id, Stream};
use crate::listpack::Listpack;

/// What an RDB file says about a stream besides its nodes and groups.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Recorded {
    /// Number of entries.
    pub length: u64,
    /// The last id.
    pub last_id: Id,
    /// The greatest deleted id and the entries that were ever added: not in type 15.
    pub history: Option<(Id, u64)>,
}

/// A stream that is being loaded: nodes first, then what is recorded with them.
#[derive(Debug, Default)]
pub struct StreamLoader(Stream);

impl StreamLoader {
    /// Nothing yet.
    pub fn new() -> StreamLoader {
        StreamLoader::default()
    }

    /// Takes a node: its key and the bytes of its listpack. Nodes may come in any order. O(bytes).
    ///
    /// # Errors
    /// If the key is none, or there twice, or the bytes are no listpack. What stands in it is looked at by
    /// [`finish`](StreamLoader::finish).
    pub fn node(&mut self, key: &[u8], node: &[u8]) -> Result<(), Corrupt> {
        let key = Id::from_bytes(key.try_into().map_err(|_| Corrupt::Key)?);
        let node = Listpack::from_bytes(node).map_err(|why| Corrupt::Listpack(key, why))?;
        let stream = &mut self.0;
        if stream.nodes.insert(&key.to_bytes(), node).is_some() {
            return Err(Corrupt::SameKey(key));
        }
        stream.tail = stream.tail.max(key);
        Ok(())
    }

    /// The stream, without groups, after a look at all entries. O(n).
    ///
    /// Entries that are deleted may have any id. The first entry's id is looked up rather than believed; without a
    /// history, as many entries were added as there are.
    ///
    /// # Errors
    /// What is wrong, and where.
    pub fn finish(self, recorded: Recorded) -> Result<Stream, Corrupt> {
        let mut stream = self.0;
        let (length, ends) = super::validate::check_nodes(&stream.nodes)?;
        if length != recorded.length {
            return Err(Corrupt::Length);
        }
        let (max_deleted_id, entries_added) = recorded.history.unwrap_or((Id::MIN, length));
        let (first_id, last) = ends.unwrap_or_default();
        if recorded.last_id < last || entries_added < length {
            return Err(Corrupt::Counters);
        }
        let last_id = recorded.last_id;
        stream.counters = Counters { length, entries_added, last_id, first_id, max_deleted_id };
        Ok(stream)
    }
}

impl Stream {
    /// Takes a stream from elsewhere, a dump or a file: keys and listpacks of the nodes, in any order, and what is
    /// recorded with them. Everything is checked, as [`StreamLoader`] does. O(n).
    ///
    /// # Errors
    /// What is wrong, and where.
    pub fn from_parts<'a>(
        nodes: impl IntoIterator<Item = (&'a [u8], &'a [u8])>,
        recorded: Recorded,
    ) -> Result<Stream, Corrupt> {
        let mut loader = StreamLoader::new();
        nodes.into_iter().try_for_each(|(key, node)| loader.node(key, node))?;
        loader.finish(recorded)
    }
}

/// For whom an entry is pending that no consumer has claimed yet.
const NOBODY: ConsumerIndex = ConsumerIndex::NONE;

/// A group that is being loaded: what is pending first, then the consumers, each with its part of that.
#[derive(Debug)]
pub struct GroupLoader {
    group: Group,
    /// Entries that are pending for nobody.
    unassigned: usize,
}

impl GroupLoader {
    /// A group as [`Group::new`] makes it.
    pub fn new(last_id: Id, entries_read: Option<u64>) -> GroupLoader {
        GroupLoader { group: Group::new(last_id, entries_read), unassigned: 0 }
    }

    /// Takes a pending entry: its id, when it was last delivered (milliseconds), how often. O(1).
    ///
    /// # Errors
    /// If it is there twice.
    pub fn pending(&mut self, id: Id, time: i64, count: u64) -> Result<(), Corrupt> {
        let nack = Nack { time, count, consumer: NOBODY };
        if self.group.pending.insert(&id.to_bytes(), nack).is_some() {
            return Err(Corrupt::Pending(id));
        }
        self.unassigned += 1;
        Ok(())
    }

    /// Takes a consumer. O(log consumers).
    ///
    /// # Errors
    /// If there is one of this name.
    pub fn consumer(
        &mut self,
        name: &[u8],
        seen_time: i64,
        active_time: Option<i64>,
    ) -> Result<ConsumerIndex, Corrupt> {
        let index = self.group.add_consumer(name, seen_time).ok_or(Corrupt::SameName)?;
        if let Some(consumer) = self.group.consumer_mut(index) {
            consumer.active_time = active_time;
        }
        Ok(index)
    }

    /// Says for which consumer an entry is pending. O(1).
    ///
    /// # Errors
    /// If it is not pending in the group, or for a consumer already.
    pub fn assign(&mut self, id: Id, consumer: ConsumerIndex) -> Result<(), Corrupt> {
        match self.group.pending.get(&id.to_bytes()) {
            Some(&nack) if nack.consumer == NOBODY => {
                self.group.assign(id, Nack { consumer, ..nack });
                self.unassigned -= 1;
                Ok(())
            }
            _ => Err(Corrupt::Pending(id)),
        }
    }

    /// The group. O(1).
    ///
    /// # Errors
    /// If an entry is pending for no consumer.
    pub fn finish(self) -> Result<Group, Corrupt> {
        if self.unassigned == 0 {
            return Ok(self.group);
        }
        let nobodys = self.group.pending.iter().find(|(_, nack)| nack.consumer == NOBODY);
        Err(Corrupt::Pending(nobodys.map_or(Id::MIN, |(key, _)| super::group::id_of(&key))))
    }
}

/// A consumer as RDB files have it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RecordedConsumer<'a> {
    /// Its name.
    pub name: &'a [u8],
    /// When it was last seen, in milliseconds.
    pub seen_time: i64,
    /// When it last got something; before type 21 the same as `seen_time`.
    pub active_time: Option<i64>,
    /// Ids of what is pending for it.
    pub pending: Vec<Id>,
}

impl Group {
    /// Takes a group from elsewhere: the last id and entries read, id, delivery time and delivery count of what is
    /// pending, and its consumers. Everything is checked, as [`GroupLoader`] does. O(n log n).
    ///
    /// # Errors
    /// When names or ids are there twice, or what is pending in the group is not what is pending for consumers.
    pub fn from_parts<'a>(
        last_id: Id,
        entries_read: Option<u64>,
        pending: impl IntoIterator<Item = (Id, i64, u64)>,
        consumers: impl IntoIterator<Item = RecordedConsumer<'a>>,
    ) -> Result<Group, Corrupt> {
        let mut loader = GroupLoader::new(last_id, entries_read);
        pending.into_iter().try_for_each(|(id, time, count)| loader.pending(id, time, count))?;
        for recorded in consumers {
            let index = loader.consumer(recorded.name, recorded.seen_time, recorded.active_time)?;
            recorded.pending.into_iter().try_for_each(|id| loader.assign(id, index))?;
        }
        loader.finish()
    }
}
