//! ZRANDMEMBER: random members, with or without their scores.

use crate::drawing::{self, Draw};
use rand::RngCore;
use russet_engine::prelude::*;
use russet_engine::value::{Collection, SortedSet};

command! {
    name: "ZRANDMEMBER", group: SortedSet, since: "6.2.0",
    complexity: "O(N) where N is the number of members returned",
    summary: "Returns one or more random members from a sorted set.",
    syntax: "key [count [WITHSCORES]]",
    notes: [
        of("count [WITHSCORES]").name("options"),
    ],
    flags: READONLY,
    keys: [at(1).read_only().access()],
    tips: ["nondeterministic_output"],
    run: zrandmember,
}

fn zrandmember(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let mut random = || cx.core.random.next_u64();
    if args.len() == 2 {
        let set = cx.db.get::<SortedSet>(args.key(1))?;
        return match set.and_then(|set| set.sample(&mut random)) {
            Some((member, _)) => cx.reply.element(member),
            None => cx.reply.null(),
        };
    }
    let (draw, with_scores) = drawing::parse(args, 2, "WITHSCORES")?;
    let largest = cx.core.params.proto_max_bulk_len();
    let Some(set) = cx.db.get::<SortedSet>(args.key(1))? else { return cx.reply.array(0) };
    match draw {
        Draw::Distinct(count) => {
            let count = count.min(set.len());
            if with_scores {
                cx.reply.scored(count)?;
                set.sample_distinct(count, random, |member, score| cx.reply.scored_element(member, score))
            } else {
                cx.reply.array(count)?;
                set.sample_distinct(count, random, |member, _| cx.reply.element(member))
            }
        }
        Draw::Repeated(count) => {
            let width = if with_scores && cx.reply.protocol() == Protocol::Resp2 { 2 } else { 1 };
            drawing::repeated(&mut cx.reply, count, width, largest, |reply, count| {
                set.sample_many(count, &mut random, |member, score| {
                    if with_scores { reply.scored_element(member, score) } else { reply.element(member) }
                })
            })
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::shell::{Shell, conversation};
    use std::collections::BTreeMap;

    #[test]
    fn counts_are_checked() {
        let mut shell = conversation! {
            "SET s 1 => +OK"
            "ZADD z 1.5 a => :1"
            "ZRANDMEMBER z => $1 a"
            "ZRANDMEMBER none => $-1"
            "ZRANDMEMBER none -9223372036854775807 => *0"
            "ZRANDMEMBER z 0 => *0"
            "ZRANDMEMBER z 9223372036854775807 => *1 $1 a"
            "ZRANDMEMBER z -2 WITHSCORES => *4 $1 a $3 1.5 $1 a $3 1.5"
            "ZRANDMEMBER z 4611686018427387904 WITHSCORES => -ERR value is out of range"
            "ZRANDMEMBER z -9223372036854775808 => -ERR value is out of range, value must between -9223372036854775807 and 9223372036854775807"
            "ZRANDMEMBER z -9223372036854775807 => -ERR value is out of range"
            "ZRANDMEMBER s x => -ERR value is not an integer or out of range"
            "ZRANDMEMBER s 1 FOO => -ERR syntax error"
            "ZRANDMEMBER s => -WRONGTYPE Operation against a key holding the wrong kind of value"
            "ZRANDMEMBER s 1 => -WRONGTYPE Operation against a key holding the wrong kind of value"
        };
        shell.resp3();
        assert_eq!(shell.run("ZRANDMEMBER z 3 WITHSCORES"), "*1 *2 $1 a ,1.5");
        assert_eq!(shell.run("ZRANDMEMBER z -2 WITHSCORES"), "*2 *2 $1 a ,1.5 *2 $1 a ,1.5");
        assert_eq!(shell.run("ZRANDMEMBER z -1"), "*1 $1 a");
    }

    #[test]
    fn every_member_has_its_turn_and_none_comes_twice() {
        for entries in ["128", "0"] {
            let mut shell = Shell::new();
            shell.set("zset-max-listpack-entries", entries);
            (0..20).for_each(|n| drop(shell.run(&format!("ZADD z {n} m{n}"))));
            let mut often = BTreeMap::new();
            for _ in 0..400 {
                let reply = shell.run("ZRANDMEMBER z 5");
                let mut drawn: Vec<_> = reply.split(' ').skip(2).step_by(2).map(str::to_owned).collect();
                drawn.iter().for_each(|member| *often.entry(member.clone()).or_insert(0) += 1);
                drawn.sort();
                drawn.dedup();
                assert_eq!(drawn.len(), 5, "{reply}");
            }
            assert!(often.len() == 20 && often.values().all(|n| (60..140).contains(n)), "{often:?}");
        }
    }
}
