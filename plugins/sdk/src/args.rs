//! What a command was sent.

use crate::error::Error;
use crate::ffi::Raw;

/// The words of a request, the command's name being word 0.
#[derive(Clone, Copy)]
pub struct Args<'c> {
    raw: Raw<'c>,
}

/// A key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Key<'k> {
    /// Its bytes.
    pub bytes: &'k [u8],
}

impl<'k> From<&'k [u8]> for Key<'k> {
    fn from(bytes: &'k [u8]) -> Self {
        Key { bytes }
    }
}

impl<'k> From<&'k str> for Key<'k> {
    fn from(text: &'k str) -> Self {
        Key { bytes: text.as_bytes() }
    }
}

impl<'c> Args<'c> {
    pub(crate) fn new(raw: Raw<'c>) -> Self {
        Args { raw }
    }

    /// The number of words, the command's name included.
    #[expect(clippy::len_without_is_empty, reason = "a request has at least the command's name")]
    pub fn len(&self) -> usize {
        self.raw.count()
    }

    /// Word `index`, if there is one.
    pub fn get(&self, index: usize) -> Option<&'c [u8]> {
        self.raw.word(index)
    }

    /// Word `index`, which the command's syntax promises.
    ///
    /// # Panics
    /// If there is none.
    pub fn word(&self, index: usize) -> &'c [u8] {
        self.get(index).expect("the command's syntax promises this word")
    }

    /// Word `index` as a key.
    ///
    /// # Panics
    /// As [`Args::word`].
    pub fn key(&self, index: usize) -> Key<'c> {
        Key { bytes: self.word(index) }
    }

    /// Word `index` as an integer.
    ///
    /// # Errors
    /// If it is none.
    ///
    /// # Panics
    /// As [`Args::word`].
    pub fn int(&self, index: usize) -> Result<i64, Error> {
        int(self.word(index)).ok_or(Error::NOT_AN_INTEGER)
    }

    /// Whether word `index` exists and is `token`, letters compared without case.
    pub fn is(&self, index: usize, token: &str) -> bool {
        self.get(index).is_some_and(|word| word.eq_ignore_ascii_case(token.as_bytes()))
    }

    /// The words from `index` on.
    pub fn iter_from(&self, index: usize) -> impl Iterator<Item = &'c [u8]> + use<'c> {
        let raw = self.raw;
        (index..raw.count()).filter_map(move |index| raw.word(index))
    }
}

/// The integer that a text spells, as the server reads integers: no sign but `-`, no blanks, no leading zeros.
pub fn int(text: &[u8]) -> Option<i64> {
    let digits = text.strip_prefix(b"-").unwrap_or(text);
    if digits.len() > 1 && digits[0] == b'0' || !digits.iter().all(u8::is_ascii_digit) || text == b"-0" {
        return None;
    }
    std::str::from_utf8(text).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::int;

    #[test]
    fn integers_are_read_as_the_server_reads_them() {
        for (text, expected) in [
            ("0", Some(0)),
            ("-1", Some(-1)),
            ("9223372036854775807", Some(i64::MAX)),
            ("-9223372036854775808", Some(i64::MIN)),
            ("9223372036854775808", None),
            ("", None),
            ("-", None),
            ("+1", None),
            ("01", None),
            ("-0", None),
            (" 1", None),
            ("1.0", None),
        ] {
            assert_eq!(int(text.as_bytes()), expected, "{text:?}");
        }
    }
}
