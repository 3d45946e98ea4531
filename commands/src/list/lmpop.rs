//! LMPOP and BLMPOP: take elements from the first of several lists that has any.

use super::pop::take;
use super::words::Many;
use russet_engine::keyspace::Wanted;
use russet_engine::prelude::*;
use russet_engine::value::{Collection, End, List, Type};

command! {
    name: "LMPOP", group: List, since: "7.0.0",
    complexity: "O(N+M) where N is the number of provided keys and M is the number of elements returned.",
    summary: "Returns multiple elements from a list after removing them. Deletes the list if the last element was popped.",
    syntax: "numkeys key [key ...] <LEFT | RIGHT> [COUNT count]",
    flags: WRITE,
    keys: [counted(1).read_write().access().delete()],
    run: lmpop,
}

command! {
    name: "BLMPOP", group: List, since: "7.0.0",
    complexity: "O(N+M) where N is the number of provided keys and M is the number of elements returned.",
    summary: "Pops the first element from one of multiple lists. Blocks until an element is available otherwise. Deletes the list if the last element was popped.",
    syntax: "timeout numkeys key [key ...] <LEFT | RIGHT> [COUNT count]",
    notes: [
        of("timeout").kind("double"),
    ],
    flags: WRITE | BLOCKING,
    keys: [counted(2).read_write().access().delete()],
    run: blmpop,
}

fn lmpop(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let many = Many::read(args, 1)?;
    if take_many(cx, args, &many)? { Ok(()) } else { cx.reply.null_array() }
}

fn blmpop(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let many = Many::read(args, 2)?;
    let deadline = cx.deadline(args.word(1))?;
    if take_many(cx, args, &many)? {
        return Ok(());
    }
    let wanted = Wanted { kind: Type::List, or_gone: false };
    let keys = args.iter_from(many.first).take(many.keys);
    cx.wait_for_keys(keys, wanted, deadline, |reply| reply.null_array(), args)
}

/// Takes elements from the first of the lists, and answers with its key and them. Returns whether there was one; if
/// not, nothing is answered.
fn take_many(cx: &mut Context<'_>, args: Args<'_>, many: &Many) -> Result<bool, Error> {
    for index in many.first..many.first + many.keys {
        let key = args.key(index);
        let Some(length) = cx.db.get_for_write::<List>(key)?.map(List::len) else { continue };
        let count = many.count.min(length);
        cx.reply.array(2)?;
        cx.reply.bulk(key.bytes)?;
        take(cx, key, many.end, count)?;
        let name: &[u8] = if many.end == End::Head { b"LPOP" } else { b"RPOP" };
        cx.journal([name, key.bytes, itoa::Buffer::new().format(count).as_bytes()]);
        return Ok(true);
    }
    Ok(false)
}

#[cfg(test)]
mod tests {
    use crate::shell::conversation;

    #[test]
    fn from_the_first_list_that_is_there() {
        let mut shell = conversation! {
            "LMPOP 2 a b LEFT => *-1"
            "RPUSH b 1 2 3 4 5 => :5"
            "LMPOP 2 a b LEFT => *2 $1 b *1 $1 1"
            "LMPOP 2 a b RIGHT COUNT 2 => *2 $1 b *2 $1 5 $1 4"
            "BLMPOP 0 2 a b right count 9 => *2 $1 b *2 $1 3 $1 2"
            "EXISTS b => :0"
            "RPUSH a x y => :2"
        };
        shell.engine.keyspace.effects.attach(true);
        assert_eq!(shell.run("BLMPOP 1 2 a b LEFT COUNT 9223372036854775807"), "*2 $1 a *2 $1 x $1 y");
        assert_eq!(shell.effects(), ["LPOP a 2"]);
        assert_eq!(shell.engine.keyspace.dirty, 14);
    }

    #[test]
    fn words_are_checked_from_the_left_and_the_timeout_last() {
        conversation! {
            "SET s x => +OK"
            "LMPOP 0 s LEFT => -ERR numkeys should be greater than 0"
            "LMPOP x s LEFT => -ERR numkeys should be greater than 0"
            "LMPOP 2 s LEFT => -ERR syntax error"
            "LMPOP 3 s LEFT => -ERR syntax error"
            "LMPOP 9223372036854775807 s LEFT => -ERR syntax error"
            "LMPOP 1 s UP => -ERR syntax error"
            "LMPOP 1 s LEFT COUNT => -ERR syntax error"
            "LMPOP 1 s LEFT COUNT 0 => -ERR count should be greater than 0"
            "LMPOP 1 s LEFT COUNT 1 COUNT 1 => -ERR syntax error"
            "LMPOP 1 s LEFT foo 1 => -ERR syntax error"
            "LMPOP 1 s LEFT => -WRONGTYPE Operation against a key holding the wrong kind of value"
            "BLMPOP x 1 s UP => -ERR syntax error"
            "BLMPOP x 1 s LEFT => -ERR timeout is not a float or out of range"
            "BLMPOP 1 0 s LEFT => -ERR numkeys should be greater than 0"
            "BLMPOP 1 2 none s LEFT => -WRONGTYPE Operation against a key holding the wrong kind of value"
        };
    }
}
