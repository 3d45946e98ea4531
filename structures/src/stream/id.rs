//! Id: what an entry is called, a time in milliseconds and a number within it.

use std::fmt;

use crate::integer::Digits;

/// The longest text that is read as an id: Redis copies it into a buffer of 128 bytes.
const MAX_TEXT: usize = 127;

/// The id of an entry: milliseconds of Unix time (by default) and a sequence number within one millisecond. As 16
/// big-endian bytes, ids sort as they do as pairs of numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Id {
    /// Milliseconds.
    pub ms: u64,
    /// The number within the millisecond.
    pub seq: u64,
}

/// The id that XADD asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NewId {
    /// `*`: the current time, or the successor of the last id where the clock is not ahead of it.
    Auto,
    /// `ms-*`: the next sequence number of this millisecond.
    AutoSeq(u64),
    /// `ms-seq` or `ms`, which stands for `ms-0`.
    Exact(Id),
}

impl Id {
    /// The least id, `0-0`. No entry has it.
    pub const MIN: Id = Id { ms: 0, seq: 0 };
    /// The greatest id.
    pub const MAX: Id = Id { ms: u64::MAX, seq: u64::MAX };

    /// The id of these two numbers.
    #[inline]
    pub const fn new(ms: u64, seq: u64) -> Id {
        Id { ms, seq }
    }

    /// The least id that is greater; none for the greatest. An exclusive lower bound is the successor.
    #[inline]
    pub fn next(self) -> Option<Id> {
        match self.seq.checked_add(1) {
            Some(seq) => Some(Id { ms: self.ms, seq }),
            None => Some(Id { ms: self.ms.checked_add(1)?, seq: 0 }),
        }
    }

    /// The greatest id that is less; none for the least. An exclusive upper bound is the predecessor.
    #[inline]
    pub fn previous(self) -> Option<Id> {
        match self.seq.checked_sub(1) {
            Some(seq) => Some(Id { ms: self.ms, seq }),
            None => Some(Id { ms: self.ms.checked_sub(1)?, seq: u64::MAX }),
        }
    }

    /// The key of a node: both numbers, big-endian.
    #[inline]
    pub fn to_bytes(self) -> [u8; 16] {
        (u128::from(self.ms) << 64 | u128::from(self.seq)).to_be_bytes()
    }

    /// Reads what [`to_bytes`](Id::to_bytes) wrote.
    #[inline]
    pub fn from_bytes(bytes: [u8; 16]) -> Id {
        let both = u128::from_be_bytes(bytes);
        Id { ms: (both >> 64) as u64, seq: both as u64 }
    }

    /// Reads `ms-seq`, or `ms` with `missing_seq` for the other number. `-` and `+` are no ids here. O(length).
    ///
    /// Numbers are read as Redis reads them, which is C's `strtoull` where they are not in the printed form: `007`, ` 7`
    /// and `+7` are 7, the sequence `-07` is 2^64 - 7, and a text ends at its first zero byte.
    pub fn parse(text: &[u8], missing_seq: u64) -> Option<Id> {
        let text = terminated(text)?;
        if matches!(text, b"-" | b"+") {
            return None;
        }
        match split(text) {
            (ms, None) => Some(Id { ms: parse_number(ms)?, seq: missing_seq }),
            (ms, Some(seq)) => Some(Id { ms: parse_number(ms)?, seq: parse_number(seq)? }),
        }
    }

    /// Like [`parse`](Id::parse), with `-` for the least id and `+` for the greatest: what ranges are bounded by.
    pub fn parse_bound(text: &[u8], missing_seq: u64) -> Option<Id> {
        match terminated(text)? {
            b"-" => Some(Id::MIN),
            b"+" => Some(Id::MAX),
            text => Id::parse(text, missing_seq),
        }
    }
}

impl NewId {
    /// Reads `*`, `ms-*`, `ms-seq` or `ms`. O(length).
    pub fn parse(text: &[u8]) -> Option<NewId> {
        if matches!(text, b"*" | [b'*', 0, ..]) {
            return Some(NewId::Auto);
        }
        match split(terminated(text)?) {
            (ms, Some(b"*")) => Some(NewId::AutoSeq(parse_number(ms)?)),
            _ => Id::parse(text, 0).map(NewId::Exact),
        }
    }
}

/// The text up to its first zero byte; none where it is too long.
fn terminated(text: &[u8]) -> Option<&[u8]> {
    let end = text.iter().position(|byte| *byte == 0).unwrap_or(text.len());
    (text.len() <= MAX_TEXT).then(|| &text[..end])
}

