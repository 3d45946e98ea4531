//! Iterators: elements, and pairs of elements as hashes and sorted sets hold them.

use super::Listpack;
use super::cursor::{Position, before, read};
use super::encoding::HEADER;
use crate::element::Element;

/// The elements of a listpack, from either end.
#[derive(Clone, Debug)]
pub struct Iter<'a> {
    bytes: &'a [u8],
    /// Where the next entry begins.
    front: usize,
    /// Where the last entry ends.
    back: usize,
}

impl<'a> Iter<'a> {
    /// Where the next element from the front stands. O(1).
    #[inline]
    pub fn next_position(&self) -> Option<Position> {
        (self.front != self.back).then(|| Position::at(self.front))
    }

    /// Parts the last `count` elements (or all, if there are fewer) from the others, which stay here. O(count).
    pub fn split_back(&mut self, count: usize) -> Iter<'a> {
        let end = self.back;
        for _ in 0..count {
            if self.front == self.back {
                break;
            }
            self.back = before(self.bytes, self.back);
        }
        Iter { bytes: self.bytes, front: self.back, back: end }
    }
}

impl<'a> Iterator for Iter<'a> {
    type Item = Element<'a>;

    #[inline]
    fn next(&mut self) -> Option<Element<'a>> {
        if self.front == self.back {
            return None;
        }
        let (element, next) = read(self.bytes, self.front);
        self.front = next;
        Some(element)
    }
}

impl DoubleEndedIterator for Iter<'_> {
    #[inline]
    fn next_back(&mut self) -> Option<Self::Item> {
        if self.front == self.back {
            return None;
        }
        self.back = before(self.bytes, self.back);
        Some(read(self.bytes, self.back).0)
    }
}

impl std::iter::FusedIterator for Iter<'_> {}

/// The elements of a listpack two by two, from either end. An element that is left over is not given.
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

impl Listpack {
    /// All elements, from either end. O(1) a step.
    #[inline]
    pub fn iter(&self) -> Iter<'_> {
        Iter { bytes: self.as_bytes(), front: HEADER, back: self.end() }
    }

    /// All elements two by two, from either end. O(1) a step.
    #[inline]
    pub fn pairs(&self) -> Pairs<'_> {
        Pairs(self.iter())
    }
}

impl<'a> IntoIterator for &'a Listpack {
    type Item = Element<'a>;
    type IntoIter = Iter<'a>;

    fn into_iter(self) -> Iter<'a> {
        self.iter()
    }
}

impl<'a, E: Into<Element<'a>>> Extend<E> for Listpack {
    fn extend<I: IntoIterator<Item = E>>(&mut self, elements: I) {
        for element in elements {
            self.push_back(element);
        }
    }
}

impl<'a, E: Into<Element<'a>>> FromIterator<E> for Listpack {
    fn from_iter<I: IntoIterator<Item = E>>(elements: I) -> Listpack {
        let mut listpack = Listpack::new();
        listpack.extend(elements);
        listpack
    }
}
