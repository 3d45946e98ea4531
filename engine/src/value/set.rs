//! Sets: an intset while all members are integers and few, a listpack while small, a table beyond.

use super::{Collection, Encoding, stands_in};
use crate::hash::KeyHasher;
use russet_structures::intset::Intset;
use russet_structures::listpack::Listpack;
use russet_structures::map;

/// Members without order, each once.
pub enum Set {
    /// Integers in ascending order.
    Ints(Intset),
    /// Members in the order in which they were added.
    Packed(Listpack),
    /// Members found by hash, in no order.
    Table(Box<map::Set<KeyHasher>>),
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
