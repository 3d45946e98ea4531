//! LPOP and RPOP: take elements from an end of a list.

use russet_engine::prelude::*;
use russet_engine::value::{Collection, End, List, ListLimits};
use std::ops::ControlFlow;

command! {
    name: "LPOP", group: List, since: "1.0.0",
    complexity: "O(N) where N is the number of elements returned",
    summary: "Returns the first elements in a list after removing it. Deletes the list if the last element was popped.",
    syntax: "key [count]",
    notes: [
        of("count").since("6.2.0"),
    ],
    flags: WRITE | FAST,
    keys: [at(1).read_write().access().delete()],
    history: [
        ("6.2.0", "Added the `count` argument."),
    ],
    run: lpop,
}

command! {
    name: "RPOP", group: List, since: "1.0.0",
    complexity: "O(N) where N is the number of elements returned",
    summary: "Returns and removes the last elements of a list. Deletes the list if the last element was popped.",
    syntax: "key [count]",
    notes: [
        of("count").since("6.2.0"),
    ],
    flags: WRITE | FAST,
    keys: [at(1).read_write().access().delete()],
    history: [
        ("6.2.0", "Added the `count` argument."),
    ],
    run: rpop,
}

fn lpop(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    pop(cx, args, End::Head)
}

fn rpop(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    pop(cx, args, End::Tail)
}

fn pop(cx: &mut Context<'_>, args: Args<'_>, end: End) -> Outcome {
    let key = args.key(1);
    match args.len() {
        2 if take_one(cx, key, end)? => Ok(()),
        2 => cx.reply.null(),
        3 => {
            let count = args.at_least(2, 0, "ERR value is out of range, must be positive")?;
            if cx.db.get_for_write::<List>(key)?.is_none() {
                return cx.reply.null_array();
            }
            match usize::try_from(count) {
                Ok(0) => cx.reply.array(0),
                count => take(cx, key, end, count.unwrap_or(usize::MAX)).map(drop),
            }
        }
        _ => Err(Error::arity(&cx.registry.get(cx.command).name)),
    }
}

/// Takes the element at an end and answers with it. Returns whether there was a list; if not, nothing is answered.
pub(super) fn take_one(cx: &mut Context<'_>, key: Key<'_>, end: End) -> Result<bool, Error> {
    let limits = ListLimits::of(cx.core);
    let reply = &mut cx.reply;
    let popped = cx.db.edit(key, |list: &mut List| {
        let answered = list.pop(end, |element| reply.element(element));
        list.shrunk(limits);
        answered
    })?;
    let Some(popped) = popped else { return Ok(false) };
    cx.db.reduced(key, taken_from(end), popped.emptied);
    Ok(true)
}

/// Takes up to `count` elements from an end and answers with an array of them. Returns how many they are; if there is
/// no list, that is none, and nothing is answered.
pub(super) fn take(cx: &mut Context<'_>, key: Key<'_>, end: End, count: usize) -> Result<usize, Error> {
    let limits = ListLimits::of(cx.core);
    let reply = &mut cx.reply;
    let taken = cx.db.edit(key, |list: &mut List| {
        let len = list.len();
        let count = count.min(len);
        let (start, first, direction) = match end {
            End::Head => (0, 0, End::Tail),
            End::Tail => (len - 1, len - count, End::Head),
        };
        let _ = reply.array(count);
        list.walk(start, count, direction, |element| {
            let _ = reply.element(element);
            ControlFlow::Continue(())
        });
        list.remove_range(first, count);
        list.shrunk(limits);
        count
    })?;
    let Some(taken) = taken else { return Ok(0) };
    cx.db.reduced(key, taken_from(end), taken.emptied);
    cx.db.count_changes(taken.result - 1);
    Ok(taken.result)
}

/// What is said of a list that lost elements at an end.
pub(super) fn taken_from(end: End) -> Event {
    match end {
        End::Head => Event::LPop,
        End::Tail => Event::RPop,
    }
}

#[cfg(test)]
mod tests {
    use crate::shell::conversation;

    #[test]
    fn one_element_or_so_many() {
        conversation! {
            "RPUSH k 1 2 3 4 5 6 7 => :7"
            "LPOP k => $1 1"
            "RPOP k => $1 7"
            "LPOP k 2 => *2 $1 2 $1 3"
            "RPOP k 2 => *2 $1 6 $1 5"
            "RPOP k 0 => *0"
            "LLEN k => :1"
            "RPOP k 9223372036854775807 => *1 $1 4"
            "EXISTS k => :0"
            "LPOP k => $-1"
            "LPOP k 1 => *-1"
            "LPOP k 0 => *-1"
            "RPOP k -1 => -ERR value is out of range, must be positive"
            "RPOP k x => -ERR value is out of range, must be positive"
            "LPOP k 1 1 => -ERR wrong number of arguments for 'lpop' command"
            "SET s x => +OK"
            "RPOP s => -WRONGTYPE Operation against a key holding the wrong kind of value"
            "LPOP s 0 => -WRONGTYPE Operation against a key holding the wrong kind of value"
        };
    }

    #[test]
    fn half_a_listpack_is_a_listpack_again() {
        conversation! {
            "CONFIG SET list-max-listpack-size 4 => +OK"
            "RPUSH k 1 2 3 4 5 => :5"
            "RPOP k => $1 5"
            "RPOP k => $1 4"
            "OBJECT ENCODING k => $9 quicklist"
            "RPOP k => $1 3"
            "OBJECT ENCODING k => $8 listpack"
            "LRANGE k 0 -1 => *2 $1 1 $1 2"
        };
    }

    #[test]
    fn each_element_is_a_change() {
        let mut shell = conversation! { "RPUSH k a b c d => :4" "LPOP k 2 => *2 $1 a $1 b" "LPOP k => $1 c" };
        assert_eq!(shell.engine.keyspace.dirty, 7);
        shell.run("LPOP k 0");
        assert_eq!(shell.engine.keyspace.dirty, 7);
    }
}
