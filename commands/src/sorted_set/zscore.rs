//! ZSCORE and ZMSCORE: the scores of members.

use russet_engine::prelude::*;
use russet_engine::value::SortedSet;

command! {
    name: "ZSCORE", group: SortedSet, since: "1.2.0", complexity: "O(1)",
    summary: "Returns the score of a member in a sorted set.",
    syntax: "key member",
    flags: READONLY | FAST,
    keys: [at(1).read_only().access()],
    run: zscore,
}

command! {
    name: "ZMSCORE", group: SortedSet, since: "6.2.0",
    complexity: "O(N) where N is the number of members being requested.",
    summary: "Returns the score of one or more members in a sorted set.",
    syntax: "key member [member ...]",
    flags: READONLY | FAST,
    keys: [at(1).read_only().access()],
    run: zmscore,
}

fn zscore(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let set = cx.db.get::<SortedSet>(args.key(1))?;
    cx.reply.double_or_null(set.and_then(|set| set.score(args.word(2))))
}

fn zmscore(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let set = cx.db.get::<SortedSet>(args.key(1))?;
    cx.reply.array(args.len() - 2)?;
    for member in args.iter_from(2) {
        cx.reply.double_or_null(set.and_then(|set| set.score(member)))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::shell::conversation;

    #[test]
    fn scores_and_what_has_none() {
        let mut shell = conversation! {
            "SET s 1 => +OK"
            "ZADD z 1.5 a -inf b => :2"
            "ZSCORE z a => $3 1.5"
            "ZSCORE z none => $-1"
            "ZSCORE none a => $-1"
            "ZSCORE s a => -WRONGTYPE Operation against a key holding the wrong kind of value"
            "ZMSCORE z a none b => *3 $3 1.5 $-1 $4 -inf"
            "ZMSCORE none a b => *2 $-1 $-1"
            "ZMSCORE s a b => -WRONGTYPE Operation against a key holding the wrong kind of value"
        };
        shell.resp3();
        assert_eq!(shell.run("ZSCORE z b"), ",-inf");
        assert_eq!(shell.run("ZMSCORE z a none"), "*2 ,1.5 _");
    }
}
