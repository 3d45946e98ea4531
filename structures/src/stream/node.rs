//! Node: a listpack with a master entry in front and entries behind it, read from either end.

use super::Id;
use crate::element::Element;
use crate::listpack::{Iter, Listpack, Position};

/// The entry is deleted.
pub(super) const DELETED: i64 = 1;

/// The entry's fields are the master entry's, and only its values are written.
pub(super) const SAME_FIELDS: i64 = 2;

/// Elements in front of the fields and values of an entry with the master's fields: flags and two differences.
pub(super) const FIXED: usize = 3;

/// An entry of a stream: its id, and its fields and values in the order in which they were given.
#[derive(Clone, Debug)]
pub struct Entry<'a> {
    id: Id,
    fields: Fields<'a>,
}

impl<'a> Entry<'a> {
    /// The entry's id.
    #[inline]
    pub fn id(&self) -> Id {
        self.id
    }

    /// Fields and values.
    #[inline]
    pub fn fields(&self) -> Fields<'a> {
        self.fields.clone()
    }
}

/// The fields and values of an entry.
#[derive(Clone, Debug)]
pub struct Fields<'a> {
    /// The master entry's fields, if they are the entry's as well.
    shared: Option<Iter<'a>>,
    /// Values; without shared fields, fields and values in turn.
    own: Iter<'a>,
    left: usize,
}

impl<'a> Iterator for Fields<'a> {
    type Item = (Element<'a>, Element<'a>);

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        self.left = self.left.checked_sub(1)?;
        let field = match &mut self.shared {
            Some(shared) => shared.next()?,
            None => self.own.next()?,
        };
        Some((field, self.own.next()?))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left, Some(self.left))
    }
}

impl ExactSizeIterator for Fields<'_> {}

/// The next element, which must be an integer.
///
/// # Panics
/// When it is not: every node was written here, or checked when it was loaded.
#[inline]
fn integer(elements: &mut Iter<'_>) -> i64 {
    match elements.next() {
        Some(Element::Int(value)) => value,
        _ => no_integer(),
    }
}

#[cold]
fn no_integer() -> ! {
    panic!("a node of a stream has no integer where one belongs")
}

/// What the master entry says.
#[derive(Clone, Debug)]
pub(super) struct Master<'a> {
    /// Entries that are there.
    pub(super) live: u64,
    /// Entries that are marked as deleted.
    pub(super) deleted: u64,
    /// Its fields, and behind them all the rest.
    pub(super) fields: Iter<'a>,
    /// Number of fields.
    pub(super) field_count: usize,
}

impl<'a> Master<'a> {
    /// Reads the master entry, up to its fields. O(1).
    #[inline]
    pub(super) fn read(node: &'a Listpack) -> Master<'a> {
        let mut fields = node.iter();
        let (live, deleted) = (integer(&mut fields) as u64, integer(&mut fields) as u64);
        let field_count = integer(&mut fields) as usize;
        Master { live, deleted, fields, field_count }
    }
}

/// An entry where it stands, deleted or not.
pub(super) struct Slot<'a> {
    /// The position of its flags.
    pub(super) position: Position,
    pub(super) flags: i64,
    pub(super) entry: Entry<'a>,
}

impl Slot<'_> {
    #[inline]
    pub(super) fn is_deleted(&self) -> bool {
        self.flags & DELETED != 0
    }
}

/// All entries of a node, deleted ones included, from either end.
#[derive(Clone, Debug)]
pub(super) struct Slots<'a> {
    /// The id that differences are relative to.
    key: Id,
    fields: Iter<'a>,
    field_count: usize,
    rest: Iter<'a>,
}

impl<'a> Slots<'a> {
    /// The entries of a node. O(fields of the master entry).
    pub(super) fn new(key: Id, node: &'a Listpack) -> Slots<'a> {
        let Master { fields, field_count, .. } = Master::read(node);
        let mut rest = fields.clone();
        // The fields, and the zero behind them.
        rest.nth(field_count);
        Slots { key, fields, field_count, rest }
    }

    /// Reads the entry in front of `elements`, up to and with the count behind it.
    #[inline]
    fn read(&self, elements: &mut Iter<'a>) -> Option<Slot<'a>> {
        let position = elements.next_position()?;
        let flags = integer(elements);
        let ms = self.key.ms.wrapping_add(integer(elements) as u64);
        let seq = self.key.seq.wrapping_add(integer(elements) as u64);
        let same = flags & SAME_FIELDS != 0;
        let left = if same { self.field_count } else { integer(elements) as usize };
        let shared = same.then(|| self.fields.clone());
        let entry = Entry { id: Id { ms, seq }, fields: Fields { shared, own: elements.clone(), left } };
        // The values, perhaps with fields, and the count.
        elements.nth(if same { left } else { 2 * left });
        Some(Slot { position, flags, entry })
    }
}

impl<'a> Iterator for Slots<'a> {
    type Item = Slot<'a>;

    #[inline]
    fn next(&mut self) -> Option<Slot<'a>> {
        let mut rest = self.rest.clone();
        let slot = self.read(&mut rest);
        self.rest = rest;
        slot
    }
}

impl DoubleEndedIterator for Slots<'_> {
    fn next_back(&mut self) -> Option<Self::Item> {
        let Element::Int(count) = self.rest.clone().next_back()? else { no_integer() };
        let mut elements = self.rest.split_back(count as usize + 1);
        self.read(&mut elements)
    }
}

/// The position of the entry of this id, if it is in the node and not deleted. O(elements of the node).
pub(super) fn find(key: Id, node: &Listpack, id: Id) -> Option<Position> {
    Slots::new(key, node).find(|slot| slot.entry.id == id && !slot.is_deleted()).map(|slot| slot.position)
}

/// Marks the entry at a position as deleted; says whether it was not before. The counts in the master entry are not
/// touched. O(1).
pub(super) fn mark_deleted(node: &mut Listpack, position: Position) -> bool {
    let Element::Int(flags) = node.get(position) else { no_integer() };
    if flags & DELETED == 0 {
        node.replace(position, flags | DELETED);
    }
    flags & DELETED == 0
}

/// Writes the counts of entries that are there and that are deleted. O(1) where they keep their size.
pub(super) fn write_counts(node: &mut Listpack, live: u64, deleted: u64) {
    for (index, count) in [live, deleted].into_iter().enumerate() {
        let Some(position) = node.seek(index as i64) else { no_integer() };
        node.replace(position, count as i64);
    }
}
