//! Strings: how one is read where it stands, and how one is given to be stored.

use super::{Encoding, Entry, Object};
use crate::output::Blob;
use russet_structures::record::{self, Payload};

/// The longest string that `OBJECT ENCODING` calls `embstr`.
pub const EMBSTR_MAX: usize = 44;

/// A string as it is stored.
#[derive(Clone, Copy, Debug)]
pub enum Text<'a> {
    /// An integer; its text is its decimal form.
    Int(i64),
    /// Bytes inside the record.
    Bytes(&'a [u8]),
    /// A large value.
    Blob(&'a Blob),
}

impl<'a> Text<'a> {
    /// The string in a record; `None` if it holds another type.
    #[inline]
    pub fn of(entry: &'a Entry) -> Option<Self> {
        match entry.payload() {
            Payload::Int(value) => Some(Text::Int(value)),
            Payload::Inline(bytes) => Some(Text::Bytes(bytes)),
            Payload::Owned(Object::Blob(blob)) => Some(Text::Blob(blob)),
            Payload::Owned(_) => None,
        }
    }

    /// The bytes of the string; an integer is written into `buffer`.
    #[inline]
    pub fn bytes<'b>(&self, buffer: &'b mut itoa::Buffer) -> &'b [u8]
    where
        'a: 'b,
    {
        match self {
            Text::Int(value) => buffer.format(*value).as_bytes(),
            Text::Bytes(bytes) => bytes,
            Text::Blob(blob) => blob,
        }
    }

    /// The number of bytes. O(1).
    pub fn len(&self) -> usize {
        match self {
            Text::Int(value) => itoa::Buffer::new().format(*value).len(),
            Text::Bytes(bytes) => bytes.len(),
            Text::Blob(blob) => blob.len(),
        }
    }

    /// Whether the string is empty.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The integer that the string spells, or the error for one that spells none.
    #[inline]
    pub fn int(&self) -> Result<i64, crate::error::Error> {
        let parsed = match self {
            Text::Int(value) => Some(*value),
            Text::Bytes(bytes) => crate::number::parse_i64(bytes),
            // Short only where a very long key left no room for it in the record.
            Text::Blob(blob) => crate::number::parse_i64(blob),
        };
        parsed.ok_or(crate::error::Error::NOT_AN_INTEGER)
    }
}

/// A value to be stored.
#[derive(Debug)]
pub enum New<'a> {
    /// An integer.
    Int(i64),
    /// A string set as a whole: it becomes an integer if it spells one.
    Text(&'a [u8]),
    /// A string that came out of a computation on text: it stays text even if it spells an integer.
    Printed(&'a [u8]),
    /// A string that was edited in place: its encoding is `raw` whatever it spells.
    Edited(Vec<u8>),
    /// A large string that exists already.
    Blob(Blob),
}

impl<'a> New<'a> {
    /// The encoding and the record value for a key of `key_len` bytes. The bytes of an edited string are
    /// lent to the record through `scratch`.
    #[inline]
    pub(crate) fn prepare<'b>(
        self,
        key_len: usize,
        scratch: &'b mut Vec<u8>,
    ) -> (Encoding, record::Value<'b, Object>)
    where
        'a: 'b,
    {
        match self {
            New::Int(value) => (Encoding::Int, record::Value::Int(value)),
            New::Text(bytes) => match crate::number::parse_i64(bytes) {
                Some(value) => (Encoding::Int, record::Value::Int(value)),
                None => New::Printed(bytes).prepare(key_len, scratch),
            },
            New::Printed(bytes) => {
                let encoding = if bytes.len() <= EMBSTR_MAX { Encoding::Embstr } else { Encoding::Raw };
                if record::fits_inline(key_len, bytes.len()) {
                    (encoding, record::Value::Inline(bytes))
                } else {
                    (encoding, record::Value::Owned(Object::Blob(Blob::new(bytes.to_vec()))))
                }
            }
            New::Edited(bytes) if record::fits_inline(key_len, bytes.len()) => {
                *scratch = bytes;
                (Encoding::Raw, record::Value::Inline(scratch))
            }
            New::Edited(bytes) => (Encoding::Raw, record::Value::Owned(Object::Blob(Blob::new(bytes)))),
            New::Blob(blob) => (Encoding::Raw, record::Value::Owned(Object::Blob(blob))),
        }
    }
}
