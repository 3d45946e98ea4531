//! Lists: a listpack while small, a quicklist of listpacks beyond.

use super::{Collection, Encoding, stands_in};
use russet_structures::listpack::Listpack;
use russet_structures::quicklist::Quicklist;

/// Elements in the order in which they were put.
#[derive(Debug)]
pub enum List {
    /// All elements in one listpack.
    Packed(Listpack),
    /// Nodes of listpacks.
    Quick(Quicklist),
}

impl Collection for List {
    stands_in!(List);

    fn encoding(&self) -> Encoding {
        match self {
            List::Packed(_) => Encoding::ListPacked,
            List::Quick(_) => Encoding::ListQuick,
        }
    }

    fn len(&self) -> usize {
        match self {
            List::Packed(pack) => pack.len(),
            List::Quick(list) => list.len(),
        }
    }

    fn duplicate(&self) -> Self {
        match self {
            List::Packed(pack) => List::Packed(pack.clone()),
            List::Quick(list) => List::Quick(list.clone()),
        }
    }
}
