//! Range: the entries between two bounds, from either end.

use std::ops::{Bound, RangeBounds};

use super::{Cursor, Rax, Seek};

/// An iterator over keys (copied) and values in order, double-ended. Where a copy of each key is too much, use a
/// [`Cursor`].
pub struct Range<'a, V> {
    /// The next from the front and the next from the back; none once they have met.
    ends: Option<(Cursor<'a, V>, Cursor<'a, V>)>,
}

impl<V> Rax<V> {
    /// All entries in the order of their keys. O(1) for each, expected.
    pub fn iter(&self) -> Range<'_, V> {
        self.range(..)
    }

    /// The entries whose keys are inside `bounds`. O(length of the bounds); a range that is upside down is empty.
    pub fn range<'k>(&self, bounds: impl RangeBounds<&'k [u8]>) -> Range<'_, V> {
        let (mut front, mut back) = (self.cursor(), self.cursor());
        let some = front.seek(match bounds.start_bound() {
            Bound::Unbounded => Seek::First,
            Bound::Included(key) => Seek::Ge(key),
            Bound::Excluded(key) => Seek::Gt(key),
        }) && back.seek(match bounds.end_bound() {
            Bound::Unbounded => Seek::Last,
            Bound::Included(key) => Seek::Le(key),
            Bound::Excluded(key) => Seek::Lt(key),
        }) && front.key() <= back.key();
        Range { ends: some.then_some((front, back)) }
    }
}

impl<'a, V> Iterator for Range<'a, V> {
    type Item = (Vec<u8>, &'a V);

    fn next(&mut self) -> Option<Self::Item> {
        let (front, back) = self.ends.as_mut()?;
        let (key, value) = front.entry()?;
        let entry = (key.to_vec(), value);
        if front.key() == back.key() {
            self.ends = None;
        } else {
            front.move_next();
        }
        Some(entry)
    }
}

impl<V> DoubleEndedIterator for Range<'_, V> {
    fn next_back(&mut self) -> Option<Self::Item> {
        let (front, back) = self.ends.as_mut()?;
        let (key, value) = back.entry()?;
        let entry = (key.to_vec(), value);
        if front.key() == back.key() {
            self.ends = None;
        } else {
            back.move_previous();
        }
        Some(entry)
    }
}

impl<'a, V> IntoIterator for &'a Rax<V> {
    type Item = (Vec<u8>, &'a V);
    type IntoIter = Range<'a, V>;

    fn into_iter(self) -> Range<'a, V> {
        self.iter()
    }
}
