//! Scenes between two servers that behave.

use std::time::Duration;

use crate::conversation::{Conversation, Scene};

pub(crate) const SCENES: &[(&str, Scene)] = &[
    ("requests_that_make_no_sense", nonsense),
    ("every_type_arrives", types),
    ("copies_and_replacements", copies),
    ("several_keys", several),
    ("expiring_keys", expiring),
    ("passwords", passwords),
    ("other_databases", databases),
    ("inside_a_transaction", transaction),
    ("a_target_without_memory", no_memory),
    ("a_target_that_is_busy", busy),
    ("a_target_that_is_gone", gone),
    ("a_connection_that_was_cut", cut),
    ("events_and_effects", effects),
];

type Result = std::result::Result<(), String>;

fn nonsense(talk: &mut Conversation) -> Result {
    talk.sources(
        "MIGRATE
        MIGRATE 127.0.0.1 1 a 0
        MIGRATE HERE a 0 100
        MIGRATE HERE a x 100
        MIGRATE HERE a 0 x
        MIGRATE HERE a x y
        SET a 1
        MIGRATE HERE a x 100
        MIGRATE HERE a 0 100 NOSUCH
        MIGRATE HERE a 0 100 AUTH
        MIGRATE HERE a 0 100 AUTH2 a
        MIGRATE HERE a 0 100 KEYS a
        MIGRATE HERE a 0 100 COPY KEYS
        MIGRATE HERE '' 0 100 KEYS
        MIGRATE HERE '' 0 100
        MIGRATE HERE '' 0 100 KEYS b c
        MIGRATE HERE '' 0 100 KEYS b COPY
        MIGRATE HERE '' x 100 NOSUCH
        EXISTS a
        COMMAND GETKEYS MIGRATE h 1 a 0 100
        COMMAND GETKEYS MIGRATE h 1 '' 0 100 COPY AUTH keys KEYS a b c
        COMMAND GETKEYS MIGRATE h 1 '' 0 100 KEYS
        COMMAND GETKEYS MIGRATE h 1 a 0 100 KEYS b
        COMMAND GETKEYSANDFLAGS MIGRATE h 1 '' 0 100 AUTH2 u p KEYS a b",
    )?;
    talk.targets("DBSIZE")
}

fn types(talk: &mut Conversation) -> Result {
    let long = "x".repeat(300_000);
    let many: Vec<String> = (0..1000).map(|n| format!("member:{n}")).collect();
    let pairs: Vec<String> = (0..700).map(|n| format!("{n} member:{n}")).collect();
    let lines = [
        "SET int 12345".to_owned(),
        "SET short 'a\\r\\nb\\x00'".to_owned(),
        format!("SET long {long}"),
        "RPUSH few 1 2 three".to_owned(),
        format!("RPUSH list {}", many.join(" ")),
        "SADD ints 1 2 70000".to_owned(),
        "SADD words a b c".to_owned(),
        format!("SADD set {}", many.join(" ")),
        "HSET pairs a 1 b two".to_owned(),
        format!("HSET hash {}", pairs.join(" ")),
        "ZADD ranks 1 a 2 b 1.5 c -inf d".to_owned(),
        format!("ZADD scores {}", pairs.join(" ")),
        "XADD log 1-1 a 1 b 2".to_owned(),
        "XADD log 1-2 a 1 b 3".to_owned(),
        "XGROUP CREATE log g 0".to_owned(),
        "XREADGROUP GROUP g ada COUNT 1 STREAMS log >".to_owned(),
    ];
    let keys: Vec<&str> =
        "int short long few list ints words set pairs hash ranks scores log".split(' ').collect();
    for line in &lines {
        talk.source.line(line).map_err(|e| e.to_string())?;
    }
    for key in &keys {
        // What the digests are is not said here: only that they are equal.
        let digest = |raw: Vec<u8>| raw;
        let before =
            digest(talk.source.line(&format!("DEBUG DIGEST-VALUE {key}")).map_err(|e| e.to_string())?.raw);
        talk.source(&format!("MIGRATE HERE {key} 0 5000"))?;
        talk.source(&format!("EXISTS {key}"))?;
        let after = talk.target.line(&format!("DEBUG DIGEST-VALUE {key}")).map_err(|e| e.to_string())?.raw;
        // Redis 7.0 takes the digest of other digits of scores.
        if before != after && *key != "ranks" {
            return Err(format!("{key} is another value on the target"));
        }
        talk.target(&format!("TYPE {key}"))?;
    }
    talk.targets(
        "GET short
        ZRANGE ranks 0 -1 WITHSCORES
        XRANGE log - +
        XPENDING log g
        DBSIZE",
    )?;
    talk.sources("DBSIZE")
}

