//! Command lines as typed in `redis-cli`, and bytes printed so that they can be typed again.

/// Why a line is not a list of words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unbalanced;

/// Splits a line into words. Inside double quotes `\xHH`, `\n`, `\r`, `\t`, `\b`, `\a` and `\` before any
/// other byte are escapes; inside single quotes only `\'` is. A closing quote must end its word.
///
/// # Errors
/// [`Unbalanced`] when a quote does not close, or closes in the middle of a word.
pub fn split(line: &[u8]) -> Result<Vec<Vec<u8>>, Unbalanced> {
    let mut words = Vec::new();
    let mut rest = line.trim_ascii_start();
    while !rest.is_empty() {
        let (word, after) = word(rest)?;
        words.push(word);
        rest = after.trim_ascii_start();
    }
    Ok(words)
}

fn word(mut rest: &[u8]) -> Result<(Vec<u8>, &[u8]), Unbalanced> {
    let mut word = Vec::new();
    while let Some((&byte, after)) = rest.split_first() {
        match byte {
            b'"' | b'\'' => {
                let after = quoted(byte, after, &mut word)?;
                if after.first().is_some_and(|b| !b.is_ascii_whitespace()) {
                    return Err(Unbalanced);
                }
                return Ok((word, after));
            }
            _ if byte.is_ascii_whitespace() => return Ok((word, rest)),
            _ => word.push(byte),
        }
        rest = after;
    }
    Ok((word, rest))
}

/// Reads up to the closing `quote`; returns what follows it.
fn quoted<'a>(quote: u8, mut rest: &'a [u8], word: &mut Vec<u8>) -> Result<&'a [u8], Unbalanced> {
    loop {
        let (&byte, after) = rest.split_first().ok_or(Unbalanced)?;
        rest = after;
        match (byte, after) {
            (b, _) if b == quote => return Ok(after),
            (b'\\', [b'\'', tail @ ..]) if quote == b'\'' => {
                word.push(b'\'');
                rest = tail;
            }
            (b'\\', [b'x', high, low, tail @ ..])
                if quote == b'"' && high.is_ascii_hexdigit() && low.is_ascii_hexdigit() =>
            {
                word.push(digit(*high) << 4 | digit(*low));
                rest = tail;
            }
            (b'\\', [letter, tail @ ..]) if quote == b'"' => {
                word.push(match letter {
                    b'n' => b'\n',
                    b'r' => b'\r',
                    b't' => b'\t',
                    b'b' => 8,
                    b'a' => 7,
                    other => *other,
                });
                rest = tail;
            }
            (b, _) => word.push(b),
        }
    }
}

fn digit(hex: u8) -> u8 {
    (hex as char).to_digit(16).expect("the caller looked") as u8
}

/// Bytes as text on one line: what does not print is escaped as [`split`] reads it.
pub fn show(bytes: &[u8]) -> String {
    use std::fmt::Write;
    let mut text = String::new();
    for &byte in bytes {
        match byte {
            b'\n' => text.push_str("\\n"),
            b'\r' => text.push_str("\\r"),
            b'\t' => text.push_str("\\t"),
            b'\\' => text.push_str("\\\\"),
            b'"' => text.push_str("\\\""),
            0x20..=0x7e => text.push(byte as char),
            _ => write!(text, "\\x{byte:02x}").expect("a String takes all"),
        }
    }
    text
}

/// [`show`], cut in the middle when longer than `limit` bytes.
pub fn show_short(bytes: &[u8], limit: usize) -> String {
    if bytes.len() <= limit {
        return show(bytes);
    }
    let (head, tail) = (&bytes[..limit / 2], &bytes[bytes.len() - limit / 2..]);
    format!("{} ...({} bytes)... {}", show(head), bytes.len(), show(tail))
}

/// Words joined into a line that [`split`] reads back.
pub fn join<W: AsRef<[u8]>>(words: &[W]) -> String {
    let quote = |word: &[u8]| {
        let plain = !word.is_empty() && word.iter().all(|b| b.is_ascii_graphic() && !b"\"'\\".contains(b));
        if plain { show(word) } else { format!("\"{}\"", show(word)) }
    };
    words.iter().map(|w| quote(w.as_ref())).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_split_as_redis_cli_splits_them() {
        let words = |line: &str| split(line.as_bytes());
        let ok = |list: &[&[u8]]| Ok(list.iter().map(|w| w.to_vec()).collect::<Vec<_>>());
        assert_eq!(words("  SET  k\tv "), ok(&[b"SET", b"k", b"v"]));
        assert_eq!(
            words(r#"a "" '' "\x00\xfF\n\q" 'it\'s \n'"#),
            ok(&[b"a", b"", b"", b"\0\xff\nq", b"it's \\n"])
        );
        assert_eq!(words(r#"x"y""#), ok(&[b"xy"]));
        assert_eq!(words(r#""a"b"#), Err(Unbalanced));
        assert_eq!(words(r#""a"#), Err(Unbalanced));
        assert_eq!(words("'a"), Err(Unbalanced));
    }

    #[test]
    fn what_is_joined_splits_into_the_same_words() {
        let all: Vec<u8> = (0..=255).collect();
        let words: Vec<&[u8]> = vec![b"", &all, b"plain", b"two words", b"\"'\\"];
        assert_eq!(split(join(&words).as_bytes()).unwrap(), words);
    }
}
