//! STRLEN, and the bound on how long a string may get.

use russet_engine::Core;
use russet_engine::prelude::*;

command! {
    name: "STRLEN", group: String, since: "2.2.0", complexity: "O(1)",
    summary: "Returns the length of a string value.",
    syntax: "key",
    flags: READONLY | FAST,
    keys: [at(1).read_only()],
    run: strlen,
}

fn strlen(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let length = cx.db.string(args.key(1))?.map_or(0, |text| text.len());
    cx.reply.count(length)
}

/// Checks the length that an edit would give a string.
///
/// # Errors
/// If it is more than a client could have sent.
pub(crate) fn check_length(core: &Core, length: usize) -> Outcome {
    if !core.obeys && length as u64 > core.params.proto_max_bulk_len() {
        return Err(Error::new("ERR string exceeds maximum allowed size (proto-max-bulk-len)"));
    }
    Ok(())
}
