//! Sets: an intset while all members are integers and few, a listpack while small, a table beyond.
//!
//! A set only ever goes from the small forms to the large one, when a member comes that its form has no place for:
//!
//! ```text
//!           not an integer, and few and short enough
//!  Ints ──────────────────────────────────────────────> Packed
//!    │                                                     │
//!    │ more than `ints` of them, or not an integer         │ more than `packed` of them, or
//!    │ and too many or too long for a listpack             │ longer than `packed_value`
//!    └────────────────────────> Table <────────────────────┘
//! ```
//!
//! A set that is made as a whole (the `STORE` commands, `SPOP` of nearly everything) begins again with a small form.

mod limits;
mod members;
mod sample;

pub use limits::SetLimits;
pub use members::Members;

use super::{Collection, Encoding, stands_in};
use crate::hash::KeyHasher;
use russet_structures::element::Element;
use russet_structures::integer::{decimal_len, parse_i64};
use russet_structures::intset::Intset;
use russet_structures::listpack::Listpack;
use russet_structures::map;

/// More members than these an intset never has, whatever the parameter says.
const INTS_MAX: usize = 1 << 30;

/// Members without order, each once.
pub enum Set {
    /// Integers in ascending order.
    Ints(Intset),
    /// Members in the order in which they were added.
    Packed(Listpack),
    /// Members found by hash, in no order.
    Table(Box<map::Set<KeyHasher>>),
}

impl Set {
    /// An empty set, which takes any form that its members will allow.
    pub fn empty() -> Set {
        Set::Ints(Intset::new())
    }

    /// An empty set of the form that suits `count` members, of which this is the first.
    pub fn for_members(first: &[u8], count: usize, limits: &SetLimits) -> Set {
        if count <= limits.ints && parse_i64(first).is_some() {
            Set::empty()
        } else if count <= limits.packed {
            Set::Packed(Listpack::new())
        } else {
            Set::Table(Box::new(map::Set::with_capacity_and_hasher(count, limits.hasher.clone())))
        }
    }

    /// Prepares for the arrival of `count` members: where so many would be too many for the small form, the set
    /// becomes a table at once.
    pub fn expect(&mut self, count: usize, limits: &SetLimits) {
        let too_many = match self {
            Set::Ints(_) => count > limits.ints,
            Set::Packed(_) => count > limits.packed,
            Set::Table(_) => false,
        };
        if too_many {
            self.spread(count, limits);
        }
    }

    /// Becomes a table of the same members. O(n).
    fn spread(&mut self, expected: usize, limits: &SetLimits) {
        let mut table = map::Set::with_capacity_and_hasher(expected.max(self.len()), limits.hasher.clone());
        for member in self.members() {
            member.with_text(|text| table.insert(text));
        }
        *self = Set::Table(Box::new(table));
    }

    /// Adds a member and says whether it is new. O(1) for a table, O(n) for the small forms.
    pub fn insert(&mut self, member: Element<'_>, limits: &SetLimits) -> bool {
        match self {
            Set::Table(table) => member.with_text(|text| table.insert(text)),
            Set::Packed(pack) => {
                let new = find(pack, member).is_none();
                if new {
                    self.append(member, limits);
                }
                new
            }
            Set::Ints(ints) => {
                if let Some(value) = integer(member) {
                    let new = ints.insert(value);
                    if ints.len() > limits.ints.min(INTS_MAX) {
                        self.spread(0, limits);
                    }
                    return new;
                }
                match packed(ints, member, limits) {
                    Some(pack) => *self = Set::Packed(pack),
                    None => {
                        self.spread(self.len() + 1, limits);
                        self.insert(member, limits);
                    }
                }
                true
            }
        }
    }

    /// Adds a member that is known to be none yet. O(1), but O(n) for an intset.
    pub(crate) fn append(&mut self, member: Element<'_>, limits: &SetLimits) {
        if let Set::Packed(pack) = self {
            let len = member.text_len();
            if pack.len() < limits.packed && len <= limits.packed_value && pack.safe_to_add(len) {
                pack.push_back(stored(member));
                return;
            }
            self.spread(self.len() + 1, limits);
        }
        self.insert(member, limits);
    }

