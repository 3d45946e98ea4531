//! ZCARD, ZCOUNT and ZLEXCOUNT: how many members there are, in all or between two ends.

use super::bounds::{Members, Scores};
use russet_engine::prelude::*;
use russet_engine::value::{Collection, SortedSet};

command! {
    name: "ZCARD", group: SortedSet, since: "1.2.0", complexity: "O(1)",
    summary: "Returns the number of members in a sorted set.",
    syntax: "key",
    flags: READONLY | FAST,
    keys: [at(1).read_only()],
    run: zcard,
}

command! {
    name: "ZCOUNT", group: SortedSet, since: "2.0.0",
    complexity: "O(log(N)) with N being the number of elements in the sorted set.",
    summary: "Returns the count of members in a sorted set that have scores within a range.",
    syntax: "key min max",
    notes: [
        of("min").kind("double"),
        of("max").kind("double"),
    ],
    flags: READONLY | FAST,
    keys: [at(1).read_only().access()],
    run: zcount,
}

command! {
    name: "ZLEXCOUNT", group: SortedSet, since: "2.8.9",
    complexity: "O(log(N)) with N being the number of elements in the sorted set.",
    summary: "Returns the number of members in a sorted set within a lexicographical range.",
    syntax: "key min max",
    flags: READONLY | FAST,
    keys: [at(1).read_only().access()],
    run: zlexcount,
}

fn zcard(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let set = cx.db.get::<SortedSet>(args.key(1))?;
    cx.reply.count(set.map_or(0, SortedSet::len))
}

fn zcount(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let scores = Scores::read(args.word(2), args.word(3))?;
    let set = cx.db.get::<SortedSet>(args.key(1))?;
    cx.reply.count(set.map_or(0, |set| scores.ranks(set).len()))
}

fn zlexcount(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let members = Members::read(args.word(2), args.word(3))?;
    let set = cx.db.get::<SortedSet>(args.key(1))?;
    cx.reply.count(set.map_or(0, |set| members.ranks(set).len()))
}

#[cfg(test)]
mod tests {
    use crate::shell::conversation;

    #[test]
    fn counts() {
        conversation! {
            "SET s 1 => +OK"
            "ZADD z 1 a 2 b 3 c => :3"
            "ZCARD z => :3"
            "ZCARD none => :0"
            "ZCARD s => -WRONGTYPE Operation against a key holding the wrong kind of value"
            "ZCOUNT z (1 inf => :2"
            "ZCOUNT z 3 1 => :0"
            "ZCOUNT none 1 1 => :0"
            "ZCOUNT s x 1 => -ERR min or max is not a float"
            "ZCOUNT s 1 1 => -WRONGTYPE Operation against a key holding the wrong kind of value"
            "ZLEXCOUNT z [b + => :2"
            "ZLEXCOUNT z + - => :0"
            "ZLEXCOUNT none - + => :0"
            "ZLEXCOUNT s b + => -ERR min or max not valid string range item"
            "ZLEXCOUNT s - + => -WRONGTYPE Operation against a key holding the wrong kind of value"
        };
    }
}
