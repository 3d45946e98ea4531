//! SETRANGE: overwrite a part of a string.

use crate::string::length::check_length;
use russet_engine::prelude::*;

command! {
    name: "SETRANGE", group: String, since: "2.2.0",
    complexity: "O(1), not counting the time taken to copy the new string in place. Usually, this string is very small so the amortized complexity is O(1). Otherwise, complexity is O(M) with M being the length of the value argument.",
    summary: "Overwrites a part of a string value with another by an offset. Creates the key if it doesn't exist.",
    syntax: "key offset value",
    notes: [of("offset").kind("integer")],
    flags: WRITE | DENYOOM,
    keys: [at(1).read_write().update()],
    run: setrange,
}

fn setrange(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let (key, value) = (args.key(1), args.word(3));
    let offset = args.int(2)?;
    let offset = usize::try_from(offset).map_err(|_| Error::new("ERR offset is out of range"))?;
    let before = cx.db.string_for_write(key)?.map(|text| text.len());
    if value.is_empty() {
        // Nothing is written, and nothing comes to be.
        return cx.reply.count(before.unwrap_or(0));
    }
    let end = offset.saturating_add(value.len());
    check_length(cx.core, end)?;
    let length = cx.db.edit_string(key, |bytes| {
        if bytes.len() < end {
            bytes.resize(end, 0);
        }
        bytes[offset..end].copy_from_slice(value);
        bytes.len()
    });
    cx.db.changed(key, Event::SetRange);
    cx.reply.count(length)
}

#[cfg(test)]
mod tests {
    use crate::shell::conversation;

    #[test]
    fn overwrites_and_pads() {
        conversation! {
            "SETRANGE a 2 xy => :4"
            "STRLEN a => :4"
            "SETRANGE a 0 ab => :4"
            "GET a => $4 abxy"
            "SETRANGE a 1  => :4"
            "SETRANGE none 7  => :0"
            "STRLEN none => :0"
            "SETRANGE a -1 x => -ERR offset is out of range"
            "SETRANGE a 536870912 x => -ERR string exceeds maximum allowed size (proto-max-bulk-len)"
            "SETRANGE a 9223372036854775807 x => -ERR string exceeds maximum allowed size (proto-max-bulk-len)"
        };
    }
}
