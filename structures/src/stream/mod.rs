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
//! and a leaf of the tree of [25 bytes](crate::rax) or a few more. Shared by a hundred entries that is less than one
//! byte an entry.
//!
//! ![Bytes per entry by the number of fields](../../../../docs/src/plots/structures/stream-memory-by-fields.svg)
//!
//! # Can it read bytes from a stranger?
//!
//! Yes. [`from_parts`](Stream::from_parts) checks each node as a listpack first and then as a node: a master entry with counts
//! that are not negative and fields that are there; flags that are known, integers where integers belong, values and
//! fields as many as claimed, the count behind each entry; as many live and deleted entries as the master entry says. Then across nodes: ids that only
//! grow, each in the node where the tree would look for it, none above the last id, and in number what the file says. Each step consumes an element, so a claim of 2^60 fields ends
//! where the bytes do. Only ids of deleted entries may be anything, since nobody will ever see them.
//!
//! # What is it bad at?
//!
//! - **Deletion in the middle.** A deleted entry keeps its bytes for as long as its node has another. A stream of which
//!   every entry but one in a hundred was deleted takes nearly all the memory of the whole.
//! - **Entries with changing fields** carry their fields with them, and the master entry helps nobody. Even the same fields in
//!   another order are other fields.
//! - **Looking for anything but an id.** There is no index of fields or values.
//! - **Exact trimming** after every append reads into the first node every time.
//!
//! # How does it differ from Redis's?
//!
//! The nodes are Redis's byte for byte: the same operations give the same DUMP. In memory, Redis sets aside 4096 bytes for the last
//! node at once; here it doubles, so that streams of one entry are small, and both give back what is left when the node is full.
//! Redis looks up the last node in its tree to append; so does this, but remembers its key.
//!
//! Redis checks less of foreign nodes: neither the order of ids nor the number of deleted flags, for example, so it loads some
//! files that are refused here. It believes what a file says of the first id; here it is looked up.

mod append;
mod counters;
mod delivery;
mod group;
mod groups;
mod id;
mod node;
mod range;
#[cfg(test)]
mod tests;
mod trim;
mod validate;

pub use append::{AppendError, Limits};
pub use counters::SetIdError;
pub use delivery::{AutoClaim, AutoClaimed, Claim, Claimed, Delivered};
pub use group::{Consumer, ConsumerIndex, Group, Pending, RecordedConsumer};
pub use id::{Id, NewId};
pub use node::{Entry, Fields};
pub use range::{Range, RangeBack};
pub use trim::{Threshold, Trim};
pub use validate::{Corrupt, Recorded};

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
