//! Find a field, else insert it: one search, then a choice.

use std::hash::BuildHasher;

use super::raw::Pair;
use crate::dict;

/// What a search found; see [`Map::entry`](super::Map::entry).
pub enum Entry<'a, 'f, S> {
    /// There is such a field.
    Occupied(OccupiedEntry<'a, S>),
    /// There is none.
    Vacant(VacantEntry<'a, 'f, S>),
}

/// A field that was found.
pub struct OccupiedEntry<'a, S> {
    pub(super) inner: dict::OccupiedEntry<'a, Pair>,
    pub(super) hasher: &'a S,
    pub(super) blocks: &'a mut usize,
    pub(super) volatile: &'a mut usize,
}

/// The absence of a field.
pub struct VacantEntry<'a, 'f, S> {
    pub(super) inner: dict::VacantEntry<'a, Pair>,
    pub(super) field: &'f [u8],
    pub(super) hasher: &'a S,
    pub(super) blocks: &'a mut usize,
    pub(super) volatile: &'a mut usize,
}

impl<'a, S: BuildHasher> OccupiedEntry<'a, S> {
    /// Field, value and expiry.
    #[inline]
    pub fn pair(&self) -> &Pair {
        self.inner.get()
    }

    /// Field, value and expiry, for as long as the map was borrowed.
    #[inline]
    pub fn into_pair(self) -> &'a Pair {
        self.inner.into_mut()
    }

    /// Replaces the value and keeps the expiry: in place while the block stays as large as it is. O(value), or
    /// O(field + value).
    ///
    /// # Panics
    /// If the value is 4 GiB or longer.
    #[inline]
    pub fn set_value(&mut self, value: &[u8]) {
        let pair = self.inner.get_mut();
        let before = pair.allocated();
        pair.set_value(value);
        *self.blocks = *self.blocks - before + pair.allocated();
    }

    /// Sets or clears the expiry, in milliseconds of the owner's clock. O(1), or O(field + value) for the first one
    /// and for its removal.
    #[inline]
    pub fn set_expiry(&mut self, expiry: Option<i64>) {
        let pair = self.inner.get_mut();
        let (before, was) = (pair.allocated(), pair.expiry().is_some());
        pair.set_expiry(expiry);
        *self.blocks = *self.blocks - before + pair.allocated();
        *self.volatile = *self.volatile - usize::from(was) + usize::from(expiry.is_some());
    }

    /// Removes the field and returns its pair. O(1) amortised.
    #[inline]
    pub fn remove(self) -> Pair {
        let pair = self.inner.remove(|pair| self.hasher.hash_one(pair.field()));
        *self.blocks -= pair.allocated();
        *self.volatile -= usize::from(pair.expiry().is_some());
        pair
    }
}

impl<'a, S: BuildHasher> VacantEntry<'a, '_, S> {
    /// Adds the field with this value. O(1) amortised.
    ///
    /// # Panics
    /// If field or value is 4 GiB or longer.
    #[inline]
    pub fn insert(self, value: &[u8]) -> &'a Pair {
        self.insert_volatile(value, None)
    }

    /// Adds the field with this value and expiry. O(1) amortised.
    ///
    /// # Panics
    /// If field or value is 4 GiB or longer.
    #[inline]
    pub fn insert_volatile(self, value: &[u8], expiry: Option<i64>) -> &'a Pair {
        let pair = Pair::new(self.field, value, expiry);
        *self.blocks += pair.allocated();
        *self.volatile += usize::from(expiry.is_some());
        self.inner.insert(pair, |pair| self.hasher.hash_one(pair.field()))
    }
}
