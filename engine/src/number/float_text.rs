//! The grammar of C's `strtod` and `strtold`: which bytes are a floating point number, before anyone rounds
//! it.
//!
//! Redis demands that the whole argument is one number and that no space stands in front. Inside that, all
//! that the C library takes is taken: `inf` and `infinity` in any case, hexadecimal `0x1.8p3` with its
//! exponent optional, `5.` and `.5`. `nan` is a number to C and refused by every command.

/// A whole number text, sign taken off.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct FloatText<'a> {
    /// A `-` stood in front.
    pub(super) negative: bool,
    pub(super) magnitude: Magnitude<'a>,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Magnitude<'a> {
    Infinity,
    /// `digits[.digits][e[sign]digits]`, with at least one digit before or behind the point; ASCII.
    Decimal {
        text: &'a str,
        /// No digit of the mantissa differs from 0.
        zero: bool,
    },
    /// The same in base 16 behind `0x`, with `p` before its decimal exponent of two.
    Hexadecimal {
        text: &'a str,
        zero: bool,
        /// The `p` part is there.
        exponent: bool,
    },
}

/// Reads `text` as one number. `None` if it is not one, if bytes follow, if a space leads, or if it is a NaN.
/// O(length).
pub(super) fn read(text: &[u8]) -> Option<FloatText<'_>> {
    let (negative, unsigned) = match text {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        rest => (false, rest),
    };
    let magnitude = if unsigned.eq_ignore_ascii_case(b"inf") || unsigned.eq_ignore_ascii_case(b"infinity") {
        Magnitude::Infinity
    } else {
        let ascii = std::str::from_utf8(unsigned).ok()?;
        match unsigned {
            [b'0', b'x' | b'X', rest @ ..] => {
                let (zero, exponent) = shape(rest, u8::is_ascii_hexdigit, b'p')?;
                Magnitude::Hexadecimal { text: ascii, zero, exponent }
            }
            _ => {
                let (zero, _) = shape(unsigned, u8::is_ascii_digit, b'e')?;
                Magnitude::Decimal { text: ascii, zero }
            }
        }
    };
    Some(FloatText { negative, magnitude })
}

/// Checks `digits[.digits][mark[sign]decimal digits]`; tells whether the mantissa is zero and whether the
/// exponent is there.
fn shape(text: &[u8], is_digit: impl Fn(&u8) -> bool, mark: u8) -> Option<(bool, bool)> {
    let run = |from: usize| from + text[from..].iter().take_while(|byte| is_digit(byte)).count();
    let whole = run(0);
    let (mantissa, digits) = match text.get(whole) {
        Some(b'.') => (run(whole + 1), run(whole + 1) - 1),
        _ => (whole, whole),
    };
    if digits == 0 {
        return None;
    }
    let zero = text[..mantissa].iter().all(|byte| matches!(byte, b'0' | b'.'));
    match &text[mantissa..] {
        [] => Some((zero, false)),
        [letter, exponent @ ..] if letter.eq_ignore_ascii_case(&mark) => {
            let digits = match exponent {
                [b'+' | b'-', digits @ ..] => digits,
                digits => digits,
            };
            (!digits.is_empty() && digits.iter().all(u8::is_ascii_digit)).then_some((zero, true))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Seen with `ZADD z text m` on redis-server 7.0.15 and valkey-server 8.0.1: refused with "value is not a
    /// valid float".
    #[test]
    fn what_is_no_number() {
        for text in [
            "",
            ".",
            "+",
            "-",
            "+-1",
            " 1",
            "1 ",
            "\t1",
            "1\0",
            "1e",
            "1e+",
            "1e5.",
            "1_0",
            "0x",
            "0xp1",
            "0x.",
            "0x.p1",
            "0x1p",
            "0x1p+",
            "nan",
            "NaN",
            "-nan",
            "nan(1)",
            "infinit",
            "infinityx",
            "inf ",
            "e5",
            ".e5",
            "1,5",
            "1f",
            "0b1",
            "é",
        ] {
            assert_eq!(read(text.as_bytes()), None, "{text:?}");
        }
        assert_eq!(read(b"1\xff"), None);
    }

    #[test]
    fn what_is() {
        let magnitude =
            |text: &'static str| read(text.as_bytes()).unwrap_or_else(|| panic!("{text:?}")).magnitude;
        for text in ["inf", "+INF", "-Inf", "infinity", "-INFINITY"] {
            assert_eq!(magnitude(text), Magnitude::Infinity);
        }
        for text in ["1", "5.", ".5", "1e5", "1E+5", "1.5e-05", "007"] {
            assert_eq!(magnitude(text), Magnitude::Decimal { text, zero: false });
        }
        for text in ["0", ".0", "0.", "0e5", "000.000E-7"] {
            assert_eq!(magnitude(text), Magnitude::Decimal { text, zero: true });
        }
        for (text, zero, exponent) in
            [("0x1", false, false), ("0X.8", false, false), ("0x0p5", true, true), ("0xA.fP-3", false, true)]
        {
            assert_eq!(magnitude(text), Magnitude::Hexadecimal { text, zero, exponent });
        }
        assert!(read(b"-0").unwrap().negative && !read(b"+0").unwrap().negative);
    }
}
