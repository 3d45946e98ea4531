//! PFCOUNT: about how many different elements were added, to one HyperLogLog or to any of several.

use super::fault::{check, fault};
use russet_engine::prelude::*;
use russet_structures::hyperloglog::{self, Union};

command! {
    name: "PFCOUNT", group: HyperLogLog, since: "2.8.9",
    complexity: "O(1) with a very small average constant time when called with a single key. O(N) with N being the number of keys, and much bigger constant times, when called with multiple keys.",
    summary: "Returns the approximated cardinality of the set(s) observed by the HyperLogLog key(s).",
    syntax: "key [key ...]",
    flags: READONLY,
    keys: [range(1, -1, 1).read_write().access().notes("RW because it may change the internal representation of the key, and propagate to replicas")],
    run: pfcount,
}

fn pfcount(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    if args.len() > 2 { count_union(cx, args) } else { count_one(cx, args.key(1)) }
}

/// The count is kept in the value until the next element changes it.
fn count_one(cx: &mut Context<'_>, key: Key<'_>) -> Outcome {
    let Some(text) = cx.db.string(key)? else { return cx.reply.int(0) };
    let cached = hyperloglog::cached(text.bytes(&mut itoa::Buffer::new())).map_err(fault)?;
    if let Some(count) = cached {
        return cx.reply.int(count as i64);
    }
    let count = cx.db.edit_string(key, |bytes| hyperloglog::count_cached(bytes)).map_err(fault)?;
    cx.db.refreshed(key);
    cx.journal([&b"PFCOUNT"[..], key.bytes]);
    cx.reply.int(count as i64)
}

fn count_union(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let mut union = Union::new();
    for index in 1..args.len() {
        let text = cx.db.string(args.key(index))?;
        if check(text)?
            && let Some(text) = text
        {
            union.add(text.bytes(&mut itoa::Buffer::new())).map_err(fault)?;
        }
    }
    cx.reply.int(union.count() as i64)
}

#[cfg(test)]
mod tests {
    use crate::shell::{Shell, conversation};

    #[test]
    fn one_and_several() {
        conversation! {
            "PFADD a 1 2 3 => :1"
            "PFADD b 3 4 => :1"
            "PFCOUNT a => :3"
            "PFCOUNT a b none => :4"
            "PFCOUNT none => :0"
            "PFCOUNT none none => :0"
            "SET s text => +OK"
            "PFCOUNT s => -WRONGTYPE Key is not a valid HyperLogLog string value."
            "PFCOUNT a s => -WRONGTYPE Key is not a valid HyperLogLog string value."
        };
    }

    #[test]
    fn a_count_that_was_not_cached_is_a_change() {
        let mut shell = Shell::new();
        shell.run("PFADD a 1 2 3");
        shell.engine.keyspace.effects.attach(true);
        shell.run("PFCOUNT a");
        shell.run("PFCOUNT a");
        assert_eq!(shell.effects(), ["PFCOUNT a"]);
    }
}
