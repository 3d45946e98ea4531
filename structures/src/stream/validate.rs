//! Foreign bytes and invariants: a node is checked entry by entry before anything of it is believed.

use super::node::{DELETED, FIXED, SAME_FIELDS, Slots};
use super::{Group, Id, Stream};
use crate::element::Element;
use crate::listpack::{self, Iter, Listpack};
use crate::rax::{Rax, Seek};

/// Why bytes are not a stream. Numbers of entries count from 0, deleted ones included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Corrupt {
    /// The key of a node has not 16 bytes.
    Key,
    /// Two nodes have the same key.
    SameKey(Id),
    /// The node of this key is not a listpack.
    Listpack(Id, listpack::Corrupt),
    /// The node of this key has no sound master entry.
    Master(Id),
    /// The entry of this number, in the node of this key, is not sound: an element is missing or not an integer, a
    /// flag is unknown, a number of fields is negative, or the count behind it is wrong.
    Entry(Id, usize),
    /// The master entry of the node of this key counts other entries than there are.
    Count(Id),
    /// An entry's id is not greater than the one before it, is less than the key of its node, or is not less than
    /// the key of the next node.
    Order(Id),
    /// The stream has another number of entries than it says.
    Length,
    /// The last id is less than the last entry's, or fewer entries were added than there are.
    Counters,
    /// A group or a consumer is there twice.
    SameName,
    /// An entry is pending for a consumer, but not in the group; or twice; or only in the group.
    Pending(Id),
}

impl std::fmt::Display for Corrupt {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Corrupt::Key => write!(f, "the key of a node of a stream has not 16 bytes"),
            Corrupt::SameKey(key) => write!(f, "two nodes of a stream have the key {key}"),
            Corrupt::Listpack(key, why) => write!(f, "node {key} of a stream: {why}"),
            Corrupt::Master(key) => write!(f, "node {key} of a stream has no master entry"),
            Corrupt::Entry(key, entry) => write!(f, "entry {entry} in node {key} of a stream is not sound"),
            Corrupt::Count(key) => {
                write!(f, "node {key} of a stream counts other entries than it has")
            }
            Corrupt::Order(id) => write!(f, "entry {id} of a stream is in the wrong place"),
            Corrupt::Length => write!(f, "a stream has another number of entries than it says"),
            Corrupt::Counters => write!(f, "the last id, or the entries added, of a stream are too small"),
            Corrupt::SameName => write!(f, "a stream has two groups, or a group two consumers, of one name"),
            Corrupt::Pending(id) => {
                write!(f, "entry {id} is not pending for one consumer and in its group")
            }
        }
    }
}

impl std::error::Error for Corrupt {}

/// An integer that is not negative.
fn number(elements: &mut Iter<'_>) -> Option<u64> {
    match elements.next()? {
        Element::Int(value) => u64::try_from(value).ok(),
        Element::Bytes(_) => None,
    }
}

/// Any integer.
fn difference(elements: &mut Iter<'_>) -> Option<()> {
    matches!(elements.next()?, Element::Int(_)).then_some(())
}

/// Passes over elements; none if there are not as many.
fn pass(elements: &mut Iter<'_>, count: u64) -> Option<()> {
    for _ in 0..count {
        elements.next()?;
    }
    Some(())
}

/// The counts of the master entry and its number of fields; `elements` is behind it then.
fn check_master(elements: &mut Iter<'_>) -> Option<(u64, u64, u64)> {
    let (live, deleted, fields) = (number(elements)?, number(elements)?, number(elements)?);
    pass(elements, fields)?;
    (elements.next()? == Element::Int(0)).then_some((live, deleted, fields))
}

/// Checks an entry and says whether it is deleted; `elements` is behind it then.
fn check_entry(elements: &mut Iter<'_>, master_fields: u64) -> Option<bool> {
    let flags = number(elements).filter(|flags| *flags <= (DELETED | SAME_FIELDS) as u64)? as i64;
    difference(elements)?;
    difference(elements)?;
    let mut count = FIXED as u64 + master_fields;
    if flags & SAME_FIELDS != 0 {
        pass(elements, master_fields)?;
    } else {
        let fields = number(elements)?;
        let both = fields.checked_mul(2)?;
        pass(elements, both)?;
        count = both + FIXED as u64 + 1;
    }
    (number(elements)? == count).then_some(flags & DELETED != 0)
}

/// Checks the form of a node, and returns its number of entries that are not deleted. O(n): every step takes an element.
fn check_form(key: Id, node: &Listpack) -> Result<u64, Corrupt> {
    let mut elements = node.iter();
    let (live, deleted, fields) = check_master(&mut elements).ok_or(Corrupt::Master(key))?;
    let mut counted = [0u64; 2];
    let mut entry = 0;
    while elements.next_position().is_some() {
        let is_deleted = check_entry(&mut elements, fields).ok_or(Corrupt::Entry(key, entry))?;
        counted[usize::from(is_deleted)] += 1;
        entry += 1;
    }
    if counted == [live, deleted] { Ok(live) } else { Err(Corrupt::Count(key)) }
}

/// Checks form and order of all nodes, and returns number, first and last of their entries. O(n).
pub(super) fn check_nodes(nodes: &Rax<Listpack>) -> Result<(u64, Option<(Id, Id)>), Corrupt> {
    let (mut length, mut ends) = (0, None);
    let mut cursor = nodes.seek(Seek::First);
    while let Some((key, node)) = cursor.entry() {
        let key = Id::from_bytes(key.try_into().map_err(|_| Corrupt::Key)?);
        if let Some((_, last)) = ends
            && last >= key
        {
            return Err(Corrupt::Order(last));
        }
        length += check_form(key, node)?;
        for slot in Slots::new(key, node).filter(|slot| !slot.is_deleted()) {
            let id = slot.entry.id();
            match &mut ends {
                _ if id < key => return Err(Corrupt::Order(id)),
                Some((_, last)) if id <= *last => return Err(Corrupt::Order(id)),
                Some((_, last)) => *last = id,
                None => ends = Some((id, id)),
            }
        }
        cursor.move_next();
    }
    Ok((length, ends))
}

impl Stream {
    /// Checks every invariant. O(n).
    ///
    /// # Errors
    /// What is wrong, and where: a bug in this module.
    ///
    /// # Panics
    /// Where the radix tree itself is not sound.
    pub fn validate(&self) -> Result<(), Corrupt> {
        self.nodes.validate();
        let mut cursor = self.nodes.seek(Seek::First);
        let mut tail = Id::MIN;
        while let Some((key, node)) = cursor.entry() {
            tail = Id::from_bytes(key.try_into().map_err(|_| Corrupt::Key)?);
            node.validate().map_err(|why| Corrupt::Listpack(tail, why))?;
            cursor.move_next();
        }
        let (length, ends) = check_nodes(&self.nodes)?;
        if length != self.counters.length {
            return Err(Corrupt::Length);
        }
        let (first, last) = ends.unwrap_or_default();
        let sound = tail == self.tail && first == self.counters.first_id && last <= self.counters.last_id;
        if !sound {
            return Err(Corrupt::Counters);
        }
        self.groups.values().try_for_each(Group::validate)
    }
}
