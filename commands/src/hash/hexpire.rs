//! HEXPIRE, HPEXPIRE, HEXPIREAT, HPEXPIREAT: give fields of a hash a time to vanish.

use crate::generic::expire::Conditions;
use crate::hash::fields::{self, List, MISMATCH};
use russet_engine::prelude::*;
use russet_engine::value::Hash;
use russet_engine::value::hash::Rules;

command! {
    name: "HEXPIRE", group: Hash, since: "9.0.0", complexity: "O(N) where N is the number of specified fields.",
    summary: "Sets when fields of a hash expire, in seconds from now.",
    syntax: "key seconds [NX | XX | GT | LT] FIELDS numfields field [field ...]",
    notes: [of("numfields").kind("integer"), of("NX | XX | GT | LT").name("condition")],
    flags: WRITE | FAST,
    keys: [at(1).read_write().update()],
    run: hexpire,
}

command! {
    name: "HPEXPIRE", group: Hash, since: "9.0.0", complexity: "O(N) where N is the number of specified fields.",
    summary: "Sets when fields of a hash expire, in milliseconds from now.",
    syntax: "key milliseconds [NX | XX | GT | LT] FIELDS numfields field [field ...]",
    notes: [of("numfields").kind("integer"), of("NX | XX | GT | LT").name("condition")],
    flags: WRITE | FAST,
    keys: [at(1).read_write().update()],
    run: hpexpire,
}

command! {
    name: "HEXPIREAT", group: Hash, since: "9.0.0", complexity: "O(N) where N is the number of specified fields.",
    summary: "Sets when fields of a hash expire, as a Unix time in seconds.",
    syntax: "key unix-time-seconds [NX | XX | GT | LT] FIELDS numfields field [field ...]",
    notes: [of("numfields").kind("integer"), of("NX | XX | GT | LT").name("condition")],
    flags: WRITE | FAST,
    keys: [at(1).read_write().update()],
    run: hexpireat,
}

command! {
    name: "HPEXPIREAT", group: Hash, since: "9.0.0", complexity: "O(N) where N is the number of specified fields.",
    summary: "Sets when fields of a hash expire, as a Unix time in milliseconds.",
    syntax: "key unix-time-milliseconds [NX | XX | GT | LT] FIELDS numfields field [field ...]",
    notes: [of("numfields").kind("integer"), of("NX | XX | GT | LT").name("condition")],
    flags: WRITE | FAST,
    keys: [at(1).read_write().update()],
    run: hpexpireat,
}

fn hexpire(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let now = cx.db.now_ms();
    set_expiry(cx, args, "hexpire", |n| n.checked_mul(1000)?.checked_add(now))
}

fn hpexpire(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let now = cx.db.now_ms();
    set_expiry(cx, args, "hpexpire", |n| n.checked_add(now))
}

fn hexpireat(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    set_expiry(cx, args, "hexpireat", |n| n.checked_mul(1000))
}

fn hpexpireat(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    set_expiry(cx, args, "hpexpireat", Some)
}

/// What is answered for a field: not there, the condition was not met, set, or removed since its time is past.
const NO_FIELD: i64 = -2;
const NOT_MET: i64 = 0;
const SET: i64 = 1;
const REMOVED: i64 = 2;

/// The command under its four names; `moment` makes a Unix time in milliseconds of the argument.
fn set_expiry(
    cx: &mut Context<'_>,
    args: Args<'_>,
    command: &str,
    moment: impl Fn(i64) -> Option<i64>,
) -> Outcome {
    let at = List::find(args, 3)?;
    let conditions = Conditions::parse(args.head(at))?;
    let list = List::at(args, at)?.checked(1, MISMATCH)?;
    let time = args.int(2)?;
    let at = Some(time).filter(|&time| time >= 0).and_then(moment);
    let at = at.ok_or_else(|| Error::owned(format!("ERR invalid expire time in '{command}' command")))?;
    let key = args.key(1);
    let horizon_ms = cx.db.horizon_ms();
    let rules = Rules::of(&cx.core.params, cx.db.keyspace().hasher());
    let reply = &mut cx.reply;
    let mut changed = Vec::new();
    let edited = cx.db.edit(key, |hash: &mut Hash| {
        reply.array(list.iter().len())?;
        for field in list.iter() {
            let answer = match hash.at(horizon_ms).expiry(field) {
                None => NO_FIELD,
                Some(old) if !conditions.allow(old, at) => NOT_MET,
                Some(_) if at <= horizon_ms => {
                    hash.discard(field);
                    changed.push(field);
                    REMOVED
                }
                Some(_) => {
                    hash.set_expiry(field, Some(at), &rules);
                    changed.push(field);
                    SET
                }
            };
            reply.int(answer)?;
        }
        Ok(())
    })?;
    let Some(edited) = edited else {
        cx.reply.array(list.iter().len())?;
        return list.iter().try_for_each(|_| cx.reply.int(NO_FIELD));
    };
    if at <= horizon_ms {
        fields::removed(cx, key, Event::HExpired, &changed, edited.emptied);
    } else {
        fields::expire_at(cx, key, at, &changed);
    }
    edited.result
}

