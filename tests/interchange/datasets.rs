//! Data of every type and encoding, on both sides of each threshold, and what chance makes of the generated tests'
//! grammars.

use std::path::Path;

use rand::SeedableRng;
use rand::rngs::StdRng;
use russet_tests::client::Client;
use russet_tests::generate::Grammar;
use russet_tests::peers::{Server, workspace};
use russet_tests::quoting::split;
use russet_tests::resp::Value;

/// Requests, each a list of words.
pub(crate) type Requests = Vec<Vec<Vec<u8>>>;

/// Words of a line.
fn line(text: &str) -> Vec<Vec<u8>> {
    split(text.as_bytes()).unwrap_or_default()
}

/// A line and more words.
fn with(text: &str, words: impl Iterator<Item = Vec<u8>>) -> Vec<Vec<u8>> {
    let mut all = line(text);
    all.extend(words);
    all
}

fn names(count: usize) -> impl Iterator<Item = Vec<u8>> {
    (0..count).map(|n| format!("name:{n}").into_bytes())
}

fn long(count: usize) -> Vec<u8> {
    vec![b'x'; count]
}

/// What no compressor makes shorter.
fn noise(count: usize) -> Vec<u8> {
    let mut state = 1u64;
    let mut byte = || {
        state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (state >> 56) as u8
    };
    (0..count).map(|_| byte()).collect()
}

/// Every type and encoding, in commands that Redis 6.0 has.
pub(crate) fn every_encoding() -> Requests {
    let mut all: Requests = Vec::new();
    for (key, value) in [
        ("int", b"12345".to_vec()),
        ("negative", b"-9223372036854775808".to_vec()),
        ("no int", b"9223372036854775808".to_vec()),
        ("one byte", b"-128".to_vec()),
        ("two bytes", b"32767".to_vec()),
        ("four bytes", b"-2147483648".to_vec()),
        ("eight bytes", b"2147483648".to_vec()),
        ("empty", Vec::new()),
        ("embstr", long(44)),
        ("raw", long(45)),
        ("hardly compressed", long(20)),
        ("compressed", long(100_000)),
        ("noise", noise(20_000)),
        ("halfway", [noise(500), long(500), noise(300)].concat()),
        ("lines", b"a\r\nb\0\xff".to_vec()),
    ] {
        all.push(vec![b"SET".to_vec(), key.into(), value]);
    }
    all.push(vec![b"SET".to_vec(), b"\0\xff\r\n".to_vec(), b"a key of bytes".to_vec()]);
    all.push(vec![b"SET".to_vec(), Vec::new(), b"the empty key".to_vec()]);
    all.push(vec![b"SET".to_vec(), long(300), b"a long key".to_vec()]);
    all.extend(
        ["APPEND grown abc", "APPEND grown def", "SET counted 7", "INCR counted", "SETBIT bits 100 1"]
            .map(line),
    );
    for count in [1, 2, 127, 128, 129, 511, 512, 513, 1500] {
        all.push(with(&format!("RPUSH list:{count}"), names(count)));
        all.push(with(&format!("SADD set:{count}"), names(count)));
        all.push(with(&format!("SADD ints:{count}"), (0..count).map(|n| (n * 7).to_string().into_bytes())));
        let pairs = names(count).flat_map(|name| [name.clone(), [b"v".to_vec(), name].concat()]);
        all.push(with(&format!("HSET hash:{count}"), pairs));
        let scores =
            names(count).enumerate().flat_map(|(n, name)| [(n as i64 - 3).to_string().into_bytes(), name]);
        all.push(with(&format!("ZADD scores:{count}"), scores));
    }
    for size in [63, 64, 65, 253, 254, 255, 4096, 20_000] {
        let word = || [long(size), noise(size)].into_iter();
        all.push(with(&format!("RPUSH wide-list:{size} 1 2"), word()));
        all.push(with(&format!("SADD wide-set:{size} 1 2"), word()));
        all.push(with(&format!("HSET wide-hash:{size} f v"), word()));
        all.push(with(
            &format!("ZADD wide-scores:{size} 1"),
            [long(size), b"2".to_vec(), noise(size)].into_iter(),
        ));
    }
    for edge in ["32767", "32768", "2147483647", "2147483648", "9223372036854775807", "-9223372036854775808"]
    {
        all.push(line(&format!("SADD edge:{edge} 1 {edge}")));
        all.push(line(&format!("RPUSH edges:{edge} 1 12 128 -4096 70000 8388608 {edge}")));
    }
    all.push(line("ZADD infinite -inf a inf b 0 c -0 d 17 e"));
    all.extend(["GEOADD places 13.361389 38.115556 Palermo 15.087269 37.502669 Catania"].map(line));
    all.push(with("PFADD sparse", names(50)));
    all.push(with("PFADD dense", names(20_000)));
    for n in 0..350 {
        all.push(line(&format!("XADD log {}-{} n {n} text 'entry number {n}'", 1 + n / 10, 1 + n % 10)));
    }
    for text in [
        "XADD other 5-1 a 1",
        "XADD other 5-2 b 2 c 3",
        "XDEL log 3-3 3-4 35-10",
        "XGROUP CREATE log readers 0",
        "XGROUP CREATE log late 20-1",
        "XGROUP CREATE log idle $",
        "XGROUP CREATE nothing g $ MKSTREAM",
        "XADD emptied 7-7 a 1",
        "XDEL emptied 7-7",
        "XREADGROUP GROUP readers ada COUNT 40 STREAMS log >",
        "XREADGROUP GROUP readers bob COUNT 3 STREAMS log >",
        "XACK log readers 1-1 1-2",
        "XREADGROUP GROUP late ada COUNT 1 STREAMS log >",
        "XTRIM log MAXLEN 300",
        "SELECT 1",
        "SET expiring 1",
        "PEXPIREAT expiring 4000000000123",
        "RPUSH list 1 2 3",
        "PEXPIREAT list 4000000000456",
        "XADD stream 1-1 a b",
        "PEXPIREAT stream 3000000000000",
        "SET gone 1 PX 1",
        "SELECT 15",
        "MSET a 1 b 2 c 3",
        "SELECT 0",
    ] {
        all.push(line(text));
    }
    all
}

