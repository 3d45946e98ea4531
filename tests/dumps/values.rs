//! Values of every type and encoding: how each is made, and everything that can be read of it.

use russet_tests::client::Client;
use russet_tests::resp::Value;

/// A key and the commands that make it, words separated by spaces.
pub(crate) struct Made {
    pub(crate) key: &'static str,
    pub(crate) commands: Vec<String>,
}

fn made(key: &'static str, commands: impl IntoIterator<Item = String>) -> Made {
    Made { key, commands: commands.into_iter().collect() }
}

/// `before` and then `count` words that `word` makes.
fn many(before: &str, count: usize, word: impl Fn(usize) -> String) -> String {
    (0..count).fold(before.to_owned(), |line, n| format!("{line} {}", word(n)))
}

/// Text that does not compress.
fn noise(n: usize) -> String {
    let mut word = n as u64 + 1;
    let mut step = || {
        word = word.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(0x1405_7b7e_f767_814f);
        char::from(b'!' + (word >> 33) as u8 % 90)
    };
    (0..60).map(|_| step()).collect()
}

/// Values that every server can make.
pub(crate) fn values() -> Vec<Made> {
    let mut values = vec![
        made("int", ["SET int -129".to_owned()]),
        made("large-int", ["SET large-int 12345678901".to_owned()]),
        made("embstr", ["SET embstr text".to_owned()]),
        made("raw", [format!("SET raw {}", noise(1))]),
        made("compressible", [format!("SET compressible {}", "abcd".repeat(5000))]),
        made("list", ["RPUSH list a 1 -1000 70000 5000000000 b".to_owned()]),
        made("long-list", [many("RPUSH long-list", 900, noise)]),
        made("compressed-list", [many("RPUSH compressed-list", 900, |n| format!("{n}-{}", "ab".repeat(40)))]),
        made("ints", ["SADD ints 1 -5 300 70000".to_owned()]),
        made("many-ints", [many("SADD many-ints", 600, |n| n.to_string())]),
        made("set", ["SADD set a b 3".to_owned()]),
        made("large-set", [many("SADD large-set", 200, |n| format!("member:{n}"))]),
        made("zset", ["ZADD zset 1 a 2.5 b inf c -inf 7 0 e".to_owned()]),
        made("large-zset", [many("ZADD large-zset", 300, |n| format!("{}.25 member:{n}", n * 7 % 90))]),
        made("hash", ["HSET hash f v g 12 h -70000".to_owned()]),
        made("large-hash", [many("HSET large-hash", 600, |n| format!("field:{n} {}", n * 3))]),
        made("long-hash", [format!("HSET long-hash f {}", "x".repeat(70))]),
        made("log", (1..250).map(|n| format!("XADD log {n}-1 sensor {} celsius {n}", n % 3))),
        made(
            "mixed-log",
            (1..20).map(|n| many(&format!("XADD mixed-log {n}-0"), n, |at| format!("f{at} v{n}"))),
        ),
    ];
    let mut groups: Vec<String> = (1..9).map(|n| format!("XADD groups {n}-0 f {n}")).collect();
    groups.extend(
        [
            "XDEL groups 3-0",
            "XGROUP CREATE groups first 0",
            "XGROUP CREATE groups second 5-0",
            "XREADGROUP GROUP first ada COUNT 3 STREAMS groups >",
            "XREADGROUP GROUP first bob COUNT 2 STREAMS groups >",
            "XACK groups first 2-0",
        ]
        .map(String::from),
    );
    values.push(made("groups", groups));
    values.push(made(
        "trimmed",
        ["XADD trimmed 1-0 f v", "XADD trimmed 2-0 f v", "XDEL trimmed 1-0 2-0"].map(String::from),
    ));
    values
}

/// Sends a line of words, which must not be answered by an error.
pub(crate) fn call(client: &mut Client, line: &str) -> Result<Value, String> {
    let words: Vec<&str> = line.split(' ').collect();
    let value = client.call(&words).map_err(|e| e.to_string())?.value;
    if value.is_error() { Err(format!("{:.80}: {}", line, value.lossy())) } else { Ok(value) }
}

/// What `DUMP` answers.
pub(crate) fn dumped(client: &mut Client, key: &str) -> Result<Vec<u8>, String> {
    match call(client, &format!("DUMP {key}"))? {
        Value::Bulk(bytes) => Ok(bytes),
        other => Err(format!("DUMP {key}: {other:?}")),
    }
}

/// Restores a dumped value in the place of what is there.
pub(crate) fn restored(client: &mut Client, key: &str, dumped: &[u8]) -> Result<(), String> {
    let words = [&b"RESTORE"[..], key.as_bytes(), b"0", dumped, b"REPLACE"];
    let value = client.call(&words).map_err(|e| e.to_string())?.value;
    if value == Value::Simple(b"OK".to_vec()) {
        Ok(())
    } else {
        Err(format!("RESTORE {key}: {}", value.lossy()))
    }
}

pub(crate) fn encoding(client: &mut Client, key: &str) -> Result<String, String> {
    Ok(call(client, &format!("OBJECT ENCODING {key}"))?.lossy())
}

/// Everything that can be read of a key, whatever its type; what has no order is sorted.
pub(crate) fn reads(client: &mut Client, key: &str) -> Result<Vec<Value>, String> {
    let kind = call(client, &format!("TYPE {key}"))?;
    let mut reads = vec![call(client, &format!("DEBUG DIGEST-VALUE {key}"))?];
    let mut sorted = |line: String| -> Result<Vec<Value>, String> {
        let mut items = call(client, &line)?.items().unwrap_or_default().to_vec();
        items.sort();
        Ok(items)
    };
    match kind.text().unwrap_or_default() {
        b"string" => reads.push(call(client, &format!("GET {key}"))?),
        b"list" => reads.push(call(client, &format!("LRANGE {key} 0 -1"))?),
        b"set" => reads.extend(sorted(format!("SMEMBERS {key}"))?),
        b"zset" => reads.push(call(client, &format!("ZRANGE {key} 0 -1 WITHSCORES"))?),
        b"hash" => {
            for field in sorted(format!("HKEYS {key}"))? {
                reads.push(call(client, &format!("HGET {key} {}", field.lossy()))?);
                reads.push(field);
            }
        }
        b"stream" => {
            reads.push(call(client, &format!("XRANGE {key} - +"))?);
            reads.push(call(client, &format!("XREVRANGE {key} + -"))?);
            for group in call(client, &format!("XINFO GROUPS {key}"))?.items().unwrap_or_default() {
                let named = group.items().unwrap_or_default();
                // Name, consumers, pending, the last id: what came with 7.0 stands behind.
                reads.extend(named.iter().take(8).cloned());
                let name = named.get(1).map(Value::lossy).unwrap_or_default();
                reads.push(call(client, &format!("XPENDING {key} {name}"))?);
                for pending in
                    call(client, &format!("XPENDING {key} {name} - + 100"))?.items().unwrap_or_default()
                {
                    // Id, consumer, and behind the idle time how often.
                    reads.extend(
                        pending
                            .items()
                            .unwrap_or_default()
                            .iter()
                            .enumerate()
                            .filter(|(n, _)| *n != 2)
                            .map(|(_, v)| v.clone()),
                    );
                }
            }
        }
        other => return Err(format!("{key} is {}", String::from_utf8_lossy(other))),
    }
    reads.push(kind);
    Ok(reads)
}
