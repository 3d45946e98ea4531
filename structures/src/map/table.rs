//! The map: a dict of pairs, its hasher, and what it has to know about all of them.

use std::hash::BuildHasher;

use super::entry::{Entry, OccupiedEntry, VacantEntry};
use super::raw::Pair;
use crate::dict::{self, Dict};

/// A hash table from byte strings to byte strings; see the [module's page](super).
pub struct Map<S> {
    pub(super) dict: Dict<Pair>,
    pub(super) hasher: S,
    /// Bytes in all pairs' blocks.
    pub(super) blocks: usize,
    /// Pairs with an expiry.
    pub(super) volatile: usize,
}

impl<S: BuildHasher> Map<S> {
    /// An empty map. Allocates nothing.
    pub const fn with_hasher(hasher: S) -> Map<S> {
        Map { dict: Dict::new(), hasher, blocks: 0, volatile: 0 }
    }

    /// An empty map whose table has memory for about `capacity` fields.
    pub fn with_capacity_and_hasher(capacity: usize, hasher: S) -> Map<S> {
        Map { dict: Dict::with_capacity(capacity), hasher, blocks: 0, volatile: 0 }
    }

    /// Number of fields. O(1).
    #[inline]
    pub fn len(&self) -> usize {
        self.dict.len()
    }

