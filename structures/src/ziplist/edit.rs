//! Changes: insertion, replacement, removal, joining and splitting.

use super::cursor::Position;
use super::encoding::{END, Entry, HEADER, prev_size, read, write_prev};
use super::{UNKNOWN, Ziplist};
use crate::element::Element;

/// The header's count for so many elements.
fn count_of(len: usize) -> u16 {
    u16::try_from(len).unwrap_or(UNKNOWN)
}

impl Ziplist {
    /// Puts an element before the entry at `offset`, or before the end.
    fn insert(&mut self, offset: usize, element: Element<'_>) -> Position {
        let entry = Entry::new(element);
        if self.0[offset] == END {
            let prev = offset - self.tail();
            let size = entry.size(prev);
            self.0.append_gap(size);
            entry.write(prev, &mut self.0[offset..offset + size]);
            self.0[offset + size] = END;
            self.set_tail(offset);
        } else {
            let next = read(&self.0, offset);
            let (prev, old) = (next.prev, next.prev_size);
            let size = entry.size(prev);
            // The next entry's field shrinks if it can, unless the ziplist as a whole would.
            let new = if size < 4 { old.max(prev_size(size)) } else { prev_size(size) };
            let gap = self.0.splice_gap(offset..offset + old, size + new);
            let (place, field) = gap.split_at_mut(size);
            entry.write(prev, place);
            write_prev(size, field);
            let tail = self.tail();
            self.set_tail(if tail == offset { tail + size } else { tail + size + new - old });
            if new != old {
                self.cascade(offset + size);
            }
        }
        self.write_header(self.count().saturating_add(1));
        Position::at(offset)
    }

    /// Takes out a range that holds `removed` entries, at least one.
    fn cut(&mut self, start: usize, end: usize, removed: usize) {
        let count = self.known_len().map_or(UNKNOWN, |len| count_of(len - removed));
        let prev = read(&self.0, start).prev;
        if self.0[end] == END {
            self.0.splice_gap(start..end, 0);
            self.set_tail(start - prev);
        } else {
            let old = read(&self.0, end).prev_size;
            let new = prev_size(prev);
            write_prev(prev, self.0.splice_gap(start..end + old, new));
            let tail = self.tail();
            self.set_tail(if tail == end { start } else { tail + start + new - end - old });
            if new != old {
                self.cascade(start);
            }
        }
        self.write_header(count);
    }

    /// Appends an element; bytes that are the digits of an integer become one. O(length), amortised.
    ///
    /// # Panics
    /// When the ziplist would be longer than a [block](crate::block::MAX_LEN) can be; callers ask
    /// [`safe_to_add`](Ziplist::safe_to_add) long before.
    pub fn push_back<'a>(&mut self, element: impl Into<Element<'a>>) -> Position {
        self.insert(self.end(), element.into())
    }

    /// Inserts an element before all others. O(n), a cascade included.
    ///
    /// # Panics
    /// As [`push_back`](Ziplist::push_back).
    pub fn push_front<'a>(&mut self, element: impl Into<Element<'a>>) -> Position {
        self.insert(HEADER, element.into())
    }

    /// Inserts an element before another; returns the position of the new one. O(bytes behind), a cascade included.
    ///
    /// # Panics
    /// As [`push_back`](Ziplist::push_back).
    pub fn insert_before<'a>(&mut self, position: Position, element: impl Into<Element<'a>>) -> Position {
        self.insert(position.offset(), element.into())
    }

    /// Inserts an element behind another; returns the position of the new one. O(bytes behind), a cascade included.
    ///
    /// # Panics
    /// As [`push_back`](Ziplist::push_back).
    pub fn insert_after<'a>(&mut self, position: Position, element: impl Into<Element<'a>>) -> Position {
        let offset = position.offset();
        self.insert(offset + read(&self.0, offset).size, element.into())
    }

    /// Puts an element into the place of another, by removing that and inserting it, as Redis up to 6.0 does: the
    /// fields behind come out the same. Its position is the old one's. O(bytes behind), cascades included.
    ///
    /// # Panics
    /// As [`push_back`](Ziplist::push_back).
    pub fn replace<'a>(&mut self, position: Position, element: impl Into<Element<'a>>) -> Position {
        self.remove(position);
        self.insert(position.offset(), element.into())
    }

    /// Removes an element; returns the position of the next one. O(bytes behind), a cascade included.
    pub fn remove(&mut self, position: Position) -> Option<Position> {
        self.remove_at(position, 1)
    }

    /// Removes up to `count` elements, beginning at a position; returns the position of the next one. O(n).
    pub fn remove_at(&mut self, position: Position, count: usize) -> Option<Position> {
        let (mut end, mut removed) = (position.offset(), 0);
        while removed < count && self.0[end] != END {
            end += read(&self.0, end).size;
            removed += 1;
        }
        if removed > 0 {
            self.cut(position.offset(), end, removed);
        }
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
        if let Ok(index) = i64::try_from(len) {
            self.remove_range(index, usize::MAX);
        }
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
        self.set_tail(HEADER);
        self.write_header(0);
    }

    /// Appends all elements of another ziplist, as Redis does when it joins two nodes of a list. O(n), a cascade
    /// included.
    ///
    /// # Panics
    /// As [`push_back`](Ziplist::push_back).
    pub fn append_all(&mut self, other: &Ziplist) {
        if other.is_empty() {
            return;
        }
        let (end, old_tail) = (self.end(), self.tail());
        let len = self.len() + other.len();
        self.0.splice(end..end, &other.0[HEADER..other.end()]);
        self.set_tail(other.tail() - HEADER + end);
        if end > HEADER {
            self.cascade(old_tail);
        }
        self.write_header(count_of(len));
    }

    /// Moves the elements from a position on into a ziplist of their own, as Redis does when it splits a node of a
    /// list. O(n), a cascade included.
    pub fn split_off(&mut self, position: Position) -> Ziplist {
        let mut tail = self.clone();
        let moved = self.iter_from(position).count();
        let stay = position.offset();
        if stay > HEADER {
            tail.cut(HEADER, stay, tail.len() - moved);
        }
        let end = self.end();
        self.cut(stay, end, moved);
        tail
    }
}
