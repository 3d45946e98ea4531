//! Big work stays bounded: what a command has in use while it runs is measured against what it answers.
//!
//! Replies are written straight from the data, in pieces that are never copied to make room for more, so that most commands
//! have nothing in use but their reply. The others remember something of each element that they answer: where it stands, its
//! weight, its place. How many times the length of the reply that makes, elements being some twenty bytes long as here, is
//! stated with each. What is only counted is not remembered at all, and what a client merely names is not allocated.

mod table;

use russet_engine::Protocol;
use table::Table;

/// The name of an element: what a reply says of it takes 21 bytes.
fn name(number: usize) -> String {
    format!("member:{number:07}")
}

#[test]
fn sets() {
    let mut table = Table::new(Protocol::Resp3);
    table.set("proto-max-bulk-len", "16mb");
    table.fill("SADD s", 1, (0..1_000_000).map(name));
    table.fill("SADD t", 1, (500_000..1_500_000).map(name));
    table.answers("SMEMBERS s", 1.0);
    table.answers("SUNION s t", 1.0);
    table.answers("SINTER s t", 1.0);
    table.answers("SDIFF s t", 1.0);
    table.answers("SSCAN s 0 COUNT 9223372036854775807", 1.0);
    table.answers("SRANDMEMBER s 9223372036854775807", 1.0);
    table.answers("SRANDMEMBER s 800000", 1.0);
    // Which ones have been drawn.
    table.answers("SRANDMEMBER s 200000", 2.0);
    table.answers("SRANDMEMBER s -200000", 1.0);
    table.counts("SINTERCARD 2 s t");
    table.counts("SINTERCARD 2 s t LIMIT 100000");
    table.counts("SCARD s");
    table.counts("OBJECT ENCODING s");
    table.counts("MEMORY USAGE s SAMPLES 0");
    table.refuses("SRANDMEMBER s -9223372036854775807", 0);
    table.refuses("SRANDMEMBER s -2000000", 17 << 20);
}

#[test]
fn many_sets_of_all_forms() {
    let mut table = Table::new(Protocol::Resp2);
    table.set("set-max-intset-entries", "1000000");
    let sets = |letter: &str| (0..9).map(|set| format!(" {letter}{set}")).collect::<String>();
    for set in 0..9 {
        table.fill(&format!("SADD t{set}"), 1, (set * 20_000..set * 20_000 + 40_000).map(name));
        let integers = (set * 20_000..set * 20_000 + 40_000).map(|number| number.to_string());
        table.fill(&format!("SADD i{set}"), 1, integers);
    }
    table.fill("SADD all", 1, (0..300_000).map(name));
    // What is in none of the sets that members are looked for in is remembered: where it stands.
    table.answers(&format!("SUNION{}", sets("t")), 3.0);
    table.answers(&format!("SUNION{}", sets("i")), 1.0);
    table.answers(&format!("SUNION{}{}", sets("i"), sets("t")), 3.0);
    // Of many sets it is remembered what they take away from the first, in the same way. (Redis copies the first.)
    table.answers(&format!("SDIFF all{}", sets("t")), 4.0);
    table.counts(&format!("SDIFF t0 all{}", sets("i")));
    table.counts(&format!("SINTERCARD 10 all{}", sets("t")));
}

#[test]
fn sorted_sets() {
    let mut table = Table::new(Protocol::Resp2);
    let scored = |from: usize| (from..from + 200_000).flat_map(|n| [(n / 2).to_string(), name(n)]);
    table.fill("ZADD z", 2, scored(0));
    table.fill("ZADD y", 2, scored(100_000));
    table.fill("ZADD lex", 2, (0..200_000).flat_map(|n| ["0".to_owned(), name(n)]));
    table.answers("ZRANGE z 0 -1", 1.0);
    table.answers("ZRANGE z -9223372036854775808 9223372036854775807 WITHSCORES", 1.0);
    table.answers("ZRANGE z inf -inf BYSCORE REV WITHSCORES LIMIT 0 9223372036854775807", 1.0);
    table.answers("ZRANGEBYSCORE z -inf inf", 1.0);
    table.answers("ZRANGE lex - + BYLEX", 1.0);
    table.answers("ZSCAN z 0 COUNT 9223372036854775807", 1.0);
    table.answers("ZRANDMEMBER z 9223372036854775807", 1.0);
    table.answers("ZRANDMEMBER z 50000", 2.0);
    table.answers("ZRANDMEMBER z -200000 WITHSCORES", 1.0);
    // What is combined has to be put in order: a reference to each member and its score, and in a union the map that
    // they were found by.
    table.answers("ZINTER 2 z y", 3.0);
    table.answers("ZDIFF 2 z y", 3.0);
    table.answers("ZUNION 2 z y", 4.0);
    table.answers("ZUNION 2 z y WEIGHTS 2 3 AGGREGATE MAX WITHSCORES", 4.0);
    table.counts("ZINTERCARD 2 z y");
    table.counts("ZINTERCARD 2 z y LIMIT 50000");
    table.counts("ZCOUNT z -inf inf");
    table.counts("ZLEXCOUNT lex - +");
    table.counts("ZRANK z member:0150000");
    table.refuses("ZRANDMEMBER z -9223372036854775807", 0);
}

