//! HTTL, HPTTL, HEXPIRETIME, HPEXPIRETIME: when fields of a hash will vanish.

use crate::generic::ttl::seconds;
use crate::hash::fields::List;
use russet_engine::prelude::*;
use russet_engine::value::Hash;

command! {
    name: "HTTL", group: Hash, since: "9.0.0", complexity: "O(N) where N is the number of specified fields.",
    summary: "Returns how long fields of a hash have until they expire, in seconds.",
    syntax: "key FIELDS numfields field [field ...]",
    notes: [of("numfields").kind("integer")],
    flags: READONLY | FAST,
    keys: [at(1).read_only().access()],
    run: httl,
}

command! {
    name: "HPTTL", group: Hash, since: "9.0.0", complexity: "O(N) where N is the number of specified fields.",
    summary: "Returns how long fields of a hash have until they expire, in milliseconds.",
    syntax: "key FIELDS numfields field [field ...]",
    notes: [of("numfields").kind("integer")],
    flags: READONLY | FAST,
    keys: [at(1).read_only().access()],
    run: hpttl,
}

command! {
    name: "HEXPIRETIME", group: Hash, since: "9.0.0", complexity: "O(N) where N is the number of specified fields.",
    summary: "Returns when fields of a hash expire, as a Unix time in seconds.",
    syntax: "key FIELDS numfields field [field ...]",
    notes: [of("numfields").kind("integer")],
    flags: READONLY | FAST,
    keys: [at(1).read_only().access()],
    run: hexpiretime,
}

command! {
    name: "HPEXPIRETIME", group: Hash, since: "9.0.0", complexity: "O(N) where N is the number of specified fields.",
    summary: "Returns when fields of a hash expire, as a Unix time in milliseconds.",
    syntax: "key FIELDS numfields field [field ...]",
    notes: [of("numfields").kind("integer")],
    flags: READONLY | FAST,
    keys: [at(1).read_only().access()],
    run: hpexpiretime,
}

fn httl(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    answer(cx, args, |at, now| seconds(at - now))
}

fn hpttl(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    answer(cx, args, |at, now| at - now)
}

fn hexpiretime(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    answer(cx, args, |at, _| seconds(at))
}

fn hpexpiretime(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    answer(cx, args, |at, _| at)
}

/// Answers -2 for each field that is not there, -1 for one that stays, else what `show` makes of the time it vanishes and
/// of now.
fn answer(cx: &mut Context<'_>, args: Args<'_>, show: impl Fn(i64, i64) -> i64) -> Outcome {
    let list = List::at(args, 2)?.checked(1, Error::SYNTAX)?;
    let now = cx.db.now_ms();
    let hash = cx.db.get::<Hash>(args.key(1))?.map(|hash| hash.at(now));
    cx.reply.array(list.iter().len())?;
    list.iter().try_for_each(|field| {
        cx.reply.int(match hash.and_then(|hash| hash.expiry(field)) {
            None => -2,
            Some(None) => -1,
            Some(Some(at)) => show(at, now),
        })
    })
}

#[cfg(test)]
mod tests {
    use crate::shell::conversation;

    #[test]
    fn times_are_shown_in_four_ways() {
        conversation! {
            "HSET h a 1 b 2 => :2"
            "HPEXPIRE h 1499 FIELDS 1 a => *1 :1"
            "HTTL h FIELDS 3 a b c => *3 :1 :-1 :-2"
            "HPTTL h FIELDS 3 a b c => *3 :1499 :-1 :-2"
            "HEXPIRETIME h FIELDS 1 a => *1 :1700000001"
            "HPEXPIRETIME h FIELDS 1 a => *1 :1700000001499"
            "HPEXPIRE h 1500 FIELDS 1 a => *1 :1"
            "HTTL h FIELDS 2 a a => *2 :2 :2"
            "HTTL none FIELDS 2 a b => *2 :-2 :-2"
        };
    }

    #[test]
    fn the_list_is_checked_first() {
        let mut shell = conversation! {
            "SET s 1 => +OK"
            "HTTL s FIELDS 1 => -ERR wrong number of arguments for 'httl' command"
            "HTTL s FOO x a => -ERR syntax error"
            "HTTL s FIELDS x a => -ERR value is not an integer or out of range"
            "HTTL s FIELDS 1 a => -WRONGTYPE Operation against a key holding the wrong kind of value"
        };
        for list in ["FIELDS 0 a", "FIELDS 2 a", "FIELDS 1 a b", "FIELDS -1 a"] {
            assert_eq!(shell.run(&format!("HTTL s {list}")), "-ERR syntax error", "{list}");
        }
    }
}
