//! Range: the entries between two ids, forward and backward.

use super::node::{Entry, Slots};
use super::{Id, Stream};
use crate::listpack::Listpack;
use crate::rax::{Cursor, Rax, Seek};

/// The node that a cursor stands on, with its key.
fn node_at<'a>(cursor: &Cursor<'a, Listpack>) -> Option<(Id, &'a Listpack)> {
    let (key, node) = cursor.entry()?;
    Some((Id::from_bytes(key.try_into().ok()?), node))
}

/// Entries in the order of their ids.
#[derive(Clone)]
pub struct Range<'a> {
    /// Stands on the node that is read.
    nodes: Cursor<'a, Listpack>,
    slots: Option<Slots<'a>>,
    start: Id,
    end: Id,
}

impl<'a> Range<'a> {
    pub(super) fn new(tree: &'a Rax<Listpack>, start: Id, end: Id) -> Range<'a> {
        let mut nodes = tree.cursor();
        if start <= end && !nodes.seek(Seek::Le(&start.to_bytes())) {
            nodes.seek(Seek::First);
        }
        let slots = node_at(&nodes).map(|(key, node)| Slots::new(key, node));
        Range { nodes, slots, start, end }
    }
}

impl<'a> Iterator for Range<'a> {
    type Item = Entry<'a>;

    fn next(&mut self) -> Option<Entry<'a>> {
        loop {
            for slot in self.slots.as_mut()? {
                let id = slot.entry.id();
                if slot.is_deleted() || id < self.start {
                    continue;
                }
                if id > self.end {
                    self.slots = None;
                    return None;
                }
                return Some(slot.entry);
            }
            self.nodes.move_next();
            self.slots = node_at(&self.nodes)
                .filter(|(key, _)| *key <= self.end)
                .map(|(key, node)| Slots::new(key, node));
        }
    }
}

impl std::iter::FusedIterator for Range<'_> {}

/// Entries from the greatest id to the least.
#[derive(Clone)]
pub struct RangeBack<'a> {
    /// Stands on the node that is read.
    nodes: Cursor<'a, Listpack>,
    slots: Option<Slots<'a>>,
    start: Id,
    end: Id,
}

impl<'a> RangeBack<'a> {
    pub(super) fn new(tree: &'a Rax<Listpack>, start: Id, end: Id) -> RangeBack<'a> {
        let mut nodes = tree.cursor();
        if start <= end {
            nodes.seek(Seek::Le(&end.to_bytes()));
        }
        let slots = node_at(&nodes).map(|(key, node)| Slots::new(key, node));
        RangeBack { nodes, slots, start, end }
    }
}

impl<'a> Iterator for RangeBack<'a> {
    type Item = Entry<'a>;

    fn next(&mut self) -> Option<Entry<'a>> {
        loop {
            while let Some(slot) = self.slots.as_mut()?.next_back() {
                let id = slot.entry.id();
                if slot.is_deleted() || id > self.end {
                    continue;
                }
                if id < self.start {
                    self.slots = None;
                    return None;
                }
                return Some(slot.entry);
            }
            self.nodes.move_previous();
            self.slots = node_at(&self.nodes).map(|(key, node)| Slots::new(key, node));
        }
    }
}

impl std::iter::FusedIterator for RangeBack<'_> {}

impl Stream {
    /// The entries from `start` to `end`, both included: XRANGE. O(elements of a node) for the first, O(fields) for
    /// each further one.
    pub fn range(&self, start: Id, end: Id) -> Range<'_> {
        Range::new(&self.nodes, start, end)
    }

    /// The entries from `end` down to `start`, both included: XREVRANGE. O(elements of a node) for the first,
    /// O(fields) for each further one.
    pub fn range_back(&self, start: Id, end: Id) -> RangeBack<'_> {
        RangeBack::new(&self.nodes, start, end)
    }

    /// All entries. O(fields) for each.
    pub fn iter(&self) -> Range<'_> {
        self.range(Id::MIN, Id::MAX)
    }

    /// The entry of this id. O(elements of a node).
    pub fn get(&self, id: Id) -> Option<Entry<'_>> {
        self.range(id, id).next()
    }

    /// The first entry. O(elements of a node).
    pub fn first(&self) -> Option<Entry<'_>> {
        self.iter().next()
    }

    /// The last entry. O(fields), and over the deleted entries behind it.
    pub fn last(&self) -> Option<Entry<'_>> {
        self.range_back(Id::MIN, Id::MAX).next()
    }
}

impl<'a> IntoIterator for &'a Stream {
    type Item = Entry<'a>;
    type IntoIter = Range<'a>;

    fn into_iter(self) -> Range<'a> {
        self.iter()
    }
}
