//! What a command answers: one reply, which may have others in it.
//!
//! A command says what it means; what bytes that is in RESP2 and in RESP3 the server knows. It also counts: a command that
//! answers with too little or too much is answered with an error instead.

use crate::context::Protocol;
use crate::error::{Error, Kind, Outcome};
use crate::ffi::{Answering, Raw};
use russet_plugin_abi::Slice;

/// Writes the answer. Every method returns `Ok`, so that a command can end with one.
pub struct Reply<'c> {
    raw: Raw<'c>,
}

#[expect(clippy::missing_errors_doc, reason = "none of them fails for a command that runs")]
impl<'c> Reply<'c> {
    pub(crate) fn new(raw: Raw<'c>) -> Self {
        Reply { raw }
    }

    /// The protocol that the client speaks.
    pub fn protocol(&self) -> Protocol {
        if self.raw.protocol() == 3 { Protocol::Resp3 } else { Protocol::Resp2 }
    }

    /// `+OK`.
    pub fn ok(&mut self) -> Outcome {
        self.simple("OK")
    }

    /// A simple string; it must not contain CR or LF.
    pub fn simple(&mut self, text: &str) -> Outcome {
        self.raw.answer(|table| Answering::Bytes(table.simple, Slice::of(text.as_bytes())))
    }

    /// Bytes.
    pub fn bulk(&mut self, bytes: impl AsRef<[u8]>) -> Outcome {
        self.raw.answer(|table| Answering::Bytes(table.bulk, Slice::of(bytes.as_ref())))
    }

    /// Bytes, or nothing.
    pub fn bulk_or_null(&mut self, bytes: Option<&[u8]>) -> Outcome {
        match bytes {
            Some(bytes) => self.bulk(bytes),
            None => self.null(),
        }
    }

    /// An integer.
    pub fn int(&mut self, value: i64) -> Outcome {
        self.raw.answer(|table| Answering::Int(table.integer, value))
    }

    /// A floating point number: bytes in RESP2.
    pub fn double(&mut self, value: f64) -> Outcome {
        self.raw.answer(|table| Answering::Real(table.real, value))
    }

    /// Yes or no: 1 or 0 in RESP2.
    pub fn boolean(&mut self, value: bool) -> Outcome {
        self.raw.answer(|table| Answering::Flag(table.boolean, value.into()))
    }

    /// Nothing.
    pub fn null(&mut self) -> Outcome {
        self.raw.answer(|table| Answering::Nothing(table.null))
    }

    /// Nothing, where an array could be.
    pub fn null_array(&mut self) -> Outcome {
        self.raw.answer(|table| Answering::Nothing(table.null_array))
    }

    /// A text with a format of three letters, `txt` or `mkd`: bytes in RESP2.
    pub fn verbatim(&mut self, format: &str, text: &[u8]) -> Outcome {
        self.raw.answer(|table| Answering::Two(table.verbatim, Slice::of(format.as_bytes()), Slice::of(text)))
    }

    /// An integer of any length, as its digits: bytes in RESP2.
    pub fn big_number(&mut self, digits: &str) -> Outcome {
        self.raw.answer(|table| Answering::Bytes(table.big_number, Slice::of(digits.as_bytes())))
    }

    /// An array; `len` replies follow.
    pub fn array(&mut self, len: usize) -> Outcome {
        self.raw.answer(|table| Answering::Count(table.array, len))
    }

    /// A map; `len` pairs of replies follow. An array of twice the length in RESP2.
    pub fn map(&mut self, len: usize) -> Outcome {
        self.raw.answer(|table| Answering::Count(table.map, len))
    }

    /// A set; `len` replies follow. An array in RESP2.
    pub fn set(&mut self, len: usize) -> Outcome {
        self.raw.answer(|table| Answering::Count(table.set, len))
    }

    /// An error inside a larger reply. A command that only fails returns the error instead.
    pub fn error(&mut self, error: &Error) -> Outcome {
        let text = match &error.0 {
            Kind::Text(text) => text,
            Kind::Kept(_) => &b"ERR the server refused"[..],
        };
        self.raw.answer(|table| Answering::Bytes(table.error, Slice::of(text)))
    }
}
