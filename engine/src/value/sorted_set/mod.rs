//! Sorted sets: a listpack of members and scores in order while small, a dict with a B+ tree beyond.
//!
//! | file | what it is about |
//! |---|---|
//! | `mod.rs` | the two encodings, and when the small one becomes the large one |
//! | `packed.rs` | members and scores in a listpack |
//! | `read.rs` | scores, ranks, ranges, scanning |
//! | `change.rs` | new scores, new members, removal |
//! | `sample.rs` | random members |
//!
//! Every range is a range of ranks first: [`SortedSet::score_range`] and [`SortedSet::lex_range`] say which, and
//! [`SortedSet::range`] and [`SortedSet::remove_range`] take it from there.

mod change;
mod packed;
mod read;
mod sample;
#[cfg(test)]
mod tests;

pub use change::Change;
pub use read::Elements;

use super::{Collection, Encoding, stands_in};
use crate::hash::KeyHasher;
use crate::params::Params;
use russet_structures::element::Element;
use russet_structures::listpack::Listpack;
use russet_structures::sorted_set::{self, Scored};
use std::borrow::Cow;

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

/// Up to which size a sorted set stays a listpack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Most members.
    pub entries: usize,
    /// Longest member, in bytes.
    pub value: usize,
}

impl Limits {
    /// Those that the parameters set.
    pub fn of(params: &Params) -> Self {
        Limits {
            entries: usize::try_from(params.zset_max_listpack_entries()).unwrap_or(0),
            value: usize::try_from(params.zset_max_listpack_value()).unwrap_or(usize::MAX),
        }
    }
}

impl SortedSet {
    /// An empty set for about `expected` members, of which the first has `length` bytes.
    pub fn new(expected: usize, length: usize, limits: Limits, hasher: &KeyHasher) -> Self {
        if expected <= limits.entries && length <= limits.value {
            SortedSet::Packed(Listpack::new())
        } else {
            SortedSet::Sorted(Box::new(sorted_set::SortedSet::with_hasher(hasher.clone())))
        }
    }

    /// A set of the elements that `make` gives each time it is called, each above the one before it; where they are not,
    /// they are put in order. O(n) in order, else O(n log n).
    pub fn from_sorted<'e, I>(make: impl Fn() -> I, limits: Limits, hasher: &KeyHasher) -> Self
    where
        I: ExactSizeIterator<Item = (Element<'e>, f64)>,
    {
        let len = make().len();
        let mut pack = Listpack::new();
        let lengths = || make().map(|(member, _)| member.text_len());
        let is_short = len <= limits.entries && lengths().all(|length| length <= limits.value);
        if is_short && pack.safe_to_add(lengths().sum()) {
            make().for_each(|(member, score)| packed::insert(&mut pack, member, score));
            return SortedSet::Packed(pack);
        }
        SortedSet::Sorted(Box::new(tree(make, hasher)))
    }

    /// A set of elements in any order; `None` if a member comes twice. The scores must not be NaN. O(n) if they ascend or
    /// descend, else O(n log n).
    pub(crate) fn of_scored(elements: Vec<Scored>, limits: Limits, hasher: &KeyHasher) -> Option<Self> {
        if elements.len() > limits.entries
            || elements.iter().any(|element| element.member().len() > limits.value)
        {
            let set = sorted_set::SortedSet::from_scored(elements, hasher.clone())?;
            return Some(SortedSet::Sorted(Box::new(set)));
        }
        let make = || elements.iter().map(|element| (Element::new(element.member()), element.score()));
        let mut members: Vec<_> = elements.iter().map(Scored::member).collect();
        members.sort_unstable();
        let different = members.is_sorted_by(|a, b| a < b);
        different.then(|| SortedSet::from_sorted(make, limits, hasher))
    }

    /// A set of the elements of these ranks. O(log n + elements).
    pub fn slice(&self, ranks: std::ops::Range<usize>, limits: Limits, hasher: &KeyHasher) -> Self {
        SortedSet::from_sorted(|| self.range(ranks.clone()), limits, hasher)
    }

    /// Becomes the large encoding where a command names more members than the small one may have: Redis does not wait
    /// and see how many of them are new.
    pub fn expect(&mut self, members: usize, limits: Limits, hasher: &KeyHasher) {
        if members > limits.entries {
            self.convert(hasher);
        }
    }

    /// Becomes the large encoding. O(n).
    pub fn convert(&mut self, hasher: &KeyHasher) {
        if let SortedSet::Packed(_) = self {
            *self = SortedSet::Sorted(Box::new(tree(|| self.iter(), hasher)));
        }
    }
}

/// The large encoding of elements that are in order. Bytes from elsewhere may hold a listpack that is not: then they are
/// put in order one by one.
fn tree<'e, I>(make: impl Fn() -> I, hasher: &KeyHasher) -> sorted_set::SortedSet<KeyHasher>
where
    I: Iterator<Item = (Element<'e>, f64)>,
{
    let text = |(member, score): (Element<'e>, f64)| match member {
        Element::Bytes(bytes) => (Cow::Borrowed(bytes), score),
        integer => (Cow::Owned(integer.to_vec()), score),
    };
    sorted_set::SortedSet::from_sorted(make().map(text), hasher.clone()).unwrap_or_else(|| {
        let mut set = sorted_set::SortedSet::with_hasher(hasher.clone());
        for (member, score) in make() {
            member.with_text(|member| set.insert(member, score));
        }
        set
    })
}

impl std::fmt::Debug for SortedSet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SortedSet({}, {} members)", self.encoding().name(), self.len())
    }
}
