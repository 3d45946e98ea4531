//! The index of a bit, as an argument.

use russet_engine::Core;
use russet_engine::prelude::*;

const NOT_AN_OFFSET: Error = Error::new("ERR bit offset is not an integer or out of range");

/// The bit that a word names: an index, or after a `#` how many fields of this width are before it.
///
/// # Errors
/// If it is no index, or one of a bit that no string can hold.
pub(super) fn bit_offset(core: &Core, word: &[u8], width: Option<u8>) -> Result<u64, Error> {
    let (digits, unit) = match (word, width) {
        ([b'#', digits @ ..], Some(width)) => (digits, i64::from(width)),
        _ => (word, 1),
    };
    let index = russet_engine::number::parse_i64(digits).and_then(|index| index.checked_mul(unit));
    let bit = index.and_then(|index| u64::try_from(index).ok()).ok_or(NOT_AN_OFFSET)?;
    if !core.obeys && bit / 8 >= core.params.proto_max_bulk_len() { Err(NOT_AN_OFFSET) } else { Ok(bit) }
}
