//! The 80-bit floats of INCRBYFLOAT and HINCRBYFLOAT.
//!
//! Redis adds in C's `long double`. On x86-64 that is the x87 format: 64 bits of mantissa, so `0.1 + 0.2` is
//! `0.3` to 17 decimals and a counter above 2^53 keeps its units. A double would print other digits, so the
//! format is computed here in software, the same on every machine.
//!
//! A result is printed with 17 decimals, never with an exponent, its trailing zeros dropped: up to 4,950
//! bytes.

use super::float_text::{self, Magnitude};
use super::integer;
use rustc_apfloat::ieee::{Double, X87DoubleExtended};
use rustc_apfloat::{Float, FloatConvert, Round, Status};

/// An x87 double-extended number, never a NaN.
#[derive(Clone, Copy, Debug)]
pub struct LongDouble(X87DoubleExtended);

/// Texts of this many bytes or more are no number to Redis (it copies them to a buffer of this size).
const TEXT_LIMIT: usize = 5 * 1024;

/// Exponent of the mantissa's lowest bit for the biased exponent 0, minus 1.
const EXPONENT_BIAS: i32 = 16383 + 63;

/// 10^17, the scale of the printed decimals.
const SCALE: u64 = 100_000_000_000_000_000;

impl LongDouble {
    /// Reads the whole of `text` as C's `strtold` would. `None`: "value is not a valid float".
    ///
    /// Infinities by name are numbers (adding one is what fails); too large, too small to be told from 0, or
    /// not a number are not.
    pub fn parse(text: &[u8]) -> Option<Self> {
        if text.len() >= TEXT_LIMIT {
            return None;
        }
        let number = float_text::read(text)?;
        let magnitude = match number.magnitude {
            Magnitude::Infinity => X87DoubleExtended::INFINITY,
            Magnitude::Decimal { zero: true, .. } | Magnitude::Hexadecimal { zero: true, .. } => {
                X87DoubleExtended::ZERO
            }
            Magnitude::Decimal { text, .. } => match parse_short(text.as_bytes()) {
                Some(value) => value,
                None => parse_any(text)?,
            },
            Magnitude::Hexadecimal { text, exponent: true, .. } => parse_any(text)?,
            Magnitude::Hexadecimal { text, exponent: false, .. } => parse_any(&format!("{text}p0"))?,
        };
        Some(LongDouble(if number.negative { -magnitude } else { magnitude }))
    }

    /// Whether it is no infinity.
    pub fn is_finite(self) -> bool {
        self.0.is_finite()
    }

    /// The sum, rounded to nearest even. `None` if it is infinite or no number: "increment would produce NaN
    /// or Infinity".
    pub fn checked_add(self, other: LongDouble) -> Option<Self> {
        let sum = self.0.add_r(other.0, Round::NearestTiesToEven).value;
        sum.is_finite().then_some(LongDouble(sum))
    }

    /// A thousand times the number, rounded up: seconds in milliseconds. `None` above what 64 bits hold; what is below
    /// becomes the least that they do.
    pub fn thousandfold(self) -> Option<i64> {
        let thousand = X87DoubleExtended::from_u128(1000).value;
        let scaled = self.0.mul_r(thousand, Round::NearestTiesToEven).value;
        let integer = scaled.to_i128_r(64, Round::TowardPositive, &mut false);
        match (integer.status.contains(Status::INVALID_OP), scaled.is_negative()) {
            (false, _) => i64::try_from(integer.value).ok(),
            (true, true) => Some(i64::MIN),
            (true, false) => None,
        }
    }

    /// Appends the number with up to 17 decimals, rounded half to even, without trailing zeros. A zero has no
    /// sign.
    pub fn append_decimal(self, out: &mut Vec<u8>) {
        let bits = self.0.to_bits();
        let mantissa = bits as u64;
        let biased = (bits >> 64) as i32 & 0x7fff;
        let start = out.len();
        if bits >> 79 & 1 == 1 {
            out.push(b'-');
        }
        let exponent = biased.max(1) - EXPONENT_BIAS;
        if biased == 0x7fff {
            out.extend_from_slice(b"inf");
        } else if exponent > 0 {
            append_shifted(out, mantissa, exponent as u32);
        } else {
            let (whole, decimals) = split(mantissa, exponent.unsigned_abs());
            if whole == 0 && decimals == 0 {
                out.truncate(start);
            }
            integer::append(out, whole);
            append_decimals(out, decimals);
        }
    }

    /// What [`append_decimal`](Self::append_decimal) appends.
    pub fn to_decimal(self) -> Vec<u8> {
        let mut out = Vec::with_capacity(24);
        self.append_decimal(&mut out);
        out
    }
}

