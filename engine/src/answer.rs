//! Answers: what a command has replied, read again, for those that run commands themselves.
//!
//! ```
//! use russet_engine::answer::{Answer, Kind};
//!
//! let answer = Answer::of(b"*2\r\n:7\r\n$3\r\nabc\r\n".to_vec());
//! let pair = answer.root();
//! assert_eq!((pair.kind(), pair.len()), (Kind::Array, 2));
//! assert_eq!(pair.child(0).unwrap().int(), 7);
//! assert_eq!(pair.child(1).unwrap().bytes(), b"abc");
//! ```

use crate::number;
use std::ops::Range;

/// What kind of reply it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A simple string: `+OK`.
    Simple,
    /// An error.
    Error,
    /// An integer.
    Int,
    /// Bytes.
    Bulk,
    /// Nothing: a null of any kind.
    Null,
    /// Elements.
    Array,
    /// Keys and values, one after the other.
    Map,
    /// Members.
    Set,
    /// A floating point number.
    Double,
    /// Yes or no.
    Boolean,
    /// An integer of any length, as its digits.
    BigNumber,
    /// A text with its format in the first three bytes and a colon.
    Verbatim,
}

#[derive(Clone)]
struct Node {
    kind: Kind,
    /// Where its text stands.
    text: Range<usize>,
    /// Where its children stand among the nodes.
    children: Range<usize>,
}

/// A whole answer. Its nodes stand in one piece; the children of each are neighbours.
pub struct Answer {
    bytes: Vec<u8>,
    nodes: Vec<Node>,
}

impl Answer {
    /// Reads what a command has written. What is no reply, which no command writes, is read as nothing. O(bytes).
    pub fn of(bytes: Vec<u8>) -> Answer {
        let mut nodes = vec![NOTHING];
        let mut reader = Reader { bytes: &bytes, at: 0 };
        if reader.read(&mut nodes, 0).is_none() {
            nodes = vec![NOTHING];
        }
        Answer { bytes, nodes }
    }

    /// The answer itself.
    pub fn root(&self) -> Part<'_> {
        Part { answer: self, index: 0 }
    }

    /// The part with this number, as [`Part::index`] gave it.
    pub fn part(&self, index: usize) -> Option<Part<'_>> {
        (index < self.nodes.len()).then_some(Part { answer: self, index })
    }
}

const NOTHING: Node = Node { kind: Kind::Null, text: 0..0, children: 0..0 };

/// An answer, or a part of one.
#[derive(Clone, Copy)]
pub struct Part<'a> {
    answer: &'a Answer,
    index: usize,
}

