//! LREM: remove elements by value.

use russet_engine::prelude::*;
use russet_engine::value::{List, ListLimits};

command! {
    name: "LREM", group: List, since: "1.0.0",
    complexity: "O(N+M) where N is the length of the list and M is the number of elements removed.",
    summary: "Removes elements from a list. Deletes the list if the last element was removed.",
    syntax: "key count element",
    flags: WRITE,
    keys: [at(1).read_write().delete()],
    run: lrem,
}

fn lrem(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let (key, element) = (args.key(1), args.word(3));
    let count = args.int_in(2, -i64::MAX..=i64::MAX)?;
    let limits = ListLimits::of(cx.core);
    let edited = cx.db.edit(key, |list: &mut List| {
        let removed = list.remove_value(element, count);
        if removed > 0 {
            list.shrunk(limits);
        }
        removed
    })?;
    let Some(edited) = edited else { return cx.reply.int(0) };
    if edited.result > 0 {
        cx.db.reduced(key, Event::LRem, edited.emptied);
        cx.db.count_changes(edited.result - 1);
    }
    cx.reply.count(edited.result)
}

#[cfg(test)]
mod tests {
    use crate::shell::conversation;

    #[test]
    fn from_the_head_from_the_tail_or_all() {
        for size in ["-2", "2"] {
            let mut shell = conversation! {
                "LREM k 1 a => :0"
                "LREM k x a => -ERR value is not an integer or out of range"
                "LREM k -9223372036854775808 a => -ERR value is out of range, value must between -9223372036854775807 and 9223372036854775807"
            };
            shell.set("list-max-listpack-size", size);
            for (line, reply) in [
                ("RPUSH k 5 x 5 y 5 z 5", ":7"),
                ("LREM k 1 5", ":1"),
                ("LREM k -1 5", ":1"),
                ("LRANGE k 0 -1", "*5 $1 x $1 5 $1 y $1 5 $1 z"),
                ("LREM k -9223372036854775807 x", ":1"),
                ("LREM k 0 05", ":0"),
                ("LREM k 0 5", ":2"),
                ("LRANGE k 0 -1", "*2 $1 y $1 z"),
                ("LREM k 3 y", ":1"),
                ("LREM k 0 z", ":1"),
                ("EXISTS k", ":0"),
                ("SET s x", "+OK"),
                ("LREM s 0 x", "-WRONGTYPE Operation against a key holding the wrong kind of value"),
            ] {
                assert_eq!(shell.run(line), reply, "{line}");
            }
        }
    }
}
