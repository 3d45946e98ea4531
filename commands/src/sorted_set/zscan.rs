//! ZSCAN: the members of a sorted set with their scores, a few at a time.

use crate::scanning::{self, Options};
use russet_engine::prelude::*;
use russet_engine::value::{Collection, Encoding, SortedSet};
use russet_engine::{Collected, number};

command! {
    name: "ZSCAN", group: SortedSet, since: "2.8.0",
    complexity: "O(1) for every call. O(N) for a complete iteration, including enough command calls for the cursor to return back to 0. N is the number of elements inside the collection.",
    summary: "Iterates over members and scores of a sorted set.",
    syntax: "key cursor [MATCH pattern] [COUNT count] [NOSCORES]",
    flags: READONLY,
    keys: [at(1).read_only().access()],
    tips: ["nondeterministic_output"],
    run: zscan,
}

fn zscan(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let cursor = scanning::cursor(args.word(2))?;
    let mut found = Collected::default();
    let Some(set) = cx.db.get::<SortedSet>(args.key(1))? else { return scanning::answer(cx, 0, found) };
    let options = Options::parse_of_pairs(args, 3, "NOSCORES")?;
    // Redis prints scores out of its large encoding with all their digits, and what stands in a listpack as it is.
    let in_full = set.encoding() == Encoding::SortedTree;
    let next = set.scan(cursor, options.count, |member, score| {
        if !member.with_text(|member| options.admits(member)) {
            return;
        }
        found.element(member);
        if !options.values {
            return;
        }
        if in_full {
            found.bulk(number::double::in_full(score).as_bytes());
        } else {
            found.bulk(&number::format_double(score));
        }
    });
    scanning::answer(cx, next, found)
}

#[cfg(test)]
mod tests {
    use crate::scanning::whole::Iterated;
    use crate::shell::{Shell, conversation};
    use std::collections::BTreeSet;

    #[test]
    fn a_listpack_comes_whole() {
        conversation! {
            "ZADD z 0.1 a 2 b => :2"
            "ZSCAN z 0 COUNT 1 => *2 $1 0 *4 $1 a $3 0.1 $1 b $1 2"
            "ZSCAN z 0 MATCH b => *2 $1 0 *2 $1 b $1 2"
            "ZSCAN z 7 NOSCORES COUNT 1 => *2 $1 0 *2 $1 a $1 b"
            "ZSCAN z 0 NOVALUES => -ERR syntax error"
            "ZSCAN none 0 FOO => *2 $1 0 *0"
            "ZSCAN none x => -ERR invalid cursor"
            "ZSCAN z 0 COUNT 0 => -ERR syntax error"
            "ZSCAN z 0 TYPE zset => -ERR syntax error"
            "SET s 1 => +OK"
            "ZSCAN s 0 FOO => -WRONGTYPE Operation against a key holding the wrong kind of value"
        };
    }

    #[test]
    fn every_member_of_a_large_set_comes_once() {
        let mut shell = Shell::new();
        shell.set("zset-max-listpack-entries", "0");
        (0..500).for_each(|n| drop(shell.run(&format!("ZADD z {n}.1 m{n}"))));
        let (mut cursor, mut seen, mut calls) = ("0".to_owned(), BTreeSet::new(), 0);
        loop {
            let reply = shell.run(&format!("ZSCAN z {cursor}"));
            let words: Vec<&str> = reply.split(' ').collect();
            for pair in words[4..].chunks(4) {
                let score: f64 = pair[3].parse().expect("a score");
                assert_eq!(pair[1], format!("m{}", score.floor()));
                assert!(seen.insert(pair[1].to_owned()), "{} twice", pair[1]);
            }
            cursor = words[2].to_owned();
            calls += 1;
            if cursor == "0" {
                break;
            }
        }
        assert!(seen.len() == 500 && (25..=50).contains(&calls), "{} in {calls} calls", seen.len());
    }

    #[test]
    fn members_that_stay_come_once_while_others_come_and_go() {
        let add = |member: &str, score| format!("ZADD z {score} {member}");
        let set = Iterated { scan: "ZSCAN z CURSOR", words: 2, add, remove: "ZREM z" };
        set.assert_what_stays_comes_once();
        let names = Iterated { scan: "ZSCAN z CURSOR NOSCORES COUNT 7", words: 1, ..set };
        names.assert_what_stays_comes_once();
    }
}
