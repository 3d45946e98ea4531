//! SRANDMEMBER: random members of a set, different ones or each drawn from all.

use crate::drawing::{self, Draw};
use rand::RngCore;
use russet_engine::prelude::*;
use russet_engine::value::{Collection, Set};

command! {
    name: "SRANDMEMBER", group: Set, since: "1.0.0",
    complexity: "Without the count argument O(1), otherwise O(N) where N is the absolute value of the passed count.",
    summary: "Get one or multiple random members from a set",
    syntax: "key [count]",
    notes: [
        of("count").since("2.6.0"),
    ],
    flags: READONLY,
    keys: [at(1).read_only().access()],
    tips: ["nondeterministic_output"],
    history: [
        ("2.6.0", "Added the optional `count` argument."),
    ],
    run: srandmember,
}

fn srandmember(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let key = args.key(1);
    let mut random = || cx.core.random.next_u64();
    if args.len() == 2 {
        return match cx.db.get::<Set>(key)?.and_then(|set| set.sample(random)) {
            Some(member) => cx.reply.element(member),
            None => cx.reply.null(),
        };
    }
    if args.len() > 3 {
        return Err(Error::SYNTAX);
    }
    let (draw, _) = drawing::parse(args, 2, "")?;
    let limit = cx.core.params.proto_max_bulk_len();
    let Some(set) = cx.db.get::<Set>(key)? else { return cx.reply.array(0) };
    match draw {
        Draw::Distinct(wanted) => {
            cx.reply.array(wanted.min(set.len()))?;
            set.sample_distinct(wanted, random, |member| cx.reply.element(member))
        }
        Draw::Repeated(count) => drawing::repeated(&mut cx.reply, count, 1, limit, |reply, count| {
            set.sample_many(count, &mut random, |member| reply.element(member))
        }),
    }
}

#[cfg(test)]
mod tests {
    use crate::shell::{Shell, conversation};
    use std::collections::BTreeSet;

    #[test]
    fn arguments() {
        conversation! {
            "SRANDMEMBER none => $-1"
            "SRANDMEMBER none 0 => *0"
            "SRANDMEMBER none -5 => *0"
            "SRANDMEMBER none x => -ERR value is not an integer or out of range"
            "SRANDMEMBER none -9223372036854775808 => -ERR value is out of range, value must between -9223372036854775807 and 9223372036854775807"
            "SRANDMEMBER none 1 1 => -ERR syntax error"
            "SET t x => +OK"
            "SRANDMEMBER t => -WRONGTYPE Operation against a key holding the wrong kind of value"
            "SRANDMEMBER t 0 => -WRONGTYPE Operation against a key holding the wrong kind of value"
            "SADD s a => :1"
            "SRANDMEMBER s => $1 a"
            "SRANDMEMBER s 0 => *0"
            "SRANDMEMBER s 9223372036854775807 => *1 $1 a"
            "SRANDMEMBER s -3 => *3 $1 a $1 a $1 a"
        };
    }

    #[test]
    fn positive_counts_give_different_members_and_negative_ones_that_many() {
        let mut shell = Shell::new();
        for (prefix, len) in [("", 200), ("m", 100), ("m", 1000)] {
            shell.run("DEL s");
            let members: Vec<String> = (0..len).map(|n| format!("{prefix}{n}")).collect();
            shell.run(&format!("SADD s {}", members.join(" ")));
            for count in [1, 10, len - 1, len, len + 5, -1, -10, -2500] {
                let reply = shell.run(&format!("SRANDMEMBER s {count}"));
                let drawn: Vec<&str> = reply.split(' ').skip(2).step_by(2).collect();
                let different: BTreeSet<&str> = drawn.iter().copied().collect();
                if count > 0 {
                    assert_eq!((drawn.len(), different.len()), (len.min(count) as usize, drawn.len()));
                } else {
                    assert_eq!(drawn.len() as i32, -count);
                }
                assert!(drawn.iter().all(|member| members.iter().any(|m| m == member)));
            }
        }
    }

    #[test]
    fn an_answer_is_as_long_as_a_string_may_be_at_most() {
        let mut shell = Shell::new();
        shell.set("proto-max-bulk-len", "1mb");
        shell.words(&[b"SADD", b"s", &[b'x'; 1000]]);
        assert!(shell.run("SRANDMEMBER s -1000").starts_with("*1000 $1000 xxx"));
        for count in ["-1100", "-200000", "-9223372036854775807"] {
            assert_eq!(shell.run(&format!("SRANDMEMBER s {count}")), "-ERR value is out of range", "{count}");
        }
    }
}
