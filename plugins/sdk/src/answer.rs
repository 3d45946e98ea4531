//! What a command has answered that a plugin ran.

use crate::ffi::RawAnswer;
use russet_plugin_abi::answer as kind;

/// An answer.
pub struct Answer {
    raw: RawAnswer,
}

impl Answer {
    pub(crate) fn new(raw: RawAnswer) -> Self {
        Answer { raw }
    }

    /// What it is.
    pub fn value(&self) -> Value<'_> {
        Part { answer: self, index: 0 }.value()
    }

    /// The error that it is, if it is one: code and text.
    pub fn error(&self) -> Option<&[u8]> {
        match self.value() {
            Value::Error(text) => Some(text),
            _ => None,
        }
    }
}

/// What an answer, or a part of one, is.
#[derive(Clone, Copy)]
pub enum Value<'a> {
    /// Nothing.
    Null,
    /// A simple string: `OK`.
    Simple(&'a [u8]),
    /// An error: code and text.
    Error(&'a [u8]),
    /// An integer.
    Int(i64),
    /// Bytes.
    Bulk(&'a [u8]),
    /// Elements.
    Array(Part<'a>),
    /// Keys and values, one after the other.
    Map(Part<'a>),
    /// Members.
    Set(Part<'a>),
    /// A floating point number.
    Double(f64),
    /// Yes or no.
    Boolean(bool),
    /// The digits of an integer of any length.
    BigNumber(&'a [u8]),
    /// A text, with its format and a colon before it.
    Verbatim(&'a [u8]),
}

/// A part of an answer that has others in it.
#[derive(Clone, Copy)]
pub struct Part<'a> {
    answer: &'a Answer,
    index: usize,
}

impl<'a> Part<'a> {
    /// The number of its children: of a map the keys and the values.
    pub fn len(self) -> usize {
        self.answer.raw.count(self.index)
    }

    /// Whether it has none.
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// A child, if there are so many.
    pub fn get(self, index: usize) -> Option<Value<'a>> {
        (index < self.len())
            .then(|| Part { answer: self.answer, index: self.answer.raw.child(self.index, index) }.value())
    }

    /// Its children, in order.
    pub fn iter(self) -> impl Iterator<Item = Value<'a>> {
        (0..self.len()).filter_map(move |index| self.get(index))
    }

    fn value(self) -> Value<'a> {
        let (raw, index) = (&self.answer.raw, self.index);
        match raw.kind(index) {
            kind::SIMPLE => Value::Simple(raw.bytes(index)),
            kind::ERROR => Value::Error(raw.bytes(index)),
            kind::INTEGER => Value::Int(raw.integer(index)),
            kind::BULK => Value::Bulk(raw.bytes(index)),
            kind::ARRAY => Value::Array(self),
            kind::MAP => Value::Map(self),
            kind::SET => Value::Set(self),
            kind::REAL => Value::Double(raw.real(index)),
            kind::BOOLEAN => Value::Boolean(raw.integer(index) != 0),
            kind::BIG_NUMBER => Value::BigNumber(raw.bytes(index)),
            kind::VERBATIM => Value::Verbatim(raw.bytes(index)),
            _ => Value::Null,
        }
    }
}
