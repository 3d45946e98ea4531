//! Stream: a log of entries that many can read, and groups that share the reading.
//!
//! # What problem does it solve?
//!
//! Measurements, events and jobs come one after another, are read in that order, from any point in time on, by readers that
//! do not disturb each other, and are thrown away from the old end. A list keeps the order but has no names for its places: who
//! wants to go on reading after the last element seen cannot say which that was once others were pushed or popped. A
//! sorted set has names, scores, but stores each member twice and its fields as one opaque string.
//!
//! A stream gives every entry an id that only grows: milliseconds and a number, `1700000000250-0`. An entry is a list of
//! fields and values, as a small hash is. Two things are true of nearly all logs, and make this structure small: ids next to
//! each other are close, and entries next to each other have the same fields.
//!
//! # What does it look like?
//!
//! Up to a hundred entries, or 4096 bytes of them, share a [listpack](crate::listpack): a *node*. A
//! [radix tree](crate::rax) finds nodes by the id of their first entry, written as 16 big-endian bytes so that the order of the
//! bytes is the order of the ids:
//!
//! ```text
//!                      radix tree: the 16 bytes of a node's first id
//!                     /                     |                       \
//!      1700000000000-0          1700000051200-0          1700000097731-2        <- keys
//!     +--------+---+---+---   +--------+---+---+---    +--------+---+---+
//!     | master | e | e | ··   | master | e | e | ··    | master | e | e |  <--- the next entry
//!     +--------+---+---+---   +--------+---+---+---    +--------+---+---+
//! ```
//!
//! A node begins with the *master entry*: what the entries of the node have in common, and how many there are. Every
//! box here is an element of the listpack:
//!
//! ```text
//!  master entry   +------+---------+----------------+---------+-- ··· --+---------+---+
//!                 | live | deleted | number of      | field 1 |         | field n | 0 |
//!                 |      |         | fields n       |         |         |         |   |
//!                 +------+---------+----------------+---------+-- ··· --+---------+---+
//!
//!  an entry with  +-------+---------+----------+---------+-- ··· --+---------+-------+
//!  these fields   | flags | ms less | seq less | value 1 |         | value n | n + 3 |
//!                 | 2     | key's   | key's    |         |         |         |       |
//!                 +-------+---------+----------+---------+-- ··· --+---------+-------+
//!
//!  with others    +-------+---------+----------+---+---------+---------+-- ··· --+--------+
//!                 | flags | ms less | seq less | m | field 1 | value 1 |         | 2m + 4 |
//!                 | 0     | key's   | key's    |   |         |         |         |        |
//!                 +-------+---------+----------+---+---------+---------+-- ··· --+--------+
//!
//!  flags: bit 0 = deleted, bit 1 = the fields are the master entry's
//! ```
//!
//! The master entry takes its fields from the first entry of the node. The last element of an entry is how many elements
//! stand before it: that many steps back is the entry's start, which is how a stream is read backward. The 0 at the end of the
//! master entry tells such a reader that it has arrived.
//!
//! # What do the bytes of a small one look like?
//!
//! Two measurements and a note, one of the measurements deleted:
//!
//! ```
//! use russet_structures::stream::{Id, Limits, NewId, Stream};
//!
//! let mut stream = Stream::new();
//! let start = 1_700_000_000_000;
//! let measured = |celsius| [("sensor", "7"), ("celsius", celsius)].map(|(f, v): (&str, &str)| (f.as_bytes(), v.as_bytes()));
//! stream.append(NewId::Auto, start, measured("21"), Limits::default())?;
//! let second = stream.append(NewId::Auto, start + 250, measured("22"), Limits::default())?;
//! stream.append(NewId::Auto, start + 900, [(&b"note"[..], &b"off"[..])], Limits::default())?;
//! stream.delete(second);
//!
//! let (key, node) = stream.nodes().next().expect("a node");
//! assert_eq!(key.to_bytes(), [0, 0, 1, 0x8b, 0xcf, 0xe5, 0x68, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
//! let master = [
//!     &[2, 1, 1, 1, 2, 1][..], // 2 entries, 1 deleted, 2 fields; behind each number the way back over it, 1 byte
//!     b"\x86sensor\x07\x87celsius\x08", // the fields
//!     &[0, 1],
//! ];
//! let entries = [
//!     &[2, 1, 0, 1, 0, 1, 7, 1, 21, 1, 5, 1][..], // same fields, 0 ms and 0 behind the key, 7, 21; 5 elements
//!     &[3, 1, 0xc0, 250, 2, 0, 1, 7, 1, 22, 1, 5, 1], // deleted, same fields, 250 ms behind the key
//!     &[0, 1, 0xc3, 0x84, 2, 0, 1, 1, 1], // fields of its own, 900 ms behind the key, one field
//!     b"\x84note\x05\x83off\x04",
//!     &[6, 1], // 6 elements
//! ];
//! let whole = [&[79, 0, 0, 0, 25, 0][..], &master.concat(), &entries.concat(), &[0xff]].concat();
//! assert_eq!(node, whole); // 79 bytes, 25 elements
//!
//! let first = stream.iter().next().expect("an entry");
//! assert_eq!(first.id().to_string(), "1700000000000-0");
//! let texts: Vec<_> = first.fields().map(|(field, value)| (field.to_vec(), value.to_vec())).collect();
//! assert_eq!(texts, measured("21").map(|(field, value)| (field.to_vec(), value.to_vec())));
//! # Ok::<(), russet_structures::stream::AppendError>(())
//! ```
//!
//! # When is a node full?
//!
//! When its bytes and the texts of the new entry reach `stream-node-max-bytes`, or when it has
//! `stream-node-max-entries` entries, with deleted ones counted ([`Limits`]). Then the new entry starts a node, and its
//! fields become that node's master fields. A large node has more entries to share one set of fields and one place in
//! the tree; but the way to an entry in its middle leads past all entries before it.
//!
//! ![Bytes per entry by the number of entries in a node](../../../../docs/src/plots/structures/stream-memory-by-node.svg)
//!
//! ![Time of an append and of finding one entry by the number of entries in a node](../../../../docs/src/plots/structures/stream-time-by-node.svg)
//!
//! ```sh
//! cargo run --release -p russet-structures --example study -- plots stream
//! ```
//!
//! # How is an entry found?
//!
//! The tree is asked for the largest key that is not greater than the id: the entry can be in no other node. In the node all entries
//! are passed, from the first on. XRANGE does that for its start and goes on from there; XREVRANGE looks for its
//! end and comes to the entry from behind. Bounds that exclude an id are ranges from its successor or to its predecessor
//! ([`Id::next`], [`Id::previous`]).
//!
//! # How is one deleted?
//!
//! XDEL sets a flag and moves one from `live` to `deleted` in the master entry. The bytes stay: taking them out would
//! move all that stand behind, and a log is not deleted from in the middle. When the last live entry of a node goes, the node goes.
//!
//! Trimming works from the old end. Whole nodes are dropped for as long as none of their entries should stay, without
//! a look at entries. Then `MAXLEN ~ 1000` is done, with up to a node too much left over; `MAXLEN = 1000` goes on, and marks entries
//! of the first node one by one. Trimming after each XADD therefore marks one entry each time when it is exact, and drops
//! one node in a hundred times when it is not:
//!
//! ![Time to append and trim, exactly and approximately](../../../../docs/src/plots/structures/stream-trim.svg)
//!
//! # How do several readers share a stream?
//!
//! A *group* remembers the last id that it handed out. XREADGROUP gives a *consumer* of the group the entries behind that id and moves it on, so
//! each entry goes to one consumer. Until the consumer acknowledges an entry, it is *pending*: a crash loses nothing,
//! since the entry can be asked for again, or claimed by another consumer once it was idle for too long.
//!
//! ```text
//!  group "mail"     last id 7-0, entries read 7
//!
//!  pending, by id       +------+------------------+-----------+-------------+
//!  (a radix tree)       | id   | delivered at     | deliveries| consumer    |
//!                       +------+------------------+-----------+-------------+
//!                       | 4-0  | 1700000000250    | 1         | 0           |
//!                       | 6-0  | 1700000000900    | 3         | 1           |
//!                       | 7-0  | 1700000000910    | 1         | 0           |
//!                       +------+------------------+-----------+-------------+
//!
//!  consumers            0  "ada"   seen at, active at   { 4-0, 7-0 }    <- ids only,
//!                       1  "bob"   seen at, active at   { 6-0 }            a radix tree each
//! ```
//!
//! What is known of a delivery stands once, in the group's tree; a consumer has the ids alone. So "what is pending for ada"
//! takes as long as that is, and an acknowledgement, which names no consumer, finds hers through the number in the
//! tree. The price is a second lookup when a consumer's entries are listed.
//!
//! ```
//! use russet_structures::stream::{Claim, Claimed, Group, Id, Limits, NewId, Stream};
//!
//! let mut stream = Stream::new();
//! for ms in 1..=3 {
//!     stream.append(NewId::Auto, ms, [(&b"to"[..], &b"eve@example.org"[..])], Limits::default())?;
//! }
//! let mut mail = Group::new(Id::MIN, Some(0));
//! let ada = mail.add_consumer(b"ada", 0).expect("a new name");
//! let bob = mail.add_consumer(b"bob", 0).expect("a new name");
//! stream.add_group(b"mail", mail);
//!
//! let delivered = stream.deliver(b"mail", ada, Some(2), false, 1000).expect("there are entries");
//! assert_eq!((delivered.first, delivered.last), (Id::new(1, 0), Id::new(2, 0)));
//! assert_eq!(stream.group(b"mail").and_then(|mail| stream.lag(mail)), Some(1)); // 3-0 waits
//! // Ada acknowledges one and is not heard of again. A minute later Bob takes over.
//! stream.group_mut(b"mail").expect("it is there").acknowledge(Id::new(1, 0));
//! let claim = Claim { min_idle: 60_000, delivery_time: 62_000, ..Claim::default() };
//! assert_eq!(stream.claim(b"mail", bob, Id::new(2, 0), claim, 62_000), Claimed::Taken);
//!
//! let mail = stream.group(b"mail").expect("it is there");
//! let pending: Vec<_> = mail.pending(Id::MIN, Id::MAX, Some(bob)).collect();
//! assert_eq!((pending.len(), pending[0].delivery_count), (1, 2));
//! # Ok::<(), russet_structures::stream::AppendError>(())
//! ```
//!
//! # How far behind is a group?
//!
//! Its *lag* is the number of entries that it has not read. Counting them would mean reading them. But a stream knows
//! how many entries were ever added, a group how many of these it has read, and the lag is the difference.
//!
//! That is true until an entry is deleted that the group has not read: it was added and will never be read, and nobody
//! knows how many such there are. The stream keeps the greatest id that was deleted. Where that is not behind the
//! group's last id, or not behind the stream's first entry, the difference holds. Otherwise the lag is unknown, except at
//! the ends: before the first entry or at the last. When the group comes to the end, its number is set right again.
//! Trimming takes only entries from the front and does not count as deletion; a group that was overtaken by it goes on with a number that
//! is too small. All of this is Redis's rule, which XINFO STREAM shows.
//!
//! # What can it do, and at what cost?
//!
//! n is the number of elements in a node, at most some hundreds.
//!
//! | operation | cost |
//! |---|---|
//! | [`append`](Stream::append) | O(fields and values), amortised |
//! | [`range`](Stream::range), [`range_back`](Stream::range_back) | O(n) for the first entry, O(fields) for each other |
//! | [`get`](Stream::get), [`delete`](Stream::delete) | O(n) |
//! | [`trim`](Stream::trim) | O(nodes dropped), and O(n) if exact |
//! | [`len`](Stream::len), [`last_id`](Stream::last_id), [`first_id`](Stream::first_id), [`entries_added`](Stream::entries_added) | O(1) |
//! | [`set_id`](Stream::set_id) | O(n) |
//! | [`deliver`](Stream::deliver) | O(n) for the first entry, O(fields) for each |
//! | [`redeliver`](Stream::redeliver), [`claim`](Stream::claim), [`auto_claim`](Stream::auto_claim) | O(n) for each entry, to see whether it is there |
//! | [`acknowledge`](Group::acknowledge), [`pending_len`](Group::pending_len), [`pending_ends`](Group::pending_ends), [`lag`](Stream::lag) | O(1) |
//! | [`pending`](Group::pending) | O(1) for each |
//! | [`remove_consumer`](Group::remove_consumer) | O(1) for each of its pending entries |
//! | [`from_parts`](Stream::from_parts), [`validate`](Stream::validate) | O(bytes) |
//!
//! # What does it cost?
//!
//! An entry with its node's fields takes `6 + ms + the values as elements of a listpack`, where `ms` is the difference of the
//! times as an element: 2 to 127 ms after the first entry of the node, 3 to 4095 ms, 4 to half a minute, 5 to 2 hours.
//! Short values take two bytes more than their text; small integers take 2 bytes in all. An entry with fields of its own takes 2 bytes more, and the
//! fields.
//!
//! A node takes 7 bytes for the listpack and 8 for its [block](crate::block), 8 for the numbers in the master entry, its fields,
//! and in the [tree](crate::rax) a leaf and its place in the parent, about 35 bytes. Shared by a hundred entries that is less than one
//! byte an entry.
//!
//! ![Bytes per entry by the number of fields](../../../../docs/src/plots/structures/stream-memory-by-fields.svg)
//!
//! A pending entry is 24 bytes and an id in two trees. Ids that come close together share most bytes of their milliseconds; the
//! sequence number stands in each leaf. So the trees ask for about 75 bytes in all, to which the allocator's rounding comes.
//!
//! ![Bytes per pending entry by their number](../../../../docs/src/plots/structures/stream-pending.svg)
//!
//! # Can it read bytes from a stranger?
//!
//! Yes. [`from_parts`](Stream::from_parts) checks each node as a listpack first and then as a node: a master entry with counts
//! that are not negative and fields that are there; flags that are known, integers where integers belong, values and
//! fields as many as claimed, the count behind each entry; as many live and deleted entries as the master entry says. Then across nodes: ids that only
//! grow, each in the node where the tree would look for it, none above the last id, and in number what the file says. Each step consumes an element, so a claim of 2^60 fields ends
//! where the bytes do. Only ids of deleted entries may be anything, since nobody will ever see them. [`Group::from_parts`] asks
//! that what is pending in a group be pending for exactly one of its consumers, and the other way round.
//!
//! # What is it bad at?
//!
//! - **Deletion in the middle.** A deleted entry keeps its bytes for as long as its node has another. A stream of which
//!   every entry but one in a hundred was deleted takes nearly all the memory of the whole.
//! - **Entries with changing fields** carry their fields with them, and the master entry helps nobody. Even the same fields in
//!   another order are other fields.
//! - **Looking for anything but an id.** There is no index of fields or values.
//! - **Exact trimming** after every append reads into the first node every time.
//! - **A group that never acknowledges** has a pending entry for each that it was given, which takes more memory than the
//!   entry itself.
//! - **Lag** is unknown, for a while or for good, once entries in the middle are deleted.
//!
//! # How does it differ from Redis's?
//!
//! The nodes are Redis's byte for byte: the same operations give the same DUMP. In memory, Redis sets aside 4096 bytes for the last
//! node at once; here it doubles, so that streams of one entry are small, and both give back what is left when the node is full.
//! Redis looks up the last node in its tree to append; so does this, but remembers its key.
//!
//! A pending entry in Redis is an allocation of its own that two trees point to, and it points back to its consumer. Here
//! the group's tree owns it and holds a consumer's number, so there is nothing to dangle and no unsafe code.
//!
//! Redis checks less of foreign nodes: neither the order of ids nor the number of deleted flags, for example, so it loads some
//! files that are refused here. It believes what a file says of the first id; here it is looked up.

