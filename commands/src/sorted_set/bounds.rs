//! The ends of ranges as arguments: `(1`, `-inf`, `[a`, `+`.

use russet_engine::number;
use russet_engine::prelude::*;
use russet_engine::value::SortedSet;
use std::ops::{Bound, Range};

const NOT_A_SCORE: Error = Error::new("ERR min or max is not a float");
const NOT_A_MEMBER: Error = Error::new("ERR min or max not valid string range item");

/// From one score to another.
#[derive(Clone, Copy)]
pub(super) struct Scores {
    min: Bound<f64>,
    max: Bound<f64>,
}

impl Scores {
    /// Reads both ends.
    ///
    /// # Errors
    /// If one of them is no score.
    pub(super) fn read(min: &[u8], max: &[u8]) -> Result<Self, Error> {
        let end = |word: &[u8]| match word {
            [b'(', score @ ..] => number::parse_double_lenient(score).map(Bound::Excluded),
            score => number::parse_double_lenient(score).map(Bound::Included),
        };
        Ok(Scores { min: end(min).ok_or(NOT_A_SCORE)?, max: end(max).ok_or(NOT_A_SCORE)? })
    }

    /// The ranks of the elements between them.
    pub(super) fn ranks(&self, set: &SortedSet) -> Range<usize> {
        set.score_range(self.min, self.max)
    }
}

/// From one member to another, where all scores are equal.
#[derive(Clone, Copy)]
pub(super) struct Members<'a> {
    /// `None` where the range begins behind all members.
    min: Option<Bound<&'a [u8]>>,
    /// `None` where the range ends before all members.
    max: Option<Bound<&'a [u8]>>,
}

impl<'a> Members<'a> {
    /// Reads both ends.
    ///
    /// # Errors
    /// If one of them is none.
    pub(super) fn read(min: &'a [u8], max: &'a [u8]) -> Result<Self, Error> {
        // The end beyond which there is nothing is no end at all; the other one leaves nothing.
        let end = |word: &'a [u8], open: u8, empty: u8| match word {
            [b'(', member @ ..] => Ok(Some(Bound::Excluded(member))),
            [b'[', member @ ..] => Ok(Some(Bound::Included(member))),
            [sign] if *sign == open => Ok(Some(Bound::Unbounded)),
            [sign] if *sign == empty => Ok(None),
            _ => Err(NOT_A_MEMBER),
        };
        Ok(Members { min: end(min, b'-', b'+')?, max: end(max, b'+', b'-')? })
    }

    /// The ranks of the elements between them.
    pub(super) fn ranks(&self, set: &SortedSet) -> Range<usize> {
        match (self.min, self.max) {
            (Some(min), Some(max)) => set.lex_range(min, max),
            _ => 0..0,
        }
    }
}

/// From one rank to another, negative ones being counted from the end.
#[derive(Clone, Copy)]
pub(super) struct Ranks {
    start: i64,
    stop: i64,
}

impl Ranks {
    /// Reads words `at` and `at + 1`.
    ///
    /// # Errors
    /// If one of them is no integer.
    pub(super) fn read(args: Args<'_>, at: usize) -> Result<Self, Error> {
        Ok(Ranks { start: args.int(at)?, stop: args.int(at + 1)? })
    }

    /// Those that a set of `len` elements has; in `reverse`, the first rank is that of the last element.
    pub(super) fn within(&self, len: usize, reverse: bool) -> Range<usize> {
        let len = len as i64;
        let from_end = |rank: i64| if rank < 0 { len.saturating_add(rank) } else { rank };
        let (start, stop) = (from_end(self.start).max(0), from_end(self.stop).min(len - 1));
        if start > stop {
            return 0..0;
        }
        let (start, end) = (start as usize, stop as usize + 1);
        let len = len as usize;
        if reverse { len - end..len - start } else { start..end }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranks_are_those_that_are_there() {
        for (start, stop, len, forward, reverse) in [
            (0, -1, 5, 0..5, 0..5),
            (1, 2, 5, 1..3, 2..4),
            (-2, 100, 5, 3..5, 0..2),
            (i64::MIN, i64::MAX, 5, 0..5, 0..5),
            (3, 1, 5, 0..0, 0..0),
            (5, 9, 5, 0..0, 0..0),
            (0, -6, 5, 0..0, 0..0),
            (0, -1, 0, 0..0, 0..0),
            (i64::MAX, i64::MIN, 5, 0..0, 0..0),
        ] {
            let ranks = Ranks { start, stop };
            assert_eq!(ranks.within(len, false), forward, "{start} {stop}");
            assert_eq!(ranks.within(len, true), reverse, "{start} {stop} from the back");
        }
    }

    #[test]
    fn what_is_no_end() {
        for word in ["x", "[1", "((1", "1 ", "nan"] {
            assert!(Scores::read(word.as_bytes(), b"1").is_err(), "{word}");
        }
        for word in ["", "a", "--", "+a", "1"] {
            assert!(Members::read(b"-", word.as_bytes()).is_err(), "{word}");
        }
    }
}
