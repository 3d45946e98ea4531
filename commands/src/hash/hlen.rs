//! HLEN, HEXISTS, HSTRLEN: how many fields, whether there is one, how long its value is.

use russet_engine::prelude::*;
use russet_engine::value::{Collection, Hash};

command! {
    name: "HLEN", group: Hash, since: "2.0.0", complexity: "O(1)",
    summary: "Returns the number of fields in a hash.",
    syntax: "key",
    flags: READONLY | FAST,
    keys: [at(1).read_only()],
    run: hlen,
}

command! {
    name: "HEXISTS", group: Hash, since: "2.0.0", complexity: "O(1)",
    summary: "Determines whether a field exists in a hash.",
    syntax: "key field",
    flags: READONLY | FAST,
    keys: [at(1).read_only()],
    run: hexists,
}

command! {
    name: "HSTRLEN", group: Hash, since: "3.2.0", complexity: "O(1)",
    summary: "Returns the length of the value of a field.",
    syntax: "key field",
    flags: READONLY | FAST,
    keys: [at(1).read_only()],
    run: hstrlen,
}

fn hlen(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let len = cx.db.get::<Hash>(args.key(1))?.map_or(0, |hash| hash.len());
    cx.reply.count(len)
}

fn hexists(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let horizon_ms = cx.db.horizon_ms();
    let found = cx.db.get::<Hash>(args.key(1))?.is_some_and(|hash| hash.at(horizon_ms).contains(args.word(2)));
    cx.reply.flag(found)
}

fn hstrlen(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let horizon_ms = cx.db.horizon_ms();
    let value = cx.db.get::<Hash>(args.key(1))?.and_then(|hash| hash.at(horizon_ms).get(args.word(2)));
    cx.reply.count(value.map_or(0, |value| value.text_len()))
}

#[cfg(test)]
mod tests {
    use crate::shell::conversation;

    #[test]
    fn nothing_has_no_length() {
        conversation! {
            "HSET h a -12 b text => :2"
            "HLEN h => :2"
            "HLEN nokey => :0"
            "HEXISTS h a => :1"
            "HEXISTS h c => :0"
            "HEXISTS nokey a => :0"
            "HSTRLEN h a => :3"
            "HSTRLEN h b => :4"
            "HSTRLEN h c => :0"
            "HSTRLEN nokey a => :0"
            "SET s 1 => +OK"
            "HLEN s => -WRONGTYPE Operation against a key holding the wrong kind of value"
            "HEXISTS s a => -WRONGTYPE Operation against a key holding the wrong kind of value"
            "HSTRLEN s a => -WRONGTYPE Operation against a key holding the wrong kind of value"
        };
    }
}
