//! EXPIRE, PEXPIRE, EXPIREAT, PEXPIREAT: give a key a time to vanish.

use russet_engine::prelude::*;

command! {
    name: "EXPIRE", group: Generic, since: "1.0.0", complexity: "O(1)",
    summary: "Sets the expiration time of a key in seconds.",
    syntax: "key seconds [NX | XX | GT | LT]",
    notes: [of("NX | XX | GT | LT").name("condition").since("7.0.0")],
    flags: WRITE | FAST,
    keys: [at(1).read_write().update()],
    history: [("7.0.0", "Added options: `NX`, `XX`, `GT` and `LT`.")],
    run: expire,
}

command! {
    name: "PEXPIRE", group: Generic, since: "2.6.0", complexity: "O(1)",
    summary: "Sets the expiration time of a key in milliseconds.",
    syntax: "key milliseconds [NX | XX | GT | LT]",
    notes: [of("NX | XX | GT | LT").name("condition").since("7.0.0")],
    flags: WRITE | FAST,
    keys: [at(1).read_write().update()],
    history: [("7.0.0", "Added options: `NX`, `XX`, `GT` and `LT`.")],
    run: pexpire,
}

command! {
    name: "EXPIREAT", group: Generic, since: "1.2.0", complexity: "O(1)",
    summary: "Sets the expiration time of a key to a Unix timestamp.",
    syntax: "key unix-time-seconds [NX | XX | GT | LT]",
    notes: [of("NX | XX | GT | LT").name("condition").since("7.0.0")],
    flags: WRITE | FAST,
    keys: [at(1).read_write().update()],
    history: [("7.0.0", "Added options: `NX`, `XX`, `GT` and `LT`.")],
    run: expireat,
}

command! {
    name: "PEXPIREAT", group: Generic, since: "2.6.0", complexity: "O(1)",
    summary: "Sets the expiration time of a key to a Unix milliseconds timestamp.",
    syntax: "key unix-time-milliseconds [NX | XX | GT | LT]",
    notes: [of("NX | XX | GT | LT").name("condition").since("7.0.0")],
    flags: WRITE | FAST,
    keys: [at(1).read_write().update()],
    history: [("7.0.0", "Added options: `NX`, `XX`, `GT` and `LT`.")],
    run: pexpireat,
}

fn expire(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let now = cx.db.now_ms();
    set_expiry(cx, args, "expire", |n| n.checked_mul(1000)?.checked_add(now))
}

fn pexpire(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let now = cx.db.now_ms();
    set_expiry(cx, args, "pexpire", |n| n.checked_add(now))
}

fn expireat(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    set_expiry(cx, args, "expireat", |n| n.checked_mul(1000))
}

fn pexpireat(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    set_expiry(cx, args, "pexpireat", Some)
}

/// The options: how the new time must stand to the old one.
#[derive(Default)]
pub(crate) struct Conditions {
    absent: bool,
    present: bool,
    later: bool,
    sooner: bool,
}

impl Conditions {
    /// Reads the options from word 3 to the end.
    ///
    /// # Errors
    /// If there is another option, or two that exclude each other.
    pub(crate) fn parse(args: Args<'_>) -> Result<Self, Error> {
        let mut conditions = Conditions::default();
        for (at, word) in (3..).zip(args.iter_from(3)) {
            let flag = match at {
                at if args.is(at, "NX") => &mut conditions.absent,
                at if args.is(at, "XX") => &mut conditions.present,
                at if args.is(at, "GT") => &mut conditions.later,
                at if args.is(at, "LT") => &mut conditions.sooner,
                _ => {
                    // The option is quoted as a C string.
                    let word = word.split(|&b| b == 0).next().unwrap_or_default();
                    return Err(Error::owned([b"ERR Unsupported option ", word].concat()));
                }
            };
            *flag = true;
        }
        if conditions.absent && (conditions.present || conditions.later || conditions.sooner) {
            return Err(Error::new(
                "ERR NX and XX, GT or LT options at the same time are not compatible",
            ));
        }
        if conditions.later && conditions.sooner {
            return Err(Error::new("ERR GT and LT options at the same time are not compatible"));
        }
        Ok(conditions)
    }

    /// Whether a key that expires at `old` may get `new`. A key that never expires does so later than any.
    pub(crate) fn allow(&self, old: Option<i64>, new: i64) -> bool {
        !(self.absent && old.is_some()
            || self.present && old.is_none()
            || self.later && old.is_none_or(|old| new <= old)
            || self.sooner && old.is_some_and(|old| new >= old))
    }
}

/// The command under its four names; `moment` makes a Unix time in milliseconds of the argument.
fn set_expiry(
    cx: &mut Context<'_>,
    args: Args<'_>,
    command: &str,
    moment: impl Fn(i64) -> Option<i64>,
) -> Outcome {
    let conditions = Conditions::parse(args)?;
    let at = moment(args.int(2)?)
        .ok_or_else(|| Error::owned(format!("ERR invalid expire time in '{command}' command")))?;
    let key = args.key(1);
    let Some(old) = cx.db.write(key).map(|entry| entry.expiry()) else { return cx.reply.int(0) };
    if !conditions.allow(old, at) {
        return cx.reply.int(0);
    }
    if at <= cx.db.horizon_ms() {
        // Its time has come already.
        let lazily = cx.core.params.lazyfree_lazy_expire();
        cx.db.delete_as(key, lazily);
        cx.journal([if lazily { &b"UNLINK"[..] } else { b"DEL" }, key.bytes]);
    } else {
        cx.db.set_expiry(key, Some(at));
        cx.db.changed(key, Event::Expire);
        let moment = at.to_string();
        let words = [&b"PEXPIREAT"[..], key.bytes, moment.as_bytes()];
        cx.journal(words.into_iter().chain(args.iter_from(3)));
    }
    cx.reply.int(1)
}