impl<'a> Part<'a> {
    fn node(self) -> &'a Node {
        &self.answer.nodes[self.index]
    }

    /// Its number among the parts of the answer.
    pub fn index(self) -> usize {
        self.index
    }

    /// What it is.
    pub fn kind(self) -> Kind {
        self.node().kind
    }

    /// Its text: of an error code and message, of a number its digits, of a collection nothing.
    pub fn bytes(self) -> &'a [u8] {
        &self.answer.bytes[self.node().text.clone()]
    }

    /// The integer that it is; 0 or 1 for a boolean, and 0 for what is no integer.
    pub fn int(self) -> i64 {
        match self.kind() {
            Kind::Boolean => i64::from(self.bytes() == b"t"),
            _ => number::parse_i64(self.bytes()).unwrap_or_default(),
        }
    }

    /// The number that it is; 0 for what is none.
    pub fn double(self) -> f64 {
        std::str::from_utf8(self.bytes()).ok().and_then(|text| text.parse().ok()).unwrap_or_default()
    }

    /// The number of its children: of a map the keys and the values.
    pub fn len(self) -> usize {
        self.node().children.len()
    }

    /// Whether it has none.
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// A child. O(1).
    pub fn child(self, index: usize) -> Option<Part<'a>> {
        let children = &self.node().children;
        (index < children.len()).then(|| Part { answer: self.answer, index: children.start + index })
    }
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Reader<'_> {
    /// The rest of the line.
    fn line(&mut self) -> Option<Range<usize>> {
        let from = self.at;
        let end = from + memchr::memchr(b'\r', self.bytes.get(from..)?)?;
        self.at = end + 2;
        Some(from..end)
    }

    fn length(&mut self) -> Option<i64> {
        let line = self.line()?;
        number::parse_i64(&self.bytes[line])
    }

    fn read(&mut self, nodes: &mut Vec<Node>, place: usize) -> Option<()> {
        let sign = *self.bytes.get(self.at)?;
        self.at += 1;
        let simple = |kind, text| Node { kind, text, children: 0..0 };
        nodes[place] = match sign {
            b'+' => simple(Kind::Simple, self.line()?),
            b'-' => simple(Kind::Error, self.line()?),
            b':' => simple(Kind::Int, self.line()?),
            b',' => simple(Kind::Double, self.line()?),
            b'#' => simple(Kind::Boolean, self.line()?),
            b'(' => simple(Kind::BigNumber, self.line()?),
            b'_' => {
                self.line()?;
                NOTHING
            }
            b'$' | b'=' => {
                let kind = if sign == b'$' { Kind::Bulk } else { Kind::Verbatim };
                match usize::try_from(self.length()?) {
                    Err(_) => NOTHING,
                    Ok(length) => {
                        let text = self.at..self.at.checked_add(length)?;
                        self.bytes.get(text.clone())?;
                        self.at = text.end + 2;
                        simple(kind, text)
                    }
                }
            }
            b'|' => {
                // Attributes are about the reply that follows them; whoever runs a command wants that.
                let parts = usize::try_from(self.length()?).ok()?.checked_mul(2)?;
                for _ in 0..parts {
                    self.read(&mut vec![NOTHING], 0)?;
                }
                return self.read(nodes, place);
            }
            b'*' | b'~' | b'%' | b'>' => {
                let kind = match sign {
                    b'%' => Kind::Map,
                    b'~' => Kind::Set,
                    _ => Kind::Array,
                };
                let Ok(length) = usize::try_from(self.length()?) else {
                    nodes[place] = NOTHING;
                    return Some(());
                };
                let length = if kind == Kind::Map { length.checked_mul(2)? } else { length };
                if length > self.bytes.len() {
                    return None; // each takes a byte at least
                }
                let children = nodes.len()..nodes.len() + length;
                nodes.resize(children.end, NOTHING);
                for child in children.clone() {
                    self.read(nodes, child)?;
                }
                Node { kind, text: 0..0, children }
            }
            _ => return None,
        };
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(part: Part<'_>) -> String {
        let children: Vec<String> = (0..part.len()).filter_map(|i| part.child(i)).map(shown).collect();
        let text = part.bytes().escape_ascii();
        match part.kind() {
            Kind::Array | Kind::Map | Kind::Set => format!("{:?}[{}]", part.kind(), children.join(" ")),
            kind => format!("{kind:?}({text})"),
        }
    }

    #[test]
    fn every_kind_of_reply_is_read() {
        let read = |text: &str| shown(Answer::of(text.as_bytes().to_vec()).root());
        for (text, expected) in [
            ("+OK\r\n", "Simple(OK)"),
            ("-ERR x y\r\n", "Error(ERR x y)"),
            (":-12\r\n", "Int(-12)"),
            ("$5\r\na\r\nbc\r\n", "Bulk(a\\r\\nbc)"),
            ("$-1\r\n", "Null()"),
            ("*-1\r\n", "Null()"),
            ("_\r\n", "Null()"),
            (",1.5\r\n", "Double(1.5)"),
            ("#t\r\n", "Boolean(t)"),
            ("(123\r\n", "BigNumber(123)"),
            ("=6\r\ntxt:ab\r\n", "Verbatim(txt:ab)"),
            ("*0\r\n", "Array[]"),
            (
                "*3\r\n*2\r\n:1\r\n:2\r\n%1\r\n+k\r\n~1\r\n:3\r\n$1\r\nz\r\n",
                "Array[Array[Int(1) Int(2)] Map[Simple(k) Set[Int(3)]] Bulk(z)]",
            ),
            ("|1\r\n+ttl\r\n:3\r\n+OK\r\n", "Simple(OK)"),
            // No command writes these.
            ("", "Null()"),
            ("*2\r\n:1\r\n", "Null()"),
            ("*99999999999\r\n", "Null()"),
            ("$9\r\nabc\r\n", "Null()"),
            ("?\r\n", "Null()"),
        ] {
            assert_eq!(read(text), expected, "{text:?}");
        }
    }

    #[test]
    fn numbers_are_read() {
        let of = |text: &str| Answer::of(text.as_bytes().to_vec());
        assert_eq!(of("#t\r\n").root().int(), 1);
        assert_eq!(of(":-5\r\n").root().int(), -5);
        assert_eq!(of(",inf\r\n").root().double(), f64::INFINITY);
        assert_eq!(of("$3\r\n2.5\r\n").root().double(), 2.5);
    }
}
