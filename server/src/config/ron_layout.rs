//! Where the entries of a RON file stand: for messages that name a line, and to change one value and leave
//! the rest as it was.
//!
//! serde gives values without positions. This walks over the same text, knows strings, comments and brackets,
//! and nothing else.

use std::ops::Range;

/// The place of one `name: value`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The bytes of the name, with the quotes that a map's name has.
    pub name: Range<usize>,
    /// The bytes of the value.
    pub value: Range<usize>,
}

/// The number of the line, from 1, on which byte `at` stands.
pub fn line_of(text: &str, at: usize) -> usize {
    1 + text.as_bytes()[..at].iter().filter(|byte| **byte == b'\n').count()
}

/// Whether the text holds nothing but blanks and comments.
pub fn is_blank(text: &str) -> bool {
    let mut walk = Walk { text: text.as_bytes(), at: 0 };
    walk.skip_blank();
    walk.at == text.len()
}

/// The entries of the outermost struct or map, in order. `None` where the text is not one; text that RON
/// refuses may come out as anything.
pub fn entries(text: &str) -> Option<Vec<Place>> {
    let mut walk = Walk { text: text.as_bytes(), at: 0 };
    walk.open()?;
    let mut places = Vec::new();
    loop {
        walk.skip_blank();
        match walk.peek()? {
            b')' | b'}' => return Some(places),
            b',' => walk.at += 1,
            _ => places.push(walk.entry()?),
        }
    }
}

/// Where the outermost struct or map ends: the place of its closing bracket.
pub fn end(text: &str) -> Option<usize> {
    let last = entries(text)?.last().map(|place| place.value.end);
    let mut walk = Walk { text: text.as_bytes(), at: 0 };
    match last {
        Some(at) => walk.at = at,
        None => walk.open()?,
    }
    loop {
        walk.skip_blank();
        match walk.peek()? {
            b',' => walk.at += 1,
            b')' | b'}' => return Some(walk.at),
            _ => return None,
        }
    }
}

struct Walk<'a> {
    text: &'a [u8],
    at: usize,
}

impl Walk<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    fn starts_with(&self, wanted: &[u8]) -> bool {
        self.text[self.at..].starts_with(wanted)
    }

    /// Past blanks, comments and `#![enable(...)]`.
    fn skip_blank(&mut self) {
        while let Some(byte) = self.peek() {
            match byte {
                b' ' | b'\t' | b'\n' | b'\r' => self.at += 1,
                b'/' if self.starts_with(b"//") => self.skip_to(b'\n'),
                b'/' if self.starts_with(b"/*") => self.skip_block_comment(),
                b'#' if self.starts_with(b"#!") => self.skip_to(b']'),
                _ => return,
            }
        }
    }

    /// Past the next `end`, or to the end of the text.
    fn skip_to(&mut self, end: u8) {
        while let Some(byte) = self.peek() {
            self.at += 1;
            if byte == end {
                return;
            }
        }
    }

    fn skip_block_comment(&mut self) {
        let mut depth = 0usize;
        while self.at < self.text.len() {
            if self.starts_with(b"/*") {
                depth += 1;
                self.at += 2;
            } else if self.starts_with(b"*/") {
                depth -= 1;
                self.at += 2;
            } else {
                self.at += 1;
            }
            if depth == 0 {
                return;
            }
        }
    }

    /// Past the opening bracket, and the struct's name before it if it has one.
    fn open(&mut self) -> Option<()> {
        self.skip_blank();
        self.skip_name();
        self.skip_blank();
        matches!(self.peek()?, b'(' | b'{').then(|| self.at += 1)
    }

    fn skip_name(&mut self) {
        while self
            .peek()
            .is_some_and(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'+'))
        {
            self.at += 1;
        }
    }

    fn entry(&mut self) -> Option<Place> {
        let start = self.at;
        if !self.skip_string() {
            self.skip_raw_name();
        }
        let name = start..self.at;
        self.skip_blank();
        if self.peek()? != b':' || name.is_empty() {
            return None;
        }
        self.at += 1;
        self.skip_blank();
        Some(Place { name, value: self.value()? })
    }

    /// A name, or one written `r#name`.
    fn skip_raw_name(&mut self) {
        if self.starts_with(b"r#") {
            self.at += 2;
        }
        self.skip_name();
    }

    /// A value up to the `,` or the bracket that ends it, without the blanks and comments after it.
    fn value(&mut self) -> Option<Range<usize>> {
        let start = self.at;
        let mut end = start;
        let mut depth = 0usize;
        loop {
            self.skip_blank();
            match self.peek()? {
                b',' if depth == 0 => return Some(start..end),
                b')' | b'}' | b']' if depth == 0 => return Some(start..end),
                b'(' | b'{' | b'[' => {
                    depth += 1;
                    self.at += 1;
                }
                b')' | b'}' | b']' => {
                    depth -= 1;
                    self.at += 1;
                }
                _ => {
                    if !self.skip_string() {
                        self.at += 1;
                    }
                }
            }
            end = self.at;
        }
    }

    /// Past a string, a raw string, a byte string or a character, if one stands here.
    fn skip_string(&mut self) -> bool {
        let rest = &self.text[self.at..];
        let raw = rest.iter().position(|byte| !matches!(byte, b'b' | b'r' | b'#')).unwrap_or(rest.len());
        let (prefix, body) = rest.split_at(raw);
        let hashes = prefix.iter().filter(|byte| **byte == b'#').count();
        match (prefix, body.first()) {
            ([] | b"b", Some(b'"')) => self.skip_quoted(raw, b'"'),
            ([] | b"b", Some(b'\'')) => self.skip_quoted(raw, b'\''),
            ([b'r', ..] | [b'b', b'r', ..], Some(b'"')) => {
                let closing = [vec![b'"'], vec![b'#'; hashes]].concat();
                self.at += raw + 1;
                while self.at < self.text.len() && !self.starts_with(&closing) {
                    self.at += 1;
                }
                self.at = (self.at + closing.len()).min(self.text.len());
            }
            _ => return false,
        }
        true
    }

    fn skip_quoted(&mut self, prefix: usize, quote: u8) {
        self.at += prefix + 1;
        while let Some(byte) = self.peek() {
            self.at = (self.at + if byte == b'\\' { 2 } else { 1 }).min(self.text.len());
            if byte == quote {
                return;
            }
        }
    }
}
