//! Numbers in JSON: what C's `strtod` reads from the front of a text, and what its `%.14g` prints.

use russet_engine::number::parse_double_lenient;
use std::io::Write;

/// The longest number at the front of `text`, as `strtod` finds it, and its length; `None` if none stands there.
///
/// Decimal and hexadecimal, `inf`, `infinity`, `nan` and `nan(letters)` in any case, with a sign. What is too large is
/// infinite. White space is not passed over.
pub(super) fn read(text: &[u8]) -> Option<(f64, usize)> {
    let sign = usize::from(matches!(text.first(), Some(b'+' | b'-')));
    let negative = text.first() == Some(&b'-');
    let unsigned = &text[sign..];
    let signed = |value: f64| if negative { -value } else { value };
    let starts =
        |word: &[u8]| unsigned.get(..word.len()).is_some_and(|front| front.eq_ignore_ascii_case(word));
    if starts(b"infinity") {
        return Some((signed(f64::INFINITY), sign + 8));
    }
    if starts(b"inf") {
        return Some((signed(f64::INFINITY), sign + 3));
    }
    if starts(b"nan") {
        let letters = &unsigned[3..];
        let inside =
            letters.iter().skip(1).take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_').count();
        let closed = letters.first() == Some(&b'(') && letters.get(inside + 1) == Some(&b')');
        return Some((signed(f64::NAN), sign + 3 + if closed { inside + 2 } else { 0 }));
    }
    if let [b'0', b'x' | b'X', digits @ ..] = unsigned
        && let Some(len) = extent(digits, u8::is_ascii_hexdigit, b'p')
    {
        let len = sign + 2 + len;
        return Some((parse_double_lenient(&text[..len])?, len));
    }
    let len = extent(unsigned, u8::is_ascii_digit, b'e')?;
    let value: f64 = std::str::from_utf8(&unsigned[..len]).ok()?.parse().ok()?;
    Some((signed(value), sign + len))
}

/// The length of `digits[.digits][mark[sign]decimal digits]` at the front of `text`.
fn extent(text: &[u8], is_digit: impl Fn(&u8) -> bool, mark: u8) -> Option<usize> {
    let run = |from: usize| from + text[from..].iter().take_while(|byte| is_digit(byte)).count();
    let whole = run(0);
    let (mut len, digits) = match text.get(whole) {
        Some(b'.') => (run(whole + 1), run(whole + 1) - 1),
        _ => (whole, whole),
    };
    if digits == 0 {
        return None;
    }
    if text.get(len).is_some_and(|letter| letter.eq_ignore_ascii_case(&mark)) {
        let sign = usize::from(matches!(text.get(len + 1), Some(b'+' | b'-')));
        let exponent = &text[len + 1 + sign..];
        let digits = exponent.iter().take_while(|byte| byte.is_ascii_digit()).count();
        if digits > 0 {
            len += 1 + sign + digits;
        }
    }
    Some(len)
}

/// Appends `value`, which is finite, as C prints it with `%.{precision}g`.
pub(super) fn append_general(out: &mut Vec<u8>, value: f64, precision: usize) {
    // Whole numbers that have few enough digits, which most are, need no rounding.
    if value.fract() == 0.0
        && value.abs() < 1e14
        && (precision == 14 || value.abs() < 10f64.powi(precision as i32))
    {
        if value == 0.0 && value.is_sign_negative() {
            out.push(b'-');
        }
        let _ = write!(out, "{}", value as i64);
        return;
    }
    let scientific = format!("{:.*e}", precision - 1, value);
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or_default();
    if exponent < -4 || exponent >= precision as i32 {
        out.extend_from_slice(without_zeros(mantissa).as_bytes());
        let sign = if exponent < 0 { '-' } else { '+' };
        let _ = write!(out, "e{sign}{:02}", exponent.abs());
    } else {
        let fixed = format!("{:.*}", (precision as i32 - 1 - exponent) as usize, value);
        out.extend_from_slice(without_zeros(&fixed).as_bytes());
    }
}

/// A decimal without the zeros at its end, and without a point that has nothing behind it.
fn without_zeros(text: &str) -> &str {
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn general(value: f64, precision: usize) -> String {
        let mut out = Vec::new();
        append_general(&mut out, value, precision);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn as_printf() {
        for (value, precision, text) in [
            (0.0, 14, "0"),
            (-0.0, 14, "-0"),
            (1.0, 1, "1"),
            (10.0, 1, "1e+01"),
            (95.0, 1, "1e+02"),
            (0.1, 14, "0.1"),
            (1.0 / 3.0, 14, "0.33333333333333"),
            (2.0 / 3.0, 3, "0.667"),
            (0.0001, 14, "0.0001"),
            (0.00001, 14, "1e-05"),
            (99_999_999_999_999.0, 14, "99999999999999"),
            (100_000_000_000_000.0, 14, "1e+14"),
            (123_456_789_012_345.0, 14, "1.2345678901234e+14"),
            (9.999_999_999_999_9e-5, 5, "0.0001"),
            (1e300, 14, "1e+300"),
            (5e-324, 14, "4.9406564584125e-324"),
            (1234.5, 4, "1234"),
            (-2.5, 14, "-2.5"),
            (100.0, 3, "100"),
            (1000.0, 3, "1e+03"),
            (999.96, 4, "1000"),
        ] {
            assert_eq!(general(value, precision), text, "{value} {precision}");
        }
    }

    #[test]
    fn as_strtod() {
        for (text, value, len) in [
            ("1", 1.0, 1),
            ("-1.5e3,", -1500.0, 6),
            ("1e", 1.0, 1),
            ("1e+", 1.0, 1),
            ("1e+x", 1.0, 1),
            ("1.", 1.0, 2),
            ("-.5", -0.5, 3),
            ("01", 1.0, 2),
            ("0x", 0.0, 1),
            ("0x.", 0.0, 1),
            ("0x1p4", 16.0, 5),
            ("0xAg", 10.0, 3),
            ("-0x.8", -0.5, 5),
            ("1e999", f64::INFINITY, 5),
            ("-InFinItyy", f64::NEG_INFINITY, 9),
            ("infinit", f64::INFINITY, 3),
            ("+7", 7.0, 2),
        ] {
            assert_eq!(read(text.as_bytes()), Some((value, len)), "{text}");
        }
        for (text, len) in
            [("nan", 3), ("-nanx", 4), ("nan(1_a)b", 8), ("nan(", 3), ("nan(-)", 3), ("nan()", 5)]
        {
            let (value, read) = read(text.as_bytes()).unwrap();
            assert!(value.is_nan() && read == len, "{text}");
        }
        for text in ["", "-", "+", ".", "e1", "--1", " 1", "x"] {
            assert_eq!(read(text.as_bytes()), None, "{text}");
        }
    }
}
