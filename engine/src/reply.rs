//! Replies: the shapes that a command may answer with, written in the session's protocol version.
//!
//! A command says what it means (a map, a double, nothing at all); what bytes that is in RESP2 and in RESP3
//! is known here and nowhere else.

use crate::error::{Error, Outcome};
use crate::number::{self, LongDouble};
use crate::output::{Blob, Output, SHARE_FROM};
use russet_structures::element::Element;

/// The version of the protocol that a session speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Protocol {
    /// RESP2: what every client understands, and where a connection starts.
    #[default]
    Resp2,
    /// RESP3: maps, sets, doubles, booleans, push messages; chosen by `HELLO 3`.
    Resp3,
}

impl Protocol {
    /// The number that `HELLO` calls it.
    pub fn version(self) -> i64 {
        match self {
            Protocol::Resp2 => 2,
            Protocol::Resp3 => 3,
        }
    }
}

/// The most bytes of a head: a sign, a number of 20 digits at most, CR and LF.
pub(crate) const HEAD: usize = 24;

/// A bulk string of fewer bytes is written at once: its buffer has room for it before it begins, and does not grow, to twice its
/// size, for the two bytes behind it.
const TOGETHER: usize = 8 * 1024;

/// Writes a head where there is room for it.
#[inline]
fn push_head(tail: &mut Vec<u8>, sign: u8, value: i64) {
    tail.push(sign);
    if (0..10).contains(&value) {
        tail.push(b'0' + value as u8);
    } else {
        tail.extend_from_slice(itoa::Buffer::new().format(value).as_bytes());
    }
    tail.extend_from_slice(b"\r\n");
}

/// Writes replies. Every method returns `Ok`, so that a command can end with one.
pub struct Reply<'a> {
    output: &'a mut Output,
    protocol: Protocol,
}

impl<'a> Reply<'a> {
    /// A writer that appends to `output`.
    #[inline]
    pub fn new(output: &'a mut Output, protocol: Protocol) -> Self {
        Reply { output, protocol }
    }

