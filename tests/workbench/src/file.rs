//! Traces from files: one request a line, its key and, if it is known, the bytes of its value.
//!
//! ```text
//! user:17:profile 412
//! user:3:profile 96
//! ```
//!
//! Words are separated by spaces, tabs or commas; empty lines and those that begin with `#` are skipped. A key's first size
//! counts. Public traces have many forms, and a line of `awk` brings most of them into this one.

use crate::server::VALUE;
use crate::trace::Trace;
use std::collections::HashMap;
use std::io;
use std::path::Path;

/// Bytes of a value at most: a cache of a few hundred keys shall not be filled by one.
const LARGEST: u32 = 1 << 16;

/// Reads a trace.
pub(crate) fn read(path: &Path) -> io::Result<Trace> {
    let text = std::fs::read(path)?;
    let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let (requests, sizes) = parse(&text)?;
    if requests.is_empty() {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "no requests"));
    }
    Ok(Trace::recorded(name.clone(), name, requests, sizes))
}

/// Keys by number, in the order in which they come first; and their sizes, if any line has one.
fn parse(text: &[u8]) -> io::Result<(Vec<u32>, Vec<u32>)> {
    let (mut numbers, mut requests, mut sizes) = (HashMap::new(), Vec::new(), Vec::new());
    let mut sized = false;
    for (at, line) in text.split(|&byte| byte == b'\n').enumerate() {
        let mut words = line.split(|byte| b" \t,\r".contains(byte)).filter(|word| !word.is_empty());
        let Some(key) = words.next().filter(|key| !key.starts_with(b"#")) else { continue };
        let size = match words.next() {
            None => VALUE,
            Some(word) => {
                sized = true;
                let size = std::str::from_utf8(word).ok().and_then(|word| word.parse::<u64>().ok());
                let unreadable =
                    || io::Error::new(io::ErrorKind::InvalidData, format!("line {}: no size", at + 1));
                size.ok_or_else(unreadable)?.min(LARGEST.into()) as u32
            }
        };
        let next = numbers.len() as u32;
        let number = *numbers.entry(key).or_insert(next);
        if number == next {
            sizes.push(size);
        }
        requests.push(number);
    }
    Ok((requests, if sized { sizes } else { Vec::new() }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_get_numbers_and_keep_their_first_size() {
        let (requests, sizes) = parse(b"# a comment\na 10\nb,99999999\r\n\na\t7\nc\n").unwrap();
        assert_eq!((requests, sizes), (vec![0, 1, 0, 2], vec![10, LARGEST, VALUE]));
        assert_eq!(parse(b"x\ny\nx").unwrap(), (vec![0, 1, 0], Vec::new()));
        assert_eq!(parse(b"x\nx many").unwrap_err().to_string(), "line 2: no size");
    }
}
