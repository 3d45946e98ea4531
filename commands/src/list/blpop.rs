//! BLPOP and BRPOP: take an element from the first of several lists that has one, or wait for it.

use super::pop::take_one;
use russet_engine::keyspace::Wanted;
use russet_engine::prelude::*;
use russet_engine::value::{End, List, Type};

command! {
    name: "BLPOP", group: List, since: "2.0.0",
    complexity: "O(N) where N is the number of provided keys.",
    summary: "Removes and returns the first element in a list. Blocks until an element is available otherwise. Deletes the list if the last element was popped.",
    syntax: "key [key ...] timeout",
    notes: [
        of("timeout").kind("double"),
    ],
    flags: WRITE | BLOCKING,
    keys: [range(1, -2, 1).read_write().access().delete()],
    history: [
        ("6.0.0", "`timeout` is interpreted as a double instead of an integer."),
    ],
    run: blpop,
}

command! {
    name: "BRPOP", group: List, since: "2.0.0",
    complexity: "O(N) where N is the number of provided keys.",
    summary: "Removes and returns the last element in a list. Blocks until an element is available otherwise. Deletes the list if the last element was popped.",
    syntax: "key [key ...] timeout",
    notes: [
        of("timeout").kind("double"),
    ],
    flags: WRITE | BLOCKING,
    keys: [range(1, -2, 1).read_write().access().delete()],
    history: [
        ("6.0.0", "`timeout` is interpreted as a double instead of an integer."),
    ],
    run: brpop,
}

fn blpop(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    pop_or_wait(cx, args, End::Head)
}

fn brpop(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    pop_or_wait(cx, args, End::Tail)
}

fn pop_or_wait(cx: &mut Context<'_>, args: Args<'_>, end: End) -> Outcome {
    let last = args.len() - 1;
    let deadline = cx.deadline(args.word(last))?;
    for index in 1..last {
        let key = args.key(index);
        if cx.db.get_for_write::<List>(key)?.is_none() {
            continue;
        }
        cx.reply.array(2)?;
        cx.reply.bulk(key.bytes)?;
        take_one(cx, key, end)?;
        let name: &[u8] = if end == End::Head { b"LPOP" } else { b"RPOP" };
        cx.journal([name, key.bytes]);
        return Ok(());
    }
    let wanted = Wanted { kind: Type::List, or_gone: false };
    let keys = args.iter_from(1).take(last - 1);
    cx.wait_for_keys(keys, wanted, deadline, |reply| reply.null_array(), args)
}

#[cfg(test)]
mod tests {
    use crate::shell::conversation;

    #[test]
    fn one_that_need_not_wait() {
        let mut shell = conversation! {
            "RPUSH b 1 2 3 => :3"
            "BLPOP a b c 0 => *2 $1 b $1 1"
            "BRPOP a b 1.5 => *2 $1 b $1 3"
            "BLPOP b x => -ERR timeout is not a float or out of range"
            "BLPOP b -1 => -ERR timeout is negative"
            "SET s x => +OK"
            "BLPOP s b 0 => -WRONGTYPE Operation against a key holding the wrong kind of value"
        };
        shell.engine.keyspace.effects.attach(true);
        assert_eq!(shell.run("BLPOP b s 0"), "*2 $1 b $1 2");
        assert_eq!(shell.effects(), ["LPOP b"]);
    }

    #[test]
    fn nobody_waits_inside_a_transaction() {
        conversation! {
            "MULTI => +OK"
            "BLPOP a 0 => +QUEUED"
            "BRPOP a 0 => +QUEUED"
            "BLMOVE a b LEFT LEFT 0 => +QUEUED"
            "BRPOPLPUSH a b 0 => +QUEUED"
            "BLMPOP 0 1 a LEFT => +QUEUED"
            "RPUSH a x => +QUEUED"
            "BRPOP a 0 => +QUEUED"
            "EXEC => *7 *-1 *-1 $-1 $-1 *-1 :1 *2 $1 a $1 x"
        };
    }
}