/// What stands before the first `-` and what behind.
fn split(text: &[u8]) -> (&[u8], Option<&[u8]>) {
    match text.iter().position(|byte| *byte == b'-') {
        Some(at) => (&text[..at], Some(&text[at + 1..])),
        None => (text, None),
    }
}

/// A number as `strtoull` reads it, but not one that is printed with a minus.
fn parse_number(text: &[u8]) -> Option<u64> {
    if let Some(value) = crate::integer::parse_i64(text) {
        return u64::try_from(value).ok();
    }
    let blank = |byte: &u8| matches!(byte, b' ' | b'\t'..=b'\r');
    let start = text.iter().position(|byte| !blank(byte))?;
    let (negative, digits) = match &text[start..] {
        [b'-', digits @ ..] => (true, digits),
        [b'+', digits @ ..] => (false, digits),
        digits => (false, digits),
    };
    let zeros = digits.iter().take_while(|byte| **byte == b'0').count();
    let value = match &digits[zeros..] {
        [] if zeros > 0 => 0,
        rest => crate::integer::parse_digits(rest)?,
    };
    Some(if negative { value.wrapping_neg() } else { value })
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.ms, self.seq)
    }
}

impl Id {
    /// Appends the printed form, `ms-seq`.
    pub fn append_to(self, out: &mut Vec<u8>) {
        out.extend_from_slice(Digits::of_unsigned(self.ms).as_bytes());
        out.push(b'-');
        out.extend_from_slice(Digits::of_unsigned(self.seq).as_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_read_as_c_reads_numbers() {
        let id = |ms, seq| Some(Id::new(ms, seq));
        for (text, expected) in [
            ("1-2", id(1, 2)),
            ("1", id(1, 9)),
            ("0", id(0, 9)),
            ("007-+7", id(7, 7)),
            (" \t7-\n8", id(7, 8)),
            ("1--07", id(1, u64::MAX - 6)),
            ("1--7", None),
            ("1-", None),
            ("-1", None),
            ("-", None),
            ("+", None),
            ("", None),
            ("1-2-3", None),
            ("1- ", None),
            ("7 -1", None),
            ("1-0x1", None),
            ("1-*", None),
            ("18446744073709551615-18446744073709551615", Some(Id::MAX)),
            ("18446744073709551616", None),
            ("1-2\x003", id(1, 2)),
        ] {
            assert_eq!(Id::parse(text.as_bytes(), 9), expected, "{text:?}");
        }
        assert_eq!(Id::parse_bound(b"-", 0), Some(Id::MIN));
        assert_eq!(Id::parse_bound(b"+\0", 0), Some(Id::MAX));
        assert_eq!(Id::parse(&[b'0'; 127], 0), id(0, 0));
        assert_eq!(Id::parse(&[b'0'; 128], 0), None);
        assert_eq!(NewId::parse(b"*"), Some(NewId::Auto));
        assert_eq!(NewId::parse(b"*\x001"), Some(NewId::Auto));
        assert_eq!(NewId::parse(b"**"), None);
        assert_eq!(NewId::parse(b"5-*"), Some(NewId::AutoSeq(5)));
        assert_eq!(NewId::parse(b"5"), Some(NewId::Exact(Id::new(5, 0))));
        assert_eq!(NewId::parse(b"-*"), None);
        assert_eq!(NewId::parse(b"5-**"), None);
    }

    #[test]
    fn neighbours_carry() {
        assert_eq!(Id::new(1, u64::MAX).next(), Some(Id::new(2, 0)));
        assert_eq!(Id::new(2, 0).previous(), Some(Id::new(1, u64::MAX)));
        assert_eq!((Id::MAX.next(), Id::MIN.previous()), (None, None));
    }

    proptest::proptest! {
        #[test]
        fn bytes_sort_as_ids(a: (u64, u64), b: (u64, u64)) {
            let (a, b) = (Id::new(a.0, a.1), Id::new(b.0, b.1));
            proptest::prop_assert_eq!(a.cmp(&b), a.to_bytes().cmp(&b.to_bytes()));
            proptest::prop_assert_eq!(Id::from_bytes(a.to_bytes()), a);
            let mut text = Vec::new();
            a.append_to(&mut text);
            proptest::prop_assert_eq!(Id::parse(&text, 1), Some(a));
            proptest::prop_assert_eq!(a.to_string().into_bytes(), text);
            if let Some(next) = a.next() {
                proptest::prop_assert!(next > a);
                proptest::prop_assert_eq!(next.previous(), Some(a));
            }
        }
    }
}
