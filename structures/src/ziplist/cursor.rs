//! Going through a ziplist by position: ends, neighbours, the n-th element, search.

use super::Ziplist;
use super::encoding::{END, HEADER, read};
use crate::element::Element;

/// Where an element stands in its ziplist. Any change of the ziplist makes positions other than those that the
/// change returns meaningless: using one may give another element, or panic.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position(u32);

impl Position {
    #[inline]
    pub(super) fn at(offset: usize) -> Position {
        Position(offset as u32)
    }

    #[inline]
    pub(super) fn offset(self) -> usize {
        self.0 as usize
    }
}

impl Ziplist {
    /// The offset of the end.
    #[inline]
    pub(super) fn end(&self) -> usize {
        self.0.len() - 1
    }

    /// The position at `offset`, unless that is the end.
    #[inline]
    pub(super) fn position(&self, offset: usize) -> Option<Position> {
        (self.0[offset] != END).then(|| Position::at(offset))
    }

    /// The first element's position. O(1).
    #[inline]
    pub fn first(&self) -> Option<Position> {
        self.position(HEADER)
    }

    /// The last element's position, which the header knows. O(1).
    #[inline]
    pub fn last(&self) -> Option<Position> {
        self.position(self.tail())
    }

    /// The position behind. O(1).
    #[inline]
    pub fn next(&self, position: Position) -> Option<Position> {
        self.position(position.offset() + read(&self.0, position.offset()).size)
    }

    /// The position before. O(1).
    #[inline]
    pub fn prev(&self, position: Position) -> Option<Position> {
        let offset = position.offset();
        (offset > HEADER).then(|| Position::at(offset - read(&self.0, offset).prev))
    }

    /// The element at a position. O(1).
    #[inline]
    pub fn get(&self, position: Position) -> Element<'_> {
        read(&self.0, position.offset()).element
    }

    /// The position of the element with this index; negative ones count from the end, -1 is the last. O(n), from
    /// the nearer end.
    pub fn seek(&self, index: i64) -> Option<Position> {
        let (from_front, steps) = match (self.known_len(), index) {
            (Some(len), _) => {
                let len = len as i64;
                let index = if index < 0 { index + len } else { index };
                if !(0..len).contains(&index) {
                    return None;
                }
                if index <= len / 2 { (true, index) } else { (false, len - 1 - index) }
            }
            (None, 0..) => (true, index),
            (None, _) => (false, -1 - index),
        };
        let mut position = if from_front { self.first()? } else { self.last()? };
        for _ in 0..steps {
            position = if from_front { self.next(position)? } else { self.prev(position)? };
        }
        Some(position)
    }

    /// The first position whose element has this text, looking at every `skip + 1`-th element from the first. With a
    /// `skip` of 1 that finds a field among fields and values. O(n).
    pub fn find(&self, text: &[u8], skip: usize) -> Option<Position> {
        self.find_from(self.first()?, text, skip)
    }

    /// Like [`find`](Ziplist::find), beginning at a position. O(n).
    pub fn find_from(&self, from: Position, text: &[u8], skip: usize) -> Option<Position> {
        let stored = Element::new(text);
        // A ziplist that came from elsewhere may hold digits as a string.
        let is_it = |element: Element<'_>| match element {
            Element::Bytes(bytes) => bytes == text,
            integer => integer == stored,
        };
        let (mut offset, mut pass) = (from.offset(), 0);
        while self.0[offset] != END {
            let found = read(&self.0, offset);
            if pass == 0 {
                if is_it(found.element) {
                    return Some(Position::at(offset));
                }
                pass = skip;
            } else {
                pass -= 1;
            }
            offset += found.size;
        }
        None
    }
}
