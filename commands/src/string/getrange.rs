//! GETRANGE and its old name SUBSTR: a part of a string.

use russet_engine::prelude::*;

command! {
    name: "GETRANGE", group: String, since: "2.4.0",
    complexity: "O(N) where N is the length of the returned string. The complexity is ultimately determined by the returned length, but because creating a substring from an existing string is very cheap, it can be considered O(1) for small strings.",
    summary: "Returns a substring of the string stored at a key.",
    syntax: "key start end",
    notes: [of("start").kind("integer"), of("end").kind("integer")],
    flags: READONLY,
    keys: [at(1).read_only().access()],
    run: getrange,
}

command! {
    name: "SUBSTR", group: String, since: "1.0.0",
    complexity: "O(N) where N is the length of the returned string. The complexity is ultimately determined by the returned length, but because creating a substring from an existing string is very cheap, it can be considered O(1) for small strings.",
    summary: "Returns a substring from a string value.",
    syntax: "key start end",
    notes: [of("start").kind("integer"), of("end").kind("integer")],
    flags: READONLY,
    keys: [at(1).read_only().access()],
    deprecated: ("2.0.0", "`GETRANGE`"),
    run: getrange,
}

fn getrange(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let (start, end) = (args.int(2)?, args.int(3)?);
    let Some(text) = cx.db.string(args.key(1))? else { return cx.reply.bulk(b"") };
    let mut buffer = itoa::Buffer::new();
    let bytes = text.bytes(&mut buffer);
    let range = clamp(start, end, bytes.len());
    cx.reply.bulk(&bytes[range])
}

/// The range that indexes mean, negative ones being counted from the end; empty where they mean nothing.
fn clamp(start: i64, end: i64, len: usize) -> std::ops::Range<usize> {
    if start < 0 && end < 0 && start > end {
        return 0..0;
    }
    let len = len as i64;
    let from_end = |index: i64| if index < 0 { (len.saturating_add(index)).max(0) } else { index };
    let (start, end) = (from_end(start), from_end(end).min(len - 1));
    if start > end || len == 0 { 0..0 } else { start as usize..end as usize + 1 }
}

#[cfg(test)]
mod tests {
    use crate::shell::conversation;

    #[test]
    fn indexes_from_both_ends() {
        conversation! {
            "SET a 0123456789 => +OK"
            "GETRANGE a 0 3 => $4 0123"
            "GETRANGE a -3 -1 => $3 789"
            "GETRANGE a 5 100 => $5 56789"
            "GETRANGE a -100 0 => $1 0"
            "GETRANGE a -1 -5 => $0"
            "GETRANGE a 5 2 => $0"
            "SUBSTR a 20 30 => $0"
            "GETRANGE a -9223372036854775808 9223372036854775807 => $10 0123456789"
            "GETRANGE none 0 -1 => $0"
            "GETRANGE a x 1 => -ERR value is not an integer or out of range"
            "SET n 12345 => +OK"
            "GETRANGE n 1 2 => $2 23"
        };
    }
}
