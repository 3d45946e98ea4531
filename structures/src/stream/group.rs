//! Group: readers that share a stream, and what each of them has not acknowledged.

use std::collections::BTreeMap;

use super::{Corrupt, Id};
use crate::rax::{Rax, Seek};

/// An entry that was delivered and not acknowledged; Redis says NACK.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Nack {
    /// When it was last delivered, in milliseconds.
    pub(super) time: i64,
    /// How often it was delivered.
    pub(super) count: u64,
    /// To whom.
    pub(super) consumer: ConsumerIndex,
}

const _: () = assert!(size_of::<Nack>() == 24);

/// A consumer's place in its group. It names the consumer until that is removed; another may have it then.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ConsumerIndex(u32);

impl ConsumerIndex {
    /// The place of no consumer: there are never so many.
    pub(super) const NONE: ConsumerIndex = ConsumerIndex(u32::MAX);
}

/// A pending entry as it is listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pending {
    /// The entry's id.
    pub id: Id,
    /// To whom it was delivered.
    pub consumer: ConsumerIndex,
    /// When it was last delivered, in milliseconds.
    pub delivery_time: i64,
    /// How often it was delivered.
    pub delivery_count: u64,
}

/// One of the readers of a group.
#[derive(Clone, Debug)]
pub struct Consumer {
    name: Box<[u8]>,
    /// When it last tried to read or claim, in milliseconds.
    pub seen_time: i64,
    /// When it last got something, in milliseconds; none if it never did.
    pub active_time: Option<i64>,
    /// Ids of what is pending for it, each also in the group's list.
    pub(super) pending: Rax<()>,
}

impl Consumer {
    /// The consumer's name.
    pub fn name(&self) -> &[u8] {
        &self.name
    }

    /// Number of entries pending for it. O(1).
    pub fn pending_len(&self) -> usize {
        self.pending.len()
    }
}

/// Readers that share a stream: each entry goes to one of them.
#[derive(Clone, Debug, Default)]
pub struct Group {
    pub(super) last_id: Id,
    pub(super) entries_read: Option<u64>,
    /// What was delivered and not acknowledged, by id.
    ///
    /// Invariant: each is in the set of the consumer that it names, and in no other.
    pub(super) pending: Rax<Nack>,
    /// By index; none where one was removed.
    consumers: Vec<Option<Consumer>>,
    names: BTreeMap<Box<[u8]>, ConsumerIndex>,
    /// Places in `consumers` that are free.
    free: Vec<ConsumerIndex>,
}

/// A key of the radix tree as an id. All keys have 16 bytes.
pub(super) fn id_of(key: &[u8]) -> Id {
    key.try_into().map_or(Id::MAX, Id::from_bytes)
}

impl Group {
    /// A group that has read up to `last_id`, which is entry number `entries_read` of all that were ever added, if
    /// that is known. O(1).
    pub fn new(last_id: Id, entries_read: Option<u64>) -> Group {
        Group { last_id, entries_read, ..Group::default() }
    }

    /// The last id that was delivered: `last-delivered-id`. O(1).
    pub fn last_id(&self) -> Id {
        self.last_id
    }

    /// How many entries were added up to the last that was delivered, if known: `entries-read`. O(1).
    pub fn entries_read(&self) -> Option<u64> {
        self.entries_read
    }

    /// Sets where the group goes on reading: XGROUP SETID, and XCLAIM with LASTID. O(1).
    pub fn set_id(&mut self, last_id: Id, entries_read: Option<u64>) {
        self.last_id = last_id;
        self.entries_read = entries_read;
    }

    /// Moves the last id forward, if this is: XCLAIM with LASTID. O(1).
    pub fn advance_to(&mut self, last_id: Id) {
        self.last_id = self.last_id.max(last_id);
    }

    /// The index of a consumer. O(log consumers).
    pub fn find_consumer(&self, name: &[u8]) -> Option<ConsumerIndex> {
        self.names.get(name).copied()
    }

    /// Adds a consumer that is seen at `now` (milliseconds); none if there is one of this name: XGROUP
    /// CREATECONSUMER. O(log consumers).
    pub fn add_consumer(&mut self, name: &[u8], now: i64) -> Option<ConsumerIndex> {
        (!self.names.contains_key(name)).then(|| self.insert_consumer(name, now))
    }

    /// Adds a consumer of a name that is new.
    fn insert_consumer(&mut self, name: &[u8], now: i64) -> ConsumerIndex {
        let consumer =
            Some(Consumer { name: name.into(), seen_time: now, active_time: None, pending: Rax::new() });
        let index = match self.free.pop() {
            Some(index) => {
                self.consumers[index.0 as usize] = consumer;
                index
            }
            None => {
                self.consumers.push(consumer);
                // Each consumer takes more than a byte, and there are no 2^32 of more than a hundred.
                ConsumerIndex(self.consumers.len() as u32 - 1)
            }
        };
        self.names.insert(name.into(), index);
        index
    }

    /// A consumer that is seen at `now` (milliseconds), and whether it is new: who reads or claims is added by that. O(log
    /// consumers).
    pub fn see_consumer(&mut self, name: &[u8], now: i64) -> (ConsumerIndex, bool) {
        if let Some(index) = self.find_consumer(name)
            && let Some(consumer) = self.consumer_mut(index)
        {
            consumer.seen_time = now;
            return (index, false);
        }
        (self.insert_consumer(name, now), true)
    }

