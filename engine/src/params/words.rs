//! How a line of a redis.conf file falls into words, and how a word is quoted so that it survives.

/// Splits a line at blanks. A word may hold parts in `"..."` (with `\n \r \t \b \a \xHH` and `\c` for any
/// other `c`) or `'...'` (where only `\'` is an escape); a closing quote must be followed by a blank or the
/// end.
///
/// `None` where a quote is not closed properly. No result is longer than the line.
pub fn split(line: &[u8]) -> Option<Vec<Vec<u8>>> {
    let mut words = Vec::new();
    let mut rest = line;
    loop {
        rest = rest.trim_ascii_start_c();
        if matches!(rest, [] | [0, ..]) {
            return Some(words);
        }
        let mut word = Vec::new();
        rest = take_word(rest, &mut word)?;
        words.push(word);
    }
}

/// What is passed over before a word, and may stand behind a closing quote: C's `isspace`, which also counts the
/// vertical tab and the form feed.
pub fn is_blank(byte: u8) -> bool {
    ends_word(byte) || matches!(byte, 0x0b | 0x0c)
}

/// What ends a word that has begun outside of quotes.
pub fn ends_word(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}

trait TrimStart {
    fn trim_ascii_start_c(&self) -> &Self;
}

impl TrimStart for [u8] {
    fn trim_ascii_start_c(&self) -> &[u8] {
        let blanks = self.iter().take_while(|byte| is_blank(**byte)).count();
        &self[blanks..]
    }
}

/// Moves one word from `rest` into `word` and returns what follows. A NUL ends the line, as the C string it
/// came from would.
fn take_word<'a>(mut rest: &'a [u8], word: &mut Vec<u8>) -> Option<&'a [u8]> {
    loop {
        match *rest {
            [] => return Some(rest),
            [0, ..] => return Some(&[]),
            [byte, ref after @ ..] if ends_word(byte) => return Some(after),
            [quote @ (b'"' | b'\''), ref after @ ..] => {
                let after = take_quoted(after, quote, word)?;
                return match after.first() {
                    None => Some(after),
                    Some(&next) if is_blank(next) => Some(after),
                    Some(_) => None,
                };
            }
            [byte, ref after @ ..] => {
                word.push(byte);
                rest = after;
            }
        }
    }
}

fn take_quoted<'a>(mut rest: &'a [u8], quote: u8, word: &mut Vec<u8>) -> Option<&'a [u8]> {
    loop {
        match *rest {
            [] | [0, ..] => return None,
            [byte, ref after @ ..] if byte == quote => return Some(after),
            [b'\\', b'\'', ref after @ ..] if quote == b'\'' => {
                word.push(b'\'');
                rest = after;
            }
            [b'\\', b'x', high, low, ref after @ ..]
                if quote == b'"' && high.is_ascii_hexdigit() && low.is_ascii_hexdigit() =>
            {
                word.push(hex(high) << 4 | hex(low));
                rest = after;
            }
            [b'\\', escaped, ref after @ ..] if quote == b'"' && escaped != 0 => {
                word.push(match escaped {
                    b'n' => b'\n',
                    b'r' => b'\r',
                    b't' => b'\t',
                    b'b' => 8,
                    b'a' => 7,
                    other => other,
                });
                rest = after;
            }
            [byte, ref after @ ..] => {
                word.push(byte);
                rest = after;
            }
        }
    }
}

fn hex(digit: u8) -> u8 {
    match digit {
        b'0'..=b'9' => digit - b'0',
        b'a'..=b'f' => digit - b'a' + 10,
        _ => digit - b'A' + 10,
    }
}

/// `word` in double quotes, with everything that does not print as an escape, so that [`split`] gives it
/// back.
pub fn quote(word: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(word.len() + 2);
    out.push(b'"');
    for &byte in word {
        match byte {
            b'"' | b'\\' => out.extend([b'\\', byte]),
            b'\n' => out.extend(b"\\n"),
            b'\r' => out.extend(b"\\r"),
            b'\t' => out.extend(b"\\t"),
            7 => out.extend(b"\\a"),
            8 => out.extend(b"\\b"),
            b' '..=b'~' => out.push(byte),
            _ => out.extend(format!("\\x{byte:02x}").bytes()),
        }
    }
    out.push(b'"');
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{quote, split};

    fn words(line: &str) -> Option<Vec<String>> {
        let words = split(line.as_bytes())?;
        Some(words.iter().map(|word| String::from_utf8_lossy(word).into_owned()).collect())
    }

    #[test]
    fn a_line_falls_into_words_as_in_redis() {
        assert_eq!(words("  port   7777  ").unwrap(), ["port", "7777"]);
        assert_eq!(words("save \"\"").unwrap(), ["save", ""]);
        assert_eq!(words(r#"a "b c\n\x41\q" 'd \n e\'f'"#).unwrap(), ["a", "b c\nAq", "d \\n e'f"]);
        assert_eq!(words(r#"ab"cd ef""#).unwrap(), ["abcd ef"]);
        assert_eq!(words("").unwrap(), Vec::<String>::new());
        assert_eq!(words("\x0b\x0ca\x0bb \x0b'c'\x0bd\x0c").unwrap(), ["a\x0bb", "c", "d\x0c"]);
        for unbalanced in ["\"a", "'a", "\"a\"b", "'a'b", "\"a\\\""] {
            assert_eq!(words(unbalanced), None, "{unbalanced}");
        }
    }

    proptest! {
        #[test]
        fn any_word_survives_quoting(word: Vec<u8>) {
            prop_assert_eq!(split(&quote(&word)), Some(vec![word]));
        }

        #[test]
        fn any_line_splits_or_is_refused_and_never_grows(line: Vec<u8>) {
            if let Some(words) = split(&line) {
                prop_assert!(words.iter().map(Vec::len).sum::<usize>() <= line.len());
            }
        }
    }
}
