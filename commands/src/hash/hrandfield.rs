//! HRANDFIELD: random fields of a hash, different ones or each drawn from all.

use crate::drawing::{self, Draw};
use rand::RngCore;
use russet_engine::Reply;
use russet_engine::prelude::*;
use russet_engine::value::Hash;
use russet_engine::value::hash::Field;

command! {
    name: "HRANDFIELD", group: Hash, since: "6.2.0",
    complexity: "O(N) where N is the number of fields returned",
    summary: "Returns one or more random fields from a hash.",
    syntax: "key [count [WITHVALUES]]",
    notes: [
        of("count [WITHVALUES]").name("options"),
    ],
    flags: READONLY,
    keys: [at(1).read_only().access()],
    tips: ["nondeterministic_output"],
    run: hrandfield,
}

fn hrandfield(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    if args.len() == 2 {
        return one(cx, args.key(1));
    }
    let (draw, with_values) = drawing::parse(args, 2, "WITHVALUES")?;
    let horizon_ms = cx.db.horizon_ms();
    let largest = cx.core.params.proto_max_bulk_len();
    let Some(hash) = cx.db.get::<Hash>(args.key(1))?.map(|hash| hash.at(horizon_ms)) else { return cx.reply.array(0) };
    let len = hash.len();
    // In RESP3 a field and its value are an array of their own.
    let nested = with_values && cx.reply.protocol() == Protocol::Resp3;
    let width = if with_values && !nested { 2 } else { 1 };
    let write = |reply: &mut Reply<'_>, (field, value): Field<'_>| {
        if nested {
            reply.array(2)?;
        }
        reply.element(field)?;
        if with_values { reply.element(value) } else { Ok(()) }
    };
    let mut random = || cx.core.random.next_u64();
    match draw {
        Draw::Distinct(count) if count >= len => {
            cx.reply.array(len * width)?;
            hash.iter().try_for_each(|field| write(&mut cx.reply, field))
        }
        Draw::Distinct(count) => {
            cx.reply.array(count * width)?;
            hash.sample_distinct(count, random, |field| write(&mut cx.reply, field))
        }
        Draw::Repeated(_) if len == 0 => cx.reply.array(0),
        Draw::Repeated(count) => drawing::repeated(&mut cx.reply, count, width, largest, |reply, count| {
            hash.sample_many(count, &mut random, |field| write(reply, field))
        }),
    }
}

/// Without a count: one field, or null.
fn one(cx: &mut Context<'_>, key: Key<'_>) -> Outcome {
    let horizon_ms = cx.db.horizon_ms();
    let mut drawn = None;
    if let Some(hash) = cx.db.get::<Hash>(key)? {
        hash.at(horizon_ms).sample_many(1, || cx.core.random.next_u64(), |(field, _)| {
            drawn = Some(field);
            Ok(())
        })?;
    }
    match drawn {
        Some(field) => cx.reply.element(field),
        None => cx.reply.null(),
    }
}

#[cfg(test)]
mod tests {
    use crate::shell::{Shell, conversation};
    use std::collections::BTreeMap;

    #[test]
    fn counts_are_checked() {
        conversation! {
            "HRANDFIELD nokey => $-1"
            "HRANDFIELD nokey 1 => *0"
            "HRANDFIELD nokey -5 WITHVALUES => *0"
            "HSET h a 1 => :1"
            "HRANDFIELD h => $1 a"
            "HRANDFIELD h 0 => *0"
            "HRANDFIELD h 5 => *1 $1 a"
            "HRANDFIELD h 9223372036854775807 => *1 $1 a"
            "HRANDFIELD h -2 withvalues => *4 $1 a $1 1 $1 a $1 1"
            "HRANDFIELD h x => -ERR value is not an integer or out of range"
            "HRANDFIELD h x FOO => -ERR value is not an integer or out of range"
            "HRANDFIELD h 1 FOO => -ERR syntax error"
            "HRANDFIELD h 1 WITHVALUES FOO => -ERR syntax error"
            "HRANDFIELD h -9223372036854775808 => -ERR value is out of range, value must between -9223372036854775807 and 9223372036854775807"
            "HRANDFIELD h 4611686018427387904 WITHVALUES => -ERR value is out of range"
            "HRANDFIELD h -4611686018427387904 WITHVALUES => -ERR value is out of range"
            "HRANDFIELD h 4611686018427387903 WITHVALUES => *2 $1 a $1 1"
            "SET s 1 => +OK"
            "HRANDFIELD s => -WRONGTYPE Operation against a key holding the wrong kind of value"
            "HRANDFIELD s x => -ERR value is not an integer or out of range"
        };
    }

    #[test]
    fn a_reply_with_repetitions_has_a_limit() {
        let mut shell = Shell::new();
        shell.set("proto-max-bulk-len", "1mb");
        shell.run(&format!("HSET h f {}", "x".repeat(100_000)));
        assert_eq!(shell.run("HRANDFIELD h -9223372036854775807"), "-ERR value is out of range");
        assert_eq!(shell.run("HRANDFIELD h -50 WITHVALUES"), "-ERR value is out of range");
        assert!(shell.run("HRANDFIELD h -9 WITHVALUES").starts_with("*18 $1 f $100000 xxx"));
        assert_eq!(shell.run("HRANDFIELD nokey -9223372036854775807"), "*0");
    }

    #[test]
    fn pairs_are_arrays_in_resp3() {
        let mut shell = conversation! { "HSET h a 1 => :1" };
        shell.resp3();
        assert_eq!(shell.run("HRANDFIELD h 1 WITHVALUES"), "*1 *2 $1 a $1 1");
        assert_eq!(shell.run("HRANDFIELD h -2 WITHVALUES"), "*2 *2 $1 a $1 1 *2 $1 a $1 1");
        assert_eq!(shell.run("HRANDFIELD h 1"), "*1 $1 a");
        assert_eq!(shell.run("HRANDFIELD nokey"), "_");
    }

    #[test]
    fn every_field_has_its_turn_and_none_comes_twice() {
        for entries in ["512", "0"] {
            let mut shell = Shell::new();
            shell.set("hash-max-listpack-entries", entries);
            (0..20).for_each(|i| drop(shell.run(&format!("HSET h f{i} {i}"))));
            let mut often = BTreeMap::new();
            for _ in 0..400 {
                let reply = shell.run("HRANDFIELD h 5");
                let mut drawn: Vec<_> = reply.split(' ').skip(2).step_by(2).map(str::to_owned).collect();
                drawn.iter().for_each(|field| *often.entry(field.clone()).or_insert(0) += 1);
                drawn.sort();
                drawn.dedup();
                assert_eq!(drawn.len(), 5, "{reply}");
            }
            assert_eq!(often.len(), 20);
            // Each is drawn 100 times on average; 40 and 160 are more than six deviations away.
            assert!(often.values().all(|times| (40..160).contains(times)), "{often:?}");
        }
    }
}
