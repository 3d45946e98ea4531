//! RESTORE: make a key of what `DUMP` answered, here or in Redis.

use russet_engine::eviction::Measure;
use russet_engine::prelude::*;
use russet_engine::rdb::{self, Refusal, Rules};

command! {
    name: "RESTORE", group: Generic, since: "2.6.0",
    complexity: "O(1) to create the new key and additional O(N*M) to reconstruct the serialized value, where N is the number of Redis objects composing the value and M their average size. For small string values the time complexity is thus O(1)+O(1*M) where M is small, so simply O(1). However for sorted set values the complexity is O(N*M*log(N)) because inserting values into sorted sets is O(log(N)).",
    summary: "Creates a key from the serialized representation of a value.",
    syntax: "key ttl serialized-value [REPLACE] [ABSTTL] [IDLETIME seconds] [FREQ frequency]",
    notes: [
        of("REPLACE").since("3.0.0"),
        of("ABSTTL").since("5.0.0"),
        of("IDLETIME").since("5.0.0"),
        of("FREQ").since("5.0.0"),
    ],
    flags: WRITE | DENYOOM,
    acl: category::DANGEROUS,
    keys: [at(1).overwrite().update()],
    history: [
        ("3.0.0", "Added the `REPLACE` modifier."),
        ("5.0.0", "Added the `ABSTTL` modifier."),
        ("5.0.0", "Added the `IDLETIME` and `FREQ` options."),
    ],
    run: restore,
}

command! {
    name: "RESTORE-ASKING", group: Server, since: "3.0.0",
    complexity: "O(1) to create the new key and additional O(N*M) to reconstruct the serialized value, where N is the number of Redis objects composing the value and M their average size. For small string values the time complexity is thus O(1)+O(1*M) where M is small, so simply O(1). However for sorted set values the complexity is O(N*M*log(N)) because inserting values into sorted sets is O(log(N)).",
    summary: "An internal command for migrating keys in a cluster.",
    syntax: "key ttl serialized-value [REPLACE] [ABSTTL] [IDLETIME seconds] [FREQ frequency]",
    notes: [
        of("REPLACE").since("3.0.0"),
        of("ABSTTL").since("5.0.0"),
        of("IDLETIME").since("5.0.0"),
        of("FREQ").since("5.0.0"),
    ],
    flags: WRITE | DENYOOM | ASKING,
    acl: category::DANGEROUS | category::KEYSPACE,
    keys: [at(1).overwrite().update()],
    history: [
        ("3.0.0", "Added the `REPLACE` modifier."),
        ("5.0.0", "Added the `ABSTTL` modifier."),
        ("5.0.0", "Added the `IDLETIME` and `FREQ` options."),
    ],
    doc_flags: doc::SYSCMD,
    run: restore,
}

/// When or how often the key counts as used.
#[derive(Clone, Copy)]
enum Used {
    /// Now, for the first time.
    New,
    /// So many seconds ago: `IDLETIME`.
    Ago(u64),
    /// Counted by this: `FREQ`.
    Often(u8),
}

struct Options {
    replace: bool,
    absolute: bool,
    used: Used,
}

impl Options {
    fn parse(args: Args<'_>) -> Result<Self, Error> {
        let mut options = Options { replace: false, absolute: false, used: Used::New };
        let mut at = 4;
        while at < args.len() {
            let has_value = at + 1 < args.len();
            if args.is(at, "REPLACE") {
                options.replace = true;
            } else if args.is(at, "ABSTTL") {
                options.absolute = true;
            } else if args.is(at, "IDLETIME") && has_value && !matches!(options.used, Used::Often(_)) {
                at += 1;
                let seconds = u64::try_from(args.int(at)?);
                const NEGATIVE: Error = Error::new("ERR Invalid IDLETIME value, must be >= 0");
                options.used = Used::Ago(seconds.map_err(|_| NEGATIVE)?);
            } else if args.is(at, "FREQ") && has_value && !matches!(options.used, Used::Ago(_)) {
                at += 1;
                let counter = u8::try_from(args.int(at)?);
                const NO_BYTE: Error = Error::new("ERR Invalid FREQ value, must be >= 0 and <= 255");
                options.used = Used::Often(counter.map_err(|_| NO_BYTE)?);
            } else {
                return Err(Error::SYNTAX);
            }
            at += 1;
        }
        Ok(options)
    }
}

