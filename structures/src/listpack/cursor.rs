//! Going through a listpack by position: ends, neighbours, the n-th element, search.

use super::Listpack;
use super::encoding::{END, HEADER, back_size, decode, read_back};
use crate::element::Element;

/// Where an element stands in its listpack. Any change of the listpack makes positions other than those that the
/// change returns meaningless: using one may give another element, or panic.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position(pub(super) u32);

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

/// The element at `offset`, and where the next entry begins.
///
/// # Panics
/// When no entry begins there, which a valid listpack and a valid offset exclude.
#[inline]
pub(super) fn read(bytes: &[u8], offset: usize) -> (Element<'_>, usize) {
    match decode(&bytes[offset..]) {
        Some((element, len)) => (element, offset + len + back_size(len)),
        None => no_entry(offset),
    }
}

#[cold]
fn no_entry(offset: usize) -> ! {
    panic!("no entry of the listpack begins at byte {offset}")
}

/// Where the entry begins that ends at `offset`.
#[inline]
pub(super) fn before(bytes: &[u8], offset: usize) -> usize {
    let (len, size) = read_back(&bytes[..offset]);
    offset - len - size
}

impl Listpack {
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

    /// The last element's position. O(1).
    #[inline]
    pub fn last(&self) -> Option<Position> {
        (!self.is_empty()).then(|| Position::at(before(&self.0, self.end())))
    }

    /// The position behind. O(1).
    #[inline]
    pub fn next(&self, position: Position) -> Option<Position> {
        self.position(read(&self.0, position.offset()).1)
    }

    /// The position before. O(1).
    #[inline]
    pub fn prev(&self, position: Position) -> Option<Position> {
        (position.offset() > HEADER).then(|| Position::at(before(&self.0, position.offset())))
    }

    /// The element at a position. O(1).
    #[inline]
    pub fn get(&self, position: Position) -> Element<'_> {
        read(&self.0, position.offset()).0
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

    /// Like [`find`](Listpack::find), beginning at a position. O(n).
    pub fn find_from(&self, from: Position, text: &[u8], skip: usize) -> Option<Position> {
        let Element::Int(wanted) = Element::new(text) else {
            return self.search(from, skip, |element| element == Element::Bytes(text));
        };
        // A listpack that came from elsewhere may hold digits as a string.
        self.search(from, skip, |element| element == Element::Int(wanted) || element == Element::Bytes(text))
    }

    #[inline]
    fn search(&self, from: Position, skip: usize, is_it: impl Fn(Element<'_>) -> bool) -> Option<Position> {
        let bytes = self.as_bytes();
        let mut offset = from.offset();
        loop {
            let (element, next) = read(bytes, offset);
            if is_it(element) {
                return Some(Position::at(offset));
            }
            offset = next;
            for _ in 0..skip {
                if bytes[offset] == END {
                    return None;
                }
                offset = read(bytes, offset).1;
            }
            if bytes[offset] == END {
                return None;
            }
        }
    }
}
