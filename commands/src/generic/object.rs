//! OBJECT: how the value of a key is kept, and how it has been used.

use russet_engine::eviction::Measure;
use russet_engine::prelude::*;
use russet_engine::value::Encoding;

command! {
    name: "OBJECT", group: Generic, since: "2.2.3", complexity: "Depends on subcommand.",
    summary: "A container for object introspection commands.",
    arity: -2,
}

command! {
    name: "OBJECT|ENCODING", group: Generic, since: "2.2.3", complexity: "O(1)",
    summary: "Returns the internal encoding of a Redis object.",
    syntax: "key",
    flags: READONLY,
    keys: [at(2).read_only()],
    tips: ["nondeterministic_output"],
    run: encoding,
}

command! {
    name: "OBJECT|FREQ", group: Generic, since: "4.0.0", complexity: "O(1)",
    summary: "Returns the logarithmic access frequency counter of a Redis object.",
    syntax: "key",
    flags: READONLY,
    keys: [at(2).read_only()],
    tips: ["nondeterministic_output"],
    run: freq,
}

command! {
    name: "OBJECT|IDLETIME", group: Generic, since: "2.2.3", complexity: "O(1)",
    summary: "Returns the time since the last access to a Redis object.",
    syntax: "key",
    flags: READONLY,
    keys: [at(2).read_only()],
    tips: ["nondeterministic_output"],
    run: idletime,
}

command! {
    name: "OBJECT|REFCOUNT", group: Generic, since: "2.2.3", complexity: "O(1)",
    summary: "Returns the reference count of a value of a key.",
    syntax: "key",
    flags: READONLY,
    keys: [at(2).read_only()],
    tips: ["nondeterministic_output"],
    run: refcount,
}

command! {
    name: "OBJECT|HELP", group: Generic, since: "6.2.0", complexity: "O(1)",
    summary: "Returns helpful text about the different subcommands.",
    flags: LOADING | STALE,
    acl: category::KEYSPACE,
    run: help,
}

fn encoding(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    match cx.db.examine(args.key(2)) {
        Some(entry) => cx.reply.bulk(Encoding::of(entry).name().as_bytes()),
        None => cx.reply.null(),
    }
}

fn freq(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let Some(frequency) = cx.db.frequency(args.key(2)) else { return cx.reply.null() };
    if cx.db.access().measure() != Measure::Frequency {
        return Err(Error::new(
            "ERR An LFU maxmemory policy is not selected, access frequency not tracked. Please note that when \
             switching between policies at runtime LRU and LFU data will take some time to adjust.",
        ));
    }
    cx.reply.int(frequency.into())
}

fn idletime(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let Some(idle) = cx.db.idle_ms(args.key(2)) else { return cx.reply.null() };
    match cx.db.access().measure() {
        Measure::Recency => cx.reply.int((idle / 1000) as i64),
        Measure::Frequency => Err(Error::new(
            "ERR An LFU maxmemory policy is selected, idle time not tracked. Please note that when switching \
             between policies at runtime LRU and LFU data will take some time to adjust.",
        )),
        Measure::Own => {
            Err(Error::new("ERR The maxmemory policy that is selected does not track idle time."))
        }
    }
}

/// Small integers are shared by all keys that hold one, unless each key needs a clock of its own.
///
/// This is what Redis answers where a value was set. It knows of finer differences (the copy of a small integer
/// is not shared, the argument of a queued `SET` counts) that say nothing of the data; here there are none.
const SHARED: std::ops::Range<i64> = 0..10_000;
/// The count of what is shared by everybody.
const SHARED_COUNT: i64 = i32::MAX as i64;

fn refcount(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let params = &cx.core.params;
    let policy = params.maxmemory_policy().name;
    let shares = cx.core.evictor.limit() == 0 || !(policy.ends_with("lru") || policy.ends_with("lfu"));
    let Some(entry) = cx.db.examine(args.key(2)) else { return cx.reply.null() };
    let shared = matches!(Text::of(entry), Some(Text::Int(value)) if shares && SHARED.contains(&value));
    cx.reply.int(if shared { SHARED_COUNT } else { 1 })
}

fn help(cx: &mut Context<'_>, _: Args<'_>) -> Outcome {
    cx.reply.help(
        "OBJECT",
        &[
            "ENCODING <key>",
            "    Return the kind of internal representation used in order to store the value",
            "    associated with a <key>.",
            "FREQ <key>",
            "    Return the access frequency index of the <key>. The returned integer is",
            "    proportional to the logarithm of the recent access frequency of the key.",
            "IDLETIME <key>",
            "    Return the idle time of the <key>, that is the approximated number of",
            "    seconds elapsed since the last access to the key.",
            "REFCOUNT <key>",
            "    Return the number of references of the value associated with the specified",
            "    <key>.",
        ],
    )
}

#[cfg(test)]
mod tests {
    use crate::shell::conversation;

    #[test]
    fn encodings_have_redis_names() {
        let mut shell = conversation! {
            "SET a 12 => +OK"
            "OBJECT ENCODING a => $3 int"
            "SET a 012 => +OK"
            "OBJECT ENCODING a => $6 embstr"
            "OBJECT ENCODING b => $-1"
            "OBJECT FOO a => -ERR unknown subcommand 'FOO'. Try OBJECT HELP."
            "OBJECT => -ERR wrong number of arguments for 'object' command"
            "OBJECT ENCODING => -ERR wrong number of arguments for 'object|encoding' command"
        };
        shell.words(&[b"SET", b"a", &[b'x'; 44]]);
        assert_eq!(shell.run("OBJECT ENCODING a"), "$6 embstr");
        shell.words(&[b"SET", b"a", &[b'x'; 45]]);
        assert_eq!(shell.run("OBJECT ENCODING a"), "$3 raw");
    }

    #[test]
    fn small_integers_are_shared() {
        conversation! {
            "SET a 9999 => +OK"
            "OBJECT REFCOUNT a => :2147483647"
            "SET a 10000 => +OK"
            "OBJECT REFCOUNT a => :1"
            "SET a -1 => +OK"
            "OBJECT REFCOUNT a => :1"
            "SET a abc => +OK"
            "OBJECT REFCOUNT a => :1"
            "OBJECT REFCOUNT b => $-1"
        };
    }

    #[test]
    fn idle_time_is_since_the_last_use() {
        let mut shell = conversation! {
            "SET a x => +OK"
            "OBJECT FREQ b => $-1"
            "OBJECT IDLETIME b => $-1"
        };
        shell.clock.advance(7_000);
        assert_eq!(shell.run("TYPE a"), "+string");
        assert_eq!(shell.run("OBJECT IDLETIME a"), ":7");
        shell.run("GET a");
        assert_eq!(shell.run("OBJECT IDLETIME a"), ":0");
        assert!(shell.run("OBJECT FREQ a").starts_with("-ERR An LFU maxmemory policy is not selected, access"));
    }
}