fn copies(talk: &mut Conversation) -> Result {
    talk.sources(
        "SET a 1
        MIGRATE HERE a 0 5000 COPY
        GET a
        MIGRATE HERE a 0 5000 COPY
        SET a 2
        MIGRATE HERE a 0 5000
        GET a
        MIGRATE HERE a 0 5000 COPY REPLACE
        GET a
        SET a 3
        MIGRATE HERE a 0 5000 REPLACE
        EXISTS a",
    )?;
    talk.targets("GET a")
}

fn several(talk: &mut Conversation) -> Result {
    talk.targets("SET b taken")?;
    talk.sources(
        "MSET a 1 b 2 c 3 '' 4
        MIGRATE HERE '' 0 5000 KEYS a b none c
        EXISTS a
        EXISTS b
        EXISTS c
        MIGRATE HERE '' 0 5000 REPLACE KEYS b b
        DBSIZE
        MIGRATE HERE '' 0 5000
        SET '' 5
        MIGRATE HERE '' 0 5000 REPLACE KEYS ''
        DBSIZE",
    )?;
    talk.targets("MGET a b c ''")
}

fn expiring(talk: &mut Conversation) -> Result {
    talk.sources(
        "SET a 1 EX 10000
        SET b 1 PX 20
        RPUSH l 1
        EXPIRE l 500
        MIGRATE HERE '' 0 5000 KEYS a l",
    )?;
    std::thread::sleep(Duration::from_millis(40));
    talk.sources("MIGRATE HERE '' 0 5000 KEYS b")?;
    for (key, most) in [("a", 10_000_000), ("l", 500_000)] {
        let life = talk.target.call(&["PTTL", key]).map_err(|e| e.to_string())?.value.integer().unwrap_or(-3);
        if life > most || life < most - 5000 {
            return Err(format!("{key} has {life} ms to live"));
        }
    }
    talk.targets("DBSIZE")
}

fn passwords(talk: &mut Conversation) -> Result {
    talk.sources("MSET a 1 b 2 c 3")?;
    talk.sources("MIGRATE HERE a 0 5000 COPY AUTH nobody-asked")?;
    talk.targets("CONFIG SET requirepass secret")?;
    // A new connection is asked for it; the one that is kept was not asked yet.
    talk.targets("CLIENT KILL TYPE normal SKIPME yes")?;
    talk.sources(
        "MIGRATE HERE a 0 5000
        MIGRATE HERE a 0 5000 AUTH wrong
        MIGRATE HERE '' 0 5000 AUTH wrong KEYS a b
        MIGRATE HERE a 0 5000 AUTH2 nobody secret
        EXISTS a b c
        MIGRATE HERE a 0 5000 AUTH secret
        MIGRATE HERE b 0 5000 AUTH2 default secret
        MIGRATE HERE c 0 5000 AUTH2 default wrong AUTH secret
        DBSIZE",
    )?;
    talk.targets(
        "MGET a b c
        CONFIG SET requirepass ''",
    )
}

