//! The reader: a file of commands, taken apart without a copy.
//!
//! ```text
//!  #TS:1700000000\r\n                                        an annotation: passed over
//!  *3\r\n  $3\r\nSET\r\n  $1\r\nk\r\n  $1\r\nv\r\n           a command: how many words, and each after its length
//! ```
//!
//! It believes no number: memory grows with what the file really holds.

use russet_engine::args::Span;
use std::io::{self, Read};

/// Bytes read at a time, at least.
const CHUNK: usize = 256 * 1024;
/// The longest line, its end included; what is longer is taken for several.
const LONGEST_LINE: usize = 1023;

/// What stands at a place of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Piece {
    /// A whole command.
    Command,
    /// The beginning of something, of which the rest has not been read, or is not there.
    Part,
    /// No command.
    Malformed,
}

/// Reads commands.
pub(crate) struct CommandReader<R> {
    source: R,
    buffer: Vec<u8>,
    /// How much of the buffer has been taken apart.
    taken: usize,
    /// Where in the file the buffer begins.
    offset: u64,
}

impl<R: Read> CommandReader<R> {
    /// Reads what `source` has from its place `offset` on, after `read`, which has been read of it already.
    pub(crate) fn new(source: R, read: Vec<u8>, offset: u64) -> Self {
        CommandReader { source, buffer: read, taken: 0, offset }
    }

    /// Where in the file it stands.
    pub(crate) fn position(&self) -> u64 {
        self.offset + self.taken as u64
    }

    /// What the places of words are meant in, until the next [`CommandReader::fill`].
    pub(crate) fn buffer(&self) -> &[u8] {
        &self.buffer
    }

    /// Whether everything that has been read has been taken apart.
    pub(crate) fn is_at_end(&self) -> bool {
        self.taken == self.buffer.len()
    }

    /// Reads more, as much as it holds already and has not taken apart, or a chunk. Returns whether there was any.
    ///
    /// # Errors
    /// Those of the source.
    pub(crate) fn fill(&mut self) -> io::Result<bool> {
        self.buffer.drain(..self.taken);
        self.offset += self.taken as u64;
        self.taken = 0;
        let wanted = self.buffer.len().max(CHUNK);
        let before = self.buffer.len();
        self.buffer.resize(before + wanted, 0);
        let mut filled = before;
        let read = loop {
            match self.source.read(&mut self.buffer[filled..]) {
                Ok(0) => break Ok(filled > before),
                Ok(count) => filled += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => break Err(error),
            }
            if filled == self.buffer.len() {
                break Ok(true);
            }
        };
        self.buffer.truncate(filled);
        read
    }

    /// Takes the next command apart: its words' places go to the end of `spans`. Reads nothing.
    pub(crate) fn next(&mut self, spans: &mut Vec<Span>) -> Piece {
        let before = spans.len();
        let piece = self.command(spans);
        if piece != Piece::Command {
            spans.truncate(before);
        }
        piece
    }

    fn command(&mut self, spans: &mut Vec<Span>) -> Piece {
        let mut at = self.taken;
        let words = loop {
            let Some(line) = self.line(at) else { return self.partial(at, b"*#") };
            at += line.len();
            match line {
                [b'#', ..] => self.taken = at,
                [b'*', number @ ..] => break number_of(number),
                _ => return Piece::Malformed,
            }
        };
        if words < 1 {
            return Piece::Malformed;
        }
        for _ in 0..words {
            let Some(line) = self.line(at) else { return self.partial(at, b"$") };
            at += line.len();
            let [b'$', number @ ..] = line else { return Piece::Malformed };
            let Ok(length) = usize::try_from(number_of(number)) else { return Piece::Malformed };
            let end = at.saturating_add(length);
            let (Ok(start), Ok(past)) = (u32::try_from(at), u32::try_from(end)) else {
                return Piece::Malformed;
            };
            // The line's end behind the word is passed over unseen, as Redis does.
            if self.buffer.len() < end.saturating_add(2) {
                return Piece::Part;
            }
            spans.push(Span { start, end: past });
            at = end + 2;
        }
        self.taken = at;
        Piece::Command
    }

