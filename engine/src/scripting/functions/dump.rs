//! Libraries as bytes: what `FUNCTION DUMP` answers and `FUNCTION RESTORE` takes.
//!
//! ```text
//!  FUNCTION code  ...      version     checksum
//!  1        ...            2           8 bytes, of everything before it
//! ```
//!
//! So it is a stretch of a snapshot, with the end of a dumped value.

use super::Library;
use crate::error::Error;
use crate::rdb::{Checksum, Reader, Version, Writer, opcode};
use std::sync::Arc;

/// Bytes behind the libraries: version and checksum.
const FOOTER: usize = 10;

/// Writes libraries as bytes, long code compressed if told to. O(bytes).
pub fn dump<'l>(libraries: impl Iterator<Item = &'l Arc<Library>>, compress: bool) -> Vec<u8> {
    let mut dumped = Vec::new();
    let mut writer = Writer::new(&mut dumped, compress).with_checksum();
    for library in libraries {
        writer.byte(opcode::FUNCTION);
        writer.string(&library.code);
    }
    writer.put(&Version::OLDEST.0.to_le_bytes());
    let checksum = writer.checksum();
    writer.put(&checksum.to_le_bytes());
    // A vector takes everything.
    let _ = writer.finish();
    dumped
}

/// The code of each library in what [`dump`], here or elsewhere, made. O(bytes).
///
/// # Errors
/// What is wrong with it.
pub fn restore(dumped: &[u8]) -> Result<Vec<Vec<u8>>, Error> {
    let footer = Error::new("ERR DUMP payload version or checksum are wrong");
    let Some((libraries, &[a, b, ref checksum @ ..])) = dumped.split_last_chunk::<FOOTER>() else {
        return Err(footer);
    };
    let (summed, _) = dumped.split_at(dumped.len() - checksum.len());
    let known = u16::from_le_bytes([a, b]) <= Version::NEWEST.0;
    if !known || Checksum::of(summed) != u64::from_le_bytes(*checksum) {
        return Err(footer);
    }
    let (mut rest, mut codes) = (libraries, Vec::new());
    while let Some((&kind, code)) = rest.split_first() {
        if kind == opcode::FUNCTION_1 {
            return Err(Error::new("ERR Pre-GA function format not supported"));
        }
        if kind != opcode::FUNCTION {
            return Err(Error::new("ERR given type is not a function"));
        }
        let mut reader = Reader::new(code);
        let read = reader.bytes().map_err(|_| Error::new("ERR Failed loading library code"))?;
        codes.push(read.to_vec());
        let taken = reader.position() as usize;
        rest = code.get(taken..).unwrap_or_default();
    }
    Ok(codes)
}