fn restore(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let options = Options::parse(args)?;
    let key = args.key(1);
    if !options.replace && cx.db.write(key).is_some() {
        return Err(Error::new("BUSYKEY Target key name already exists."));
    }
    let (ttl, now) = (args.int(2)?, cx.db.now_ms());
    if ttl < 0 {
        return Err(Error::new("ERR Invalid TTL value, must be >= 0"));
    }
    let expiry = match ttl {
        0 => None,
        _ if options.absolute => Some(ttl),
        // One that is too far away wraps around, as in Redis, and has come.
        _ => Some(ttl.wrapping_add(now)),
    };
    let hasher = cx.db.keyspace().hasher().clone();
    let deep = cx.core.sanitizes_dumps(&cx.session.user);
    let rules = Rules { params: &cx.core.params, hasher: &hasher, now_ms: now, deep };
    let checked = !cx.core.skip_checksums;
    let mut packs = 0;
    let restored = rdb::restore(args.word(3), key.bytes, expiry, &rules, checked, &mut packs);
    if deep {
        cx.core.persistence.sanitized += packs;
    }
    let mut entry = restored.map_err(|why| match why {
        Refusal::Footer => Error::new("ERR DUMP payload version or checksum are wrong"),
        Refusal::Value(why) => {
            // What a client has sent is the client's business.
            tracing::debug!("Internal error in RDB reading, function at RESTORE -> {why}");
            Error::new("ERR Bad data format")
        }
    })?;
    if expiry.is_some_and(|at| at <= now) {
        let lazily = cx.core.params.lazyfree_lazy_server_del();
        if options.replace && cx.db.delete_as(key, lazily) {
            cx.journal([if lazily { &b"UNLINK"[..] } else { b"DEL" }, key.bytes]);
        }
        return cx.reply.ok();
    }
    let db = cx.db.index();
    let access = cx.db.keyspace().access();
    entry.set_clock(match (options.used, access.measure()) {
        (Used::Ago(seconds), Measure::Recency) => access.clock_idle_for(seconds),
        (Used::Often(counter), Measure::Frequency) => access.clock_used(counter),
        _ => access.fresh(db, key.hash),
    });
    cx.db.put(entry);
    cx.db.changed(key, Event::Restore);
    if let Some(at) = expiry
        && !options.absolute
    {
        let at = at.to_string();
        let words = [args.word(0), key.bytes, at.as_bytes(), args.word(3)];
        cx.journal(words.into_iter().chain(args.iter_from(4)).chain([&b"ABSTTL"[..]]));
    }
    cx.reply.ok()
}

#[cfg(test)]
mod tests {
    use crate::shell::Shell;
    use russet_engine::rdb::Checksum;

    /// What `DUMP` answers for a key.
    fn dump(shell: &mut Shell, key: &str) -> Vec<u8> {
        let client = shell.client();
        let reply = shell.engine.run(client, &[b"DUMP", key.as_bytes()]);
        let header = reply.iter().position(|&byte| byte == b'\n').expect("a bulk string") + 1;
        reply[header..reply.len() - 2].to_vec()
    }

    fn restore(shell: &mut Shell, words: &str, dumped: &[u8]) -> String {
        let words: Vec<&[u8]> = words.split(' ').map(|word| if word == "?" { dumped } else { word.as_bytes() }).collect();
        shell.words(&words)
    }

    #[test]
    fn what_was_dumped_is_restored() {
        let mut shell = Shell::new();
        for line in ["SET k text", "RPUSH l a 1 b", "SADD s a b", "SADD i 1 2", "ZADD z 1 a 2.5 b", "HSET h f v", "XADD x 1-1 f v"] {
            shell.run(line);
            let key = line.split(' ').nth(1).unwrap();
            let (dumped, encoding) = (dump(&mut shell, key), shell.run(&format!("OBJECT ENCODING {key}")));
            assert_eq!(restore(&mut shell, "RESTORE copy 0 ?", &dumped), "+OK");
            assert_eq!(dump(&mut shell, "copy"), dumped);
            assert_eq!(shell.run("OBJECT ENCODING copy"), encoding);
            shell.run("DEL copy");
        }
        assert_eq!(shell.run("DUMP nosuch"), "$-1");
    }

    #[test]
    fn dumps_are_those_of_redis() {
        let mut shell = Shell::new();
        for (line, dumped) in [
            ("SET k 10", &b"\x00\xc0\n\n\x00n\x9fWE\x0e\xaec\xbb"[..]),
            ("SET t text", b"\x00\x04text\n\x00|\xf3&m\xca\xb5\xa51"),
            ("RPUSH l a 1 b", b"\x12\x01\x02\x0f\x0f\0\0\0\x03\0\x81a\x02\x01\x01\x81b\x02\xff\n\0\x90C\xa3L\xeb\x8e\x1b\x1c"),
            ("ZADD z 1 a 2.5 b", b"\x11\x14\x14\0\0\0\x04\0\x81a\x02\x01\x01\x81b\x02\x832.5\x04\xff\n\0\xd4Ln\xa4\xf6D\xd9\xd7"),
        ] {
            shell.run(line);
            assert_eq!(dump(&mut shell, line.split(' ').nth(1).unwrap()), dumped, "{line}");
        }
    }