    /// Removes a consumer with all that is pending for it, and returns how much that was: XGROUP DELCONSUMER.
    /// O(log consumers), and O(1) for each pending entry.
    pub fn remove_consumer(&mut self, name: &[u8]) -> Option<usize> {
        let index = self.names.remove(name)?;
        let consumer = self.consumers.get_mut(index.0 as usize)?.take()?;
        let mut cursor = consumer.pending.seek(Seek::First);
        while let Some(key) = cursor.key() {
            self.pending.remove(key);
            cursor.move_next();
        }
        self.free.push(index);
        Some(consumer.pending.len())
    }

    /// A consumer, if one has this index. O(1).
    pub fn consumer(&self, index: ConsumerIndex) -> Option<&Consumer> {
        self.consumers.get(index.0 as usize)?.as_ref()
    }

    /// A consumer, to set its times. O(1).
    pub fn consumer_mut(&mut self, index: ConsumerIndex) -> Option<&mut Consumer> {
        self.consumers.get_mut(index.0 as usize)?.as_mut()
    }

    /// The consumers in the order of their names. O(1) for each.
    pub fn consumers(&self) -> impl ExactSizeIterator<Item = (ConsumerIndex, &Consumer)> {
        let vacant = |index: &ConsumerIndex| -> &Consumer { unreachable!("no consumer {index:?}") };
        self.names.values().map(move |index| (*index, self.consumer(*index).unwrap_or_else(|| vacant(index))))
    }

    /// Number of pending entries. O(1).
    pub fn pending_len(&self) -> usize {
        self.pending.len()
    }

    /// Pending entries from one id to another, of the group or of one consumer, in order: XPENDING and XINFO. The
    /// idle time is the current time less the delivery's. O(1) for each, for one consumer O(log entries).
    pub fn pending(
        &self,
        start: Id,
        end: Id,
        consumer: Option<ConsumerIndex>,
    ) -> Box<dyn Iterator<Item = Pending> + '_> {
        let Some(index) = consumer else {
            let mut cursor = self.pending.seek(Seek::Ge(&start.to_bytes()));
            return Box::new(std::iter::from_fn(move || {
                let (key, nack) = cursor.entry()?;
                let pending = nack.listed(id_of(key));
                cursor.move_next();
                (pending.id <= end).then_some(pending)
            }));
        };
        let Some(consumer) = self.consumer(index) else { return Box::new(std::iter::empty()) };
        let mut cursor = consumer.pending.seek(Seek::Ge(&start.to_bytes()));
        Box::new(std::iter::from_fn(move || {
            let key = cursor.key()?;
            let pending = self.pending.get(key)?.listed(id_of(key));
            cursor.move_next();
            (pending.id <= end).then_some(pending)
        }))
    }

    /// The first and the last pending id: XPENDING's summary. O(1).
    pub fn pending_ends(&self) -> Option<(Id, Id)> {
        let (first, last) = (self.pending.seek(Seek::First), self.pending.seek(Seek::Last));
        Some((id_of(first.key()?), id_of(last.key()?)))
    }

    /// Acknowledges an entry; says whether it was pending: XACK. O(1).
    pub fn acknowledge(&mut self, id: Id) -> bool {
        let key = id.to_bytes();
        let Some(nack) = self.pending.remove(&key) else { return false };
        if let Some(consumer) = self.consumer_mut(nack.consumer) {
            consumer.pending.remove(&key);
        }
        true
    }

    /// Makes an entry pending for a consumer, whoever had it.
    pub(super) fn assign(&mut self, id: Id, nack: Nack) {
        let key = id.to_bytes();
        let before = self.pending.insert(&key, nack).map(|before| before.consumer);
        if before == Some(nack.consumer) {
            return;
        }
        if let Some(consumer) = before.and_then(|index| self.consumer_mut(index)) {
            consumer.pending.remove(&key);
        }
        if let Some(consumer) = self.consumer_mut(nack.consumer) {
            consumer.pending.insert(&key, ());
        }
    }

    /// Bytes on the heap, the map of names estimated. O(consumers).
    pub fn memory(&self) -> usize {
        let lists = self.consumers().map(|(_, consumer)| consumer.pending.memory() + 2 * consumer.name.len());
        let names = self.names.len() * size_of::<(Box<[u8]>, ConsumerIndex)>();
        let places = self.consumers.capacity() * size_of::<Option<Consumer>>();
        self.pending.memory() + lists.sum::<usize>() + names + places
    }

    /// Checks every invariant. O(pending entries).
    ///
    /// # Errors
    /// What is wrong: a bug in this module.
    ///
    /// # Panics
    /// Where a radix tree is not sound.
    pub fn validate(&self) -> Result<(), Corrupt> {
        self.pending.validate();
        let mut assigned = 0;
        for (index, consumer) in self.consumers() {
            consumer.pending.validate();
            let mut cursor = consumer.pending.seek(Seek::First);
            while let Some(key) = cursor.key() {
                if self.pending.get(key).map(|nack| nack.consumer) != Some(index) {
                    return Err(Corrupt::Pending(id_of(key)));
                }
                assigned += 1;
                cursor.move_next();
            }
        }
        let there = self.consumers.iter().flatten().count();
        if there != self.names.len() || there + self.free.len() != self.consumers.len() {
            return Err(Corrupt::SameName);
        }
        let unassigned = || self.pending_ends().map_or(Id::MIN, |ends| ends.0);
        if assigned == self.pending.len() { Ok(()) } else { Err(Corrupt::Pending(unassigned())) }
    }
}

impl Nack {
    pub(super) fn listed(&self, id: Id) -> Pending {
        Pending { id, consumer: self.consumer, delivery_time: self.time, delivery_count: self.count }
    }
}
