//! BITOP: bitmaps combined bit by bit.

use russet_engine::prelude::*;
use russet_structures::bitmap::{Operation, combine};
use std::borrow::Cow;

command! {
    name: "BITOP", group: Bitmap, since: "2.6.0", complexity: "O(N)",
    summary: "Performs bitwise operations on multiple strings, and stores the result.",
    syntax: "<AND | OR | XOR | NOT> destkey key [key ...]",
    notes: [
        of("AND | OR | XOR | NOT").name("operation"),
    ],
    flags: WRITE | DENYOOM,
    keys: [at(2).overwrite().update(), range(3, -1, 1).read_only().access()],
    run: bitop,
}

fn bitop(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let names = [("AND", Operation::And), ("OR", Operation::Or), ("XOR", Operation::Xor), ("NOT", Operation::Not)];
    let named = names.into_iter().find(|(name, _)| args.is(1, name));
    let (_, operation) = named.ok_or(Error::SYNTAX)?;
    if operation == Operation::Not && args.len() != 4 {
        return Err(Error::new("ERR BITOP NOT must be called with a single source key."));
    }
    for index in 3..args.len() {
        cx.db.string(args.key(index))?;
    }
    let result = combined(&cx.db, args, operation);
    let (target, len) = (args.key(2), result.len());
    if len > 0 {
        cx.db.set(target, New::Edited(result), Expiry::Clear);
        cx.db.changed(target, Event::Set);
    } else {
        cx.db.delete(target);
    }
    cx.reply.count(len)
}

/// The strings at the keys from word 3 on, combined. They are read where they stand.
fn combined(db: &Db<'_>, args: Args<'_>, operation: Operation) -> Vec<u8> {
    let text = |index| db.peek(args.key(index)).filter(|entry| !db.is_expired(entry)).and_then(Text::of);
    let bytes = |text| match text {
        Some(Text::Int(value)) => Cow::Owned(value.to_string().into_bytes()),
        Some(Text::Bytes(bytes)) => Cow::Borrowed(bytes),
        Some(Text::Blob(blob)) => Cow::Borrowed(&blob[..]),
        None => Cow::Borrowed(&b""[..]),
    };
    let inputs: Vec<Cow<'_, [u8]>> = (3..args.len()).map(|index| bytes(text(index))).collect();
    let inputs: Vec<&[u8]> = inputs.iter().map(|input| &input[..]).collect();
    combine(operation, &inputs)
}

#[cfg(test)]
mod tests {
    use crate::shell::conversation;

    #[test]
    fn combines() {
        conversation! {
            "SET a abc => +OK"
            "SET b ab => +OK"
            "SET n 12 => +OK"
            "BITOP XOR r a b => :3"
            "GET r => $3 \u{0}\u{0}c"
            "BITOP OR r b n => :2"
            "GET r => $2 qr"
            "BITOP AND r a b none => :3"
            "GET r => $3 \u{0}\u{0}\u{0}"
            "BITOP NOT r none => :0"
            "EXISTS r => :0"
            "BITOP NOT r a b => -ERR BITOP NOT must be called with a single source key."
            "BITOP NAND r a b => -ERR syntax error"
        };
    }

    #[test]
    fn the_result_may_be_a_source() {
        conversation! {
            "SET a ab EX 100 => +OK"
            "BITOP NOT a a => :2"
            "BITOP NOT a a => :2"
            "GET a => $2 ab"
            "TTL a => :-1"
        };
    }
}