    /// Whether there are no fields. O(1).
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.dict.is_empty()
    }

    /// Number of fields that have an expiry. O(1).
    #[inline]
    pub fn volatile(&self) -> usize {
        self.volatile
    }

    /// Bytes allocated, without `Map` itself: the table and all blocks. O(1).
    pub fn memory(&self) -> usize {
        self.dict.memory() + self.blocks
    }

    /// Moves those pairs into other blocks of whose place `leave` says so; returns their bytes. O(n).
    pub fn relocate(&mut self, mut leave: impl FnMut(*const u8) -> bool) -> usize {
        let mut moved = 0;
        self.dict.for_each_mut(|pair| {
            if pair.allocated() > 0 && leave(pair.field().as_ptr()) {
                let (field, value) = pair.parts();
                *pair = Pair::new(field, value, pair.expiry());
                moved += pair.allocated();
            }
        });
        moved
    }

    /// The table itself: for its statistics.
    pub fn dict(&self) -> &Dict<Pair> {
        &self.dict
    }

    /// The hasher that the map was made with.
    pub fn hasher(&self) -> &S {
        &self.hasher
    }

    /// The field's pair: its value and expiry. O(1) expected.
    #[inline]
    pub fn find(&self, field: &[u8]) -> Option<&Pair> {
        self.dict.find(self.hasher.hash_one(field), |pair| pair.is(field))
    }

    /// The field's value. O(1) expected.
    #[inline]
    pub fn get(&self, field: &[u8]) -> Option<&[u8]> {
        self.find(field).map(Pair::value)
    }

    /// Whether there is such a field. O(1) expected.
    #[inline]
    pub fn contains(&self, field: &[u8]) -> bool {
        self.find(field).is_some()
    }

    /// Starts loading what a search for the field reads first. O(1); see [`Dict::prefetch`].
    #[inline]
    pub fn prefetch(&self, field: &[u8]) {
        self.dict.prefetch(self.hasher.hash_one(field));
    }

    /// Gives the field this value and no expiry, and says whether the field is new. O(1) expected.
    ///
    /// # Panics
    /// If field or value is 4 GiB or longer.
    #[inline]
    pub fn insert(&mut self, field: &[u8], value: &[u8]) -> bool {
        match self.entry(field) {
            Entry::Occupied(mut entry) => {
                entry.set_expiry(None);
                entry.set_value(value);
                false
            }
            Entry::Vacant(entry) => {
                entry.insert(value);
                true
            }
        }
    }

    /// The field's place, to look at it and then change, remove or add it. O(1) expected.
    #[inline]
    pub fn entry<'a, 'f>(&'a mut self, field: &'f [u8]) -> Entry<'a, 'f, S> {
        let hash = self.hasher.hash_one(field);
        match self.dict.entry(hash, |pair| pair.is(field)) {
            dict::Entry::Occupied(inner) => Entry::Occupied(OccupiedEntry {
                inner,
                hasher: &self.hasher,
                blocks: &mut self.blocks,
                volatile: &mut self.volatile,
            }),
            dict::Entry::Vacant(inner) => Entry::Vacant(VacantEntry {
                inner,
                field,
                hasher: &self.hasher,
                blocks: &mut self.blocks,
                volatile: &mut self.volatile,
            }),
        }
    }

    /// Removes the field and returns its pair. O(1) amortised.
    #[inline]
    pub fn remove(&mut self, field: &[u8]) -> Option<Pair> {
        let hash = self.hasher.hash_one(field);
        self.take(hash, |pair| pair.is(field))
    }

    /// Removes a pair that is known by its hash, of those that `eq` recognises, and returns it: for whoever keeps hashes of
    /// fields in place of the fields. O(1) amortised.
    pub fn remove_hashed(&mut self, hash: u64, eq: impl Fn(&Pair) -> bool) -> Option<Pair> {
        self.take(hash, eq)
    }

    /// Takes out the pair with this hash that satisfies `eq`.
    fn take(&mut self, hash: u64, eq: impl Fn(&Pair) -> bool) -> Option<Pair> {
        let pair = self.dict.remove(hash, eq, |pair| self.hasher.hash_one(pair.field()))?;
        self.blocks -= pair.allocated();
        self.volatile -= usize::from(pair.expiry().is_some());
        Some(pair)
    }

    /// Sets or clears the expiry of a field, in milliseconds of the owner's clock; `false` where there is no such
    /// field. O(1) expected; the first expiry and its removal move the pair.
    pub fn set_expiry(&mut self, field: &[u8], expiry: Option<i64>) -> bool {
        match self.entry(field) {
            Entry::Occupied(mut entry) => {
                entry.set_expiry(expiry);
                true
            }
            Entry::Vacant(_) => false,
        }
    }

    /// Every pair once, in no order that means anything. O(n) for all of it.
    pub fn iter(&self) -> dict::Iter<'_, Pair> {
        self.dict.iter()
    }

    /// Visits the pairs of about `budget` buckets from `cursor` on and returns the cursor to continue with, 0 at the
    /// end; see [`Dict::scan`]. Start with 0.
    pub fn scan(&self, cursor: u64, budget: usize, visit: impl FnMut(&Pair)) -> u64 {
        self.dict.scan(cursor, budget, |pair| self.hasher.hash_one(pair.field()), visit)
    }

    /// Visits at least `count` pairs from `cursor` on, and not many more, and returns the cursor to continue with, 0 at
    /// the end; see [`Dict::scan_at_least`]. Start with 0.
    pub fn scan_at_least(&self, cursor: u64, count: usize, visit: impl FnMut(&Pair)) -> u64 {
        self.dict.scan_at_least(cursor, count, |pair| self.hasher.hash_one(pair.field()), visit)
    }

    /// A random pair, each equally likely; `None` where there are none. O(1) expected.
    pub fn sample(&self, random: impl FnMut() -> u64) -> Option<&Pair> {
        self.dict.sample(random)
    }

    /// `wanted` different random pairs, or all where there are no more, every choice equally likely; returns how many
    /// there were. O(wanted log wanted) expected.
    pub fn sample_distinct<'a>(
        &'a self,
        random: impl FnMut() -> u64,
        wanted: usize,
        visit: impl FnMut(&'a Pair),
    ) -> usize {
        self.dict.sample_distinct(random, wanted, visit)
    }

    /// Removes the pairs that `keep` refuses, and gives their memory back. O(n).
    pub fn retain(&mut self, mut keep: impl FnMut(&Pair) -> bool) {
        let (blocks, volatile) = (&mut self.blocks, &mut self.volatile);
        let keep = |pair: &Pair| {
            let kept = keep(pair);
            if !kept {
                *blocks -= pair.allocated();
                *volatile -= usize::from(pair.expiry().is_some());
            }
            kept
        };
        self.dict.retain(|pair| self.hasher.hash_one(pair.field()), keep);
    }

    /// Removes a random pair, each equally likely, and returns it. O(1) expected.
    pub fn pop(&mut self, random: impl FnMut() -> u64) -> Option<Pair> {
        let pair = self.dict.sample(random)?;
        let (hash, word) = (self.hasher.hash_one(pair.field()), pair.word());
        // No two pairs are the same word: two blocks have two addresses, and inline pairs are different fields.
        self.take(hash, |pair| pair.same(word))
    }

    /// Removes all fields and gives all memory back. O(n).
    pub fn clear(&mut self) {
        self.dict.clear();
        (self.blocks, self.volatile) = (0, 0);
    }

    /// Takes all pairs out, leaving an empty map. O(1); dropping the iterator is O(n).
    pub fn drain(&mut self) -> dict::IntoIter<Pair> {
        (self.blocks, self.volatile) = (0, 0);
        self.dict.drain()
    }

    /// Checks every invariant. O(n).
    ///
    /// # Panics
    /// Where one does not hold, saying which.
    pub fn validate(&self) {
        self.dict.validate(|pair| self.hasher.hash_one(pair.field()));
        assert_eq!(self.blocks, self.iter().map(Pair::allocated).sum::<usize>(), "bytes in blocks");
        let volatile = self.iter().filter(|pair| pair.expiry().is_some()).count();
        assert_eq!(self.volatile, volatile, "number of volatile fields");
    }
}

/// The same fields, values and expiries. O(n).
impl<S: BuildHasher + Clone> Clone for Map<S> {
    fn clone(&self) -> Self {
        let mut dict = Dict::with_capacity(self.len());
        let hash = |pair: &Pair| self.hasher.hash_one(pair.field());
        let mut blocks = 0;
        for pair in self.iter() {
            let copy = Pair::new(pair.field(), pair.value(), pair.expiry());
            // The block of a value that was made shorter in place is larger than a new one.
            blocks += copy.allocated();
            dict.insert_unique(hash(pair), copy, hash);
        }
        Map { dict, hasher: self.hasher.clone(), blocks, volatile: self.volatile }
    }
}

impl<S: BuildHasher + Default> Default for Map<S> {
    fn default() -> Self {
        Map::with_hasher(S::default())
    }
}

impl<S> std::fmt::Debug for Map<S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.dict.iter()).finish()
    }
}
