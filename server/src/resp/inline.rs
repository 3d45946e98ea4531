//! Inline commands: a line of words, quoted as in a shell.

use super::{LINE_MAX, Step, end_of_line};
use russet_engine::Error;
use russet_engine::args::Span;
use russet_engine::params::words as quoting;

/// Parses the line that begins at `start`. Words without quotes are slices of the line; where there are
/// quotes, the decoded words, which are never longer than the line, are written over it.
pub(super) fn parse(buffer: &mut [u8], start: usize, words: &mut Vec<Span>) -> Result<Step, Error> {
    let rest = &buffer[start..];
    let Some(length) = end_of_line(rest, b'\n') else {
        if rest.len() > LINE_MAX {
            return Err(Error::new("ERR Protocol error: too big inline request"));
        }
        return Ok(Step::Incomplete);
    };
    let line = rest[..length].strip_suffix(b"\r").unwrap_or(&rest[..length]);
    let Some(decoded) = quoting::split(line) else {
        return Err(Error::new("ERR Protocol error: unbalanced quotes in request"));
    };
    let mut at = start;
    for word in decoded {
        let end = at + word.len();
        buffer[at..end].copy_from_slice(&word);
        words.push(Span { start: at as u32, end: end as u32 });
        at = end;
    }
    Ok(Step::Command { end: start + length + 1 })
}
