//! What of a user's declaration is one word, and what is one rule: a selector in parentheses may be several words.

/// Whether there is neither a blank nor a zero byte in it, so that it can stand in a line as one word.
pub fn is_one_word(text: &[u8]) -> bool {
    !text.iter().any(|byte| matches!(byte, b' ' | b'\t'..=b'\r' | 0))
}

/// The rules that `words` are: from a `(` that begins a word to the `)` that ends one they are joined.
///
/// # Errors
/// The word with which a selector begins that does not end.
pub fn merge_selectors(words: &[&[u8]]) -> Result<Vec<Vec<u8>>, Vec<u8>> {
    let mut rules: Vec<Vec<u8>> = Vec::with_capacity(words.len());
    let mut open: Option<(&[u8], Vec<u8>)> = None;
    for word in words {
        let closes = word.ends_with(b")");
        open = match open.take() {
            None if word.starts_with(b"(") && !closes => Some((word, word.to_vec())),
            None => {
                rules.push(word.to_vec());
                None
            }
            Some((first, mut rule)) => {
                rule.push(b' ');
                rule.extend_from_slice(word);
                if closes {
                    rules.push(rule);
                    None
                } else {
                    Some((first, rule))
                }
            }
        };
    }
    match open {
        Some((first, _)) => Err(first.to_vec()),
        None => Ok(rules),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn merged(line: &str) -> Result<Vec<String>, String> {
        let text = |word: Vec<u8>| String::from_utf8(word).unwrap();
        let words: Vec<&[u8]> = line.split(' ').map(str::as_bytes).collect();
        merge_selectors(&words).map(|rules| rules.into_iter().map(text).collect()).map_err(text)
    }

    #[test]
    fn a_selector_is_one_rule() {
        assert_eq!(merged("on (~a +get) (+set) ~b").unwrap(), ["on", "(~a +get)", "(+set)", "~b"]);
        assert_eq!(merged("( ~a (~b +get )").unwrap(), ["( ~a (~b +get )"]);
        assert_eq!(merged("on (~a +get"), Err("(~a".into()));
        assert_eq!(merged("(~a) b)").unwrap(), ["(~a)", "b)"]);
    }

    #[test]
    fn words_have_no_blanks() {
        assert!(is_one_word(b"a-b:{c}\xff"));
        assert!([&b"a b"[..], b"a\tb", b"a\x0bb", b"\0"].iter().all(|text| !is_one_word(text)));
    }
}
