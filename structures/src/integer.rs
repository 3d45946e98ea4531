//! Integers as text: which bytes *are* an integer, and the bytes that an integer is.
//!
//! Redis stores a value, a list element or a set member as an integer when that loses nothing, which is when
//! printing the integer gives the very same bytes: so reading is strict. `7` is an integer; `007`, `+7`, `7 ` and
//! `-0` are bytes.
//!
//! ```
//! use russet_structures::integer::{Digits, parse_i64};
//!
//! assert_eq!(parse_i64(b"-42"), Some(-42));
//! assert_eq!(parse_i64(b"-042"), None);
//! assert_eq!(Digits::of(-42).as_bytes(), b"-42");
//! ```

/// Reads a decimal `i64` that is written the way it would be printed: an optional `-`, no leading zero, no
/// `+`, no space, not `-0`.
///
/// This is the rule for values and for nearly every numeric argument; a string that passes is stored with the
/// encoding `int`. `None` for anything else, also out of range. O(length), at most 20 bytes are looked at.
#[inline]
pub fn parse_i64(text: &[u8]) -> Option<i64> {
    // Most texts say with their first byte that they are none; that much is inlined.
    match text {
        [digit @ b'0'..=b'9'] => Some(i64::from(digit - b'0')),
        [b'1'..=b'9', ..] => parse_positive(text),
        [b'-', digits @ ..] => parse_negative(digits),
        _ => None,
    }
}

fn parse_positive(digits: &[u8]) -> Option<i64> {
    i64::try_from(parse_digits(digits)?).ok()
}

/// What is written behind the `-`.
fn parse_negative(digits: &[u8]) -> Option<i64> {
    match digits {
        [b'1'..=b'9', ..] => 0i64.checked_sub_unsigned(parse_digits(digits)?),
        _ => None,
    }
}

/// Reads a decimal `u64` written the way it would be printed. `None` for anything else, also out of range.
pub fn parse_u64(text: &[u8]) -> Option<u64> {
    match text {
        [b'0'] => Some(0),
        [b'1'..=b'9', ..] => parse_digits(text),
        _ => None,
    }
}

/// One or more digits as a `u64`, leading zeros included; `None` on anything else and on overflow.
#[inline]
pub fn parse_digits(digits: &[u8]) -> Option<u64> {
    // 20 digits hold u64::MAX. Numbers come in all lengths, so that few branches depend on theirs.
    match digits.len() {
        0 => None,
        1..8 => eight_digits(padded(digits)),
        8..=16 => sixteen_digits(digits),
        17..=20 => {
            let (rest, low) = digits.split_at(digits.len() - 16);
            let high = eight_digits(padded(rest))?.checked_mul(10_000_000_000_000_000)?;
            high.checked_add(sixteen_digits(low)?)
        }
        _ => None,
    }
}

const ZEROS: u64 = 0x3030_3030_3030_3030;

/// One to seven bytes with as many `0` in front as eight need, the first in the lowest byte.
#[inline]
fn padded(digits: &[u8]) -> u64 {
    let len = digits.len();
    let word = match (digits.first_chunk(), digits.last_chunk()) {
        // The halves overlap where there are fewer than eight, in equal bytes.
        (Some(first), Some(last)) => {
            u64::from(u32::from_le_bytes(*first)) | u64::from(u32::from_le_bytes(*last)) << (8 * (len - 4))
        }
        // Of one to three bytes these are all, some of them twice.
        _ => [0, len / 2, len - 1].iter().fold(0, |word, &at| word | u64::from(digits[at]) << (8 * at)),
    };
    word << (64 - 8 * len) | ZEROS >> (8 * len)
}

/// The value of eight to sixteen digits.
#[inline]
fn sixteen_digits(digits: &[u8]) -> Option<u64> {
    let (first, last) = (digits.first_chunk()?, digits.last_chunk()?);
    // Behind the first digits stand some that are among the last eight, too: they are shifted out. As `u128`, since
    // a shift may be one of 64.
    let seen = 8 * (16 - digits.len());
    let high =
        (u128::from(u64::from_le_bytes(*first)) << seen) as u64 | (u128::from(ZEROS) >> (64 - seen)) as u64;
    Some(eight_digits(high)? * 100_000_000 + eight_digits(u64::from_le_bytes(*last))?)
}

