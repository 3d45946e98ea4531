//! LMOVE and RPOPLPUSH, BLMOVE and BRPOPLPUSH: an element goes from an end of one list to an end of another.

use super::pop::taken_from;
use super::push::pushed_at;
use super::words::{end, name};
use russet_engine::keyspace::Wanted;
use russet_engine::prelude::*;
use russet_engine::value::{Collection, End, List, ListLimits, Type};

command! {
    name: "LMOVE", group: List, since: "6.2.0", complexity: "O(1)",
    summary: "Returns an element after popping it from one list and pushing it to another. Deletes the list if the last element was moved.",
    syntax: "source destination <LEFT | RIGHT> <LEFT | RIGHT>",
    notes: [
        of("LEFT | RIGHT").name("wherefrom"),
        of("LEFT | RIGHT").name("whereto"),
    ],
    flags: WRITE | DENYOOM,
    keys: [at(1).read_write().access().delete(), at(2).read_write().insert()],
    run: lmove,
}

command! {
    name: "RPOPLPUSH", group: List, since: "1.2.0", complexity: "O(1)",
    summary: "Returns the last element of a list after removing and pushing it to another list. Deletes the list if the last element was popped.",
    syntax: "source destination",
    flags: WRITE | DENYOOM,
    keys: [at(1).read_write().access().delete(), at(2).read_write().insert()],
    deprecated: ("6.2.0", "`LMOVE` with the `RIGHT` and `LEFT` arguments"),
    run: rpoplpush,
}

command! {
    name: "BLMOVE", group: List, since: "6.2.0", complexity: "O(1)",
    summary: "Pops an element from a list, pushes it to another list and returns it. Blocks until an element is available otherwise. Deletes the list if the last element was moved.",
    syntax: "source destination <LEFT | RIGHT> <LEFT | RIGHT> timeout",
    notes: [
        of("LEFT | RIGHT").name("wherefrom"),
        of("LEFT | RIGHT").name("whereto"),
        of("timeout").kind("double"),
    ],
    flags: WRITE | DENYOOM | BLOCKING,
    keys: [at(1).read_write().access().delete(), at(2).read_write().insert()],
    run: blmove,
}

command! {
    name: "BRPOPLPUSH", group: List, since: "2.2.0", complexity: "O(1)",
    summary: "Pops an element from a list, pushes it to another list and returns it. Block until an element is available otherwise. Deletes the list if the last element was popped.",
    syntax: "source destination timeout",
    notes: [
        of("timeout").kind("double"),
    ],
    flags: WRITE | DENYOOM | BLOCKING,
    keys: [at(1).read_write().access().delete(), at(2).read_write().insert()],
    history: [
        ("6.0.0", "`timeout` is interpreted as a double instead of an integer."),
    ],
    deprecated: ("6.2.0", "`BLMOVE` with the `RIGHT` and `LEFT` arguments"),
    run: brpoplpush,
}

fn lmove(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let (from, to) = (end(args, 3)?, end(args, 4)?);
    if move_one(cx, args, from, to)? { Ok(()) } else { cx.reply.null() }
}

fn rpoplpush(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    if move_one(cx, args, End::Tail, End::Head)? { Ok(()) } else { cx.reply.null() }
}

fn blmove(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let (from, to) = (end(args, 3)?, end(args, 4)?);
    let deadline = cx.deadline(args.word(5))?;
    if !move_one(cx, args, from, to)? {
        return wait_for_source(cx, args, deadline);
    }
    cx.journal([b"LMOVE", args.word(1), args.word(2), name(from).as_bytes(), name(to).as_bytes()]);
    Ok(())
}

fn brpoplpush(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let deadline = cx.deadline(args.word(3))?;
    if !move_one(cx, args, End::Tail, End::Head)? {
        return wait_for_source(cx, args, deadline);
    }
    cx.journal([b"RPOPLPUSH", args.word(1), args.word(2)]);
    Ok(())
}

fn wait_for_source(cx: &mut Context<'_>, args: Args<'_>, deadline: Option<i64>) -> Outcome {
    if cx.in_transaction {
        return cx.reply.null(); // at a deadline it would be a null array
    }
    let wanted = Wanted { kind: Type::List, or_gone: false };
    cx.wait_for_keys(std::iter::once(args.word(1)), wanted, deadline, |reply| reply.null_array(), args)
}

