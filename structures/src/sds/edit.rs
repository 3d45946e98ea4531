//! Changing a string: at its end, in the middle, and what is left of it.

use std::ops::Range;

use super::Sds;

impl Sds {
    /// Appends one byte. O(1), amortised below 1 MiB.
    #[inline]
    pub fn push(&mut self, byte: u8) {
        self.append(&[byte]);
    }

    /// Appends bytes. O(their number), amortised below 1 MiB.
    ///
    /// # Panics
    /// Where there is not so much memory.
    #[inline]
    pub fn append(&mut self, bytes: &[u8]) {
        // Asks the header only once.
        if !self.append_within(bytes) {
            self.reserve(bytes.len());
            self.append_within(bytes);
        }
    }

    /// Appends `more` zeros and returns them, to be written over. O(their number), amortised below 1 MiB.
    ///
    /// # Panics
    /// Where there is not so much memory.
    #[inline]
    pub fn append_gap(&mut self, more: usize) -> &mut [u8] {
        self.reserve(more);
        self.gap_within(more)
    }

    /// Appends zeros until there are `len` bytes, if there are fewer. O(their number).
    ///
    /// # Panics
    /// Where there is not so much memory.
    pub fn grow_zeroed(&mut self, len: usize) {
        self.append_gap(len.saturating_sub(self.len()));
    }

    /// Becomes a copy of `bytes`, in the same allocation if there is room in it. O(their number).
    ///
    /// # Panics
    /// Where there is not so much memory.
    pub fn assign(&mut self, bytes: &[u8]) {
        if bytes.len() > self.capacity() {
            // What is there need not be moved.
            *self = Sds::new();
        }
        let (over, more) = bytes.split_at(bytes.len().min(self.len()));
        self.truncate(bytes.len());
        self.copy_from_slice(over);
        self.append(more);
    }

    /// Writes `bytes` from the index `at` on, over what is there; what lies between the end and `at` becomes zeros. Without
    /// bytes nothing is done. O(bytes and zeros written).
    ///
    /// # Panics
    /// Where there is not so much memory.
    pub fn set_range(&mut self, at: usize, bytes: &[u8]) {
        if bytes.is_empty() {
            return;
        }
        let end = at.saturating_add(bytes.len());
        self.reserve(end.saturating_sub(self.len()));
        self.grow_zeroed(at);
        let over = bytes.len().min(self.len() - at);
        self[at..at + over].copy_from_slice(&bytes[..over]);
        self.append_within(&bytes[over..]);
    }

    /// Puts `bytes` into the place of `range`. O(bytes after the range).
    ///
    /// # Panics
    /// When the range is not inside the string, or there is not so much memory.
    pub fn splice(&mut self, range: Range<usize>, bytes: &[u8]) {
        self.splice_gap(range, bytes.len()).copy_from_slice(bytes);
    }

    /// Makes `range` into a gap of `gap` bytes, whose contents are unspecified but initialised, and returns it.
    /// O(bytes after the range).
    ///
    /// # Panics
    /// When the range is not inside the string, or there is not so much memory.
    pub fn splice_gap(&mut self, range: Range<usize>, gap: usize) -> &mut [u8] {
        let (start, end, len) = (range.start, range.end, self.len());
        assert!(start <= end && end <= len, "{range:?} of {len} bytes");
        if gap > end - start {
            self.append_gap(gap - (end - start));
            self.copy_within(end..len, start + gap);
        } else {
            self.copy_within(end..len, start + gap);
            self.truncate(len - (end - start - gap));
        }
        &mut self[start..start + gap]
    }

    /// Keeps only the bytes of a range; what of it is beyond the end is left out. O(bytes kept).
    pub fn keep(&mut self, range: Range<usize>) {
        let end = range.end.min(self.len());
        let start = range.start.min(end);
        self.copy_within(start..end, 0);
        self.truncate(end - start);
    }

    /// Takes away, from both ends, the bytes that are in `set`. O(length times the length of `set`).
    pub fn trim(&mut self, set: &[u8]) {
        let kept = |byte: &u8| !set.contains(byte);
        let start = self.iter().position(kept).unwrap_or(self.len());
        let end = self.iter().rposition(kept).map_or(start, |last| last + 1);
        self.keep(start..end);
    }

    /// Shortens the string to `len` bytes, if it is longer. Keeps the capacity, but for class 5. O(1).
    #[inline]
    pub fn truncate(&mut self, len: usize) {
        if len < self.len() {
            self.shorten(len);
        }
    }

    /// Takes away all bytes. Keeps the capacity, but for class 5. O(1).
    #[inline]
    pub fn clear(&mut self) {
        self.truncate(0);
    }

    /// Appends `bytes` in double quotes, so that they can be read and typed: a quote and a backslash get a backslash before
    /// them, `\n \r \t \a \b` stand for themselves, and what else is not printable ASCII is `\x` and two hexadecimal digits.
    /// O(bytes), amortised.
    ///
    /// # Panics
    /// Where there is not so much memory.
    pub fn append_quoted(&mut self, bytes: &[u8]) {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        self.reserve(bytes.len().saturating_add(2));
        self.push(b'"');
        for &byte in bytes {
            match byte {
                b'"' | b'\\' => self.append(&[b'\\', byte]),
                b'\n' => self.append(b"\\n"),
                b'\r' => self.append(b"\\r"),
                b'\t' => self.append(b"\\t"),
                7 => self.append(b"\\a"),
                8 => self.append(b"\\b"),
                b' '..=b'~' => self.push(byte),
                _ => {
                    let [high, low] = [byte >> 4, byte & 15].map(|digit| DIGITS[usize::from(digit)]);
                    self.append(&[b'\\', b'x', high, low]);
                }
            }
        }
        self.push(b'"');
    }
}
