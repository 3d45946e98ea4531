//! ZREM and ZREMRANGEBYRANK, ZREMRANGEBYSCORE, ZREMRANGEBYLEX: removal by name or by range.

use super::bounds::{Members, Ranks, Scores};
use russet_engine::prelude::*;
use russet_engine::value::{Collection, SortedSet};

command! {
    name: "ZREM", group: SortedSet, since: "1.2.0",
    complexity: "O(M*log(N)) with N being the number of elements in the sorted set and M the number of elements to be removed.",
    summary: "Removes one or more members from a sorted set. Deletes the sorted set if all members were removed.",
    syntax: "key member [member ...]",
    flags: WRITE | FAST,
    keys: [at(1).read_write().delete()],
    history: [
        ("2.4.0", "Accepts multiple elements."),
    ],
    run: zrem,
}

command! {
    name: "ZREMRANGEBYRANK", group: SortedSet, since: "2.0.0",
    complexity: "O(log(N)+M) with N being the number of elements in the sorted set and M the number of elements removed by the operation.",
    summary: "Removes members in a sorted set within a range of indexes. Deletes the sorted set if all members were removed.",
    syntax: "key start stop",
    notes: [
        of("start").kind("integer"),
        of("stop").kind("integer"),
    ],
    flags: WRITE,
    keys: [at(1).read_write().delete()],
    run: zremrangebyrank,
}

command! {
    name: "ZREMRANGEBYSCORE", group: SortedSet, since: "1.2.0",
    complexity: "O(log(N)+M) with N being the number of elements in the sorted set and M the number of elements removed by the operation.",
    summary: "Removes members in a sorted set within a range of scores. Deletes the sorted set if all members were removed.",
    syntax: "key min max",
    notes: [
        of("min").kind("double"),
        of("max").kind("double"),
    ],
    flags: WRITE,
    keys: [at(1).read_write().delete()],
    run: zremrangebyscore,
}

command! {
    name: "ZREMRANGEBYLEX", group: SortedSet, since: "2.8.9",
    complexity: "O(log(N)+M) with N being the number of elements in the sorted set and M the number of elements removed by the operation.",
    summary: "Removes members in a sorted set within a lexicographical range. Deletes the sorted set if all members were removed.",
    syntax: "key min max",
    flags: WRITE,
    keys: [at(1).read_write().delete()],
    run: zremrangebylex,
}

fn zrem(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let members = args.iter_from(2);
    remove(cx, args, Event::ZRem, |set| members.filter(|member| set.remove(member).is_some()).count())
}

fn zremrangebyrank(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let ranks = Ranks::read(args, 2)?;
    remove(cx, args, Event::ZRemRangeByRank, |set| set.remove_range(ranks.within(set.len(), false)))
}

fn zremrangebyscore(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let scores = Scores::read(args.word(2), args.word(3))?;
    remove(cx, args, Event::ZRemRangeByScore, |set| set.remove_range(scores.ranks(set)))
}

fn zremrangebylex(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let members = Members::read(args.word(2), args.word(3))?;
    remove(cx, args, Event::ZRemRangeByLex, |set| set.remove_range(members.ranks(set)))
}

/// Removes something from the set, tells of it and answers with how much it was.
fn remove(
    cx: &mut Context<'_>,
    args: Args<'_>,
    event: Event,
    change: impl FnOnce(&mut SortedSet) -> usize,
) -> Outcome {
    let key = args.key(1);
    let Some(edited) = cx.db.edit(key, change)? else { return cx.reply.int(0) };
    if edited.result > 0 {
        cx.db.reduced(key, event, edited.emptied);
        cx.db.count_changes(edited.result - 1);
    }
    cx.reply.count(edited.result)
}

#[cfg(test)]
mod tests {
    use crate::shell::{Shell, conversation};

    #[test]
    fn members_and_ranges_go() {
        conversation! {
            "SET s 1 => +OK"
            "ZADD z 1 a 2 b 3 c 4 d 5 e 6 f 7 g 8 h => :8"
            "ZREM z a none a h => :2"
            "ZREMRANGEBYRANK z -1 -1 => :1"
            "ZREMRANGEBYRANK z 5 9 => :0"
            "ZREMRANGEBYSCORE z (2 3 => :1"
            "ZREMRANGEBYLEX z (d [e => :1"
            "ZRANGE z 0 -1 => *3 $1 b $1 d $1 f"
            "ZREMRANGEBYSCORE z -inf inf => :3"
            "EXISTS z => :0"
            "ZREM none a => :0"
            "ZREM s a => -WRONGTYPE Operation against a key holding the wrong kind of value"
            "ZREMRANGEBYRANK s 0 x => -ERR value is not an integer or out of range"
            "ZREMRANGEBYSCORE s 0 x => -ERR min or max is not a float"
            "ZREMRANGEBYLEX s 0 x => -ERR min or max not valid string range item"
            "ZREMRANGEBYLEX s - + => -WRONGTYPE Operation against a key holding the wrong kind of value"
        };
    }

    #[test]
    fn a_large_set_gives_ranges_too() {
        let mut shell = Shell::new();
        (0..1000).for_each(|n| drop(shell.run(&format!("ZADD z {n} m{n}"))));
        let before = shell.engine.keyspace.dirty;
        assert_eq!(shell.run("ZREMRANGEBYRANK z 10 -11"), ":980");
        assert_eq!(shell.engine.keyspace.dirty, before + 980);
        assert_eq!(shell.run("ZREMRANGEBYSCORE z (0 500"), ":9");
        assert_eq!(shell.run("ZRANGE z 0 1"), "*2 $2 m0 $4 m990");
        assert_eq!(shell.run("OBJECT ENCODING z"), "$8 skiplist");
    }
}
