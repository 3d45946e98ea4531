//! The longest common subsequence of two strings, sixty-four cells of the textbook table at a time.
//!
//! # Which of the many longest ones?
//!
//! Let `L(i, j)` be the length for the first `i` bytes of `a` and the first `j` of `b`. Redis walks back from
//! the end of both: equal bytes are taken, else it drops the last byte of `a` if that leaves strictly more
//! (`L(i-1, j) > L(i, j-1)`), else the last byte of `b`. Replies show which subsequence that is, so the walk
//! here takes the same turns.
//!
//! # Why one bit per cell is enough
//!
//! Along a row, `L(i, j)` grows by 0 or 1 from `j-1` to `j`; row `i` is kept as those bits, a 0 bit where it
//! grows. Where the bytes differ `L(i, j)` is the larger of its two neighbours, so `L(i-1, j) > L(i, j-1)`
//! says just that row `i` grows at `j`. A row is got from the one before by an addition whose carries do the
//! maximum (Crochemore, Iliopoulos, Pinzon and Reid, "A fast and practical bit-vector algorithm for the
//! longest common subsequence problem", 2001):
//!
//! ```text
//! matching = bits j where b[j] is a[i]
//! row      = (row + (row & matching)) | (row & !matching)
//! ```
//!
//! So 11 KB against 11 KB, the largest pair of equal lengths that the default `proto-max-bulk-len` admits,
//! takes 16 MB and 2 million additions instead of 512 MB and 134 million comparisons.

use std::ops::RangeInclusive;

/// A stretch of bytes that both strings have, as positions in each.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Match {
    pub(super) a: RangeInclusive<usize>,
    pub(super) b: RangeInclusive<usize>,
}

impl Match {
    /// The number of bytes.
    pub(super) fn len(&self) -> usize {
        self.a.end() - self.a.start() + 1
    }
}

/// Two strings and what is needed to walk back through them. `a.len() × b.len() / 8` bytes, rows rounded up.
pub(super) struct Alignment<'a> {
    a: &'a [u8],
    b: &'a [u8],
    /// Row after row, each `stride` bytes, the lowest bit first.
    rows: Vec<u8>,
    stride: usize,
    len: usize,
}

/// For each byte value, the bits where it stands in `b`.
struct Positions {
    /// Where the words of a byte value start, `None` if `b` lacks it or `a` does.
    start: [Option<usize>; 256],
    words: Vec<u64>,
    per_row: usize,
}

impl Positions {
    /// O(`a.len() + b.len()`) and at most `a.len().min(256)` rows; `None` without memory for them.
    fn new(a: &[u8], b: &[u8]) -> Option<Self> {
        let per_row = b.len().div_ceil(64);
        let mut wanted = [false; 256];
        a.iter().for_each(|byte| wanted[usize::from(*byte)] = true);
        let mut start = [None; 256];
        let mut words = Vec::new();
        for (at, &byte) in b.iter().enumerate().filter(|(_, byte)| wanted[usize::from(**byte)]) {
            let first = match start[usize::from(byte)] {
                Some(first) => first,
                None => {
                    let first = words.len();
                    words.try_reserve(per_row).ok()?;
                    words.resize(first + per_row, 0);
                    *start[usize::from(byte)].insert(first)
                }
            };
            words[first + at / 64] |= 1u64 << (at % 64);
        }
        Some(Positions { start, words, per_row })
    }

    fn of(&self, byte: u8) -> Option<&[u64]> {
        self.start[usize::from(byte)].map(|first| &self.words[first..first + self.per_row])
    }
}

/// The row of `i + 1` from the row of `i`.
fn advance(row: &mut [u64], matching: &[u64]) {
    let mut carry = false;
    for (word, &matching) in row.iter_mut().zip(matching) {
        let (sum, over) = word.overflowing_add(*word & matching);
        let (sum, over_again) = sum.overflowing_add(u64::from(carry));
        carry = over || over_again;
        *word = sum | (*word & !matching);
    }
}

/// Goes through all rows, shows each to `each`, and returns the length of a longest common subsequence.
fn rows(a: &[u8], b: &[u8], mut each: impl FnMut(&[u64])) -> Option<usize> {
    let positions = Positions::new(a, b)?;
    let mut row = Vec::new();
    row.try_reserve_exact(positions.per_row).ok()?;
    row.resize(positions.per_row, u64::MAX);
    for &byte in a {
        if let Some(matching) = positions.of(byte) {
            advance(&mut row, matching);
        }
        each(&row);
    }
    // Bits past the end of `b` never match, so they stay 1 and are not counted.
    Some(row.iter().map(|word| word.count_zeros() as usize).sum())
}

/// The length alone, in `b.len() / 8` bytes for each byte value that occurs. `None` without memory.
pub(super) fn length(a: &[u8], b: &[u8]) -> Option<usize> {
    rows(a, b, |_| ())
}