    /// The same writer, borrowed for a nested call.
    #[inline]
    pub fn reborrow(&mut self) -> Reply<'_> {
        Reply { output: self.output, protocol: self.protocol }
    }

    /// The protocol that is written.
    #[inline]
    pub fn protocol(&self) -> Protocol {
        self.protocol
    }

    /// Changes the protocol from here on: `HELLO` answers in the version that it switches to.
    pub fn set_protocol(&mut self, protocol: Protocol) {
        self.protocol = protocol;
    }

    /// What is written to.
    #[inline]
    pub fn output(&mut self) -> &mut Output {
        self.output
    }

    #[inline]
    fn raw(&mut self, bytes: &[u8]) -> Outcome {
        self.output.write(bytes);
        Ok(())
    }

    #[inline]
    fn head(&mut self, sign: u8, value: i64) -> Outcome {
        push_head(self.output.room(HEAD), sign, value);
        Ok(())
    }

    fn by_protocol(&mut self, resp2: &[u8], resp3: &[u8]) -> Outcome {
        match self.protocol {
            Protocol::Resp2 => self.raw(resp2),
            Protocol::Resp3 => self.raw(resp3),
        }
    }

    /// `+OK`.
    #[inline]
    pub fn ok(&mut self) -> Outcome {
        self.raw(b"+OK\r\n")
    }

    /// A simple string; it must not contain CR or LF.
    pub fn simple(&mut self, text: &str) -> Outcome {
        self.raw(b"+")?;
        self.raw(text.as_bytes())?;
        self.raw(b"\r\n")
    }

    /// A simple string that was made by somebody else: CR and LF become spaces.
    pub fn status(&mut self, text: &[u8]) -> Outcome {
        let tail = self.output.room(text.len() + 3);
        tail.push(b'+');
        tail.extend(text.iter().map(|&b| if b == b'\r' || b == b'\n' { b' ' } else { b }));
        tail.extend_from_slice(b"\r\n");
        Ok(())
    }

    /// An error. The dispatch pipeline calls this for errors that a command returns; a command calls it only
    /// for an error inside a larger reply.
    pub fn error(&mut self, error: &Error) -> Outcome {
        let tail = self.output.room(error.text().len() + 3);
        tail.push(b'-');
        tail.extend(error.text().iter().map(|&b| if b == b'\r' || b == b'\n' { b' ' } else { b }));
        tail.extend_from_slice(b"\r\n");
        Ok(())
    }

    /// An integer.
    #[inline]
    pub fn int(&mut self, value: i64) -> Outcome {
        self.head(b':', value)
    }

    /// A length or a count, as an integer.
    #[inline]
    pub fn count(&mut self, value: usize) -> Outcome {
        self.int(value as i64)
    }

    /// `1` or `0`: what commands older than RESP3 answer for yes and no, in both versions.
    pub fn flag(&mut self, value: bool) -> Outcome {
        self.int(value.into())
    }

    /// A boolean: `#t` or `#f`, in RESP2 `1` or `0`.
    pub fn boolean(&mut self, value: bool) -> Outcome {
        match (self.protocol, value) {
            (Protocol::Resp3, true) => self.raw(b"#t\r\n"),
            (Protocol::Resp3, false) => self.raw(b"#f\r\n"),
            (Protocol::Resp2, _) => self.flag(value),
        }
    }

    /// A double; in RESP2 its text as a bulk string.
    pub fn double(&mut self, value: f64) -> Outcome {
        let text = number::format_double(value);
        match self.protocol {
            Protocol::Resp2 => self.bulk(text.as_bytes()),
            Protocol::Resp3 => {
                self.raw(b",")?;
                self.raw(text.as_bytes())?;
                self.raw(b"\r\n")
            }
        }
    }

    /// A double, or a value that is not there.
    pub fn double_or_null(&mut self, value: Option<f64>) -> Outcome {
        match value {
            Some(value) => self.double(value),
            None => self.null(),
        }
    }

    /// A number with up to 17 decimals and no exponent, as coordinates are answered; in RESP2 its text as a bulk string.
    pub fn decimal(&mut self, value: LongDouble) -> Outcome {
        let text = value.to_decimal();
        match self.protocol {
            Protocol::Resp2 => self.bulk(&text),
            Protocol::Resp3 => {
                self.raw(b",")?;
                self.raw(&text)?;
                self.raw(b"\r\n")
            }
        }
    }

    /// A bulk string.
    #[inline]
    pub fn bulk(&mut self, bytes: &[u8]) -> Outcome {
        if bytes.len() < TOGETHER {
            let tail = self.output.room(HEAD + bytes.len() + 2);
            push_head(tail, b'$', bytes.len() as i64);
            tail.extend_from_slice(bytes);
            tail.extend_from_slice(b"\r\n");
            return Ok(());
        }
        self.head(b'$', bytes.len() as i64)?;
        self.output.write(bytes);
        self.output.write(b"\r\n");
        Ok(())
    }

    /// An element of a packed structure as a bulk string.
    #[inline]
    pub fn element(&mut self, element: Element<'_>) -> Outcome {
        match element {
            Element::Int(value) => self.bulk_int(value),
            Element::Bytes(bytes) => self.bulk(bytes),
        }
    }

    /// An integer as a bulk string.
    #[inline]
    pub fn bulk_int(&mut self, value: i64) -> Outcome {
        self.bulk(itoa::Buffer::new().format(value).as_bytes())
    }

    /// A large value as a bulk string, without copying it unless copying is cheaper.
    pub fn bulk_shared(&mut self, blob: &Blob) -> Outcome {
        if blob.len() < SHARE_FROM {
            return self.bulk(blob);
        }
        self.head(b'$', blob.len() as i64)?;
        self.output.push_shared(blob.clone());
        self.raw(b"\r\n")
    }

    /// All that waits in an output, of which nothing has been sent, as a bulk string.
    pub fn bulk_of(&mut self, mut bytes: Output) -> Outcome {
        self.head(b'$', bytes.len() as i64)?;
        self.output.append(&mut bytes);
        self.raw(b"\r\n")
    }

    /// Text with a three-letter format (`txt`, `mkd`); in RESP2 a bulk string.
    pub fn verbatim(&mut self, format: &str, text: &[u8]) -> Outcome {
        match self.protocol {
            Protocol::Resp2 => self.bulk(text),
            Protocol::Resp3 => {
                self.head(b'=', text.len() as i64 + 4)?;
                self.raw(format.as_bytes())?;
                self.raw(b":")?;
                self.raw(text)?;
                self.raw(b"\r\n")
            }
        }
    }

    /// A value that is not there.
    #[inline]
    pub fn null(&mut self) -> Outcome {
        self.by_protocol(b"$-1\r\n", b"_\r\n")
    }

    /// An array that is not there: `EXEC` of an aborted transaction.
    pub fn null_array(&mut self) -> Outcome {
        self.by_protocol(b"*-1\r\n", b"_\r\n")
    }

    /// The head of an array of `len` replies, which must follow.
    #[inline]
    pub fn array(&mut self, len: usize) -> Outcome {
        self.head(b'*', len as i64)
    }

    /// The head of a map of `len` pairs; in RESP2 an array of twice as many.
    pub fn map(&mut self, len: usize) -> Outcome {
        match self.protocol {
            Protocol::Resp2 => self.head(b'*', len as i64 * 2),
            Protocol::Resp3 => self.head(b'%', len as i64),
        }
    }

    /// The head of a set of `len` replies; in RESP2 an array.
    pub fn set(&mut self, len: usize) -> Outcome {
        let sign = if self.protocol == Protocol::Resp3 { b'~' } else { b'*' };
        self.head(sign, len as i64)
    }

    /// The head of an out-of-band message of `len` replies; in RESP2 an array.
    pub fn push(&mut self, len: usize) -> Outcome {
        let sign = if self.protocol == Protocol::Resp3 { b'>' } else { b'*' };
        self.head(sign, len as i64)
    }

    /// The head of `len` pairs that tell something about the reply that follows them; RESP3 alone has such.
    pub fn attribute(&mut self, len: usize) -> Outcome {
        match self.protocol {
            Protocol::Resp2 => Ok(()),
            Protocol::Resp3 => self.head(b'|', len as i64),
        }
    }

    /// An integer of any size, given as its digits; in RESP2 a bulk string.
    pub fn big_number(&mut self, digits: &str) -> Outcome {
        match self.protocol {
            Protocol::Resp2 => self.bulk(digits.as_bytes()),
            Protocol::Resp3 => {
                self.raw(b"(")?;
                self.raw(digits.as_bytes())?;
                self.raw(b"\r\n")
            }
        }
    }

    /// The lines of a `HELP` subcommand, as simple strings.
    pub fn help(&mut self, container: &str, lines: &[&str]) -> Outcome {
        const TAIL: [&str; 2] = ["HELP", "    Print this help."];
        self.array(lines.len() + 1 + TAIL.len())?;
        self.simple(&format!("{container} <subcommand> [<arg> [value] [opt] ...]. Subcommands are:"))?;
        lines.iter().chain(&TAIL).try_for_each(|line| self.simple(line))
    }
}

impl Reply<'_> {
    /// A stored string as a bulk string.
    #[inline]
    pub fn text(&mut self, text: crate::value::Text<'_>) -> Outcome {
        match text {
            crate::value::Text::Int(value) => self.bulk_int(value),
            crate::value::Text::Bytes(bytes) => self.bulk(bytes),
            crate::value::Text::Blob(blob) => self.bulk_shared(blob),
        }
    }

    /// The head of `len` elements with scores: in RESP2 an array of twice as many.
    #[inline]
    pub fn scored(&mut self, len: usize) -> Outcome {
        self.array(if self.protocol == Protocol::Resp2 { len * 2 } else { len })
    }

    /// An element with its score: in RESP3 an array of the two, in RESP2 one behind the other.
    #[inline]
    pub fn scored_element(&mut self, member: Element<'_>, score: f64) -> Outcome {
        if self.protocol == Protocol::Resp3 {
            self.array(2)?;
        }
        self.element(member)?;
        self.double(score)
    }
}
