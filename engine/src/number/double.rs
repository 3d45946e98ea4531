//! Doubles: scores, coordinates, timeouts.
//!
//! # Reading
//!
//! C's `strtod` over the whole argument (the grammar is in `float_text`), correctly
//! rounded. A number too large for a double is refused, as is one so small that it becomes 0 although it is
//! not; infinities by name are welcome.
//!
//! # Printing
//!
//! As Redis 7.2: integers up to 2^62 in full; else the digits of `grisu`, written out where
//! that stays short and with an exponent where it does not. The same text goes to a RESP2 bulk string and a
//! RESP3 double.
//!
//! | value | text |
//! |---|---|
//! | 3.0 | `3` |
//! | 0.1 | `0.1` |
//! | 0.000001 | `0.000001` |
//! | 0.0000001 | `1e-7` |
//! | 0.000123456 | `1.23456e-4` |
//! | 1e17 | `100000000000000000` |
//! | 1e19 | `1e+19` |
//! | negative zero | `-0` |
//! | infinities | `inf`, `-inf` |

use super::float_text::{self, Magnitude};
use super::{grisu, integer};
use rustc_apfloat::{Float, Round, Status, ieee};
use std::ops::Deref;

/// Reads the whole of `text` as a double. `None`: Redis answers "value is not a valid float" (or its own
/// words for the argument).
///
/// Never a NaN. O(length).
pub fn parse(text: &[u8]) -> Option<f64> {
    let read = read(text)?;
    // What `strtod` reports as out of range: an infinity that was not asked for, and a zero that should not be one.
    let in_range = read.value.is_finite() && (read.zero || read.value != 0.0);
    (read.infinity || in_range).then_some(read.value)
}

/// Reads a bound of a range of scores, which Redis reads as a C string: up to the first NUL, white space in front passed
/// over, nothing at all being 0; a number too large is infinite and one too small 0. `None` for anything else.
///
/// Never a NaN. O(length).
pub fn parse_lenient(text: &[u8]) -> Option<f64> {
    read_c_string(text).map(|read| read.value)
}

/// Reads a weight of `SORT`: as [`parse_lenient`], but what is out of range is refused, and with it what is so small
/// that it was rounded to fewer bits than others.
pub fn parse_weight(text: &[u8]) -> Option<f64> {
    let read = read_c_string(text)?;
    let in_range = read.value.is_normal() || (read.hexadecimal && read.value.is_subnormal());
    (read.infinity || read.zero || in_range).then_some(read.value)
}

fn read_c_string(text: &[u8]) -> Option<Read> {
    let text = text.split(|&byte| byte == 0).next().unwrap_or_default();
    if text.is_empty() {
        return Some(Read { value: 0.0, zero: true, infinity: false, hexadecimal: false });
    }
    let spaces = text.iter().take_while(|byte| matches!(byte, b' ' | b'\t'..=b'\r')).count();
    read(&text[spaces..])
}

/// A number, rounded to the nearest double.
struct Read {
    value: f64,
    /// It is 0 as it is written.
    zero: bool,
    /// It is infinite as it is written.
    infinity: bool,
    /// It is written in base 16.
    hexadecimal: bool,
}

fn read(text: &[u8]) -> Option<Read> {
    let number = float_text::read(text)?;
    let (magnitude, zero) = match number.magnitude {
        Magnitude::Infinity => (f64::INFINITY, false),
        Magnitude::Decimal { text, zero } => (text.parse().ok()?, zero),
        Magnitude::Hexadecimal { text, zero, exponent } => (parse_hexadecimal(text, exponent)?, zero),
    };
    let value = if number.negative { -magnitude } else { magnitude };
    let infinity = matches!(number.magnitude, Magnitude::Infinity);
    let hexadecimal = matches!(number.magnitude, Magnitude::Hexadecimal { .. });
    Some(Read { value, zero, infinity, hexadecimal })
}

/// Reads `0x1.8` or `0x1.8p3`; too large a number becomes infinite.
fn parse_hexadecimal(text: &str, exponent: bool) -> Option<f64> {
    let completed;
    let text = if exponent {
        text
    } else {
        completed = format!("{text}p0");
        &completed
    };
    let parsed = ieee::Double::from_str_r(text, Round::NearestTiesToEven).ok()?;
    (!parsed.status.contains(Status::INVALID_OP)).then(|| f64::from_bits(parsed.value.to_bits() as u64))
}

/// The text of a double, on the stack.
#[derive(Clone, Copy, Debug)]
pub struct DoubleText {
    buffer: [u8; CAPACITY],
    length: usize,
}

