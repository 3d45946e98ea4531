//! Ids as arguments: of entries, and as the bounds of ranges.

use russet_engine::prelude::*;
use russet_structures::stream::{Id, NewId};

const INVALID: Error = Error::new("ERR Invalid stream ID specified as stream command argument");

/// An id, where `-` and `+` are none.
///
/// # Errors
/// If it is none.
pub(super) fn exact(word: &[u8]) -> Result<Id, Error> {
    Id::parse(word, 0).ok_or(INVALID)
}

/// An id, or `-` or `+`.
///
/// # Errors
/// If it is none of them.
pub(super) fn exact_or_end(word: &[u8]) -> Result<Id, Error> {
    Id::parse_bound(word, 0).ok_or(INVALID)
}

/// The id that XADD is given.
///
/// # Errors
/// If it is none.
pub(super) fn new(word: &[u8]) -> Result<NewId, Error> {
    NewId::parse(word).ok_or(INVALID)
}

/// All of these.
///
/// # Errors
/// If one is no id.
pub(super) fn all<'w>(words: impl Iterator<Item = &'w [u8]>) -> Result<Vec<Id>, Error> {
    words.map(exact).collect()
}

/// The first id of a range: an id, `-`, `+`, or `(` and an id that is not in the range.
///
/// # Errors
/// If it is none of them, or nothing lies behind it.
pub(super) fn start(word: &[u8]) -> Result<Id, Error> {
    match excluded(word) {
        Some(id) => exact(id)?.next().ok_or(Error::new("ERR invalid start ID for the interval")),
        None => exact_or_end(word),
    }
}

/// The last id of a range. Without a sequence number it stands for the last of its millisecond.
///
/// # Errors
/// If it is no such, or nothing lies before it.
pub(super) fn end(word: &[u8]) -> Result<Id, Error> {
    match excluded(word) {
        Some(id) => Id::parse(id, u64::MAX)
            .ok_or(INVALID)?
            .previous()
            .ok_or(Error::new("ERR invalid end ID for the interval")),
        None => Id::parse_bound(word, u64::MAX).ok_or(INVALID),
    }
}

/// The id behind `(`.
fn excluded(word: &[u8]) -> Option<&[u8]> {
    word.strip_prefix(b"(").filter(|id| !id.is_empty())
}

/// Whether a word is `sign`: `$`, `>`. Redis compares C strings.
pub(super) fn is_sign(word: &[u8], sign: u8) -> bool {
    matches!(word, [first] | [first, 0, ..] if *first == sign)
}