/// Scores with fractions, of which Redis 7.0 takes other digests.
pub(crate) fn fractions() -> Requests {
    let many =
        (0..300).flat_map(|n| [(f64::from(n) / 7.0).to_string().into_bytes(), format!("m{n}").into_bytes()]);
    vec![
        line("ZADD fractions 0.1 a 1e-300 b 1.7976931348623157e308 c 5e-324 d 123456789.987654321 e"),
        with("ZADD many-fractions", many),
    ]
}

/// Fields that expire.
pub(crate) fn fields() -> Requests {
    [
        "HSET h a 1 b 2 c 3",
        "HPEXPIREAT h 4000000000000 FIELDS 2 a b",
        "HSET g a 1",
        "HPEXPIREAT g 4000000000001 FIELDS 1 a",
    ]
    .map(line)
    .into()
}

/// What chance makes of the grammars of the generated tests: requests that were played to `client`.
pub(crate) fn play_at_random(
    client: &mut Client,
    server: Server,
    seed: u64,
    count: usize,
) -> Result<(), String> {
    const LEFT_OUT: &[&str] = &[
        "MULTI", "EXEC", "DISCARD", "WATCH", "UNWATCH", "RESET", "QUIT", "HELLO", "CLIENT", "CONFIG",
        "FLUSHALL", "FLUSHDB", "DEBUG",
    ];
    let directory = workspace().join("tests/generated/grammar");
    let mut random = StdRng::seed_from_u64(seed);
    for family in
        ["strings", "lists", "sets", "hashes", "sorted_sets", "streams", "bitmaps", "hyperloglogs", "places"]
    {
        let text = read(&directory, family)? + &read(&directory, "common")?;
        let grammar = Grammar::parse(&text)?;
        for _ in 0..count {
            let operation = grammar.generate(1, &mut random);
            let name = operation.words.first().map(|word| word.to_ascii_uppercase()).unwrap_or_default();
            let unfit = LEFT_OUT.iter().any(|left_out| left_out.as_bytes() == name);
            if unfit || name.contains(&b'\n') || operation.skip.contains(&server) {
                continue;
            }
            client.call(&operation.words).map_err(|e| format!("{operation}: {e}"))?;
        }
    }
    client.line("SELECT 0").map_err(|e| e.to_string())?;
    Ok(())
}

fn read(directory: &Path, family: &str) -> Result<String, String> {
    let path = directory.join(format!("{family}.grammar"));
    std::fs::read_to_string(&path).map_err(|e| format!("{}: {e}", path.display()))
}

/// Sends requests, none of which may fail.
pub(crate) fn play(client: &mut Client, requests: &[Vec<Vec<u8>>]) -> Result<(), String> {
    for words in requests {
        let show = || words.iter().take(3).map(|w| String::from_utf8_lossy(w)).collect::<Vec<_>>().join(" ");
        let reply = client.call(words).map_err(|e| format!("{}: {e}", show()))?;
        if let Value::Error(error) = reply.value {
            return Err(format!("{}: {}", show(), String::from_utf8_lossy(&error)));
        }
    }
    Ok(())
}
