//! The set: a map whose values are all empty.

use std::hash::BuildHasher;

use super::entry::Entry;
use super::raw::Pair;
use super::table::Map;

/// A hash table of byte strings; see the [module's page](super).
pub struct Set<S> {
    map: Map<S>,
}

impl<S: BuildHasher> Set<S> {
    /// An empty set. Allocates nothing.
    pub const fn with_hasher(hasher: S) -> Set<S> {
        Set { map: Map::with_hasher(hasher) }
    }

    /// An empty set whose table has memory for about `capacity` members.
    pub fn with_capacity_and_hasher(capacity: usize, hasher: S) -> Set<S> {
        Set { map: Map::with_capacity_and_hasher(capacity, hasher) }
    }

    /// The map whose fields are the members.
    pub fn map(&self) -> &Map<S> {
        &self.map
    }

    /// Moves members into other blocks; see [`Map::relocate`]. O(n).
    pub fn relocate(&mut self, leave: impl FnMut(*const u8) -> bool) -> usize {
        self.map.relocate(leave)
    }

    /// Number of members. O(1).
    #[inline]
    pub fn len(&self) -> usize {
        self.map.len()
    }

    /// Whether there are no members. O(1).
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.map.is_empty()
    }

    /// Bytes allocated, without `Set` itself. O(1).
    pub fn memory(&self) -> usize {
        self.map.memory()
    }

    /// Whether this is a member. O(1) expected.
    #[inline]
    pub fn contains(&self, member: &[u8]) -> bool {
        self.map.contains(member)
    }

    /// Starts loading what a search for the member reads first. O(1).
    #[inline]
    pub fn prefetch(&self, member: &[u8]) {
        self.map.prefetch(member);
    }

    /// Adds a member and says whether it is new. O(1) expected.
    ///
    /// # Panics
    /// If the member is 4 GiB or longer.
    #[inline]
    pub fn insert(&mut self, member: &[u8]) -> bool {
        match self.map.entry(member) {
            Entry::Occupied(_) => false,
            Entry::Vacant(entry) => {
                entry.insert(b"");
                true
            }
        }
    }

    /// Removes a member and says whether it was one. O(1) amortised.
    #[inline]
    pub fn remove(&mut self, member: &[u8]) -> bool {
        self.map.remove(member).is_some()
    }

    /// Every member once, in no order that means anything. O(n) for all of it.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &[u8]> {
        self.map.iter().map(Pair::field)
    }

    /// Visits the members of about `budget` buckets from `cursor` on and returns the cursor to continue with, 0 at
    /// the end; see [`Dict::scan`](crate::dict::Dict::scan). Start with 0.
    pub fn scan(&self, cursor: u64, budget: usize, mut visit: impl FnMut(&[u8])) -> u64 {
        self.map.scan(cursor, budget, |pair| visit(pair.field()))
    }

    /// A random member, each equally likely; `None` where there are none. O(1) expected.
    pub fn sample(&self, random: impl FnMut() -> u64) -> Option<&[u8]> {
        self.map.sample(random).map(Pair::field)
    }

    /// `wanted` different random members, or all where there are no more, every choice equally likely; returns how many
    /// there were. O(wanted log wanted) expected.
    pub fn sample_distinct<'a>(
        &'a self,
        random: impl FnMut() -> u64,
        wanted: usize,
        mut visit: impl FnMut(&'a [u8]),
    ) -> usize {
        self.map.sample_distinct(random, wanted, |pair| visit(pair.field()))
    }

    /// Removes the members that `keep` refuses, and gives their memory back. O(n).
    pub fn retain(&mut self, mut keep: impl FnMut(&[u8]) -> bool) {
        self.map.retain(|pair| keep(pair.field()));
    }

    /// Takes all members out as pairs' fields, leaving an empty set. O(1); dropping the iterator is O(n).
    pub fn drain(&mut self) -> crate::dict::IntoIter<Pair> {
        self.map.drain()
    }

    /// Removes a random member, each equally likely, and returns it as a pair's field. O(1) expected.
    pub fn pop(&mut self, random: impl FnMut() -> u64) -> Option<Pair> {
        self.map.pop(random)
    }

    /// Removes all members and gives all memory back. O(n).
    pub fn clear(&mut self) {
        self.map.clear();
    }

    /// Checks every invariant. O(n).
    ///
    /// # Panics
    /// Where one does not hold, saying which.
    pub fn validate(&self) {
        self.map.validate();
        assert!(
            self.map.iter().all(|pair| pair.value().is_empty() && pair.expiry().is_none()),
            "a bare member"
        );
    }
}

/// The same members. O(n).
impl<S: BuildHasher + Clone> Clone for Set<S> {
    fn clone(&self) -> Self {
        Set { map: self.map.clone() }
    }
}

impl<S: BuildHasher + Default> Default for Set<S> {
    fn default() -> Self {
        Set::with_hasher(S::default())
    }
}

impl<S: BuildHasher> std::fmt::Debug for Set<S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.iter().map(|member| member.escape_ascii().to_string())).finish()
    }
}