mod append;
mod counters;
mod delivery;
mod group;
mod groups;
mod id;
mod load;
mod node;
mod range;
#[cfg(test)]
mod tests;
mod trim;
mod validate;

pub use append::{AppendError, Limits};
pub use counters::SetIdError;
pub use delivery::{AutoClaim, AutoClaimed, Claim, Claimed, Delivered};
pub use group::{Consumer, ConsumerIndex, Group, Pending};
pub use id::{Id, NewId};
pub use load::{GroupLoader, Recorded, RecordedConsumer, StreamLoader};
pub use node::{Entry, Fields};
pub use range::{Range, RangeBack};
pub use trim::{Threshold, Trim};
pub use validate::Corrupt;

use std::collections::BTreeMap;

use crate::listpack::Listpack;
use crate::rax::{Rax, Seek};
use counters::Counters;

/// A log of entries with ids, fields and values, and the groups that read it; see the [module's page](self).
#[derive(Clone, Default)]
pub struct Stream {
    /// Runs of entries by the id of their first.
    ///
    /// Invariant: entries that are not deleted ascend from node to node, each at least its node's key.
    nodes: Rax<Listpack>,
    /// The key of the last node; `0-0` if there is none.
    tail: Id,
    counters: Counters,
    groups: BTreeMap<Box<[u8]>, Group>,
}

