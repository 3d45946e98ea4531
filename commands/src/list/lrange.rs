//! LRANGE and LTRIM: a part of a list, to read it or to keep only that.

use russet_engine::prelude::*;
use russet_engine::value::{Collection, End, List, ListLimits};
use std::ops::ControlFlow;

command! {
    name: "LRANGE", group: List, since: "1.0.0",
    complexity: "O(S+N) where S is the distance of start offset from HEAD for small lists, from nearest end (HEAD or TAIL) for large lists; and N is the number of elements in the specified range.",
    summary: "Returns a range of elements from a list.",
    syntax: "key start stop",
    notes: [
        of("start").kind("integer"),
        of("stop").kind("integer"),
    ],
    flags: READONLY,
    keys: [at(1).read_only().access()],
    run: lrange,
}

command! {
    name: "LTRIM", group: List, since: "1.0.0",
    complexity: "O(N) where N is the number of elements to be removed by the operation.",
    summary: "Removes elements from both ends a list. Deletes the list if all elements were trimmed.",
    syntax: "key start stop",
    notes: [
        of("start").kind("integer"),
        of("stop").kind("integer"),
    ],
    flags: WRITE,
    keys: [at(1).read_write().delete()],
    run: ltrim,
}

fn lrange(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let (start, stop) = (args.int(2)?, args.int(3)?);
    let Some(list) = cx.db.get::<List>(args.key(1))? else { return cx.reply.array(0) };
    let (start, count) = part(start, stop, list.len());
    cx.reply.array(count)?;
    list.walk(start, count, End::Tail, |element| match cx.reply.element(element) {
        Ok(()) => ControlFlow::Continue(()),
        Err(_) => ControlFlow::Break(()),
    });
    Ok(())
}

fn ltrim(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let key = args.key(1);
    let (start, stop) = (args.int(2)?, args.int(3)?);
    let limits = ListLimits::of(cx.core);
    let trimmed = cx.db.edit(key, |list: &mut List| {
        let len = list.len();
        let (start, count) = part(start, stop, len);
        list.remove_range(start + count, len - start - count);
        list.remove_range(0, start);
        list.shrunk(limits);
        len - count
    })?;
    if let Some(trimmed) = trimmed {
        // A list that is as it was is told of too, but is no change.
        cx.db.touched(key, Event::LTrim);
        if trimmed.emptied {
            cx.db.touched(key, Event::Del);
        }
        cx.db.count_changes(trimmed.result);
    }
    cx.reply.ok()
}

/// The index of the first element and the number of those that two indexes mean, of which negative ones count from
/// the tail.
fn part(start: i64, stop: i64, len: usize) -> (usize, usize) {
    let signed = len as i64;
    let from_head = |index: i64| if index < 0 { signed.saturating_add(index) } else { index };
    let (start, stop) = (from_head(start).max(0), from_head(stop).min(signed - 1));
    if start > stop { (0, 0) } else { (start as usize, (stop - start) as usize + 1) }
}

#[cfg(test)]
mod tests {
    use super::part;
    use crate::shell::conversation;

    #[test]
    fn indexes_are_cut_to_the_list() {
        for (start, stop, expected) in [
            (0, -1, (0, 5)),
            (1, 3, (1, 3)),
            (-2, 100, (3, 2)),
            (-100, 1, (0, 2)),
            (3, 1, (0, 0)),
            (5, 9, (0, 0)),
            (0, -6, (0, 0)),
            (i64::MIN, i64::MAX, (0, 5)),
            (i64::MAX, i64::MIN, (0, 0)),
        ] {
            assert_eq!(part(start, stop, 5), expected, "{start} {stop}");
        }
    }

    #[test]
    fn parts_of_lists_of_both_encodings() {
        for size in ["-2", "3"] {
            let mut shell = conversation! {
                "LRANGE k 0 -1 => *0"
                "LRANGE k x -1 => -ERR value is not an integer or out of range"
                "LTRIM k 0 x => -ERR value is not an integer or out of range"
                "LTRIM k 0 1 => +OK"
            };
            shell.set("list-max-listpack-size", size);
            for (line, reply) in [
                ("RPUSH k a b 3 d e f g", ":7"),
                ("LRANGE k 1 -2", "*5 $1 b $1 3 $1 d $1 e $1 f"),
                ("LRANGE k 4 2", "*0"),
                ("LTRIM k 1 -2", "+OK"),
                ("LRANGE k 0 -1", "*5 $1 b $1 3 $1 d $1 e $1 f"),
                ("LTRIM k -100 100", "+OK"),
                ("LTRIM k -2 -1", "+OK"),
                ("LRANGE k 0 -1", "*2 $1 e $1 f"),
                ("LTRIM k 5 9", "+OK"),
                ("EXISTS k", ":0"),
                ("SET s x", "+OK"),
                ("LRANGE s 0 1", "-WRONGTYPE Operation against a key holding the wrong kind of value"),
                ("LTRIM s 0 1", "-WRONGTYPE Operation against a key holding the wrong kind of value"),
            ] {
                assert_eq!(shell.run(line), reply, "{line}");
            }
        }
    }

    #[test]
    fn what_goes_is_counted_and_nothing_is_journalled_if_nothing_goes() {
        let mut shell = conversation! { "RPUSH k a b c d => :4" };
        shell.engine.keyspace.effects.attach(true);
        shell.run("LTRIM k 0 -1");
        assert!(shell.effects().is_empty());
        shell.run("LTRIM k 1 2");
        assert_eq!(shell.engine.keyspace.dirty, 6);
        assert_eq!(shell.effects(), ["LTRIM k 1 2"]);
    }
}