impl<'a> Alignment<'a> {
    /// Aligns the two strings: O(`a.len() × b.len() / 64`) steps. `None` without memory for the rows.
    pub(super) fn new(a: &'a [u8], b: &'a [u8]) -> Option<Self> {
        let stride = b.len().div_ceil(8);
        let mut kept = Vec::new();
        kept.try_reserve_exact(a.len().checked_mul(stride)?).ok()?;
        let len = rows(a, b, |row| {
            let mut left = stride;
            for word in row {
                let bytes = left.min(8);
                kept.extend_from_slice(&word.to_le_bytes()[..bytes]);
                left -= bytes;
            }
        })?;
        Some(Alignment { a, b, rows: kept, stride, len })
    }

    /// The length of the common subsequence.
    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// Whether row `i` grows at column `j`, both counted from 1.
    fn grows(&self, i: usize, j: usize) -> bool {
        self.rows[(i - 1) * self.stride + (j - 1) / 8] >> ((j - 1) % 8) & 1 == 0
    }

    /// Walks back from the ends and shows each pair of matching positions. O(`a.len() + b.len()`).
    fn walk(&self, mut each: impl FnMut(usize, usize)) {
        let (mut i, mut j) = (self.a.len(), self.b.len());
        while i > 0 && j > 0 {
            if self.a[i - 1] == self.b[j - 1] {
                i -= 1;
                j -= 1;
                each(i, j);
            } else if self.grows(i, j) {
                i -= 1;
            } else {
                j -= 1;
            }
        }
    }

    /// The common subsequence.
    pub(super) fn text(&self) -> Vec<u8> {
        let mut text = Vec::with_capacity(self.len);
        self.walk(|i, _| text.push(self.a[i]));
        text.reverse();
        text
    }

    /// The stretches that make up the subsequence, the last one first.
    pub(super) fn matches(&self) -> Vec<Match> {
        let mut matches: Vec<Match> = Vec::new();
        self.walk(|i, j| match matches.last_mut() {
            Some(last) if *last.a.start() == i + 1 && *last.b.start() == j + 1 => {
                *last = Match { a: i..=*last.a.end(), b: j..=*last.b.end() };
            }
            _ => matches.push(Match { a: i..=i, b: j..=j }),
        });
        matches
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The textbook table and the walk through it, as described at the top of this file.
    fn textbook(a: &[u8], b: &[u8]) -> (usize, Vec<u8>, Vec<(usize, usize)>) {
        let mut table = vec![vec![0usize; b.len() + 1]; a.len() + 1];
        for i in 1..=a.len() {
            for j in 1..=b.len() {
                table[i][j] = match a[i - 1] == b[j - 1] {
                    true => table[i - 1][j - 1] + 1,
                    false => table[i - 1][j].max(table[i][j - 1]),
                };
            }
        }
        let (mut i, mut j) = (a.len(), b.len());
        let (mut text, mut pairs) = (Vec::new(), Vec::new());
        while i > 0 && j > 0 {
            if a[i - 1] == b[j - 1] {
                i -= 1;
                j -= 1;
                text.push(a[i]);
                pairs.push((i, j));
            } else if table[i - 1][j] > table[i][j - 1] {
                i -= 1;
            } else {
                j -= 1;
            }
        }
        text.reverse();
        (table[a.len()][b.len()], text, pairs)
    }

    fn check(a: &[u8], b: &[u8]) {
        let (len, text, pairs) = textbook(a, b);
        assert_eq!(length(a, b), Some(len));
        let alignment = Alignment::new(a, b).unwrap();
        assert_eq!((alignment.len(), alignment.text()), (len, text));
        let matches = alignment.matches();
        let spelled: Vec<_> = matches.iter().flat_map(|m| m.a.clone().rev().zip(m.b.clone().rev())).collect();
        assert_eq!(spelled, pairs);
        // Stretches are as long as they can be.
        for pair in matches.windows(2) {
            assert!(pair[1].a.end() + 1 != *pair[0].a.start() || pair[1].b.end() + 1 != *pair[0].b.start());
        }
    }

    proptest! {
        #[test]
        fn the_same_subsequence_as_the_textbook(
            a in proptest::collection::vec(b'a'..b'd', 0..200),
            b in proptest::collection::vec(b'a'..b'e', 0..200),
        ) {
            check(&a, &b);
        }
    }

    #[test]
    fn widths_around_whole_words() {
        for width in [0, 1, 7, 8, 9, 63, 64, 65, 127, 128, 129, 200] {
            let b: Vec<u8> = (0..width).map(|n| b"abcb"[n * n % 4]).collect();
            check(b"abcabcbbacabccbabac", &b);
            check(&b, b"abcabcbbacabccbabac");
            check(&b, &b);
        }
    }

    #[test]
    fn a_known_pair() {
        let alignment = Alignment::new(b"ohmytext", b"mynewtext").unwrap();
        assert_eq!(alignment.text(), b"mytext");
        assert_eq!(alignment.matches(), [Match { a: 4..=7, b: 5..=8 }, Match { a: 2..=3, b: 0..=1 }]);
    }
}