/// Longer than any text [`format()`] makes: sign, `0.`, five zeros and 18 digits, or sign, 18 digits, a point
/// and `e-324`.
const CAPACITY: usize = 32;

impl DoubleText {
    /// The text's bytes, all ASCII.
    pub fn as_bytes(&self) -> &[u8] {
        self
    }

    fn push(&mut self, bytes: &[u8]) {
        self.buffer[self.length..][..bytes.len()].copy_from_slice(bytes);
        self.length += bytes.len();
    }

    fn zeros(&mut self, count: usize) {
        self.buffer[self.length..][..count].fill(b'0');
        self.length += count;
    }
}

impl Deref for DoubleText {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.buffer[..self.length]
    }
}

/// Prints `value` as Redis 7.2 does in replies, in the AOF and in listpacks.
pub fn format(value: f64) -> DoubleText {
    // Beyond 2^62 an integral double is no longer printed as an integer.
    const LARGEST_INTEGER: f64 = (1u64 << 62) as f64;
    print(value, LARGEST_INTEGER)
}

/// Prints `value` with as few digits as tell it from its neighbours, integers too: `1e+15`. So Redis 7.2 does in digests.
pub fn shortest(value: f64) -> DoubleText {
    print(value, 0.0)
}

/// Prints an integer as one up to this magnitude, and what else there is with as few digits as tell it from its neighbours.
fn print(value: f64, largest_integer: f64) -> DoubleText {
    let mut text = DoubleText { buffer: [0; CAPACITY], length: 0 };
    if value.is_nan() {
        text.push(b"nan");
        return text;
    }
    if value.is_sign_negative() {
        text.push(b"-");
    }
    let magnitude = value.abs();
    if magnitude.is_infinite() {
        text.push(b"inf");
    } else if magnitude <= largest_integer && magnitude.fract() == 0.0 {
        text.push(integer::IntegerText::new().format(magnitude as u64));
    } else {
        write_digits(&mut text, &grisu::digits(magnitude));
    }
    text
}

/// Appends what [`format()`] prints.
pub fn append(out: &mut Vec<u8>, value: f64) {
    out.extend_from_slice(&format(value));
}

/// Places the point: in full when at most six zeros need to be added, else with an exponent.
fn write_digits(text: &mut DoubleText, digits: &grisu::Digits) {
    let last = digits.exponent;
    let digits = digits.as_bytes();
    let count = digits.len() as i32;
    // The exponent of the first digit.
    let first = last + count - 1;
    if last >= 0 && first < count + 7 {
        text.push(digits);
        text.zeros(last as usize);
    } else if last < 0 && (last > -7 || first.abs() < 4) {
        if first < 0 {
            text.push(b"0.");
            text.zeros((-first - 1) as usize);
            text.push(digits);
        } else {
            let (whole, fraction) = digits.split_at(first as usize + 1);
            text.push(whole);
            text.push(b".");
            text.push(fraction);
        }
    } else {
        text.push(&digits[..1]);
        if count > 1 {
            text.push(b".");
            text.push(&digits[1..]);
        }
        text.push(if first < 0 { b"e-" } else { b"e+" });
        text.push(integer::IntegerText::new().format(first.unsigned_abs()));
    }
}

/// Prints `value` with 17 digits, fewer where the last are zeros, as C's `%.17g` does: the scores in `ZSCAN`.
pub fn in_full(value: f64) -> String {
    const DIGITS: i32 = 17;
    if value.is_infinite() {
        return if value > 0.0 { "inf".into() } else { "-inf".into() };
    }
    let text = format!("{:.*e}", DIGITS as usize - 1, value.abs());
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let digits = mantissa.replace('.', "");
    let digits = match digits.trim_end_matches('0') {
        "" => "0",
        digits => digits,
    };
    let sign = if value.is_sign_negative() { "-" } else { "" };
    if !(-4..DIGITS).contains(&exponent) {
        let (first, rest) = digits.split_at(1);
        let point = if rest.is_empty() { "" } else { "." };
        let direction = if exponent < 0 { '-' } else { '+' };
        return format!("{sign}{first}{point}{rest}e{direction}{:02}", exponent.abs());
    }
    if exponent < 0 {
        return format!("{sign}0.{}{digits}", "0".repeat(-exponent as usize - 1));
    }
    let whole = exponent as usize + 1;
    match digits.split_at_checked(whole) {
        Some((whole, fraction)) if !fraction.is_empty() => format!("{sign}{whole}.{fraction}"),
        _ => format!("{sign}{digits:0<whole$}"),
    }
}

