//! TTL, PTTL, EXPIRETIME, PEXPIRETIME: when a key will vanish.

use russet_engine::prelude::*;

command! {
    name: "TTL", group: Generic, since: "1.0.0", complexity: "O(1)",
    summary: "Returns the expiration time in seconds of a key.",
    syntax: "key",
    flags: READONLY | FAST,
    keys: [at(1).read_only().access()],
    tips: ["nondeterministic_output"],
    history: [("2.8.0", "Added the -2 reply.")],
    run: ttl,
}

command! {
    name: "PTTL", group: Generic, since: "2.6.0", complexity: "O(1)",
    summary: "Returns the expiration time in milliseconds of a key.",
    syntax: "key",
    flags: READONLY | FAST,
    keys: [at(1).read_only().access()],
    tips: ["nondeterministic_output"],
    history: [("2.8.0", "Added the -2 reply.")],
    run: pttl,
}

command! {
    name: "EXPIRETIME", group: Generic, since: "7.0.0", complexity: "O(1)",
    summary: "Returns the expiration time of a key as a Unix timestamp.",
    syntax: "key",
    flags: READONLY | FAST,
    keys: [at(1).read_only().access()],
    run: expiretime,
}

command! {
    name: "PEXPIRETIME", group: Generic, since: "7.0.0", complexity: "O(1)",
    summary: "Returns the expiration time of a key as a Unix milliseconds timestamp.",
    syntax: "key",
    flags: READONLY | FAST,
    keys: [at(1).read_only().access()],
    run: pexpiretime,
}

/// Seconds, rounded to the nearest.
pub(crate) fn seconds(ms: i64) -> i64 {
    (ms.max(0).unsigned_abs() + 500).wrapping_div(1000) as i64
}

fn ttl(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    answer(cx, args, |at, now| seconds(at - now))
}

fn pttl(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    answer(cx, args, |at, now| at - now)
}

fn expiretime(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    answer(cx, args, |at, _| seconds(at))
}

fn pexpiretime(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    answer(cx, args, |at, _| at)
}

/// Answers -2 for no key, -1 for one that stays, else what `show` makes of the time it vanishes and of now.
fn answer(cx: &mut Context<'_>, args: Args<'_>, show: impl Fn(i64, i64) -> i64) -> Outcome {
    let now = cx.db.now_ms();
    let answer = match cx.db.glance(args.key(1)).map(|entry| entry.expiry()) {
        None => -2,
        Some(None) => -1,
        Some(Some(at)) => show(at, now),
    };
    cx.reply.int(answer)
}

#[cfg(test)]
mod tests {
    use crate::shell::conversation;

    #[test]
    fn seconds_are_rounded() {
        conversation! {
            "SET a 1 PX 1499 => +OK"
            "TTL a => :1"
            "PTTL a => :1499"
            "EXPIRETIME a => :1700000001"
            "PEXPIRETIME a => :1700000001499"
            "SET a 1 PX 1500 => +OK"
            "TTL a => :2"
            "EXPIRETIME a => :1700000002"
        };
    }

    #[test]
    fn no_key_and_no_expiry_differ() {
        conversation! {
            "SET a 1 => +OK"
            "TTL a => :-1"
            "PTTL a => :-1"
            "EXPIRETIME a => :-1"
            "PEXPIRETIME a => :-1"
            "TTL b => :-2"
            "PTTL b => :-2"
            "EXPIRETIME b => :-2"
            "PEXPIRETIME b => :-2"
        };
    }
}
