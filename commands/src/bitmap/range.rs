//! A range of bits within a string, as BITCOUNT and BITPOS take it: two indexes, of bytes or of bits, negative ones
//! counted from the end.

use russet_engine::prelude::*;
use std::ops::Range;

/// What the arguments say, before the length is known.
pub(super) struct BitRange {
    start: i64,
    /// Without one, the range goes to the end.
    end: Option<i64>,
    /// Whether indexes are of bits.
    of_bits: bool,
}

impl BitRange {
    /// Reads what stands from word `at` on: `[start [end [BYTE | BIT]]]`.
    ///
    /// # Errors
    /// For a word that is no integer, no unit, or too much.
    pub(super) fn read(args: Args<'_>, at: usize) -> Result<BitRange, Error> {
        let given = args.len() - at;
        if given > 3 {
            return Err(Error::SYNTAX);
        }
        let start = if given > 0 { args.int(at)? } else { 0 };
        let of_bits = given == 3 && args.is(at + 2, "BIT");
        if given == 3 && !of_bits && !args.is(at + 2, "BYTE") {
            return Err(Error::SYNTAX);
        }
        let end = if given > 1 { Some(args.int(at + 1)?) } else { None };
        Ok(BitRange { start, end, of_bits })
    }

    /// Whether the end was named.
    pub(super) fn has_end(&self) -> bool {
        self.end.is_some()
    }

    /// Whether both indexes count from the end, and the first one from further on. BITCOUNT counts nothing there. BITPOS does
    /// not ask: two that lie before the string both mean its beginning.
    pub(super) fn is_backwards(&self) -> bool {
        self.start < 0 && self.end.is_some_and(|end| end < 0 && self.start > end)
    }

    /// The bits that are meant in a string of `len` bytes; `None` where the indexes mean none.
    pub(super) fn bits(&self, len: usize) -> Option<Range<u64>> {
        let end = self.end.unwrap_or(-1);
        let unit = if self.of_bits { 1 } else { 8 };
        let len = len as i64 * 8 / unit;
        let from_end = |index: i64| if index < 0 { len.saturating_add(index).max(0) } else { index };
        let (start, end) = (from_end(self.start), from_end(end).min(len - 1));
        (start <= end).then(|| (start * unit) as u64..((end + 1) * unit) as u64)
    }
}
