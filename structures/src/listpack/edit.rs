//! Changes: insertion, replacement, removal, joining.

use super::cursor::{Position, read};
use super::encoding::{END, Entry, HEADER, append};
use super::{Listpack, UNKNOWN};
use crate::element::Element;

/// The header's count for so many elements.
fn count_of(len: usize) -> u16 {
    u16::try_from(len).unwrap_or(UNKNOWN)
}

impl Listpack {
    /// Puts an entry into the place of a range, which is whole entries. `added` less the number of entries in the
    /// range is how the number of elements changes.
    fn splice(&mut self, start: usize, end: usize, element: Element<'_>, added: bool) -> Position {
        let entry = Entry::new(element);
        entry.write(self.0.splice_gap(start..end, entry.size()));
        self.write_header(self.count().saturating_add(u16::from(added)));
        Position::at(start)
    }

    /// Takes out a range that holds `removed` entries.
    fn cut(&mut self, start: usize, end: usize, removed: usize) {
        self.0.splice_gap(start..end, 0);
        let count = self.known_len().map_or(UNKNOWN, |len| count_of(len - removed));
        self.write_header(count);
    }

    /// Appends an element; bytes that are the digits of an integer become one. O(length), amortised.
    ///
    /// # Panics
    /// When the listpack would be longer than a [block](crate::block::MAX_LEN) can be; callers ask
    /// [`safe_to_add`](Listpack::safe_to_add) long before.
    #[inline]
    pub fn push_back<'a>(&mut self, element: impl Into<Element<'a>>) -> Position {
        let at = self.end();
        append(&mut self.0, element.into());
        self.write_header(self.count().saturating_add(1));
        Position::at(at)
    }

    /// Inserts an element before all others. O(n).
    ///
    /// # Panics
    /// As [`push_back`](Listpack::push_back).
    pub fn push_front<'a>(&mut self, element: impl Into<Element<'a>>) -> Position {
        self.splice(HEADER, HEADER, element.into(), true)
    }

    /// Inserts an element before another; returns the position of the new one. O(bytes behind).
    ///
    /// # Panics
    /// As [`push_back`](Listpack::push_back).
    pub fn insert_before<'a>(&mut self, position: Position, element: impl Into<Element<'a>>) -> Position {
        self.splice(position.offset(), position.offset(), element.into(), true)
    }

    /// Inserts an element behind another; returns the position of the new one. O(bytes behind).
    ///
    /// # Panics
    /// As [`push_back`](Listpack::push_back).
    pub fn insert_after<'a>(&mut self, position: Position, element: impl Into<Element<'a>>) -> Position {
        let next = read(&self.0, position.offset()).1;
        self.splice(next, next, element.into(), true)
    }

    /// Puts an element into the place of another; its position is the old one's. O(bytes behind), O(length) if the
    /// entry keeps its size.
    ///
    /// # Panics
    /// As [`push_back`](Listpack::push_back).
    pub fn replace<'a>(&mut self, position: Position, element: impl Into<Element<'a>>) -> Position {
        let next = read(&self.0, position.offset()).1;
        self.splice(position.offset(), next, element.into(), false)
    }

    /// Removes an element; returns the position of the next one. O(bytes behind).
    pub fn remove(&mut self, position: Position) -> Option<Position> {
        let next = read(&self.0, position.offset()).1;
        self.cut(position.offset(), next, 1);
        self.position(position.offset())
    }

    /// Removes up to `count` elements, beginning at a position; returns the position of the next one. O(n).
    pub fn remove_at(&mut self, position: Position, count: usize) -> Option<Position> {
        let (mut end, mut removed) = (position.offset(), 0);
        while removed < count && self.0[end] != END {
            end = read(&self.0, end).1;
            removed += 1;
        }
        self.cut(position.offset(), end, removed);
        self.position(position.offset())
    }

    /// Removes up to `count` elements, beginning with the one of this index (negative: from the end). An index that
    /// is not there removes nothing. O(n).
    pub fn remove_range(&mut self, index: i64, count: usize) {
        if let Some(position) = self.seek(index) {
            self.remove_at(position, count);
        }
    }

    /// Keeps the first `len` elements. O(n).
    pub fn truncate(&mut self, len: usize) {
        let Some(position) = i64::try_from(len).ok().and_then(|index| self.seek(index)) else { return };
        let end = self.end();
        self.0.splice_gap(position.offset()..end, 0);
        self.write_header(count_of(len));
    }

    /// Counts the elements and writes their number into the header, where it fits: Redis does so when it is asked for
    /// a length that it does not know. O(1) if the number is known, O(n) otherwise.
    pub fn recount(&mut self) -> usize {
        let len = self.len();
        self.write_header(count_of(len));
        len
    }

    /// Removes all elements; the memory stays. O(1).
    pub fn clear(&mut self) {
        let end = self.end();
        self.0.splice_gap(HEADER..end, 0);
        self.write_header(0);
    }

    /// Keeps the elements for which `keep` says so, in one pass. O(n).
    pub fn retain(&mut self, mut keep: impl FnMut(Element<'_>) -> bool) {
        let (mut kept, mut len) = (HEADER, 0);
        let mut offset = HEADER;
        while self.0[offset] != END {
            let (element, next) = read(&self.0, offset);
            if keep(element) {
                self.0.copy_within(offset..next, kept);
                kept += next - offset;
                len += 1;
            }
            offset = next;
        }
        self.0.splice_gap(kept..offset, 0);
        self.write_header(count_of(len));
    }

    /// Appends all elements of another listpack. O(their bytes), amortised.
    ///
    /// # Panics
    /// As [`push_back`](Listpack::push_back).
    pub fn append_all(&mut self, other: &Listpack) {
        let end = self.end();
        let len = self.len() + other.len();
        self.0.splice(end..end, &other.0[HEADER..other.end()]);
        self.write_header(count_of(len));
    }

    /// Inserts all elements of another listpack before the first. O(n).
    ///
    /// # Panics
    /// As [`push_back`](Listpack::push_back).
    pub fn prepend_all(&mut self, other: &Listpack) {
        let len = self.len() + other.len();
        self.0.splice(HEADER..HEADER, &other.0[HEADER..other.end()]);
        self.write_header(count_of(len));
    }

    /// Moves the elements from a position on into a listpack of their own. O(n).
    pub fn split_off(&mut self, position: Position) -> Listpack {
        let end = self.end();
        let mut tail = Listpack::with_capacity(end - position.offset());
        tail.0.splice(HEADER..HEADER, &self.0[position.offset()..end]);
        tail.write_header(UNKNOWN);
        let moved = tail.len();
        tail.write_header(count_of(moved));
        self.cut(position.offset(), end, moved);
        tail
    }
}
