//! The request side of RESP: from bytes to the words of commands, without copying a word.
//!
//! # What does a client send?
//!
//! ```text
//!  *2\r\n$3\r\nGET\r\n$3\r\nkey\r\n      an array of bulk strings: what libraries send
//!  GET key\r\n                           an inline command: what a person with telnet types
//! ```
//!
//! # How does the parser go on after half a command?
//!
//! A [`Parser`] remembers how far it came: how many words are missing, how long the next one is, where the
//! ones it has seen stand. It never reads a byte twice, so a command that arrives byte by byte costs no more
//! than one that arrives at once. Positions are relative to the beginning of the command, so that the caller
//! may move the bytes of an unfinished command to another buffer.
//!
//! # What if a command cannot run yet?
//!
//! Then it, and what follows it, is parsed again later. The quoted words of an inline command are decoded in
//! place, so the parser keeps how such a line read before, and [`Parser::rewind`] puts it back.
//!
//! # What may a client claim?
//!
//! Room for the last 4 MB of a word is made at once. Beyond that nothing is allocated for what a client says it will
//! send; memory grows with what has arrived.

pub mod inline;
#[cfg(test)]
mod tests;

use russet_engine::Error;
use russet_engine::args::Span;
use russet_engine::number::parse_i64;

/// The longest line: an inline command, or the head of an array or bulk string.
pub const LINE_MAX: usize = 64 * 1024;

/// What a client may claim.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// The longest word.
    pub bulk: i64,
    /// The most words.
    pub words: i64,
}

impl Limits {
    /// The most words that Redis takes in one command.
    pub const WORDS: i64 = i32::MAX as i64;

    /// For a client that has not authenticated itself: enough for `AUTH` and `HELLO`.
    pub const UNAUTHENTICATED: Limits = Limits { bulk: 16384, words: 10 };
}

/// One step of parsing.
#[derive(Debug, PartialEq, Eq)]
pub enum Step {
    /// A command ended at this offset; its words have been appended. No words: an empty line or array.
    Command {
        /// Offset of the byte after it.
        end: usize,
    },
    /// More bytes are needed.
    Incomplete,
}

/// Parses one client's requests.
#[derive(Default, Debug)]
pub struct Parser {
    /// Words still to come; `None` before the head of an array.
    missing: Option<u32>,
    /// Length of the word that comes next, once its head has been read.
    length: Option<u32>,
    /// Offset, from the beginning of the command, of what has not been looked at.
    position: usize,
    /// Words of an unfinished command, relative to its beginning.
    words: Vec<Span>,
    /// Bytes of those words.
    bytes: usize,
    /// Lines that were decoded in place since the last [`Parser::forget_lines`]: where, and how they read.
    decoded: Vec<(usize, Box<[u8]>)>,
}

/// Room for this many words is kept from one unfinished command to the next.
const WORDS_KEPT: usize = 64;

impl Parser {
    /// Forgets an unfinished command: it will be parsed again from its beginning.
    pub fn reset(&mut self) {
        (self.missing, self.length, self.position, self.bytes) = (None, None, 0, 0);
        self.words.clear();
        self.words.shrink_to(WORDS_KEPT);
    }

    /// Everything that was parsed so far has run, or will not be parsed again.
    pub fn forget_lines(&mut self) {
        self.decoded.clear();
    }

    /// Makes `buffer` from offset `from` on what it was before it was parsed, and forgets an unfinished command:
    /// commands from there on will be parsed again.
    pub fn rewind(&mut self, buffer: &mut [u8], from: usize) {
        self.reset();
        for (start, line) in std::mem::take(&mut self.decoded) {
            if start >= from {
                buffer[start..start + line.len()].copy_from_slice(&line);
            }
        }
    }

    /// How many bytes the unfinished word still lacks, given `available` bytes of the command; 0 if unknown.
    pub fn wanted(&self, available: usize) -> usize {
        self.length.map_or(0, |length| (self.position + length as usize + 2).saturating_sub(available))
    }

    /// Bytes at the beginning of an unfinished command that have been parsed.
    pub fn parsed(&self) -> usize {
        if self.missing.is_some() { self.position } else { 0 }
    }

    /// Bytes of the words of an unfinished command.
    pub fn word_bytes(&self) -> usize {
        self.bytes
    }

    /// Bytes held for the words of an unfinished command.
    pub fn memory(&self) -> usize {
        self.words.capacity() * size_of::<Span>()
    }

    /// Goes on parsing the command that begins at `start` of `buffer`, and appends the words of a finished
    /// one to `words`. An inline command is decoded in place, which is why the buffer is mutable.
    ///
    /// # Errors
    /// What the client is told before its connection ends.
    #[inline]
    pub fn parse(
        &mut self,
        buffer: &mut [u8],
        start: usize,
        limits: Limits,
        words: &mut Vec<Span>,
    ) -> Result<Step, Error> {
        let missing = match self.missing {
            Some(missing) => missing,
            None => match buffer.get(start) {
                None => return Ok(Step::Incomplete),
                Some(b'*') => match self.array_head(&buffer[start..], limits)? {
                    Head::Value(count) if count <= 0 => {
                        let end = start + self.position;
                        self.reset();
                        return Ok(Step::Command { end });
                    }
                    Head::Value(count) => {
                        self.missing = Some(count as u32);
                        count as u32
                    }
                    Head::Incomplete => return Ok(Step::Incomplete),
                },
                Some(_) => return inline::parse(buffer, start, words, &mut self.decoded),
            },
        };
        self.bulks(&buffer[start..], start, missing, limits, words)
    }