    #[test]
    fn options_are_checked_before_the_key_and_the_key_before_the_value() {
        let mut shell = Shell::new();
        shell.run("SET k v");
        let dumped = dump(&mut shell, "k");
        let mut broken = dumped.clone();
        broken[1] ^= 1;
        for (words, reply) in [
            ("RESTORE n 0", "-ERR wrong number of arguments for 'restore' command"),
            ("RESTORE n 0 ? NOSUCH", "-ERR syntax error"),
            ("RESTORE n 0 ? FREQ", "-ERR syntax error"),
            ("RESTORE n 0 ? IDLETIME 1 FREQ 1", "-ERR syntax error"),
            ("RESTORE n 0 ? FREQ 1 IDLETIME 1", "-ERR syntax error"),
            ("RESTORE n 0 ? IDLETIME x", "-ERR value is not an integer or out of range"),
            ("RESTORE n 0 ? IDLETIME -1", "-ERR Invalid IDLETIME value, must be >= 0"),
            ("RESTORE n 0 ? FREQ 256", "-ERR Invalid FREQ value, must be >= 0 and <= 255"),
            ("RESTORE k x ?", "-BUSYKEY Target key name already exists."),
            ("RESTORE k x ? REPLACE", "-ERR value is not an integer or out of range"),
            ("RESTORE n -1 ?", "-ERR Invalid TTL value, must be >= 0"),
            ("RESTORE n 0 short", "-ERR DUMP payload version or checksum are wrong"),
        ] {
            assert_eq!(restore(&mut shell, words, &dumped), reply, "{words}");
        }
        assert_eq!(restore(&mut shell, "RESTORE n 0 ?", &broken), "-ERR DUMP payload version or checksum are wrong");
        for (value, reply) in [
            (&b"\0\x01v\x50\0"[..], "+OK"),
            (b"\0\x01v\x51\0", "-ERR DUMP payload version or checksum are wrong"),
            (b"\0\x02v\x0a\0", "-ERR Bad data format"),
            (b"\x01\0\x0a\0", "-ERR Bad data format"),
            (b"\x06\x01v\x0a\0", "-ERR Bad data format"),
            (b"\x0a\0", "-ERR Bad data format"),
        ] {
            let whole = [value, &Checksum::of(value).to_le_bytes()].concat();
            assert_eq!(restore(&mut shell, "RESTORE n 0 ? REPLACE", &whole), reply, "{value:?}");
        }
    }

    #[test]
    fn times_are_kept_and_journalled_as_absolute() {
        let mut shell = Shell::new();
        shell.run("SET k v");
        let dumped = dump(&mut shell, "k");
        shell.engine.keyspace.effects.attach(true);
        let journalled = |shell: &mut Shell| -> Vec<String> {
            let lines = shell.effects();
            lines.iter().map(|line| line.split(' ').filter(|word| word.is_ascii()).collect::<Vec<_>>().join(" ")).collect()
        };
        for (words, ttl, effect) in [
            ("RESTORE n 0 ? REPLACE", ":-1", "RESTORE n 0 ? REPLACE"),
            ("RESTORE n 100 ? REPLACE", ":100", "RESTORE n 1700000000100 ? REPLACE ABSTTL"),
            ("RESTORE n 1700000000007 ? ABSTTL REPLACE", ":7", "RESTORE n 1700000000007 ? ABSTTL REPLACE"),
        ] {
            assert_eq!(restore(&mut shell, words, &dumped), "+OK");
            assert_eq!(shell.run("PTTL n"), ttl, "{words}");
            let lines = journalled(&mut shell);
            assert!(lines.len() == 1 && effect.split(" ? ").all(|part| lines[0].contains(part)), "{lines:?}");
        }
        // One whose time has come is not stored, and what it would have replaced is gone.
        assert_eq!(restore(&mut shell, "RESTORE n 1 ? ABSTTL REPLACE", &dumped), "+OK");
        assert_eq!(shell.run("EXISTS n"), ":0");
        assert!(journalled(&mut shell)[0].ends_with("DEL n"));
        assert_eq!(restore(&mut shell, "RESTORE n 9223372036854775807 ?", &dumped), "+OK");
        assert_eq!(shell.run("EXISTS n"), ":0");
        assert_eq!(journalled(&mut shell), Vec::<String>::new());
    }

    #[test]
    fn idle_times_and_frequencies_count_under_their_policies() {
        let mut shell = Shell::new();
        shell.run("SET k v");
        let dumped = dump(&mut shell, "k");
        restore(&mut shell, "RESTORE n 0 ? IDLETIME 1000", &dumped);
        assert_eq!(shell.run("OBJECT IDLETIME n"), ":1000");
        restore(&mut shell, "RESTORE n 0 ? FREQ 200 REPLACE", &dumped);
        assert_eq!(shell.run("OBJECT IDLETIME n"), ":0");
        shell.set("maxmemory-policy", "allkeys-lfu");
        restore(&mut shell, "RESTORE-ASKING n 0 ? REPLACE FREQ 200", &dumped);
        assert_eq!(shell.run("OBJECT FREQ n"), ":200");
    }
}
