//! ZRANK and ZREVRANK: the place of a member.

use russet_engine::prelude::*;
use russet_engine::value::{Collection, SortedSet};

command! {
    name: "ZRANK", group: SortedSet, since: "2.0.0", complexity: "O(log(N))",
    summary: "Returns the index of a member in a sorted set ordered by ascending scores.",
    syntax: "key member [WITHSCORE]",
    flags: READONLY | FAST,
    keys: [at(1).read_only().access()],
    history: [
        ("7.2.0", "Added the optional `WITHSCORE` argument."),
    ],
    run: zrank,
}

command! {
    name: "ZREVRANK", group: SortedSet, since: "2.0.0", complexity: "O(log(N))",
    summary: "Returns the index of a member in a sorted set ordered by descending scores.",
    syntax: "key member [WITHSCORE]",
    flags: READONLY | FAST,
    keys: [at(1).read_only().access()],
    history: [
        ("7.2.0", "Added the optional `WITHSCORE` argument."),
    ],
    run: zrevrank,
}

fn zrank(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    answer(cx, args, |rank, _| rank)
}

fn zrevrank(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    answer(cx, args, |rank, len| len - 1 - rank)
}

/// Answers with the place that `count` makes of the rank and the number of members.
fn answer(cx: &mut Context<'_>, args: Args<'_>, count: impl FnOnce(usize, usize) -> usize) -> Outcome {
    let with_score = match args.len() {
        3 => false,
        4 if args.is(3, "WITHSCORE") => true,
        4 => return Err(Error::SYNTAX),
        _ => return Err(Error::arity(&cx.registry.get(cx.command).name)),
    };
    let set = cx.db.get::<SortedSet>(args.key(1))?;
    let found = set.and_then(|set| set.rank(args.word(2)).map(|(rank, score)| (count(rank, set.len()), score)));
    match found {
        Some((place, score)) if with_score => {
            cx.reply.array(2)?;
            cx.reply.count(place)?;
            cx.reply.double(score)
        }
        Some((place, _)) => cx.reply.count(place),
        None if with_score => cx.reply.null_array(),
        None => cx.reply.null(),
    }
}

#[cfg(test)]
mod tests {
    use crate::shell::conversation;

    #[test]
    fn places_from_both_ends() {
        let mut shell = conversation! {
            "SET s 1 => +OK"
            "ZADD z 1 a 2.5 b 3 c => :3"
            "ZRANK z b => :1"
            "ZREVRANK z a => :2"
            "ZREVRANK z c withscore => *2 :0 $1 3"
            "ZRANK z none => $-1"
            "ZRANK none a WITHSCORE => *-1"
            "ZRANK s a => -WRONGTYPE Operation against a key holding the wrong kind of value"
            "ZRANK s a WITHSCORES => -ERR syntax error"
            "ZRANK z a WITHSCORE x => -ERR wrong number of arguments for 'zrank' command"
            "ZREVRANK z a WITHSCORE x => -ERR wrong number of arguments for 'zrevrank' command"
        };
        shell.resp3();
        assert_eq!(shell.run("ZRANK z b WITHSCORE"), "*2 :1 ,2.5");
        assert_eq!(shell.run("ZRANK z none WITHSCORE"), "_");
    }
}