#[test]
fn places() {
    let mut table = Table::new(Protocol::Resp2);
    let place = |n: usize| {
        [format!("{}", (n % 1000) as f64 / 10.0), format!("{}", (n / 1000) as f64 / 10.0), name(n)]
    };
    table.fill("GEOADD g", 3, (0..100_000).flat_map(place));
    table.answers("GEOSEARCH g FROMLONLAT 50 5 BYRADIUS 30000 km", 1.0);
    table.answers(
        "GEOSEARCH g FROMLONLAT 50 5 BYBOX 30000 30000 km COUNT 90000 ANY WITHCOORD WITHDIST WITHHASH",
        1.0,
    );
    // A reference to each member, its score and how far it is; half as much again while they are put in order.
    table.answers("GEOSEARCH g FROMLONLAT 50 5 BYRADIUS 30000 km ASC", 4.0);
    table.answers_little("GEOSEARCH g FROMLONLAT 50 5 BYRADIUS 30000 km COUNT 100 DESC", 0);
    table.answers_little("GEORADIUS_RO g 50 5 30000 km COUNT 100", 0);
}

#[test]
fn hashes_and_lists() {
    let mut table = Table::new(Protocol::Resp3);
    table.fill("HSET h", 2, (0..200_000).flat_map(|n| [name(n), format!("value:{n}")]));
    table.answers("HGETALL h", 1.0);
    table.answers("HKEYS h", 1.0);
    table.answers("HVALS h", 1.0);
    table.answers("HSCAN h 0 COUNT 9223372036854775807", 1.0);
    table.answers("HRANDFIELD h 4611686018427387903 WITHVALUES", 1.0);
    table.answers("HRANDFIELD h 50000", 2.0);
    table.answers("HRANDFIELD h -200000 WITHVALUES", 1.0);
    table.answers("DUMP h", 1.0);
    table.counts("HLEN h");
    table.refuses("HRANDFIELD h -9223372036854775807", 0);
    table.fill("RPUSH l", 1, (0..300_000).map(|n| format!("element:{}", n % 1000)));
    table.fill("RPUSH same", 1, (0..300_000).map(|_| "x".to_owned()));
    table.answers("LRANGE l 0 -1", 1.0);
    table.answers("LRANGE l -9223372036854775808 9223372036854775807", 1.0);
    table.answers("LPOS same x COUNT 0", 1.0);
    table.answers("LPOS same x COUNT 9223372036854775807 RANK -1", 1.0);
    table.counts("LPOS same y COUNT 0");
    table.counts("LPOS same x RANK 299999");
    table.counts("LINDEX l 150000");
}

#[test]
fn streams() {
    let mut table = Table::new(Protocol::Resp2);
    for number in 0..60_000 {
        table.run(&format!("XADD x {}-1 temperature {number} humidity 50", number + 1));
    }
    table.answers("XRANGE x - +", 1.0);
    table.answers("XREVRANGE x + - COUNT 9223372036854775807", 1.0);
    table.answers("XREAD COUNT 9223372036854775807 STREAMS x 0", 1.0);
    table.run("XGROUP CREATE x g 0");
    // An entry that is handed out is pending from then on.
    table.answers("XREADGROUP GROUP g ada STREAMS x >", 2.5);
    // The ids, before each is looked up.
    table.answers("XREADGROUP GROUP g ada STREAMS x 0", 1.5);
    table.answers("XPENDING x g - + 9223372036854775807", 1.0);
    table.answers("XINFO STREAM x FULL COUNT 0", 1.0);
    table.answers_little("XINFO STREAM x FULL", 0);
    table.counts("XPENDING x g");
    table.answers_little("XAUTOCLAIM x g bob 9223372036854775807 0 COUNT 100000", 0);
}

