//! Inline commands: a line of words, quoted as in a shell.

use super::{LINE_MAX, Step, end_of_line};
use russet_engine::Error;
use russet_engine::args::Span;
use russet_engine::params::words as quoting;

/// Parses the line that begins at `start`. Words of a line without quotes are slices of it. Where there are
/// quotes, the decoded words, which together are never longer than the line, are written over it, and how it
/// read is added to `decoded`.
pub(super) fn parse(
    buffer: &mut [u8],
    start: usize,
    words: &mut Vec<Span>,
    decoded: &mut Vec<(usize, Box<[u8]>)>,
) -> Result<Step, Error> {
    let rest = &buffer[start..];
    let Some(length) = end_of_line(rest, b'\n') else {
        if rest.len() > LINE_MAX {
            return Err(Error::new("ERR Protocol error: too big inline request"));
        }
        return Ok(Step::Incomplete);
    };
    let line = rest[..length].strip_suffix(b"\r").unwrap_or(&rest[..length]);
    let end = start + length + 1;
    if memchr::memchr2(b'"', b'\'', line).is_none() {
        plain(line, start, words);
        return Ok(Step::Command { end });
    }
    let Some(unquoted) = quoting::split(line) else {
        return Err(Error::new("ERR Protocol error: unbalanced quotes in request"));
    };
    decoded.push((start, line.into()));
    let mut at = start;
    for word in unquoted {
        let end = at + word.len();
        buffer[at..end].copy_from_slice(&word);
        words.push(Span { start: at as u32, end: end as u32 });
        at = end;
    }
    Ok(Step::Command { end })
}

/// The words of a line without quotes.
fn plain(line: &[u8], start: usize, words: &mut Vec<Span>) {
    let mut at = 0;
    while let Some(blanks) = line[at..].iter().position(|&byte| !quoting::is_blank(byte)) {
        at += blanks;
        let length = line[at..].iter().position(|&byte| quoting::ends_word(byte)).unwrap_or(line.len() - at);
        words.push(Span { start: (start + at) as u32, end: (start + at + length) as u32 });
        at += length;
    }
}