/// Exact: every double is an x87 number. A NaN becomes 0 (no command makes one).
impl From<f64> for LongDouble {
    fn from(value: f64) -> Self {
        let value = if value.is_nan() { 0.0 } else { value };
        LongDouble(Double::from_bits(u128::from(value.to_bits())).convert(&mut false).value)
    }
}

/// Reads any decimal or hexadecimal text, `None` if it is out of range. Exact, and slow: it works in big
/// integers.
fn parse_any(text: &str) -> Option<X87DoubleExtended> {
    let value = X87DoubleExtended::from_str_r(text, Round::NearestTiesToEven).ok()?.value;
    (value.is_finite() && !value.is_zero()).then_some(value)
}

/// Reads a decimal text of at most 19 digits that is scaled by at most 10^18 either way, which is nearly
/// every text there is; `None` for others.
///
/// Digits and scale are then exact in 64 bits, so one product or quotient of 128 bits, rounded once, is the
/// correctly rounded number.
fn parse_short(text: &[u8]) -> Option<X87DoubleExtended> {
    let mut digits = 0u64;
    let mut exponent = 0i32;
    let mut behind_point = false;
    for (at, &byte) in text.iter().enumerate() {
        match byte {
            b'.' => behind_point = true,
            b'e' | b'E' => {
                let given = &text[at + 1..];
                let given = given.strip_prefix(b"+").unwrap_or(given);
                exponent += i32::try_from(integer::parse_i64(given)?).ok().filter(|e| e.abs() < 1000)?;
                break;
            }
            digit => {
                digits = digits.checked_mul(10)?.checked_add(u64::from(digit - b'0'))?;
                exponent -= i32::from(behind_point);
            }
        }
    }
    if exponent.abs() > 18 || digits == 0 {
        return None;
    }
    let scale = 10u64.pow(exponent.unsigned_abs());
    let shift = digits.leading_zeros();
    let digits = u128::from(digits << shift);
    if exponent >= 0 {
        Some(rounded(digits * u128::from(scale), false, -(shift as i32)))
    } else {
        // The dividend has its top bit set and the scale is below 2^60: the quotient has more than the 65
        // bits that rounding needs.
        let (dividend, scale) = (digits << 64, u128::from(scale));
        Some(rounded(dividend / scale, dividend % scale != 0, -(shift as i32) - 64))
    }
}

/// `value × 2^exponent` as an x87 number in its normal range; `more`: the exact number is a little larger
/// than `value`.
fn rounded(value: u128, more: bool, exponent: i32) -> X87DoubleExtended {
    let shift = 64 - value.leading_zeros() as i32;
    let (mut mantissa, mut exponent) = if shift <= 0 {
        ((value as u64) << -shift, exponent + shift)
    } else {
        let rest = value & ((1 << shift) - 1);
        let half = 1 << (shift - 1);
        let mantissa = (value >> shift) as u64;
        let up = rest > half || (rest == half && (more || mantissa & 1 == 1));
        (mantissa.wrapping_add(u64::from(up)), exponent + shift)
    };
    if mantissa == 0 {
        // All ones, rounded up.
        mantissa = 1 << 63;
        exponent += 1;
    }
    X87DoubleExtended::from_bits(u128::from((exponent + EXPONENT_BIAS) as u64) << 64 | u128::from(mantissa))
}

/// `mantissa × 2^-shift` as an integer and the number of 10^-17 units behind it, rounded half to even.
fn split(mantissa: u64, shift: u32) -> (u64, u64) {
    let (whole, fraction) = match shift {
        0 => (mantissa, 0),
        1..64 => (mantissa >> shift, mantissa & ((1 << shift) - 1)),
        _ => (0, mantissa),
    };
    // The fraction times 10^17 is below 2^121, so it rounds to nothing at shift 122.
    if shift == 0 || shift > 121 {
        return (whole, 0);
    }
    let scaled = u128::from(fraction) * u128::from(SCALE);
    let decimals = (scaled >> shift) as u64;
    let rest = scaled & ((1 << shift) - 1);
    let half = 1 << (shift - 1);
    let up = rest > half || (rest == half && decimals & 1 == 1);
    match decimals + u64::from(up) {
        SCALE => (whole + 1, 0),
        decimals => (whole, decimals),
    }
}

/// Appends `.` and 17 digits less their trailing zeros; nothing for 0.
fn append_decimals(out: &mut Vec<u8>, decimals: u64) {
    if decimals == 0 {
        return;
    }
    out.push(b'.');
    let digits = integer::decimal_len(decimals as i64);
    out.resize(out.len() + 17 - digits, b'0');
    integer::append(out, decimals);
    let kept = out.iter().rposition(|byte| *byte != b'0').map_or(0, |last| last + 1);
    out.truncate(kept);
}

