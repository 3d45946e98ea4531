//! Find, else insert: one search, then a choice.

use super::{Dict, Slot};

/// What a search found; see [`Dict::entry`].
pub enum Entry<'a, T> {
    /// There is such an entry.
    Occupied(OccupiedEntry<'a, T>),
    /// There is none.
    Vacant(VacantEntry<'a, T>),
}

/// An entry that was found.
pub struct OccupiedEntry<'a, T> {
    dict: &'a mut Dict<T>,
    hash: u64,
    place: (usize, usize, usize),
}

/// The absence of an entry.
pub struct VacantEntry<'a, T> {
    dict: &'a mut Dict<T>,
    hash: u64,
}

impl<T> Dict<T> {
    /// Searches for the entry with this hash that satisfies `eq`, to change, remove or add it. O(1) expected.
    #[inline]
    pub fn entry(&mut self, hash: u64, eq: impl FnMut(&T) -> bool) -> Entry<'_, T> {
        match self.locate(hash, eq) {
            Some(place) => Entry::Occupied(OccupiedEntry { dict: self, hash, place }),
            None => Entry::Vacant(VacantEntry { dict: self, hash }),
        }
    }
}

impl<'a, T> OccupiedEntry<'a, T> {
    /// The entry.
    #[inline]
    pub fn get(&self) -> &T {
        let (index, at, slot) = self.place;
        match self.dict.directory.buckets(index).and_then(|(buckets, _)| buckets.get(at, slot)) {
            Some(value) => value,
            None => unreachable!("an occupied entry stays where it was found"),
        }
    }

    /// The entry, to change in place; its hash must stay the same.
    #[inline]
    pub fn get_mut(&mut self) -> &mut T {
        slot_mut(self.dict, self.place)
    }

    /// The entry, for as long as the dict was borrowed.
    #[inline]
    pub fn into_mut(self) -> &'a mut T {
        slot_mut(self.dict, self.place)
    }
}

impl<T: Slot> OccupiedEntry<'_, T> {
    /// Takes the entry out of the dict. O(1) amortised; for `hasher` see [`Dict::remove`].
    #[inline]
    pub fn remove(self, hasher: impl Fn(&T) -> u64) -> T {
        let (index, at, slot) = self.place;
        match self.dict.take_at(self.hash, index, at, slot, hasher) {
            Some(value) => value,
            None => unreachable!("an occupied entry stays where it was found"),
        }
    }
}

impl<'a, T: Slot> VacantEntry<'a, T> {
    /// Adds the entry. O(1) amortised; for `hasher` and panics see [`Dict::insert_unique`].
    #[inline]
    pub fn insert(self, value: T, hasher: impl Fn(&T) -> u64) -> &'a mut T {
        self.dict.insert_unique(self.hash, value, hasher)
    }
}

fn slot_mut<T>(dict: &mut Dict<T>, (index, at, slot): (usize, usize, usize)) -> &mut T {
    let segment = dict.directory.segment_mut(index);
    match segment.and_then(|segment| segment.buckets.into_mut(at, slot)) {
        Some(value) => value,
        None => unreachable!("an occupied entry stays where it was found"),
    }
}
