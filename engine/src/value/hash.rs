//! Hashes: a listpack of fields and values while small, a map beyond.

use super::{Collection, Encoding, stands_in};
use crate::hash::KeyHasher;
use russet_structures::listpack::Listpack;
use russet_structures::map::Map;

/// Fields with values.
pub enum Hash {
    /// Field, value, field, value, in the order in which fields were first set.
    Packed(Listpack),
    /// Fields found by hash, in no order.
    Table(Box<Map<KeyHasher>>),
}

impl Collection for Hash {
    stands_in!(Hash);

    fn encoding(&self) -> Encoding {
        match self {
            Hash::Packed(_) => Encoding::HashPacked,
            Hash::Table(_) => Encoding::HashTable,
        }
    }

    fn len(&self) -> usize {
        match self {
            Hash::Packed(pack) => pack.len() / 2,
            Hash::Table(map) => map.len(),
        }
    }

    fn duplicate(&self) -> Self {
        match self {
            Hash::Packed(pack) => Hash::Packed(pack.clone()),
            Hash::Table(map) => Hash::Table(map.clone()),
        }
    }
}

impl std::fmt::Debug for Hash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Hash({}, {} fields)", self.encoding().name(), self.len())
    }
}
