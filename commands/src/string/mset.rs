//! MSET, MSETNX: several strings at once, or none.

use russet_engine::prelude::*;

command! {
    name: "MSET", group: String, since: "1.0.1",
    complexity: "O(N) where N is the number of keys to set.",
    summary: "Atomically creates or modifies the string values of one or more keys.",
    syntax: "key value [key value ...]",
    notes: [of("key value").name("data")],
    flags: WRITE | DENYOOM,
    keys: [range(1, -1, 2).overwrite().update()],
    tips: ["request_policy:multi_shard", "response_policy:all_succeeded"],
    run: mset,
}

command! {
    name: "MSETNX", group: String, since: "1.0.1",
    complexity: "O(N) where N is the number of keys to set.",
    summary: "Atomically modifies the string values of one or more keys only when all keys don't exist.",
    syntax: "key value [key value ...]",
    notes: [of("key value").name("data")],
    flags: WRITE | DENYOOM,
    keys: [range(1, -1, 2).overwrite().insert()],
    run: msetnx,
}

fn set_all(cx: &mut Context<'_>, args: Args<'_>) {
    for index in (1..args.len()).step_by(2) {
        let key = args.key(index);
        cx.db.set(key, New::Text(args.word(index + 1)), Expiry::Clear);
        cx.db.changed(key, Event::Set);
    }
}

fn check_pairs(args: Args<'_>, name: &str) -> Outcome {
    if args.len().is_multiple_of(2) { Err(Error::arity(name)) } else { Ok(()) }
}

fn mset(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    check_pairs(args, "mset")?;
    set_all(cx, args);
    cx.reply.ok()
}

fn msetnx(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    check_pairs(args, "msetnx")?;
    if (1..args.len()).step_by(2).any(|index| cx.db.write(args.key(index)).is_some()) {
        return cx.reply.int(0);
    }
    set_all(cx, args);
    cx.reply.int(1)
}

#[cfg(test)]
mod tests {
    use crate::shell::conversation;

    #[test]
    fn all_or_none() {
        conversation! {
            "MSET a 1 b 2 a 3 => +OK"
            "MGET a b c => *3 $1 3 $1 2 $-1"
            "MSETNX c 1 a 1 => :0"
            "MSETNX c 1 d 1 => :1"
            "MSET a 1 b => -ERR wrong number of arguments for 'mset' command"
            "MSETNX a 1 b => -ERR wrong number of arguments for 'msetnx' command"
            "MSET a => -ERR wrong number of arguments for 'mset' command"
        };
    }
}