fn databases(talk: &mut Conversation) -> Result {
    talk.sources(
        "SELECT 3
        MSET a 1 b 2 c 3 d 4
        MIGRATE HERE a 5 5000
        MIGRATE HERE b 5 5000
        MIGRATE HERE c 0 5000
        MIGRATE HERE d 99 5000
        EXISTS d
        MIGRATE HERE d 0 0
        DBSIZE",
    )?;
    talk.targets(
        "MGET a b c d
        SELECT 5
        MGET a b c d",
    )
}

fn transaction(talk: &mut Conversation) -> Result {
    talk.sources(
        "MSET a 1 b 2
        WATCH b
        MULTI
        MIGRATE HERE a 0 5000
        EXISTS a
        MIGRATE HERE a 0 5000
        EXEC
        WATCH b
        MIGRATE HERE b 0 5000
        MULTI
        PING
        EXEC",
    )?;
    talk.targets("MGET a b")
}

fn no_memory(talk: &mut Conversation) -> Result {
    talk.targets(
        "CONFIG SET maxmemory-policy noeviction
        CONFIG SET maxmemory 1",
    )?;
    talk.sources(
        "SET a 1
        MIGRATE HERE a 0 5000
        EXISTS a",
    )?;
    talk.targets("CONFIG SET maxmemory 0")?;
    talk.sources("MIGRATE HERE a 0 5000")
}

fn busy(talk: &mut Conversation) -> Result {
    talk.sources("SET a 1")?;
    talk.target.send(&["DEBUG", "SLEEP", "0.8"]).map_err(|e| e.to_string())?;
    std::thread::sleep(Duration::from_millis(100));
    talk.sources(
        "MIGRATE HERE a 0 100
        EXISTS a",
    )?;
    talk.target.read().map_err(|e| e.to_string())?;
    // It came too late to be heard of, but it came.
    std::thread::sleep(Duration::from_millis(100));
    talk.targets("GET a")?;
    talk.sources(
        "MIGRATE HERE a 0 5000
        MIGRATE HERE a 0 5000 REPLACE",
    )
}

fn gone(talk: &mut Conversation) -> Result {
    talk.sources(
        "MSET a 1 b 2
        MIGRATE HERE a 0 5000",
    )?;
    talk.to = None;
    talk.sources(
        "MIGRATE HERE b 0 300
        MIGRATE HERE b 0 300
        MIGRATE 127.0.0.1 x b 0 300
        MIGRATE 127.0.0.1 99999999999999 b 0 300
        EXISTS a b",
    )
}

fn cut(talk: &mut Conversation) -> Result {
    talk.sources(
        "MSET a 1 b 2
        MIGRATE HERE a 0 5000",
    )?;
    talk.targets("CLIENT KILL TYPE normal SKIPME yes")?;
    std::thread::sleep(Duration::from_millis(50));
    talk.sources(
        "MIGRATE HERE b 0 5000
        DBSIZE",
    )?;
    talk.targets("MGET a b")
}

fn effects(talk: &mut Conversation) -> Result {
    let mut other = talk.from.connect().map_err(|e| e.to_string())?;
    talk.sources(
        "CONFIG SET notify-keyspace-events KEA
        MSET a 1 b 2 c 3
        CONFIG RESETSTAT",
    )?;
    other.line("PSUBSCRIBE __keyevent*").map_err(|e| e.to_string())?;
    talk.sources(
        "MIGRATE HERE a 0 5000
        MIGRATE HERE b 0 5000 COPY
        MIGRATE HERE '' 0 5000 REPLACE KEYS b c",
    )?;
    for _ in 0..3 {
        let event = other.read().map_err(|e| format!("no event: {e}"))?;
        talk.source(&format!("ECHO '{}'", event.raw.escape_ascii()))?;
    }
    let stats = talk.source.line("INFO stats").map_err(|e| e.to_string())?.value.lossy();
    for line in stats.lines().filter(|line| line.starts_with("keyspace_")) {
        talk.source(&format!("ECHO {line}"))?;
    }
    Ok(())
}
