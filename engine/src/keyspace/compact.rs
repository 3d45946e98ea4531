//! Compaction: moving what stands where little else is left, so that whole pages become free.
//!
//! # What problem does it solve?
//!
//! An allocator serves each size from pages of blocks of that size. When the sizes that are in demand change, pages of the
//! old sizes empty only by and by, and a page goes back to the system when its last block is free: a few long-lived keys
//! can hold most of a heap. Which blocks stand on such a page, the allocator knows; who owns them, the keyspace does.
//!
//! # How?
//!
//! A cursor goes round all keys, some at a time. Each block of a value about which the host says that its page is sparse
//! is copied into a new one, for which the allocator takes a fuller page. Nobody notices: no effect, no event, no other
//! order of anything.
//!
//! # What stays where it is?
//!
//! Tables, quicklists, sorted sets and streams once they are large, and what hashes and sets of more than [`PARTS`]
//! elements are made of: a move takes as long as a copy, and clients wait for that.

use super::Keyspace;
use super::database::rehash;
use crate::value::{Entry, Hash, List, Object, Set, SortedSet};
use russet_structures::record::{Payload, PayloadMut};
use std::sync::Arc;

/// Elements of a hash or set that are looked at in one go.
const PARTS: usize = 4096;

/// How far a round has come.
#[derive(Default)]
pub(super) struct Cursor {
    db: usize,
    position: u64,
    /// The keys of one call, by hash and by where they stand.
    found: Vec<(u64, usize)>,
}

/// What a call has done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Compacted {
    /// Bytes that were moved, about.
    pub moved: usize,
    /// All keys have been looked at; the next call begins anew.
    pub finished: bool,
}

impl Keyspace {
    /// Looks at about `count` keys, and moves what stands where `sparse` says. O(count), and the bytes that are moved.
    pub fn compact(&mut self, count: usize, mut sparse: impl FnMut(*const u8) -> bool) -> Compacted {
        let Keyspace { dbs, hasher, compact_cursor: cursor, .. } = self;
        let mut done = Compacted::default();
        let Some(db) = dbs.get_mut(cursor.db) else {
            *cursor = Cursor::default();
            return Compacted { finished: true, ..done };
        };
        cursor.found.clear();
        let found = &mut cursor.found;
        let note = |entry: &Entry| found.push((hasher.hash(entry.key()), place(entry)));
        cursor.position = db.table.scan_at_least(cursor.position, count, rehash(hasher), note);
        for &(hash, at) in &cursor.found {
            if let Some(entry) = db.table.find_mut(hash, |entry| place(entry) == at) {
                done.moved += relocate(entry, &mut sparse);
            }
        }
        if cursor.position == 0 {
            cursor.db += 1;
        }
        done
    }
}

/// An address inside the entry's block.
fn place(entry: &Entry) -> usize {
    entry.key().as_ptr().addr()
}

/// Moves what the entry is made of; returns the bytes.
fn relocate(entry: &mut Entry, sparse: &mut impl FnMut(*const u8) -> bool) -> usize {
    let mut moved = 0;
    if sparse(entry.key().as_ptr()) {
        entry.relocate();
        moved +=
            entry.key().len() + if let Payload::Inline(bytes) = entry.payload() { bytes.len() } else { 0 };
    }
    let PayloadMut::Owned(object) = entry.payload_mut() else { return moved };
    moved
        + match object {
            Object::Blob(blob) => {
                // One that a reply shares stays: it would not be freed by that.
                let Some(bytes) = Arc::get_mut(blob) else { return moved };
                let mut taken = 0;
                if sparse(bytes.as_ptr()) {
                    *bytes = bytes.clone();
                    taken = bytes.len();
                }
                if sparse(Arc::as_ptr(blob).cast()) {
                    *blob = Arc::new(std::mem::take(Arc::make_mut(blob)));
                }
                taken
            }
            Object::List(List::Packed(pack))
            | Object::Hash(Hash::Packed(pack))
            | Object::Set(Set::Packed(pack))
            | Object::SortedSet(SortedSet::Packed(pack)) => {
                if !sparse(pack.as_bytes().as_ptr()) {
                    return moved;
                }
                *pack = pack.clone();
                pack.bytes()
            }
            Object::Set(Set::Ints(ints)) => {
                if ints.is_empty() || !sparse(ints.as_bytes().as_ptr()) {
                    return moved;
                }
                *ints = ints.clone();
                ints.as_bytes().len()
            }
            Object::Hash(Hash::Table(table)) if table.map().len() <= PARTS => table.relocate(sparse),
            Object::Set(Set::Table(set)) if set.len() <= PARTS => set.relocate(sparse),
            _ => 0,
        }
}
