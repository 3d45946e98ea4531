//! Iterators: elements, and pairs of elements as hashes and sorted sets hold them.

use super::Ziplist;
use super::cursor::Position;
use super::encoding::{HEADER, read};
use crate::element::Element;

/// The elements of a ziplist, from either end.
#[derive(Clone, Debug)]
pub struct Iter<'a> {
    bytes: &'a [u8],
    /// Where the next entry begins.
    front: usize,
    /// Where the last entry ends.
    back: usize,
    /// Where the last entry begins, if there is one.
    last: usize,
}

impl<'a> Iterator for Iter<'a> {
    type Item = Element<'a>;

    #[inline]
    fn next(&mut self) -> Option<Element<'a>> {
        if self.front == self.back {
            return None;
        }
        let found = read(self.bytes, self.front);
        self.front += found.size;
        Some(found.element)
    }
}

impl DoubleEndedIterator for Iter<'_> {
    #[inline]
    fn next_back(&mut self) -> Option<Self::Item> {
        if self.front == self.back {
            return None;
        }
        let found = read(self.bytes, self.last);
        self.back = self.last;
        self.last -= found.prev;
        Some(found.element)
    }
}

impl std::iter::FusedIterator for Iter<'_> {}

/// The elements of a ziplist two by two, from either end. An element that is left over is not given.
#[derive(Clone, Debug)]
pub struct Pairs<'a>(Iter<'a>);

impl<'a> Iterator for Pairs<'a> {
    type Item = (Element<'a>, Element<'a>);

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        Some((self.0.next()?, self.0.next()?))
    }
}

impl DoubleEndedIterator for Pairs<'_> {
    #[inline]
    fn next_back(&mut self) -> Option<Self::Item> {
        let second = self.0.next_back()?;
        Some((self.0.next_back()?, second))
    }
}

impl std::iter::FusedIterator for Pairs<'_> {}

impl Ziplist {
    /// All elements, from either end. O(1) a step.
    #[inline]
    pub fn iter(&self) -> Iter<'_> {
        Iter { bytes: self.as_bytes(), front: HEADER, back: self.end(), last: self.tail() }
    }

    /// The elements from a position on, from either end. O(1) a step.
    #[inline]
    pub fn iter_from(&self, position: Position) -> Iter<'_> {
        Iter { front: position.offset(), ..self.iter() }
    }

    /// All elements two by two, from either end. O(1) a step.
    #[inline]
    pub fn pairs(&self) -> Pairs<'_> {
        Pairs(self.iter())
    }
}

impl<'a> IntoIterator for &'a Ziplist {
    type Item = Element<'a>;
    type IntoIter = Iter<'a>;

    fn into_iter(self) -> Iter<'a> {
        self.iter()
    }
}

impl<'a, E: Into<Element<'a>>> Extend<E> for Ziplist {
    fn extend<I: IntoIterator<Item = E>>(&mut self, elements: I) {
        for element in elements {
            self.push_back(element);
        }
    }
}

impl<'a, E: Into<Element<'a>>> FromIterator<E> for Ziplist {
    fn from_iter<I: IntoIterator<Item = E>>(elements: I) -> Ziplist {
        let mut ziplist = Ziplist::new();
        ziplist.extend(elements);
        ziplist
    }
}