/// With a limit, no more elements are remembered than twice as many as are wanted, and 4096; each with its weight and its
/// place in the order.
#[test]
fn sorting() {
    let mut table = Table::new(Protocol::Resp2);
    table.set("set-max-intset-entries", "1000000");
    table.fill("SADD s", 1, (0..200_000).map(name));
    table.fill("SADD i", 1, (0..200_000).map(|number| number.to_string()));
    table.fill("RPUSH l", 1, (0..200_000).map(|n| name(n * 7919 % 200_000)));
    table.fill("ZADD z", 2, (0..200_000).flat_map(|n| ["0".to_owned(), name(n)]));
    for key in ["s", "l", "z"] {
        table.answers(&format!("SORT_RO {key} ALPHA"), 3.5);
        table.answers(&format!("SORT_RO {key} BY nosort"), 3.0);
        table.answers_little(&format!("SORT {key} ALPHA LIMIT 20 10"), 512 * 1024);
        table.answers_little(&format!("SORT {key} BY weight:* ALPHA LIMIT 20 10"), 512 * 1024);
        table.answers_little(&format!("SORT {key} BY weight:* DESC LIMIT 0 1 GET #"), 512 * 1024);
        table.answers_little(&format!("SORT {key} BY nosort LIMIT 100000 10"), 0);
    }
    table.answers("SORT i", 5.0);
    table.answers_little("SORT i DESC LIMIT 0 10", 512 * 1024);
}

#[test]
fn keys() {
    let mut table = Table::new(Protocol::Resp2);
    table.fill("MSET", 2, (0..100_000).flat_map(|n| [format!("key:{n}"), "x".to_owned()]));
    table.answers("KEYS *", 1.0);
    table.answers("KEYS key:*", 1.0);
    table.answers("SCAN 0 COUNT 9223372036854775807", 1.0);
    table.answers("SCAN 0 COUNT 9223372036854775807 TYPE string", 1.0);
    table.answers_little("SCAN 0 COUNT 9223372036854775807 MATCH key:7777?", 0);
    table.counts("RANDOMKEY");
    table.counts("DBSIZE");
    table.run("FLUSHALL");
    for number in 0..40_000 {
        table.run(&format!("SET a-key-with-a-long-name:{number} x PX 10"));
    }
    table.pass(11);
    table.counts("KEYS *");
    table.counts("SCAN 0 COUNT 9223372036854775807");
    table.counts("DBSIZE");
}

#[test]
fn strings() {
    const LARGE: usize = 30_000_000;
    let mut table = Table::new(Protocol::Resp2);
    table.set("proto-max-bulk-len", "32mb");
    table.run(&format!("SETRANGE large {} x", LARGE - 1));
    table.run("SET small x");
    // Sent by reference.
    table.answers("GET large", 0.0);
    table.answers("MGET large large large large", 0.0);
    table.answers("GETRANGE large 0 -1", 1.0);
    table.answers("GETRANGE large -9223372036854775808 9223372036854775807", 1.0);
    for line in [
        "STRLEN large",
        "GETRANGE large 5 2",
        "BITCOUNT large",
        "BITPOS large 1",
        "GETBIT large 268435455",
        "BITFIELD_RO large GET u63 0 GET i64 #4194303",
        "EXISTS large",
        "OBJECT ENCODING large",
    ] {
        table.counts(line);
    }
    table.refuses("LCS large small", 0);
    table.refuses("LCS small large IDX", 0);
    table.refuses("SETRANGE large 9223372036854775807 x", 0);
    table.refuses("SETRANGE none 2147483647 x", 0);
    table.refuses("SETBIT large 4294967296 1", 0);
    table.refuses("BITFIELD large SET u8 #9223372036854775807 1", 0);
    // A bit for each cell of the textbook's table, of which Redis has four bytes.
    table.run("SETRANGE a 1999 x");
    table.run("SETRANGE b 1999 y");
    table.answers_little("LCS a b", 2000 * 2000 / 8 + 8 * 2000);
    table.counts("LCS a b LEN");
}