const _: () = assert!(size_of::<Stream>() == 144);

impl Stream {
    /// An empty stream. O(1), allocates nothing.
    pub fn new() -> Stream {
        Stream::default()
    }

    /// The nodes: what is written to disk. Each is a key and the bytes of a listpack. O(1) for each.
    pub fn nodes(&self) -> impl Iterator<Item = (Id, &[u8])> {
        let mut cursor = self.nodes.seek(Seek::First);
        std::iter::from_fn(move || {
            let (key, node) = cursor.entry()?;
            let key = Id::from_bytes(key.try_into().ok()?);
            cursor.move_next();
            Some((key, node.as_bytes()))
        })
    }

    /// Number of nodes: `radix-tree-keys`. O(1).
    pub fn node_count(&self) -> usize {
        self.nodes.len()
    }

    /// Bytes on the heap, groups included. O(nodes and consumers).
    pub fn memory(&self) -> usize {
        let mut bytes = self.nodes.memory();
        let mut cursor = self.nodes.seek(Seek::First);
        while let Some(node) = cursor.value() {
            bytes += node.memory();
            cursor.move_next();
        }
        let groups = self.groups.iter();
        bytes + groups.map(|(name, group)| name.len() + size_of::<Group>() + group.memory()).sum::<usize>()
    }

    /// Number of nodes that Redis's radix tree would have: `radix-tree-nodes`. O(1).
    pub fn redis_tree_nodes(&self) -> usize {
        self.nodes.redis_nodes()
    }
}

impl std::fmt::Debug for Stream {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let entries = self.iter().map(|entry| (entry.id().to_string(), entry.fields().collect::<Vec<_>>()));
        f.debug_map().entries(entries).finish()
    }
}