/// The value of eight digits, the first in the lowest byte: pairs are joined, then pairs of pairs, all at once.
#[inline]
fn eight_digits(word: u64) -> Option<u64> {
    const HIGH: u64 = 0xf0f0_f0f0_f0f0_f0f0;
    // A digit is 0x30 to 0x39: its high half is 3, and still is when 6 is added.
    let digits = word & HIGH == ZEROS && word.wrapping_add(0x0606_0606_0606_0606) & HIGH == ZEROS;
    let word = word & 0x0f0f_0f0f_0f0f_0f0f;
    let pairs = (word.wrapping_mul(10 << 8 | 1) >> 8) & 0x00ff_00ff_00ff_00ff;
    let fours = (pairs.wrapping_mul(100 << 16 | 1) >> 16) & 0x0000_ffff_0000_ffff;
    digits.then_some(fours.wrapping_mul(10_000 << 32 | 1) >> 32)
}

/// The number of bytes that [`Digits`] gives for `value`, sign included.
pub fn decimal_len(value: i64) -> usize {
    let digits = value.unsigned_abs().checked_ilog10().map_or(1, |n| n as usize + 1);
    digits + usize::from(value < 0)
}

/// The decimal digits of an integer, on the stack.
#[derive(Clone, Copy)]
pub struct Digits {
    bytes: [u8; 20],
    start: u8,
}

impl Digits {
    /// The digits of `value`, with a `-` in front if it is negative. O(number of digits).
    #[inline]
    pub fn of(value: i64) -> Digits {
        let mut digits = Digits::of_unsigned(value.unsigned_abs());
        if value < 0 {
            // An `i64` has at most 19 digits, so there is room for the sign.
            digits.start -= 1;
            digits.bytes[usize::from(digits.start)] = b'-';
        }
        digits
    }

    /// The digits of `value`. O(their number).
    #[inline]
    pub fn of_unsigned(mut value: u64) -> Digits {
        let mut digits = Digits { bytes: [0; 20], start: 20 };
        loop {
            digits.start -= 1;
            digits.bytes[usize::from(digits.start)] = b'0' + (value % 10) as u8;
            value /= 10;
            if value == 0 {
                return digits;
            }
        }
    }

    /// The digits as bytes.
    #[inline]
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes[usize::from(self.start)..]
    }
}

impl std::fmt::Debug for Digits {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.as_bytes().escape_ascii())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_printed_form_is_an_integer() {
        for (text, value) in [
            ("0", Some(0)),
            ("7", Some(7)),
            ("-7", Some(-7)),
            ("9223372036854775807", Some(i64::MAX)),
            ("-9223372036854775808", Some(i64::MIN)),
            ("9223372036854775808", None),
            ("-9223372036854775809", None),
            ("18446744073709551616", None),
            ("99999999999999999999", None),
            ("100000000000000000000", None),
            ("", None),
            ("-", None),
            ("-0", None),
            ("00", None),
            ("01", None),
            ("-01", None),
            ("+1", None),
            (" 1", None),
            ("1 ", None),
            ("1.0", None),
            ("0x1", None),
            ("1\0", None),
            ("--1", None),
            ("1:", None),
            ("1/", None),
        ] {
            assert_eq!(parse_i64(text.as_bytes()), value, "{text:?}");
        }
    }

    #[test]
    fn unsigned_goes_to_the_last_value() {
        assert_eq!(parse_u64(b"18446744073709551615"), Some(u64::MAX));
        for text in ["18446744073709551616", "-1", "+1", "01", "", " 1", "184467440737095516150"] {
            assert_eq!(parse_u64(text.as_bytes()), None, "{text:?}");
        }
    }

    proptest::proptest! {
        #[test]
        fn what_is_printed_reads_back(value: i64, unsigned: u64) {
            let (text, unsigned_text) = (value.to_string(), unsigned.to_string());
            let (digits, unsigned_digits) = (Digits::of(value), Digits::of_unsigned(unsigned));
            proptest::prop_assert_eq!(digits.as_bytes(), text.as_bytes());
            proptest::prop_assert_eq!(parse_i64(text.as_bytes()), Some(value));
            proptest::prop_assert_eq!(decimal_len(value), text.len());
            proptest::prop_assert_eq!(unsigned_digits.as_bytes(), unsigned_text.as_bytes());
            proptest::prop_assert_eq!(parse_u64(unsigned_text.as_bytes()), Some(unsigned));
        }
    }
}