#[cfg(test)]
mod tests {
    use crate::shell::{Shell, conversation};
    use russet_engine::keyspace::Cycle;

    #[test]
    fn what_is_checked_first() {
        let mut shell = conversation! {
            "HSET h a 1 b 2 => :2"
            "SET s 1 => +OK"
            "HEXPIRE h 10 FIELDS 1 => -ERR wrong number of arguments for 'hexpire' command"
            "HEXPIRE h x FOO FIELDS 1 a => -ERR Unsupported option FOO"
            "HEXPIRE h x NX XX FIELDS 1 a => -ERR NX and XX, GT or LT options at the same time are not compatible"
            "HEXPIRE h x FIELDS x a => -ERR value is not an integer or out of range"
            "HEXPIRE h x FIELDS 1 a => -ERR value is not an integer or out of range"
            "HEXPIRE h -1 FIELDS 1 a => -ERR invalid expire time in 'hexpire' command"
            "HEXPIRE h 9223372036854775 FIELDS 1 a => -ERR invalid expire time in 'hexpire' command"
            "HPEXPIRE h 9223372036854775807 FIELDS 1 a => -ERR invalid expire time in 'hpexpire' command"
            "HEXPIRE none -1 FIELDS 1 a => -ERR invalid expire time in 'hexpire' command"
            "HEXPIRE s 10 FIELDS 1 a => -WRONGTYPE Operation against a key holding the wrong kind of value"
            "HEXPIRE none 10 FIELDS 2 a b => *2 :-2 :-2"
            "HPEXPIREAT h 9223372036854775807 FIELDS 1 a => *1 :1"
            "HPEXPIRETIME h FIELDS 1 a => *1 :9223372036854775807"
        };
        let mismatch = "-ERR numfields should be greater than 0 and match the provided number of fields";
        for list in ["FOO 1 a", "FIELDS 1 a b", "FIELDS 2 a", "FIELDS 0 a", "FIELDS -1 a", "FIELDS 1 a NX"] {
            assert_eq!(shell.run(&format!("HEXPIRE s x {list}")), mismatch, "{list}");
        }
    }

    #[test]
    fn conditions_and_times_that_are_past() {
        conversation! {
            "HSET h a 1 b 2 => :2"
            "HEXPIRE h 10 XX FIELDS 1 a => *1 :0"
            "HEXPIRE h 0 GT FIELDS 1 a => *1 :0"
            "OBJECT ENCODING h => $8 listpack"
            "HEXPIRE h 10 NX FIELDS 3 a none a => *3 :1 :-2 :0"
            "OBJECT ENCODING h => $9 hashtable"
            "HEXPIRE h 20 GT FIELDS 2 a b => *2 :1 :0"
            "HEXPIRE h 5 LT FIELDS 2 a b => *2 :1 :1"
            "HTTL h FIELDS 3 a b none => *3 :5 :5 :-2"
            "HEXPIRE h 0 NX FIELDS 1 a => *1 :0"
            "HEXPIRE h 0 LT FIELDS 2 a a => *2 :2 :-2"
            "HEXPIREAT h 1 FIELDS 2 x b => *2 :-2 :2"
            "EXISTS h => :0"
        };
    }