    /// Reads the words of an array from `self.position` of `command` on.
    fn bulks(
        &mut self,
        command: &[u8],
        start: usize,
        mut missing: u32,
        limits: Limits,
        words: &mut Vec<Span>,
    ) -> Result<Step, Error> {
        // Most commands arrive whole: their words go straight to the caller's list. Those of one that arrives in
        // pieces gather here, so that each is moved once, however many pieces there are.
        let mut held = std::mem::take(&mut self.words);
        let first = words.len();
        let whole = held.is_empty();
        let (list, base) = if whole { (&mut *words, start) } else { (&mut held, 0) };
        let known = list.len();
        while missing > 0 {
            let length = match self.length {
                Some(length) => length as usize,
                None => match self.bulk_head(command, limits)? {
                    Head::Value(length) => length as usize,
                    Head::Incomplete => break,
                },
            };
            let end = self.position + length;
            if command.len() < end + 2 {
                self.length = Some(length as u32);
                break;
            }
            list.push(Span { start: (base + self.position) as u32, end: (base + end) as u32 });
            self.position = end + 2;
            self.length = None;
            missing -= 1;
        }
        let new = list[known..].iter().map(|word| (word.end - word.start) as usize);
        self.bytes = if missing > 0 { self.bytes + new.sum::<usize>() } else { 0 };
        let moved = |by: i64| {
            move |w: Span| Span { start: (w.start as i64 + by) as u32, end: (w.end as i64 + by) as u32 }
        };
        self.missing = (missing > 0).then_some(missing);
        match (whole, missing > 0) {
            (true, true) => held.extend(words.drain(first..).map(moved(-(start as i64)))),
            (false, false) => {
                words.extend(held.drain(..).map(moved(start as i64)));
                held.shrink_to(WORDS_KEPT);
            }
            _ => {}
        }
        self.words = held;
        if missing > 0 {
            return Ok(Step::Incomplete);
        }
        let end = start + self.position;
        self.position = 0;
        Ok(Step::Command { end })
    }

    fn array_head(&mut self, command: &[u8], limits: Limits) -> Result<Head, Error> {
        let Some((digits, next)) = line(command, 1) else {
            return too_long(command, 0, "ERR Protocol error: too big mbulk count string");
        };
        let count = parse_i64(digits).filter(|&count| count <= Limits::WORDS);
        let Some(count) = count else {
            return Err(Error::new("ERR Protocol error: invalid multibulk length"));
        };
        if count > limits.words {
            return Err(Error::new("ERR Protocol error: unauthenticated multibulk length"));
        }
        self.position = next;
        Ok(Head::Value(count))
    }

    fn bulk_head(&mut self, command: &[u8], limits: Limits) -> Result<Head, Error> {
        let Some(&sign) = command.get(self.position) else { return Ok(Head::Incomplete) };
        // Redis waits for the whole line before it looks at the sign.
        let Some((head, next)) = line(command, self.position) else {
            return too_long(command, self.position, "ERR Protocol error: too big bulk count string");
        };
        if sign != b'$' {
            let mut text = b"ERR Protocol error: expected '$', got '".to_vec();
            text.push(sign);
            text.push(b'\'');
            return Err(Error::owned(text));
        }
        let length = parse_i64(&head[1..]).filter(|length| *length >= 0);
        let Some(length) = length else {
            return Err(Error::new("ERR Protocol error: invalid bulk length"));
        };
        if length > limits.bulk {
            let unauthenticated = limits.bulk == Limits::UNAUTHENTICATED.bulk;
            return Err(Error::new(if unauthenticated {
                "ERR Protocol error: unauthenticated bulk length"
            } else {
                "ERR Protocol error: invalid bulk length"
            }));
        }
        self.position = next;
        Ok(Head::Value(length))
    }
}

enum Head {
    Value(i64),
    Incomplete,
}

/// The bytes from `from` to the next CR, and the offset behind its LF, if both have arrived. The byte after CR
/// is taken to be LF, as Redis takes it, and as in Redis a line with a NUL byte never ends.
#[inline]
fn line(bytes: &[u8], from: usize) -> Option<(&[u8], usize)> {
    let rest = bytes.get(from..)?;
    let length = end_of_line(rest, b'\r')?;
    (rest.len() > length + 1).then(|| (&rest[..length], from + length + 2))
}

/// The offset of the first `end`, unless a NUL byte comes before it.
#[inline]
fn end_of_line(bytes: &[u8], end: u8) -> Option<usize> {
    // Heads are short: a plain loop beats a call for most of them.
    let near = bytes.iter().take(8).position(|&b| b == end || b == 0);
    let found = near.or_else(|| memchr::memchr2(end, 0, bytes))?;
    (bytes[found] == end).then_some(found)
}

fn too_long(bytes: &[u8], from: usize, text: &'static str) -> Result<Head, Error> {
    if bytes.len() - from > LINE_MAX { Err(Error::new(text)) } else { Ok(Head::Incomplete) }
}
