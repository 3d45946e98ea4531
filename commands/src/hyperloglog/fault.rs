//! What is said of a string that is no HyperLogLog, or a broken one.

use russet_engine::prelude::*;
use russet_structures::hyperloglog;

/// The error reply for a fault in the bytes.
pub(super) fn fault(error: hyperloglog::Error) -> Error {
    match error {
        hyperloglog::Error::NotHyperLogLog => {
            Error::new("WRONGTYPE Key is not a valid HyperLogLog string value.")
        }
        hyperloglog::Error::Corrupted => Error::new("INVALIDOBJ Corrupted HLL object detected"),
    }
}

/// Checks the header of a key's string, as every command does before it looks further. True if the key is there.
///
/// # Errors
/// If the key holds another type or a string that does not begin like a HyperLogLog.
pub(super) fn check(text: Option<Text<'_>>) -> Result<bool, Error> {
    let Some(text) = text else { return Ok(false) };
    hyperloglog::encoding(text.bytes(&mut itoa::Buffer::new())).map_err(fault)?;
    Ok(true)
}

/// The longest sparse form that is allowed, in bytes.
pub(super) fn max_sparse(cx: &Context<'_>) -> usize {
    usize::try_from(cx.core.params.hll_sparse_max_bytes()).unwrap_or(usize::MAX)
}
