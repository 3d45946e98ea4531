//! HGET, HMGET: the values of fields.

use russet_engine::prelude::*;
use russet_engine::value::Hash;

command! {
    name: "HGET", group: Hash, since: "2.0.0", complexity: "O(1)",
    summary: "Returns the value of a field in a hash.",
    syntax: "key field",
    flags: READONLY | FAST,
    keys: [at(1).read_only().access()],
    run: hget,
}

command! {
    name: "HMGET", group: Hash, since: "2.0.0",
    complexity: "O(N) where N is the number of fields being requested.",
    summary: "Returns the values of all fields in a hash.",
    syntax: "key field [field ...]",
    flags: READONLY | FAST,
    keys: [at(1).read_only().access()],
    run: hmget,
}

fn hget(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let horizon_ms = cx.db.horizon_ms();
    match cx.db.get::<Hash>(args.key(1))?.and_then(|hash| hash.at(horizon_ms).get(args.word(2))) {
        Some(value) => cx.reply.element(value),
        None => cx.reply.null(),
    }
}

fn hmget(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let horizon_ms = cx.db.horizon_ms();
    let hash = cx.db.get::<Hash>(args.key(1))?.map(|hash| hash.at(horizon_ms));
    cx.reply.array(args.len() - 2)?;
    args.iter_from(2).try_for_each(|field| match hash.and_then(|hash| hash.get(field)) {
        Some(value) => cx.reply.element(value),
        None => cx.reply.null(),
    })
}

#[cfg(test)]
mod tests {
    use crate::shell::conversation;

    #[test]
    fn what_is_not_there_is_null() {
        conversation! {
            "HSET h a 1 b x => :2"
            "HGET h a => $1 1"
            "HGET h c => $-1"
            "HGET nokey a => $-1"
            "HMGET h b c a b => *4 $1 x $-1 $1 1 $1 x"
            "HMGET nokey b c => *2 $-1 $-1"
            "SET s 1 => +OK"
            "HGET s a => -WRONGTYPE Operation against a key holding the wrong kind of value"
            "HMGET s a => -WRONGTYPE Operation against a key holding the wrong kind of value"
        };
    }
}