    /// Removes a member and says whether it was one. O(1) for a table, O(n) for the small forms.
    pub fn remove(&mut self, member: Element<'_>) -> bool {
        match self {
            Set::Ints(ints) => integer(member).is_some_and(|value| ints.remove(value)),
            Set::Packed(pack) => match find(pack, member) {
                Some(position) => {
                    pack.remove(position);
                    true
                }
                None => false,
            },
            Set::Table(table) => member.with_text(|text| table.remove(text)),
        }
    }

    /// Whether this is a member. O(1) for a table, O(log n) for an intset, O(n) for a listpack.
    pub fn contains(&self, member: Element<'_>) -> bool {
        match self {
            Set::Ints(ints) => integer(member).is_some_and(|value| ints.contains(value)),
            Set::Packed(pack) => find(pack, member).is_some(),
            Set::Table(table) => member.with_text(|text| table.contains(text)),
        }
    }

    /// Every member once: of an intset in ascending order, of a listpack in the order in which they came.
    pub fn members(&self) -> Members<'_> {
        Members::of(self)
    }

    /// Visits at least `count` members from `cursor` on, and not many more; fewer only at the end, or where it has looked
    /// in vain for long. Returns the cursor to go on with, 0 at the end. The small forms are visited whole. O(count).
    pub fn scan(&self, cursor: u64, count: usize, mut visit: impl FnMut(Element<'_>)) -> u64 {
        match self {
            Set::Table(table) => {
                table.map().scan_at_least(cursor, count, |pair| visit(Element::Bytes(pair.field())))
            }
            Set::Ints(_) | Set::Packed(_) => {
                self.members().for_each(visit);
                0
            }
        }
    }

    /// Becomes an intset if there are few enough members for one: all of them are integers. O(n log n).
    pub fn become_ints(&mut self, limits: &SetLimits) {
        if matches!(self, Set::Ints(_)) || self.len() > limits.ints.min(INTS_MAX) {
            return;
        }
        *self = Set::Ints(self.members().filter_map(integer).collect());
    }
}

/// The integer that a member is.
fn integer(member: Element<'_>) -> Option<i64> {
    match member {
        Element::Int(value) => Some(value),
        Element::Bytes(text) => parse_i64(text),
    }
}

/// Where a member stands in a listpack.
fn find(pack: &Listpack, member: Element<'_>) -> Option<russet_structures::listpack::Position> {
    member.with_text(|text| pack.find(text, 0))
}

/// A member in the form in which a listpack keeps it.
fn stored(member: Element<'_>) -> Element<'_> {
    match member {
        Element::Int(_) => member,
        Element::Bytes(text) => Element::new(text),
    }
}

/// A listpack of some integers and a further member that is none, if it may hold them.
fn packed(ints: &Intset, member: Element<'_>, limits: &SetLimits) -> Option<Listpack> {
    /// Most bytes that an integer takes there.
    const INTEGER: usize = 11;
    let (len, mut pack) = (member.text_len(), Listpack::new());
    let longest = [ints.min(), ints.max()].into_iter().flatten().map(decimal_len).fold(len, usize::max);
    let few = ints.len() < limits.packed && pack.safe_to_add(ints.len() * INTEGER + len);
    if !few || longest > limits.packed_value {
        return None;
    }
    pack.reserve(ints.len() * 4 + len);
    for value in ints {
        pack.push_back(value);
    }
    pack.push_back(member);
    pack.shrink_to_fit();
    Some(pack)
}

impl Collection for Set {
    stands_in!(Set);

    fn encoding(&self) -> Encoding {
        match self {
            Set::Ints(_) => Encoding::SetInts,
            Set::Packed(_) => Encoding::SetPacked,
            Set::Table(_) => Encoding::SetTable,
        }
    }

    fn len(&self) -> usize {
        match self {
            Set::Ints(ints) => ints.len(),
            Set::Packed(pack) => pack.len(),
            Set::Table(table) => table.len(),
        }
    }

    fn duplicate(&self) -> Self {
        match self {
            Set::Ints(ints) => Set::Ints(ints.clone()),
            Set::Packed(pack) => Set::Packed(pack.clone()),
            Set::Table(table) => Set::Table(table.clone()),
        }
    }
}

impl std::fmt::Debug for Set {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Set({}, {} members)", self.encoding().name(), self.len())
    }
}

#[cfg(test)]
mod tests;