    #[test]
    fn a_field_vanishes_the_millisecond_after_and_is_removed_in_time() {
        let mut shell = conversation! {
            "HSET h a 1 b 2 c 3 => :3"
            "HPEXPIRE h 100 FIELDS 2 a b => *2 :1 :1"
        };
        shell.clock.advance(100);
        assert_eq!(shell.run("HPTTL h FIELDS 1 a"), "*1 :0");
        shell.clock.advance(1);
        for (line, reply) in [
            ("HPTTL h FIELDS 1 a", "*1 :-2"),
            ("HGET h a", "$-1"),
            ("HMGET h a c", "*2 $-1 $1 3"),
            ("HEXISTS h a", ":0"),
            ("HSTRLEN h a", ":0"),
            ("HGETALL h", "*2 $1 c $1 3"),
            ("HKEYS h", "*1 $1 c"),
            ("HVALS h", "*1 $1 3"),
            ("HRANDFIELD h 5", "*1 $1 c"),
            ("HRANDFIELD h -3", "*3 $1 c $1 c $1 c"),
            ("HSCAN h 0", "*2 $1 0 *2 $1 c $1 3"),
            ("HDEL h a", ":0"),
            ("HGETDEL h FIELDS 1 a", "*1 $-1"),
            ("HGETEX h EX 10 FIELDS 1 a", "*1 $-1"),
            ("HPERSIST h FIELDS 1 a", "*1 :-2"),
            ("HEXPIRE h 10 FIELDS 1 a", "*1 :-2"),
            ("HLEN h", ":3"),
        ] {
            assert_eq!(shell.run(line), reply, "{line}");
        }
        shell.engine.keyspace.effects.attach(true);
        shell.engine.expire_cycle(Cycle::Slow { hz: 10 });
        let mut effects = shell.effects();
        effects.iter_mut().for_each(|line| *line = line.replace("b a", "a b"));
        assert_eq!(effects, ["HDEL h a b"]);
        assert_eq!(shell.run("HLEN h"), ":1");
    }

    #[test]
    fn a_hash_of_which_nothing_is_left_goes_with_its_last_field() {
        let mut shell = Shell::new();
        for i in 0..200 {
            shell.run(&format!("HSET h f{i} v"));
            shell.run(&format!("HPEXPIRE h {} FIELDS 1 f{i}", 10 + i));
        }
        shell.clock.advance(100);
        shell.engine.synchronise();
        shell.engine.expire_cycle(Cycle::Slow { hz: 10 });
        assert_eq!(shell.run("HLEN h"), ":110");
        shell.clock.advance(1000);
        assert_eq!(shell.run("HGETALL h"), "*0");
        assert_eq!(shell.run("HRANDFIELD h"), "$-1");
        assert_eq!(shell.run("HRANDFIELD h -5"), "*0");
        assert_eq!(shell.run("EXISTS h"), ":1");
        shell.engine.expire_cycle(Cycle::Slow { hz: 10 });
        assert_eq!(shell.run("EXISTS h"), ":0");
        let keyspace = &shell.engine.keyspace;
        keyspace.databases().iter().for_each(|database| database.validate(keyspace.hasher()));
    }

    #[test]
    fn writing_over_what_has_expired_finds_nothing() {
        for (line, reply, after, effects) in [
            ("HSET h a 5", ":1", "*2 $1 5 $1 2", vec!["HSET h a 5"]),
            ("HSETNX h a 5", ":1", "*2 $1 5 $1 2", vec!["HSET h a 5"]),
            ("HINCRBY h a 5", ":5", "*2 $1 5 $1 2", vec!["HSET h a 5"]),
            ("HINCRBYFLOAT h a 5", "$1 5", "*2 $1 5 $1 2", vec!["HSET h a 5"]),
            ("HDEL h a b", ":1", "*2 $-1 $-1", vec!["HDEL h b"]),
            ("HSETEX h FNX FIELDS 1 a 5", ":1", "*2 $1 5 $1 2", vec!["HSET h a 5"]),
            (
                "HSETEX h KEEPTTL FIELDS 1 a 5",
                ":1",
                "*2 $1 5 $1 2",
                vec!["MULTI", "HPERSIST h FIELDS 1 a", "HSETEX h KEEPTTL FIELDS 1 a 5", "EXEC"],
            ),
        ] {
            let mut shell = conversation! {
                "HSET h a 1 b 2 => :2"
                "HPEXPIRE h 10 FIELDS 1 a => *1 :1"
            };
            shell.clock.advance(11);
            shell.engine.keyspace.effects.attach(true);
            assert_eq!(shell.run(line), reply, "{line}");
            assert_eq!(shell.effects(), effects, "{line}");
            assert_eq!(shell.run("HMGET h a b"), after, "{line}");
        }
    }

    #[test]
    fn the_journal_knows_moments_and_the_fields_that_were_there() {
        let mut shell = conversation! { "HSET h a 1 b 2 c 3 => :3" };
        shell.engine.keyspace.effects.attach(true);
        for line in ["HEXPIRE h 100 NX FIELDS 2 a x", "HEXPIRE h 10 GT FIELDS 2 a b", "HEXPIRE h 0 FIELDS 2 a b"] {
            shell.run(line);
        }
        assert_eq!(shell.effects(), ["HPEXPIREAT h 1700000100000 FIELDS 1 a", "HDEL h a b"]);
    }
}