/// Appends the integer `mantissa × 2^shift`, where `shift` is below 16384. O(shift^2) word steps.
fn append_shifted(out: &mut Vec<u8>, mantissa: u64, shift: u32) {
    const CHUNK: u64 = 10_000_000_000_000_000_000;
    let mut words = vec![0u64; shift as usize / 64];
    let wide = u128::from(mantissa) << (shift % 64);
    words.extend([wide as u64, (wide >> 64) as u64]);
    // Nineteen decimal digits at a time, lowest first.
    let mut chunks = Vec::new();
    while let Some(top) = words.iter().rposition(|word| *word != 0) {
        words.truncate(top + 1);
        let mut rest = 0u64;
        for word in words.iter_mut().rev() {
            let wide = u128::from(rest) << 64 | u128::from(*word);
            *word = (wide / u128::from(CHUNK)) as u64;
            rest = (wide % u128::from(CHUNK)) as u64;
        }
        chunks.push(rest);
    }
    let Some(first) = chunks.pop() else { return out.push(b'0') };
    integer::append(out, first);
    for chunk in chunks.into_iter().rev() {
        let text = itoa::Buffer::new().format(chunk).len();
        out.resize(out.len() + 19 - text, b'0');
        integer::append(out, chunk);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOT_A_NUMBER: Result<&str, &str> = Err("value is not a valid float");
    const INFINITE: Result<&str, &str> = Err("increment would produce NaN or Infinity");

    fn sum(left: &str, right: &str) -> Result<String, &'static str> {
        let read = |text: &str| LongDouble::parse(text.as_bytes()).ok_or(NOT_A_NUMBER.unwrap_err());
        let sum = read(left)?.checked_add(read(right)?).ok_or(INFINITE.unwrap_err())?;
        Ok(String::from_utf8(sum.to_decimal()).unwrap())
    }

    /// Seen with `SET k left` and `INCRBYFLOAT k right` on redis-server 7.0.15 and valkey-server 8.0.1 (both
    /// agree).
    #[test]
    fn adds_as_the_real_servers_did() {
        #[rustfmt::skip]
        let seen = [
            ("0.1", "0.2", Ok("0.3")), ("10.50", "0.1", Ok("10.6")), ("5.0e3", "2.0e2", Ok("5200")),
            ("3", "-3", Ok("0")), ("-0", "0", Ok("0")), ("0", "-0.0", Ok("0")), ("0", "-5e-18", Ok("0")),
            ("0", "-4.9e-18", Ok("0")), ("0", "5e-18", Ok("0")), ("0", "15e-18", Ok("0.00000000000000002")),
            ("0", "0.000000000000000005", Ok("0")), ("0", "-1e-30", Ok("0")),
            ("1", "0.00000000000000001", Ok("1.00000000000000001")), ("1", "1e-19", Ok("1")),
            ("1", "1e-20", Ok("1")), ("9007199254740993", "0", Ok("9007199254740993")),
            ("9007199254740992", "1", Ok("9007199254740993")),
            ("9223372036854775807", "1", Ok("9223372036854775808")),
            ("18446744073709551615", "0", Ok("18446744073709551615")),
            ("18446744073709551615", "1", Ok("18446744073709551616")),
            ("18446744073709551616", "1", Ok("18446744073709551616")),
            ("18446744073709551617", "0", Ok("18446744073709551616")),
            ("18446744073709551618", "0", Ok("18446744073709551618")),
            ("36893488147419103233", "2", Ok("36893488147419103232")),
            ("9223372036854775807.5", "0", Ok("9223372036854775807.5")),
            ("4611686018427387903.25", "0.25", Ok("4611686018427387903.5")),
            ("0.99999999999999999", "0", Ok("0.99999999999999999")), ("0.999999999999999999", "0", Ok("1")),
            ("0.9999999999999999999", "0", Ok("1")), ("0.99999999999999999999", "0", Ok("1")),
            ("123456789.123456789", "0.000000001", Ok("123456789.12345678999554366")),
            ("1.1", "2.2", Ok("3.3")), ("3.3", "-1.1", Ok("2.2")), ("100", "-99.9", Ok("0.1")),
            ("1e17", "0.1", Ok("100000000000000000.1015625")), ("1e18", "0.1", Ok("1000000000000000000.125")),
            ("1e19", "0.5", Ok("10000000000000000000")), ("1e20", "0.5", Ok("100000000000000000000")),
            ("1e21", "1", Ok("1000000000000000000000")), ("1.5e25", "1e-5", Ok("15000000000000000000000000")),
            ("1e30", "0", Ok("1000000000000000000024696061952")),
            ("-1e30", "1", Ok("-1000000000000000000024696061952")),
            ("1e50", "1e33", Ok("100000000000000001007563105499616609876187426062336")),
            ("0x1p3", "0x.8", Ok("8.5")), ("0xA", "0Xa.8P1", Ok("31")),
            ("0xffffffffffffffff", "0", Ok("18446744073709551615")),
            ("0x1ffffffffffffffff", "0", Ok("36893488147419103232")), ("0x1p-16445", "0", Ok("0")),
            ("0x1p-16446", "0", NOT_A_NUMBER), ("1e-4950", "0", Ok("0")), ("1.8e-4951", "0", NOT_A_NUMBER),
            ("1.9e-4951", "0", Ok("0")), ("1e4933", "0", NOT_A_NUMBER), ("1.2e4932", "0", NOT_A_NUMBER),
            ("inf", "1", INFINITE), ("1", "-INFINITY", INFINITE), ("inf", "-inf", INFINITE),
            ("1.18e4932", "1.18e4932", INFINITE), ("nan", "1", NOT_A_NUMBER), ("", "1", NOT_A_NUMBER),
            (" 1", "1", NOT_A_NUMBER), ("1", "1 ", NOT_A_NUMBER), ("1e", "1", NOT_A_NUMBER),
            ("007.50", "0", Ok("7.5")), ("+1", "+.5", Ok("1.5")), ("5.", ".5", Ok("5.5")),
            ("11111111111111111111.11111111111111111111", "0", Ok("11111111111111111111")),
            ("0.3333333333333333333333", "0.6666666666666666666667", Ok("1")),
            ("2.5e-17", "0", Ok("0.00000000000000002")), ("1.0000000000000000000542", "0", Ok("1")),
            ("1.00000000000000000005421", "0", Ok("1")),
        ];
        for (left, right, answer) in seen {
            assert_eq!(sum(left, right).as_deref().map_err(|e| *e), answer, "{left} + {right}");
        }
    }

    #[test]
    fn a_text_of_5120_bytes_is_too_long() {
        let zeros = "0".repeat(5118);
        assert_eq!(sum(&format!("{zeros}1"), "1").as_deref(), Ok("2"));
        assert_eq!(sum(&format!("{zeros}11"), "1").as_deref().map_err(|e| *e), NOT_A_NUMBER);
    }

    #[test]
    fn the_largest_number_is_printed_in_full_and_reads_back() {
        let largest = LongDouble::parse(b"1.18973149535723176502e4932").unwrap();
        let text = largest.to_decimal();
        assert_eq!(text.len(), 4933);
        assert!(text.starts_with(b"1189731495357231765") && !text.ends_with(b"00"));
        assert_eq!(LongDouble::parse(&text).unwrap().0, largest.0);
        assert!(largest.checked_add(largest).is_none());
    }

    #[test]
    fn doubles_are_printed_with_17_decimals() {
        for (value, text) in [
            (0.1, "0.10000000000000001"),
            (-0.0, "0"),
            (13.361389338970184, "13.36138933897018433"),
            (f64::INFINITY, "inf"),
            (f64::NEG_INFINITY, "-inf"),
            (5e-324, "0"),
            (1e22, "10000000000000000000000"),
        ] {
            assert_eq!(String::from_utf8(LongDouble::from(value).to_decimal()).unwrap(), text);
        }
    }

    proptest::proptest! {
        /// The quick reading and the exact one are two implementations of the same function.
        #[test]
        fn short_texts_are_rounded_as_long_ones(digits: u64, point in 0usize..20, exponent in -40i32..40) {
            let mut text = digits.to_string();
            if point < text.len() {
                text.insert(point, '.');
            }
            for text in [text.clone(), format!("{text}e{exponent}")] {
                if let Some(short) = parse_short(text.as_bytes()) {
                    proptest::prop_assert_eq!(short.to_bits(), parse_any(&text).unwrap().to_bits(), "{}", text);
                }
            }
        }

        #[test]
        fn sums_are_printed_as_numbers_that_read_back(left: i64, right: i64, shift in 0i32..18) {
            let text = format!("{left}e-{shift}");
            let sum = LongDouble::parse(text.as_bytes()).unwrap().checked_add(LongDouble::parse(right.to_string().as_bytes()).unwrap()).unwrap();
            let printed = sum.to_decimal();
            let again = LongDouble::parse(&printed).unwrap();
            // 17 decimals do not hold all of a small number, but they hold all that is printed.
            proptest::prop_assert_eq!(again.to_decimal(), printed);
        }

        #[test]
        fn no_text_panics(text in "[-+]?(0x)?[0-9a-fA-F]{0,30}[.]?[0-9a-f]{0,30}([eEpP][-+]?[0-9]{0,25})?") {
            if let Some(value) = LongDouble::parse(text.as_bytes()) {
                value.to_decimal();
            }
        }
    }
}
