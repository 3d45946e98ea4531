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
pub fn parse_i64(text: &[u8]) -> Option<i64> {
    let (negative, digits) = match text {
        [b'-', digits @ ..] => (true, digits),
        digits => (false, digits),
    };
    let magnitude = match digits {
        [b'0'] if !negative => return Some(0),
        [b'1'..=b'9', ..] => parse_digits(digits)?,
        _ => return None,
    };
    match negative {
        false => i64::try_from(magnitude).ok(),
        true => 0i64.checked_sub_unsigned(magnitude),
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
pub fn parse_digits(digits: &[u8]) -> Option<u64> {
    // 20 digits hold u64::MAX.
    if digits.is_empty() || digits.len() > 20 {
        return None;
    }
    let mut value = 0u64;
    for &byte in digits {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            return None;
        }
        value = value.checked_mul(10)?.checked_add(u64::from(digit))?;
    }
    Some(value)
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
