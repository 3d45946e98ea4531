//! A value by itself: what `DUMP` answers and `RESTORE` takes.
//!
//! ```text
//!  type   value              version     checksum
//!  1      ...                2           8 bytes, of everything before it
//! ```

use super::value::{kind_of, read_entry, version_of, write_value};
use super::{Checksum, Error, Kind, Reader, Rules, Version, Writer};
use crate::value::Entry;
use std::io::{self, Write};

/// Bytes behind the value: version and checksum.
const FOOTER: usize = 10;

/// Why a dumped value cannot be restored.
#[derive(Debug)]
pub enum Refusal {
    /// It was written by a newer version, or its checksum is wrong.
    Footer,
    /// Its bytes are no value, or an empty one.
    Value(Error),
}

/// Writes a value as bytes, long strings compressed if told to. O(bytes).
///
/// # Errors
/// The first of the sink.
pub fn dump(entry: &Entry, compress: bool, sink: impl Write) -> io::Result<()> {
    let mut writer = Writer::new(sink, compress).with_checksum();
    writer.byte(kind_of(entry).0);
    write_value(&mut writer, entry);
    writer.put(&version_of(entry).0.to_le_bytes());
    let checksum = writer.checksum();
    writer.put(&checksum.to_le_bytes());
    writer.finish()
}

/// The number of bytes that a value takes, long strings compressed if told to. O(bytes).
pub fn length_of(entry: &Entry, compress: bool) -> u64 {
    let mut writer = Writer::new(std::io::sink(), compress);
    write_value(&mut writer, entry);
    writer.written()
}

/// The value that [`dump`], here or elsewhere, made these bytes of, under a key. O(bytes).
///
/// Bytes between the value and the version are passed over, as they are in Redis. The checksum is compared if
/// `checked`. `packs` is raised by the packed structures that were looked at.
///
/// # Errors
/// What is wrong with them.
pub fn restore(
    dumped: &[u8],
    key: &[u8],
    expiry: Option<i64>,
    rules: &Rules<'_>,
    checked: bool,
    packs: &mut u64,
) -> Result<Entry, Refusal> {
    let Some((value, footer)) = dumped.split_last_chunk::<FOOTER>() else { return Err(Refusal::Footer) };
    let [a, b, checksum @ ..] = *footer;
    let (summed, _) = dumped.split_at(dumped.len() - checksum.len());
    let known = u16::from_le_bytes([a, b]) <= Version::NEWEST.0;
    if !known || checked && Checksum::of(summed) != u64::from_le_bytes(checksum) {
        return Err(Refusal::Footer);
    }
    let mut reader = Reader::new(value);
    let entry = reader.byte().map(Kind).and_then(|kind| read_entry(&mut reader, kind, key, expiry, rules));
    *packs += reader.packs();
    entry.map_err(Refusal::Value)?.ok_or(Refusal::Value(Error::corrupt("an empty value")))
}
