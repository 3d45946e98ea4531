//! Sorted sets: a listpack of members and scores in order while small, a dict with a B+ tree beyond.

use super::{Collection, Encoding, stands_in};
use crate::hash::KeyHasher;
use crate::number;
use russet_structures::element::Element;
use russet_structures::listpack::Listpack;
use russet_structures::sorted_set;

/// Members in the order of their scores, and where these are equal, of their bytes.
pub enum SortedSet {
    /// Member, score, member, score, in order.
    Packed(Listpack),
    /// Found by member, by score and by rank.
    Sorted(Box<sorted_set::SortedSet<KeyHasher>>),
}

impl Collection for SortedSet {
    stands_in!(SortedSet);

    fn encoding(&self) -> Encoding {
        match self {
            SortedSet::Packed(_) => Encoding::SortedPacked,
            SortedSet::Sorted(_) => Encoding::SortedTree,
        }
    }

    fn len(&self) -> usize {
        match self {
            SortedSet::Packed(pack) => pack.len() / 2,
            SortedSet::Sorted(set) => set.len(),
        }
    }

    fn duplicate(&self) -> Self {
        match self {
            SortedSet::Packed(pack) => SortedSet::Packed(pack.clone()),
            SortedSet::Sorted(set) => SortedSet::Sorted(set.clone()),
        }
    }
}

impl SortedSet {
    /// Every member with its score, in order. O(n).
    pub fn for_each(&self, mut see: impl FnMut(&[u8], f64)) {
        match self {
            SortedSet::Packed(pack) => pack.pairs().for_each(|(member, score)| {
                let score = score_of(score);
                member.with_text(|member| see(member, score));
            }),
            SortedSet::Sorted(set) => set.iter().for_each(|(member, score)| see(member, score)),
        }
    }
}

/// The score that an element of a listpack spells.
pub(crate) fn score_of(element: Element<'_>) -> f64 {
    match element {
        Element::Int(value) => value as f64,
        Element::Bytes(text) => number::parse_double(text).unwrap_or(0.0),
    }
}

impl std::fmt::Debug for SortedSet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SortedSet({}, {} members)", self.encoding().name(), self.len())
    }
}