/// Moves an element from the list that word 1 names to the one that word 2 names, and answers with it. Returns whether
/// there was one; if not, nothing is answered.
fn move_one(cx: &mut Context<'_>, args: Args<'_>, from: End, to: End) -> Result<bool, Error> {
    let (source, destination) = (args.key(1), args.key(2));
    if cx.db.get_for_write::<List>(source)?.is_none() {
        return Ok(false);
    }
    cx.db.get_for_write::<List>(destination)?;
    let limits = ListLimits::of(cx.core);
    let put = |list: &mut List, text: &[u8]| {
        list.make_room(text.len(), 1, limits);
        list.push(to, text);
    };
    let same = source.bytes == destination.bytes;
    let taken = cx.db.edit(source, |list: &mut List| {
        let text = list.pop(from, |element| element.to_vec())?;
        if same {
            put(list, &text);
        }
        if list.len() > 0 {
            list.shrunk(limits);
        }
        Some(text)
    })?;
    let Some(taken) = taken else { return Ok(false) };
    let Some(text) = taken.result else { return Ok(false) };
    if !same {
        cx.db.edit_or_insert(destination, List::default, |list| put(list, &text))?;
    }
    cx.db.touched(destination, pushed_at(to));
    cx.db.reduced(source, taken_from(from), taken.emptied);
    cx.reply.bulk(&text)?;
    Ok(true)
}

#[cfg(test)]
mod tests {
    use crate::shell::conversation;

    #[test]
    fn from_every_end_to_every_end() {
        conversation! {
            "RPUSH a 1 2 3 4 => :4"
            "LMOVE a b LEFT RIGHT => $1 1"
            "LMOVE a b left left => $1 2"
            "LMOVE a b RIGHT RIGHT => $1 4"
            "LRANGE b 0 -1 => *3 $1 2 $1 1 $1 4"
            "RPOPLPUSH a b => $1 3"
            "EXISTS a => :0"
            "RPOPLPUSH a b => $-1"
            "LMOVE b b LEFT RIGHT => $1 3"
            "RPOPLPUSH b b => $1 3"
            "LRANGE b 0 -1 => *4 $1 3 $1 2 $1 1 $1 4"
        };
    }

    #[test]
    fn ends_are_checked_first_and_the_source_before_the_destination() {
        conversation! {
            "SET s x => +OK"
            "LMOVE s s UP LEFT => -ERR syntax error"
            "LMOVE s s LEFT up => -ERR syntax error"
            "LMOVE none s LEFT LEFT => $-1"
            "LMOVE s none LEFT LEFT => -WRONGTYPE Operation against a key holding the wrong kind of value"
            "RPUSH a 1 => :1"
            "RPOPLPUSH a s => -WRONGTYPE Operation against a key holding the wrong kind of value"
            "LLEN a => :1"
            "BLMOVE s s up LEFT x => -ERR syntax error"
            "BLMOVE s s LEFT LEFT x => -ERR timeout is not a float or out of range"
            "BRPOPLPUSH s s -1 => -ERR timeout is negative"
            "BLMOVE s a LEFT LEFT 1 => -WRONGTYPE Operation against a key holding the wrong kind of value"
            "BRPOPLPUSH a s 1 => -WRONGTYPE Operation against a key holding the wrong kind of value"
        };
    }

    #[test]
    fn a_list_of_one_element_stays_when_it_goes_round() {
        let mut shell = conversation! {
            "CONFIG SET list-max-listpack-size 1 => +OK"
            "RPUSH a 1 => :1"
            "LMOVE a a LEFT RIGHT => $1 1"
            "LRANGE a 0 -1 => *1 $1 1"
        };
        assert_eq!(shell.engine.keyspace.dirty, 2);
        shell.engine.keyspace.effects.attach(true);
        shell.run("BRPOPLPUSH a a 0");
        shell.run("BLMOVE a b LEFT right 0");
        assert_eq!(shell.effects(), ["RPOPLPUSH a a", "LMOVE a b LEFT RIGHT"]);
    }
}
