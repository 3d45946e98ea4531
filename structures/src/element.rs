//! Element: what a packed structure holds in one place, an integer or bytes.
//!
//! Listpack, ziplist, quicklist and intset keep what looks like an integer as one. Whoever reads such an element gets
//! it as it is stored, and decides whether digits are needed at all.

use crate::integer::{Digits, decimal_len, parse_i64};

/// An element by value or by reference to the bytes of its container.
///
/// Two elements are equal if they are stored alike; `Int(7)` and `Bytes(b"7")` stand for the same text but are not
/// equal. [`Element::new`] gives the form that containers store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Element<'a> {
    /// An integer; as text, its decimal digits.
    Int(i64),
    /// Any other bytes.
    Bytes(&'a [u8]),
}

impl<'a> Element<'a> {
    /// The element that these bytes are stored as: an integer if they are the digits of one. O(1): at most 20 bytes
    /// are looked at.
    #[inline]
    pub fn new(bytes: &'a [u8]) -> Element<'a> {
        match parse_i64(bytes) {
            Some(value) => Element::Int(value),
            None => Element::Bytes(bytes),
        }
    }

    /// Length as text, in bytes. O(1).
    #[inline]
    pub fn text_len(&self) -> usize {
        match *self {
            Element::Int(value) => decimal_len(value),
            Element::Bytes(bytes) => bytes.len(),
        }
    }

    /// Calls `f` with the text. O(length).
    #[inline]
    pub fn with_text<R>(&self, f: impl FnOnce(&[u8]) -> R) -> R {
        match *self {
            Element::Int(value) => f(Digits::of(value).as_bytes()),
            Element::Bytes(bytes) => f(bytes),
        }
    }

    /// Appends the text to `out`. O(length).
    pub fn append_to(&self, out: &mut Vec<u8>) {
        self.with_text(|text| out.extend_from_slice(text));
    }

    /// The text in a vector of its own. O(length).
    pub fn to_vec(&self) -> Vec<u8> {
        self.with_text(<[u8]>::to_vec)
    }
}

impl From<i64> for Element<'_> {
    fn from(value: i64) -> Self {
        Element::Int(value)
    }
}

impl<'a> From<&'a [u8]> for Element<'a> {
    /// See [`Element::new`].
    fn from(bytes: &'a [u8]) -> Self {
        Element::new(bytes)
    }
}

/// A text that elements are compared with: as bytes, and as the integer that it may be.
#[derive(Clone, Copy, Debug)]
pub struct Text<'a> {
    stored: Element<'a>,
    bytes: &'a [u8],
}

impl<'a> Text<'a> {
    /// To compare elements with these bytes. O(1).
    pub fn new(bytes: &'a [u8]) -> Text<'a> {
        Text { stored: Element::new(bytes), bytes }
    }

    /// Whether the element has this text. Listpacks from elsewhere may hold digits as a string.
    #[inline]
    pub fn is(&self, element: Element<'_>) -> bool {
        element == self.stored || matches!(element, Element::Bytes(bytes) if bytes == self.bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_compared_as_it_is_stored_and_as_it_is_read() {
        let text = Text::new(b"12");
        assert!(text.is(Element::Int(12)) && text.is(Element::Bytes(b"12")));
        assert!(!text.is(Element::Int(1)) && !text.is(Element::Bytes(b"012")));
    }

    #[test]
    fn digits_are_integers() {
        assert_eq!(Element::new(b"-7"), Element::Int(-7));
        assert_eq!(Element::new(b"-07"), Element::Bytes(b"-07"));
        const TEXTS: [&[u8]; 5] = [b"", b"0", b"-9223372036854775808", b"9223372036854775808", b"x\0y"];
        for text in TEXTS {
            let element = Element::from(text);
            assert_eq!((element.to_vec(), element.text_len()), (text.to_vec(), text.len()));
        }
    }
}
