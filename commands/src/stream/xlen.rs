//! XLEN: the number of entries of a stream.

use russet_engine::prelude::*;
use russet_engine::value::Stream;

command! {
    name: "XLEN", group: Stream, since: "5.0.0", complexity: "O(1)",
    summary: "Return the number of messages in a stream.",
    syntax: "key",
    flags: READONLY | FAST,
    keys: [at(1).read_only()],
    run: xlen,
}

fn xlen(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let length = cx.db.get::<Stream>(args.key(1))?.map_or(0, Stream::len);
    cx.reply.int(length as i64)
}

#[cfg(test)]
mod tests {
    use crate::shell::conversation;

    #[test]
    fn lengths() {
        conversation! {
            "XLEN s => :0"
            "XADD s 1-1 a 1 => $3 1-1"
            "XLEN s => :1"
            "SET s v => +OK"
            "XLEN s => -WRONGTYPE Operation against a key holding the wrong kind of value"
        };
    }
}