    /// The line at a place of the buffer, its end included, if it is there.
    fn line(&self, at: usize) -> Option<&[u8]> {
        let rest = &self.buffer[at..];
        let window = &rest[..rest.len().min(LONGEST_LINE)];
        match memchr::memchr(b'\n', window) {
            Some(end) => Some(&window[..=end]),
            None if window.len() == LONGEST_LINE => Some(window),
            None => None,
        }
    }

    /// What a line is whose end is not there.
    fn partial(&self, at: usize, beginnings: &[u8]) -> Piece {
        match self.buffer.get(at) {
            Some(first) if !beginnings.contains(first) => Piece::Malformed,
            _ => Piece::Part,
        }
    }
}

/// The number that a line begins with, as C's `atoi` reads it; 0 if there is none.
fn number_of(line: &[u8]) -> i64 {
    let (negative, digits) = match line {
        [b'-', rest @ ..] => (true, rest),
        all => (false, all),
    };
    let digits = digits.iter().take_while(|digit| digit.is_ascii_digit());
    let value =
        digits.fold(0i64, |value, digit| value.saturating_mul(10).saturating_add(i64::from(digit - b'0')));
    if negative { -value } else { value }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A source that gives so many bytes at a time.
    struct Drops<'a>(&'a [u8], usize);

    impl Read for Drops<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let count = self.1.min(self.0.len()).min(buffer.len());
            let (now, later) = self.0.split_at(count);
            buffer[..count].copy_from_slice(now);
            self.0 = later;
            Ok(count)
        }
    }

    /// The commands of a file, and how it ends: where it stands, and with what.
    fn read(file: &[u8]) -> (Vec<Vec<String>>, u64, Piece) {
        let (mut commands, mut spans) = (Vec::new(), Vec::new());
        let mut reader = CommandReader::new(Drops(file, 7), Vec::new(), 0);
        loop {
            spans.clear();
            match reader.next(&mut spans) {
                Piece::Command => {
                    let word = |span: &Span| &reader.buffer()[span.start as usize..span.end as usize];
                    commands.push(spans.iter().map(|span| word(span).escape_ascii().to_string()).collect());
                }
                Piece::Part if reader.fill().unwrap() => {}
                piece => return (commands, reader.position(), piece),
            }
        }
    }

    #[test]
    fn commands_and_annotations() {
        let file = b"#TS:12\r\n*1\r\n$1\r\na\r\n#x\r\n#TS:13\r\n*2\r\n$0\r\n\r\n$4\r\n\r\n*1\r\n";
        let (commands, end, piece) = read(file);
        assert_eq!(commands, [vec!["a"], vec!["", "\\r\\n*1"]]);
        assert_eq!((end, piece), (file.len() as u64, Piece::Part));
    }

    #[test]
    fn what_is_no_command() {
        for file in [
            "!",
            "!!!\r\n",
            "$1\r\n",
            "*0\r\n",
            "*-1\r\n",
            "*x\r\n",
            "*1\r\n!",
            "*1\r\n*1\r\n",
            "*1\r\n$-1\r\n",
        ] {
            assert_eq!(read(file.as_bytes()).2, Piece::Malformed, "{file:?}");
        }
    }

    #[test]
    fn every_cut_is_a_part() {
        let file = b"*2\r\n$3\r\nGET\r\n$11\r\n0123456789a\r\n#TS:1\r\n*1\r\n$1\r\nx\r\n";
        for cut in 0..file.len() {
            let (commands, end, piece) = read(&file[..cut]);
            assert_eq!(piece, Piece::Part, "cut at {cut}");
            let whole = [31, 38].iter().filter(|&&whole| whole <= cut).max().copied().unwrap_or(0);
            assert_eq!((commands.len(), end), (usize::from(cut >= 31), whole as u64), "cut at {cut}");
        }
    }

    #[test]
    fn a_number_that_lies_costs_nothing() {
        let (_, _, piece) = read(b"*2000000000\r\n$1\r\na\r\n$4000000000\r\nxyz");
        assert_eq!(piece, Piece::Part);
    }
}
