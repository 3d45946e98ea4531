//! LLEN and LINDEX: the length of a list, and one of its elements.

use russet_engine::prelude::*;
use russet_engine::value::{Collection, List};

command! {
    name: "LLEN", group: List, since: "1.0.0", complexity: "O(1)",
    summary: "Returns the length of a list.",
    syntax: "key",
    flags: READONLY | FAST,
    keys: [at(1).read_only()],
    run: llen,
}

command! {
    name: "LINDEX", group: List, since: "1.0.0",
    complexity: "O(N) where N is the number of elements to traverse to get to the element at index. This makes asking for the first or the last element of the list O(1).",
    summary: "Returns an element from a list by its index.",
    syntax: "key index",
    flags: READONLY,
    keys: [at(1).read_only().access()],
    run: lindex,
}

fn llen(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let length = cx.db.get::<List>(args.key(1))?.map_or(0, List::len);
    cx.reply.count(length)
}

fn lindex(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let Some(list) = cx.db.get::<List>(args.key(1))? else { return cx.reply.null() };
    let number = args.int(2)?;
    let shown = list.index(number).and_then(|index| list.get(index, |element| cx.reply.element(element)));
    shown.unwrap_or_else(|| cx.reply.null())
}

#[cfg(test)]
mod tests {
    use crate::shell::conversation;

    #[test]
    fn indexes_count_from_both_ends() {
        for size in ["-2", "2"] {
            let mut shell = conversation! {
                "LLEN k => :0"
                "LINDEX k x => $-1"
            };
            shell.set("list-max-listpack-size", size);
            for (line, reply) in [
                ("RPUSH k a 2 c d 5", ":5"),
                ("LLEN k", ":5"),
                ("LINDEX k 0", "$1 a"),
                ("LINDEX k 4", "$1 5"),
                ("LINDEX k 5", "$-1"),
                ("LINDEX k -1", "$1 5"),
                ("LINDEX k -5", "$1 a"),
                ("LINDEX k -6", "$-1"),
                ("LINDEX k 9223372036854775807", "$-1"),
                ("LINDEX k -9223372036854775808", "$-1"),
                ("LINDEX k 1.0", "-ERR value is not an integer or out of range"),
                ("SET s x", "+OK"),
                ("LINDEX s x", "-WRONGTYPE Operation against a key holding the wrong kind of value"),
                ("LLEN s", "-WRONGTYPE Operation against a key holding the wrong kind of value"),
            ] {
                assert_eq!(shell.run(line), reply, "{line}");
            }
        }
    }
}
