//! LPUSH, RPUSH, LPUSHX and RPUSHX: add elements at an end of a list.

use russet_engine::prelude::*;
use russet_engine::value::{Collection, End, List, ListLimits};

command! {
    name: "LPUSH", group: List, since: "1.0.0",
    complexity: "O(1) for each element added, so O(N) to add N elements when the command is called with multiple arguments.",
    summary: "Prepends one or more elements to a list. Creates the key if it doesn't exist.",
    syntax: "key element [element ...]",
    flags: WRITE | DENYOOM | FAST,
    keys: [at(1).read_write().insert()],
    history: [
        ("2.4.0", "Accepts multiple `element` arguments."),
    ],
    run: lpush,
}

command! {
    name: "RPUSH", group: List, since: "1.0.0",
    complexity: "O(1) for each element added, so O(N) to add N elements when the command is called with multiple arguments.",
    summary: "Appends one or more elements to a list. Creates the key if it doesn't exist.",
    syntax: "key element [element ...]",
    flags: WRITE | DENYOOM | FAST,
    keys: [at(1).read_write().insert()],
    history: [
        ("2.4.0", "Accepts multiple `element` arguments."),
    ],
    run: rpush,
}

command! {
    name: "LPUSHX", group: List, since: "2.2.0",
    complexity: "O(1) for each element added, so O(N) to add N elements when the command is called with multiple arguments.",
    summary: "Prepends one or more elements to a list only when the list exists.",
    syntax: "key element [element ...]",
    flags: WRITE | DENYOOM | FAST,
    keys: [at(1).read_write().insert()],
    history: [
        ("4.0.0", "Accepts multiple `element` arguments."),
    ],
    run: lpushx,
}

command! {
    name: "RPUSHX", group: List, since: "2.2.0",
    complexity: "O(1) for each element added, so O(N) to add N elements when the command is called with multiple arguments.",
    summary: "Appends an element to a list only when the list exists.",
    syntax: "key element [element ...]",
    flags: WRITE | DENYOOM | FAST,
    keys: [at(1).read_write().insert()],
    history: [
        ("4.0.0", "Accepts multiple `element` arguments."),
    ],
    run: rpushx,
}

fn lpush(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    push(cx, args, End::Head)
}

fn rpush(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    push(cx, args, End::Tail)
}

fn lpushx(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    push_to_existing(cx, args, End::Head)
}

fn rpushx(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    push_to_existing(cx, args, End::Tail)
}

fn push_to_existing(cx: &mut Context<'_>, args: Args<'_>, end: End) -> Outcome {
    match cx.db.get_for_write::<List>(args.key(1))? {
        Some(_) => push(cx, args, end),
        None => cx.reply.int(0),
    }
}

fn push(cx: &mut Context<'_>, args: Args<'_>, end: End) -> Outcome {
    let (key, elements) = (args.key(1), args.iter_from(2));
    let limits = ListLimits::of(cx.core);
    let count = elements.len();
    let pushed = cx.db.edit_or_insert(key, List::default, |list| {
        list.make_room(elements.clone().map(<[u8]>::len).sum(), count, limits);
        elements.for_each(|element| list.push(end, element));
        list.len()
    })?;
    cx.db.changed(key, pushed_at(end));
    cx.db.count_changes(count - 1);
    cx.reply.count(pushed.result)
}

/// What is said of a list that was given elements at an end.
pub(super) fn pushed_at(end: End) -> Event {
    match end {
        End::Head => Event::LPush,
        End::Tail => Event::RPush,
    }
}

#[cfg(test)]
mod tests {
    use crate::shell::conversation;

    #[test]
    fn each_element_is_put_in_front_of_the_one_before_or_behind_it() {
        conversation! {
            "LPUSH k a b => :2"
            "RPUSH k 1 -02 => :4"
            "LRANGE k 0 -1 => *4 $1 b $1 a $1 1 $3 -02"
            "LPUSHX k c => :5"
            "RPUSHX k 9223372036854775808 d => :7"
            "LRANGE k -2 -1 => *2 $19 9223372036854775808 $1 d"
            "RPUSHX none a => :0"
            "LPUSHX none a => :0"
            "EXISTS none => :0"
            "SET s x => +OK"
            "LPUSH s a => -WRONGTYPE Operation against a key holding the wrong kind of value"
            "RPUSHX s a => -WRONGTYPE Operation against a key holding the wrong kind of value"
            "RPUSH k => -ERR wrong number of arguments for 'rpush' command"
        };
    }

    #[test]
    fn what_would_be_too_much_for_a_listpack_makes_a_quicklist() {
        let mut shell = conversation! {
            "CONFIG SET list-max-listpack-size 3 => +OK"
            "RPUSH k a b c => :3"
            "OBJECT ENCODING k => $8 listpack"
            "RPUSH k d => :4"
            "OBJECT ENCODING k => $9 quicklist"
            "LPUSH at-once a b c d => :4"
            "OBJECT ENCODING at-once => $9 quicklist"
            "CONFIG SET list-max-listpack-size -1 => +OK"
        };
        // The header and the end of the empty listpack take 7 bytes, and texts count without what is around them.
        shell.words(&[b"RPUSH", b"full", &[b'x'; 4089]]);
        assert_eq!(shell.run("OBJECT ENCODING full"), "$8 listpack");
        shell.words(&[b"RPUSH", b"larger", &[b'x'; 4090]]);
        assert_eq!(shell.run("OBJECT ENCODING larger"), "$9 quicklist");
    }

    #[test]
    fn each_element_is_a_change() {
        let mut shell = conversation! { "RPUSH k a b c => :3" };
        assert_eq!(shell.engine.keyspace.dirty, 3);
        shell.run("LPUSHX none a");
        assert_eq!(shell.engine.keyspace.dirty, 3);
    }
}
