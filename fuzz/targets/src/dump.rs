//! Dumped values: bytes that a footer makes acceptable are restored, and what has become of them is used.

use russet_engine::rdb::Checksum;
use russet_engine::session::ClientKey;
use russet_engine::{Engine, ManualClock, Setup};

target! { run, "no panic; what is restored can be used, and dumped and restored again" }

/// What is done with a value, whatever its type: most of it is refused.
const USES: &[&str] = &[
    "TYPE k", "OBJECT ENCODING k", "MEMORY USAGE k", "DEBUG OBJECT k", "COPY k copy", "GETRANGE k 0 -1", "APPEND k x",
    "LRANGE k 0 -1", "LINDEX k -2", "LPOS k a RANK -1", "LINSERT k BEFORE a x", "LSET k 1 y", "LREM k -1 a",
    "RPOPLPUSH k k", "LPUSH k 1 2", "RPOP k 2", "LTRIM k 1 -2",
    "SMEMBERS k", "SISMEMBER k 1", "SRANDMEMBER k -3", "SADD k 1 z", "SREM k a", "SPOP k 2", "SUNIONSTORE s k s",
    "ZRANGE k 0 -1 WITHSCORES", "ZRANGEBYSCORE k -inf +inf", "ZRANK k b", "ZADD k 3 z 1 a", "ZINCRBY k 1 a",
    "ZRANDMEMBER k 3", "ZPOPMIN k", "ZREMRANGEBYRANK k 0 0", "ZUNIONSTORE z 1 k",
    "HGETALL k", "HGET k a", "HLEN k", "HRANDFIELD k 3 WITHVALUES", "HSET k z 1 a 2", "HINCRBY k n 1",
    "HEXPIRE k 100 FIELDS 1 a", "HDEL k a", "HSCAN k 0",
    "XRANGE k - +", "XREVRANGE k + -", "XINFO STREAM k FULL", "XADD k * f v", "XREADGROUP GROUP group new STREAMS k >",
    "XPENDING k group - + 10", "XAUTOCLAIM k group other 0 0", "XDEL k 1-0", "XTRIM k MAXLEN 2", "XSETID k 99999999999999-0",
    "SORT k ALPHA", "SCAN 0 TYPE hash", "RENAME k r", "RENAME r k",
];

/// Input: a byte that chooses the parameters, then a type and a value, as `DUMP` begins.
pub fn run(data: &[u8]) {
    let Some((choice, value)) = data.split_first() else { return };
    russet_commands::link();
    let mut engine = Engine::new(Setup::for_tests(ManualClock::at(1_700_000_000_000))).expect("the commands are sound");
    let client = engine.connect();
    if choice & 1 != 0 {
        say(&mut engine, client, "CONFIG SET sanitize-dump-payload yes");
    }
    if choice & 2 != 0 {
        say(&mut engine, client, "CONFIG SET list-max-listpack-size 3 list-compress-depth 1 set-max-listpack-entries 2");
        say(&mut engine, client, "CONFIG SET hash-max-listpack-entries 2 zset-max-listpack-entries 2");
    }
    if !restore(&mut engine, client, value) {
        return;
    }
    let dumped = dump(&mut engine, client);
    // A member that nobody looked for may be there twice, which shows when it is read one by one.
    assert!(restore(&mut engine, client, &dumped) || choice & 1 == 0, "its own dump is refused");
    for line in USES {
        say(&mut engine, client, line);
        if say(&mut engine, client, "EXISTS k") == b":0\r\n" {
            restore(&mut engine, client, value);
        }
    }
}

fn say(engine: &mut Engine, client: ClientKey, line: &str) -> Vec<u8> {
    let words: Vec<&[u8]> = line.split(' ').map(str::as_bytes).collect();
    engine.run(client, &words)
}

/// Restores a type and a value, and says whether they were accepted.
fn restore(engine: &mut Engine, client: ClientKey, value: &[u8]) -> bool {
    let versioned = [value, &10u16.to_le_bytes()].concat();
    let payload = [&versioned[..], &Checksum::of(&versioned).to_le_bytes()].concat();
    engine.run(client, &[b"RESTORE", b"k", b"0", &payload, b"REPLACE"]) == b"+OK\r\n"
}

/// Type and value of what `DUMP` answers.
fn dump(engine: &mut Engine, client: ClientKey) -> Vec<u8> {
    const FOOTER: usize = 10;
    let reply = engine.run(client, &[b"DUMP", b"k"]);
    let header = reply.iter().position(|&byte| byte == b'\n').map_or(0, |at| at + 1);
    reply[header..reply.len() - FOOTER - 2].to_vec()
}