#[cfg(test)]
mod tests {
    use crate::shell::{Shell, conversation};
    use russet_engine::keyspace::Cycle;

    #[test]
    fn options_are_read_before_the_time() {
        conversation! {
            "SET a 1 => +OK"
            "EXPIRE a => -ERR wrong number of arguments for 'expire' command"
            "EXPIRE a x foo => -ERR Unsupported option foo"
            "EXPIRE a x NX XX => -ERR NX and XX, GT or LT options at the same time are not compatible"
            "EXPIRE a 10 NX GT LT => -ERR NX and XX, GT or LT options at the same time are not compatible"
            "EXPIRE a 10 GT LT => -ERR GT and LT options at the same time are not compatible"
            "EXPIRE a x NX NX => -ERR value is not an integer or out of range"
            "EXPIRE a 1e3 => -ERR value is not an integer or out of range"
            "TTL a => :-1"
        };
    }

    #[test]
    fn times_that_no_clock_can_show_are_refused() {
        conversation! {
            "EXPIRE nokey 9223372036854775807 => -ERR invalid expire time in 'expire' command"
            "EXPIRE nokey -9223372036854775808 => -ERR invalid expire time in 'expire' command"
            "EXPIRE nokey 9223372036854775 => -ERR invalid expire time in 'expire' command"
            "PEXPIRE nokey 9223372036854775807 => -ERR invalid expire time in 'pexpire' command"
            "EXPIREAT nokey 9223372036854776 => -ERR invalid expire time in 'expireat' command"
            "EXPIREAT nokey 9223372036854775 => :0"
            "SET a 1 => +OK"
            "PEXPIREAT a 9223372036854775807 => :1"
            "PEXPIRETIME a => :9223372036854775807"
            "EXPIRETIME a => :9223372036854776"
        };
    }

    #[test]
    fn the_active_expiry_bears_times_that_are_far_away() {
        let mut shell = Shell::new();
        for i in 0..50 {
            shell.run(&format!("SET k{i} 1"));
            assert_eq!(shell.run(&format!("PEXPIREAT k{i} 9223372036854775807")), ":1");
        }
        shell.engine.expire_cycle(Cycle::Slow { hz: 10 });
        let mean = shell.engine.keyspace.databases()[0].average_ttl();
        assert_eq!(mean, i64::MAX - 1_700_000_000_000);
    }

    #[test]
    fn conditions_compare_with_the_time_that_is_set() {
        conversation! {
            "SET a 1 => +OK"
            "EXPIRE a 10 XX => :0"
            "EXPIRE a 10 GT => :0"
            "EXPIRE a 10 LT => :1"
            "EXPIRE a 20 NX => :0"
            "EXPIRE a 20 XX GT => :1"
            "EXPIRE a 20 GT => :0"
            "EXPIRE a 20 LT => :0"
            "EXPIRE a 15 XX LT => :1"
            "TTL a => :15"
            "EXPIRE b 10 => :0"
        };
    }

    #[test]
    fn a_time_that_is_past_removes_the_key() {
        for line in ["EXPIRE a -1", "EXPIRE a 0", "PEXPIRE a -9223372036854775808", "EXPIREAT a 1", "PEXPIREAT a 0"] {
            let mut shell = conversation! { "SET a 1 => +OK" };
            assert_eq!(shell.run(line), ":1", "{line}");
            assert_eq!(shell.run("DBSIZE"), ":0", "{line}");
        }
        conversation! {
            "SET a 1 => +OK"
            "EXPIRE a -1 GT => :0"
            "EXISTS a => :1"
        };
    }

    #[test]
    fn a_key_vanishes_the_millisecond_after() {
        let mut shell = conversation! {
            "SET a 1 => +OK"
            "PEXPIRE a 1500 => :1"
        };
        shell.clock.advance(1500);
        assert_eq!(shell.run("PTTL a"), ":0");
        shell.clock.advance(1);
        assert_eq!(shell.run("PTTL a"), ":-2");
    }

    #[test]
    fn a_key_whose_time_has_come_leaves_nothing_behind() {
        for (line, ttl, value) in
            [("SET a 2 KEEPTTL", ":-1", "$1 2"), ("APPEND a 2", ":-1", "$1 2"), ("INCR a", ":-1", "$1 1")]
        {
            let mut shell = conversation! { "SET a 1 PX 10 => +OK" };
            shell.clock.advance(11);
            shell.engine.keyspace.effects.attach(true);
            shell.run(line);
            assert_eq!(shell.effects(), ["DEL a", line], "{line}");
            assert_eq!(shell.run("TTL a"), ttl, "{line}");
            assert_eq!(shell.run("GET a"), value, "{line}");
        }
    }

    #[test]
    fn the_journal_knows_no_relative_times() {
        let mut shell = conversation! { "SET a 1 => +OK" };
        shell.engine.keyspace.effects.attach(true);
        shell.run("EXPIRE a 100 NX");
        shell.run("pexpireat a 1700000200000 gt");
        shell.run("EXPIRE a 100 NX");
        shell.run("EXPIRE a -1");
        assert_eq!(
            shell.effects(),
            ["PEXPIREAT a 1700000100000 NX", "PEXPIREAT a 1700000200000 gt", "DEL a"]
        );
    }
}
