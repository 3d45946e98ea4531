//! Trim and delete: entries go from the front, or one by one.

use super::node::{Master, Slots, find, mark_deleted, write_counts};
use super::{Id, Stream};
use crate::listpack::Listpack;
use crate::rax::Seek;

/// How far a stream is trimmed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Threshold {
    /// To this length: MAXLEN.
    MaxLen(u64),
    /// To the entries that have this id or a greater one: MINID.
    MinId(Id),
}

/// What XTRIM, or XADD with such an option, asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Trim {
    /// Where to stop.
    pub threshold: Threshold,
    /// `~`: only whole nodes are removed, so that a few entries more may stay.
    pub approximate: bool,
    /// No more entries than this are removed; 0 stands for no limit. Only whole nodes count towards it: a node
    /// that holds more entries than are left of the limit ends the work.
    pub limit: u64,
}

impl Trim {
    /// The limit of an approximate trim without LIMIT: the entries of a hundred nodes, at most a million, and 10,000
    /// where nodes have no limit.
    pub fn default_limit(max_entries: u64) -> u64 {
        match max_entries.saturating_mul(100) {
            0 => 10_000,
            limit => limit.min(1_000_000),
        }
    }
}

impl Stream {
    /// Removes entries from the front, and returns how many. O(nodes removed), and O(elements of one node) for an
    /// exact trim.
    pub fn trim(&mut self, trim: Trim) -> u64 {
        let mut removed = 0;
        while let Some((key, node)) = self.first_node() {
            if matches!(trim.threshold, Threshold::MaxLen(len) if self.counters.length <= len) {
                break;
            }
            let live = Master::read(node).live;
            if trim.limit > 0 && removed + live > trim.limit {
                break;
            }
            let whole = match trim.threshold {
                Threshold::MaxLen(len) => self.counters.length - live >= len,
                Threshold::MinId(id) => {
                    Slots::new(key, node).next_back().is_none_or(|slot| slot.entry.id() < id)
                }
            };
            if whole {
                self.remove_node(key);
                self.counters.length -= live;
                removed += live;
                continue;
            }
            if !trim.approximate {
                removed += self.trim_node(key, trim.threshold);
            }
            break;
        }
        self.find_first_id(removed > 0);
        removed
    }

    /// Marks the entries at the front of a node as deleted. Even if it is left with none, the node stays.
    fn trim_node(&mut self, key: Id, threshold: Threshold) -> u64 {
        let length = self.counters.length;
        let Some(node) = self.nodes.get_mut(&key.to_bytes()) else { return 0 };
        let Master { live, deleted, .. } = Master::read(node);
        let mut positions = Vec::new();
        for slot in Slots::new(key, node) {
            let enough = match threshold {
                Threshold::MaxLen(len) => length - positions.len() as u64 <= len,
                Threshold::MinId(id) => slot.entry.id() >= id,
            };
            if enough {
                break;
            }
            if !slot.is_deleted() {
                positions.push(slot.position);
            }
        }
        let removed = positions.len() as u64;
        // From the back: a flag that changes its size moves only what stands behind it.
        for position in positions.into_iter().rev() {
            mark_deleted(node, position);
        }
        write_counts(node, live - removed, deleted + removed);
        self.counters.length -= removed;
        removed
    }

    /// Deletes an entry; says whether it was there: XDEL. O(elements of a node).
    ///
    /// The entry is marked, and its bytes stay until all entries of its node are deleted or trimmed.
    pub fn delete(&mut self, id: Id) -> bool {
        let cursor = self.nodes.seek(Seek::Le(&id.to_bytes()));
        let Some(key) = cursor.key().and_then(|key| key.try_into().ok()).map(Id::from_bytes) else {
            return false;
        };
        let Some(node) = self.nodes.get_mut(&key.to_bytes()) else { return false };
        let Some(position) = find(key, node, id) else { return false };
        let Master { live, deleted, .. } = Master::read(node);
        if live == 1 {
            self.remove_node(key);
        } else {
            mark_deleted(node, position);
            write_counts(node, live - 1, deleted + 1);
        }
        self.counters.length -= 1;
        self.counters.max_deleted_id = self.counters.max_deleted_id.max(id);
        self.find_first_id(self.counters.first_id == id);
        true
    }

    fn first_node(&self) -> Option<(Id, &Listpack)> {
        let cursor = self.nodes.seek(Seek::First);
        let (key, node) = cursor.entry()?;
        Some((Id::from_bytes(key.try_into().ok()?), node))
    }

    /// Removes a node; its entries are the caller's to count.
    fn remove_node(&mut self, key: Id) {
        self.nodes.remove(&key.to_bytes());
        if key == self.tail {
            let last = self.nodes.seek(Seek::Last);
            self.tail = last.key().and_then(|key| key.try_into().ok()).map_or(Id::MIN, Id::from_bytes);
        }
    }

    /// Sets the first id, which may have `changed`, to what it is.
    fn find_first_id(&mut self, changed: bool) {
        if self.counters.length == 0 {
            self.counters.first_id = Id::MIN;
        } else if changed {
            self.counters.first_id = self.first().map_or(Id::MIN, |entry| entry.id());
        }
    }
}
