//! LINSERT: put an element beside another one.

use russet_engine::prelude::*;
use russet_engine::value::{Collection, List, ListLimits};

command! {
    name: "LINSERT", group: List, since: "2.2.0",
    complexity: "O(N) where N is the number of elements to traverse before seeing the value pivot. This means that inserting somewhere on the left end on the list (head) can be considered O(1) and inserting somewhere on the right end (tail) is O(N).",
    summary: "Inserts an element before or after another element in a list.",
    syntax: "key <BEFORE | AFTER> pivot element",
    notes: [
        of("BEFORE | AFTER").name("where"),
    ],
    flags: WRITE | DENYOOM,
    keys: [at(1).read_write().insert()],
    run: linsert,
}

fn linsert(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let behind = args.is(2, "AFTER");
    if !behind && !args.is(2, "BEFORE") {
        return Err(Error::SYNTAX);
    }
    let (key, pivot, element) = (args.key(1), args.word(3), args.word(4));
    let limits = ListLimits::of(cx.core);
    let edited = cx.db.edit(key, |list: &mut List| {
        // As in Redis, the list has been made ready before the pivot is searched.
        list.make_room(element.len(), 1, limits);
        let index = list.position(pivot)?;
        list.insert(index, element, behind);
        Some(list.len())
    })?;
    let Some(edited) = edited else { return cx.reply.int(0) };
    let Some(length) = edited.result else { return cx.reply.int(-1) };
    cx.db.changed(key, Event::LInsert);
    cx.reply.count(length)
}

#[cfg(test)]
mod tests {
    use crate::shell::conversation;

    #[test]
    fn beside_the_first_pivot() {
        for size in ["-2", "2"] {
            let mut shell = conversation! {
                "LINSERT k BEFORE a b => :0"
                "LINSERT k before => -ERR wrong number of arguments for 'linsert' command"
                "LINSERT k beside a b => -ERR syntax error"
                "SET s x => +OK"
                "LINSERT s BEFORE a b => -WRONGTYPE Operation against a key holding the wrong kind of value"
                "LINSERT s x a b => -ERR syntax error"
            };
            shell.set("list-max-listpack-size", size);
            for (line, reply) in [
                ("RPUSH k a 7 c 7", ":4"),
                ("LINSERT k before 7 x", ":5"),
                ("LINSERT k AFTER 7 y", ":6"),
                ("LINSERT k AFTER 07 z", ":-1"),
                ("LRANGE k 0 -1", "*6 $1 a $1 x $1 7 $1 y $1 c $1 7"),
            ] {
                assert_eq!(shell.run(line), reply, "{line}");
            }
        }
    }

    #[test]
    fn a_list_makes_room_even_if_there_is_no_pivot() {
        let mut shell = conversation! { "RPUSH k a b c => :3" };
        shell.set("list-max-listpack-size", "3");
        assert_eq!(shell.run("LINSERT k BEFORE none x"), ":-1");
        assert_eq!(shell.run("OBJECT ENCODING k"), "$9 quicklist");
    }
}
