//! Integers: the strict reading that decides whether a value *is* a number, and the two lenient ones that
//! Redis has from C.

pub use russet_structures::integer::{decimal_len, parse_i64, parse_u64};

use russet_structures::integer::parse_digits;

/// Reads a cursor of SCAN and its relatives, or one half of a stream id: what [`parse_i64`] takes and is not
/// negative, else what C's `strtoull` takes whole.
///
/// So ` 8`, `+5` and `007` are numbers, `-1` is not, and `-05` is 2^64-5: Redis 7.2 does accept it. What
/// follows a NUL byte is not looked at.
pub fn parse_u64_lenient(text: &[u8]) -> Option<u64> {
    let text = &text[..memchr::memchr(0, text).unwrap_or(text.len())];
    match parse_i64(text) {
        Some(value) => u64::try_from(value).ok(),
        None => strtoull(text),
    }
}

/// C's `strtoull(text, &end, 10)` where `end` has to be the end of a text that is not empty. A minus sign
/// negates modulo 2^64.
fn strtoull(text: &[u8]) -> Option<u64> {
    let spaces = text.iter().take_while(|byte| is_c_space(**byte)).count();
    let (negative, digits) = match &text[spaces..] {
        [b'-', digits @ ..] => (true, digits),
        [b'+', digits @ ..] => (false, digits),
        digits => (false, digits),
    };
    let zeros = digits.iter().take_while(|byte| **byte == b'0').count();
    let value = match &digits[zeros..] {
        [] if zeros > 0 => 0,
        significant => parse_digits(significant)?,
    };
    Some(if negative { value.wrapping_neg() } else { value })
}

/// C's `isspace` in the C locale: Rust's ASCII whitespace and the vertical tab.
fn is_c_space(byte: u8) -> bool {
    byte.is_ascii_whitespace() || byte == b'\x0b'
}

/// A decimal integer on the stack, printed without allocating.
#[derive(Default)]
pub struct IntegerText(itoa::Buffer);

impl IntegerText {
    /// Room for one number.
    pub fn new() -> Self {
        IntegerText(itoa::Buffer::new())
    }

    /// The decimal digits of `value`, with a `-` if it is negative; they live until the next call.
    pub fn format<I: itoa::Integer>(&mut self, value: I) -> &[u8] {
        self.0.format(value).as_bytes()
    }
}

/// Appends the decimal digits of `value` to `out`.
pub fn append<I: itoa::Integer>(out: &mut Vec<u8>, value: I) {
    out.extend_from_slice(itoa::Buffer::new().format(value).as_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Seen with `SCAN text` on Redict 7.3.6 (a fork of Redis 7.2.4) and valkey-server 8.0.1, and with `XADD
    /// s text-1 a b` and `XADD s 5-text a b` on these and redis-server 7.0.15. (SCAN of 7.0 took `-1` and the
    /// empty string, and no space.)
    #[test]
    fn cursors_and_stream_ids_fall_back_to_strtoull() {
        for (text, value) in [
            ("0", Some(0)),
            ("7", Some(7)),
            ("007", Some(7)),
            ("+5", Some(5)),
            (" 8", Some(8)),
            ("\t7", Some(7)),
            ("\x0b7", Some(7)),
            ("-0", Some(0)),
            ("0000000000000000000000000000005", Some(5)),
            ("1\0x", Some(1)),
            ("18446744073709551615", Some(u64::MAX)),
            ("18446744073709551616", None),
            ("-1", None),
            ("-1\0", None),
            ("-01", Some(u64::MAX)),
            ("", None),
            ("\0", None),
            ("-", None),
            ("+", None),
            ("--1", None),
            ("abc", None),
            ("0x5", None),
            ("7 ", None),
        ] {
            assert_eq!(parse_u64_lenient(text.as_bytes()), value, "{text:?}");
        }
    }

    proptest::proptest! {
        #[test]
        fn what_is_printed_reads_back(value: i64, unsigned: u64) {
            let mut text = Vec::new();
            append(&mut text, value);
            proptest::prop_assert_eq!(parse_i64(&text), Some(value));
            proptest::prop_assert_eq!(decimal_len(value), text.len());
            let mut buffer = IntegerText::new();
            proptest::prop_assert_eq!(buffer.format(value), &text[..]);
            text.clear();
            append(&mut text, unsigned);
            proptest::prop_assert_eq!(parse_u64(&text), Some(unsigned));
            proptest::prop_assert_eq!(parse_u64_lenient(&text), Some(unsigned));
        }

        #[test]
        fn every_accepted_text_is_the_printed_form(text in "[-+ 0-9]{0,21}") {
            if let Some(value) = parse_i64(text.as_bytes()) {
                proptest::prop_assert_eq!(value.to_string(), text.clone());
            }
            if let Some(value) = parse_u64(text.as_bytes()) {
                proptest::prop_assert_eq!(value.to_string(), text);
            }
        }
    }

    #[test]
    fn lengths_at_every_power_of_ten() {
        for value in [0, 9, 10, 99, 100, -1, -9, -10, i64::MAX, i64::MIN] {
            assert_eq!(decimal_len(value), value.to_string().len(), "{value}");
        }
    }
}