/// Appends `value` with exactly four decimals, half a unit rounded to even after scaling: the distances of
/// GEODIST and GEOSEARCH.
///
/// `value` has to be below 9.2e14 in magnitude; larger ones are clamped (the way round the earth is 4e7
/// metres).
pub fn append_four_decimals(out: &mut Vec<u8>, value: f64) {
    let scaled = (value * 1e4).round_ties_even() as i64;
    if scaled < 0 {
        out.push(b'-');
    }
    let magnitude = scaled.unsigned_abs();
    integer::append(out, magnitude / 10_000);
    let decimals = magnitude % 10_000;
    out.push(b'.');
    out.extend(
        [decimals / 1000, decimals / 100 % 10, decimals / 10 % 10, decimals % 10]
            .map(|digit| b'0' + digit as u8),
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(value: f64) -> String {
        String::from_utf8(format(value).to_vec()).unwrap()
    }

    /// Seen with `ZADD z text m` and `ZSCORE z m` on valkey-server 8.0.1, in both protocols.
    #[test]
    fn prints_as_the_real_server_did() {
        for (input, printed) in [
            ("0", "0"),
            ("3", "3"),
            ("-3.0", "-3"),
            ("1e15", "1000000000000000"),
            ("1e17", "100000000000000000"),
            ("4503599627370497", "4503599627370497"),
            ("9007199254740993", "9007199254740992"),
            ("9007199254740993.5", "9007199254740994"),
            ("123456789012345678", "123456789012345680"),
            ("4611686018427387904", "4611686018427387904"),
            ("-4611686018427387904", "-4611686018427387904"),
            ("4611686018427389000", "4611686018427389000"),
            ("9223372036854775808", "9223372036854776000"),
            ("9.3e18", "9.3e+18"),
            ("1e19", "1e+19"),
            ("1e22", "1e+22"),
            ("12345678901234567890123", "12345678901234568000000"),
            ("3.3e24", "3.3e+24"),
            ("1.5e300", "1.5e+300"),
            ("1.7976931348623157e308", "1.7976931348623157e+308"),
            ("0.1", "0.1"),
            ("1e-5", "0.00001"),
            ("1e-6", "0.000001"),
            ("1e-7", "1e-7"),
            ("1.5e-7", "1.5e-7"),
            ("123456.789e-10", "1.23456789e-5"),
            ("0.000123456", "1.23456e-4"),
            ("2.2250738585072014e-308", "2.2250738585072014e-308"),
            ("3e-324", "5e-324"),
            ("0x10", "16"),
            ("0X.8", "0.5"),
            ("0x1p-3", "0.125"),
            ("-0x1.8P+1", "-3"),
            (".5", "0.5"),
            ("5.", "5"),
            ("+1E5", "100000"),
            ("inf", "inf"),
            ("+INFINITY", "inf"),
            ("-Inf", "-inf"),
        ] {
            assert_eq!(text(parse(input.as_bytes()).expect(input)), printed, "{input}");
        }
        assert_eq!((text(-0.0), text(f64::NAN)), ("-0".into(), "nan".into()));
    }

    #[test]
    fn out_of_range_is_refused() {
        for input in ["1e309", "-1e400", "1e-400", "2e-324", "-2e-324", "0x1p1024", "0x1p-1080", "nan", ""] {
            assert_eq!(parse(input.as_bytes()), None, "{input}");
        }
        for (input, value) in [
            ("0e999999999999999999999", 0.0),
            ("0x0p-99999", 0.0),
            ("0x1p-1074", 5e-324),
            ("0x1p1023", f64::MAX / 2.0 + 1e292),
        ] {
            assert_eq!(parse(input.as_bytes()), Some(value), "{input}");
        }
    }

    /// Seen in `DEBUG DIGEST-VALUE` of a sorted set on redict-server 7.3.6.
    #[test]
    fn the_shortest_form_has_no_long_integers() {
        let cases =
            [(0.0, "0"), (-0.0, "-0"), (3.0, "3"), (1e7, "10000000"), (1e8, "1e+8"), (-1e17, "-1e+17")];
        let cases = cases.into_iter().chain([
            (12e10, "1.2e+11"),
            (0.1, "0.1"),
            (f64::INFINITY, "inf"),
            (1e21, "1e+21"),
        ]);
        for (value, text) in cases.chain([(123_456_789_012_345_680.0, "123456789012345680")]) {
            assert_eq!(&*shortest(value), text.as_bytes());
        }
    }

    /// Seen with `ZRANGE z text 4 BYSCORE` on redict-server 7.3.6.
    #[test]
    fn bounds_are_read_as_c_strings() {
        for (input, value) in [
            ("", 0.0),
            ("\0junk", 0.0),
            ("1\0junk", 1.0),
            (" 1", 1.0),
            ("\t\n\r -2", -2.0),
            ("1e400", f64::INFINITY),
            ("-1e400", f64::NEG_INFINITY),
            ("1e-400", 0.0),
            ("0x2", 2.0),
            ("-inf", f64::NEG_INFINITY),
        ] {
            assert_eq!(parse_lenient(input.as_bytes()), Some(value), "{input:?}");
        }
        for input in ["1 ", " ", "nan", "x", "- 1", "(1", "1,5"] {
            assert_eq!(parse_lenient(input.as_bytes()), None, "{input:?}");
        }
    }

    /// Seen with `SORT` on redict-server 7.3.6.
    #[test]
    fn weights_are_in_range() {
        for (text, value) in [
            (&b""[..], 0.0),
            (b"1\0x", 1.0),
            (b" \t\n\x0b\x0c\r-1.5", -1.5),
            (b"0e5", 0.0),
            (b"0x1p-1074", 5e-324),
            (b"-inf", f64::NEG_INFINITY),
            (b"2.2250738585072014e-308", f64::MIN_POSITIVE),
        ] {
            assert_eq!(parse_weight(text), Some(value), "{text:?}");
        }
        for text in ["1 ", " ", "nan", "1e309", "1e-310", "1e-400", "1x", "."] {
            assert_eq!(parse_weight(text.as_bytes()), None, "{text:?}");
        }
    }

    #[test]
    fn very_long_numbers_are_read_to_the_end() {
        let long = format!("1{}e-10000", "0".repeat(10_000));
        assert_eq!(parse(long.as_bytes()), Some(1.0));
        let hexadecimal = format!("0x{}1p0", "0".repeat(10_000));
        assert_eq!(parse(hexadecimal.as_bytes()), Some(1.0));
        let tiny = format!("0.{}1", "0".repeat(10_000));
        assert_eq!(parse(tiny.as_bytes()), None);
    }

    /// Seen with `ZSCAN` of a large sorted set on redict-server 7.3.6, the last two in C.
    #[test]
    fn all_digits() {
        for (value, printed) in [
            (0.1, "0.10000000000000001"),
            (-0.0, "-0"),
            (0.0, "0"),
            (f64::INFINITY, "inf"),
            (f64::NEG_INFINITY, "-inf"),
            (3.0, "3"),
            (1e19, "1e+19"),
            (1e17, "1e+17"),
            (1e16, "10000000000000000"),
            (3.3e24, "3.2999999999999999e+24"),
            (5e-324, "4.9406564584124654e-324"),
            (f64::MAX, "1.7976931348623157e+308"),
            (1e-7, "9.9999999999999995e-08"),
            (123_456_789.123_456_79, "123456789.12345679"),
            (12_345_678_901_234_567_890_123.0, "1.2345678901234568e+22"),
            (0.0001, "0.0001"),
            (562_949_953_421_311.0 + 0.125, "562949953421311.12"),
            (562_949_953_421_311.0 + 0.375, "562949953421311.38"),
        ] {
            assert_eq!(in_full(value), printed);
        }
    }

    #[test]
    fn four_decimals() {
        for (value, printed) in [
            (0.0, "0.0000"),
            (1.0, "1.0000"),
            (166_274.151_56, "166274.1516"),
            (0.000_05, "0.0000"),
            (-1.5, "-1.5000"),
            (0.12345, "0.1234"),
        ] {
            let mut out = Vec::new();
            append_four_decimals(&mut out, value);
            assert_eq!(String::from_utf8(out).unwrap(), printed);
        }
    }

    proptest::proptest! {
        #[test]
        fn what_is_printed_reads_back(bits: u64) {
            let value = f64::from_bits(bits);
            proptest::prop_assume!(!value.is_nan());
            proptest::prop_assert_eq!(parse(&format(value)).map(f64::to_bits), Some(bits));
        }

        #[test]
        fn no_text_panics(text in "[-+]?(0x)?[0-9a-fA-F]{0,30}[.]?[0-9a-f]{0,30}([eEpP][-+]?[0-9]{0,25})?") {
            let _ = parse(text.as_bytes());
        }
    }
}
