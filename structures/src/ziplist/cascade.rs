//! The cascade: an entry has changed its size, and the one behind it must know.

use super::Ziplist;
use super::encoding::{END, WIDE_SIZE, prev_size, read, write_prev};

/// Bytes by which an entry grows when its previous length becomes wide.
const GROWTH: usize = WIDE_SIZE - 1;

impl Ziplist {
    /// Makes known the size of the entry at `offset` to the one behind it, and if that grows, so that its size needs a
    /// wide field, to the next, and so on.
    ///
    /// A field that is wider than it needs to be stays so: otherwise a ziplist whose entries are all about 250 bytes long would
    /// grow and shrink from one end to the other with every other change. O(bytes behind), however many entries grow.
    pub(super) fn cascade(&mut self, offset: usize) {
        let size = read(&self.0, offset).size;
        // Where the first and the last entry begin that grow, and where the first begins that does not.
        let (first, mut last, mut end) = (offset + size, 0, offset + size);
        let (mut prev, mut growing) = (size, 0);
        while self.0[end] != END {
            let found = read(&self.0, end);
            let (width, size) = (found.prev_size, found.size);
            if prev_size(prev) <= width {
                write_prev(prev, &mut self.0[end..end + width]);
                break;
            }
            growing += 1;
            (prev, last, end) = (size + GROWTH, end, end + size);
        }
        if growing == 0 {
            return;
        }
        let tail = self.tail();
        // All bytes behind move once; then each entry that grows goes to its place, from the last to the first, so that none
        // is written over before it moves.
        self.0.splice_gap(end..end, growing * GROWTH);
        let mut start = last;
        for before in (0..growing).rev() {
            let old_prev = usize::from(self.0[start]);
            let new = start + before * GROWTH;
            self.0.copy_within(start + 1..end, new + WIDE_SIZE);
            let prev = if before == 0 { size } else { old_prev + GROWTH };
            write_prev(prev, &mut self.0[new..new + WIDE_SIZE]);
            end = start;
            start = if before == 0 { first } else { start - old_prev };
        }
        if tail >= last {
            let before = growing - usize::from(tail == last);
            self.set_tail(tail + before * GROWTH);
        }
    }
}
