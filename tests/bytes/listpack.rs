//! Listpacks of hashes, sorted sets, lists and sets: the same operations give the same bytes; and servers read, or
//! refuse, what we do.

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use russet_structures::element::Element;
use russet_structures::listpack::{Listpack, Position};
use russet_tests::client::Client;
use russet_tests::dump::{Dump, Reader, Writer, dump, restore};
use russet_tests::launch::Running;
use russet_tests::peers::Server;
use russet_tests::resp::Value;

const RDB_HASH_LISTPACK: u8 = 16;
const RDB_ZSET_LISTPACK: u8 = 17;
const RDB_LIST_QUICKLIST_2: u8 = 18;
const RDB_SET_LISTPACK: u8 = 20;

/// A node of a quicklist that is a listpack.
const PACKED: u64 = 2;

/// Limits under which everything here stays a listpack. Redis 7.0 knows no listpacks of sets.
const OPTIONS: [&str; 12] = [
    "--rdbcompression",
    "no",
    "--hash-max-listpack-entries",
    "100000000",
    "--hash-max-listpack-value",
    "100000000",
    "--zset-max-listpack-entries",
    "100000000",
    "--zset-max-listpack-value",
    "100000000",
    "--list-max-listpack-size",
    "-5",
];

fn start(server: Server) -> Result<(Running, Client), String> {
    let mut options = OPTIONS.to_vec();
    if server == Server::Valkey {
        options.extend(["--set-max-listpack-entries", "100000000", "--set-max-listpack-value", "100000000"]);
    }
    options.extend(["--sanitize-dump-payload", "yes"]);
    let running = Running::start(server, &options)?;
    let client = running.connect().map_err(|e| e.to_string())?;
    Ok((running, client))
}

fn call<W: AsRef<[u8]>>(client: &mut Client, words: &[W]) -> Result<Value, String> {
    Ok(client.call(words).map_err(|e| e.to_string())?.value)
}

/// Lengths of strings on both sides of where an encoding or a back length changes.
const LENGTHS: [usize; 14] = [0, 1, 2, 62, 63, 64, 65, 124, 125, 126, 127, 4094, 4095, 4096];

/// Few enough to meet again; of all widths and lengths.
fn text(random: &mut StdRng) -> Vec<u8> {
    match random.random_range(0..10) {
        0..3 => random.random_range(-40i64..40).to_string().into_bytes(),
        3..5 => {
            let edge = 1i64 << [7, 12, 15, 23, 31, 63][random.random_range(0..6)];
            edge.wrapping_add(random.random_range(-2..3))
                .wrapping_mul([1, -1][random.random_range(0..2)])
                .to_string()
                .into_bytes()
        }
        5 => (random.random::<i64>() >> random.random_range(0..64)).to_string().into_bytes(),
        6 => {
            let some = LENGTHS.len() - if random.random_range(0..8) > 0 { 3 } else { 0 };
            vec![random.random_range(b'a'..=b'c'); LENGTHS[random.random_range(0..some)]]
        }
        7 => ["", "-", "-0", "007", "+7", "1 ", "9223372036854775808", "1.5"][random.random_range(0..8)]
            .as_bytes()
            .to_vec(),
        _ => format!("field:{}", random.random_range(0..60)).into_bytes(),
    }
}

/// The value of the key is this listpack, and what we store is read back.
fn assert_same(
    client: &mut Client,
    kind: u8,
    pack: &Listpack,
    read: &[&str],
    what: &str,
) -> Result<(), String> {
    assert_eq!(pack.validate(), Ok(()));
    if pack.is_empty() {
        assert_eq!(call(client, &["EXISTS", "key"])?, Value::Integer(0), "{what}");
        return Ok(());
    }
    let dumped = dump(client, "key")?;
    assert_eq!(dumped.kind, kind, "{what}");
    let mut reader = Reader::new(&dumped.body);
    if kind == RDB_LIST_QUICKLIST_2 {
        let header = (reader.count()?, reader.count()?);
        assert_eq!(header, (1, PACKED as usize), "{what}: nodes, and the kind of the first");
    }
    let theirs = reader.string()?;
    assert!(theirs == pack.as_bytes(), "{what}: {pack:?}\n{:?}", Listpack::from_bytes(&theirs));
    assert!(reader.rest().is_empty());
    let mut body = Writer::default();
    if kind == RDB_LIST_QUICKLIST_2 {
        body.length(1).length(PACKED);
    }
    body.string(pack.as_bytes());
    restore(client, "copy", kind, &body.0)?;
    let mut words = read.to_vec();
    words.insert(1, "copy");
    let Value::Array(copied) = call(client, &words)? else { return Err(format!("{words:?}: no array")) };
    let ours: Vec<Value> = pack.iter().map(|element| Value::Bulk(element.to_vec())).collect();
    assert!(copied == ours, "{what}: {copied:?}");
    Ok(())
}

fn hash_step(client: &mut Client, pack: &mut Listpack, random: &mut StdRng) -> Result<(), String> {
    let (field, value) = (text(random), text(random));
    let found = pack.find(&field, 1);
    if random.random_range(0..100) < 35 {
        call(client, &[b"HDEL", &b"key"[..], &field])?;
        found.and_then(|found| pack.remove_at(found, 2));
        return Ok(());
    }
    call(client, &[b"HSET", &b"key"[..], &field, &value])?;
    match found.and_then(|found| pack.next(found)) {
        Some(old) => {
            pack.replace(old, &value[..]);
        }
        None => {
            pack.push_back(&field[..]);
            pack.push_back(&value[..]);
        }
    }
    Ok(())
}

/// The first pair that sorts behind this member with this score.
fn behind(pack: &Listpack, member: &[u8], score: i64) -> Option<Position> {
    let mut next = pack.first();
    while let Some(here) = next {
        let value = pack.next(here)?;
        let Element::Int(there) = pack.get(value) else { panic!("a score that is no integer") };
        if (there, pack.get(here).to_vec()) > (score, member.to_vec()) {
            return Some(here);
        }
        next = pack.next(value);
    }
    None
}

fn zset_step(client: &mut Client, pack: &mut Listpack, random: &mut StdRng) -> Result<(), String> {
    let member = text(random);
    let found = pack.find(&member, 1);
    if random.random_range(0..100) < 35 {
        call(client, &[b"ZREM", &b"key"[..], &member])?;
        found.and_then(|found| pack.remove_at(found, 2));
        return Ok(());
    }
    // Doubles hold these exactly.
    let score = random.random::<i64>() >> random.random_range(12..64);
    call(client, &[b"ZADD", &b"key"[..], score.to_string().as_bytes(), &member])?;
    if let Some(found) = found {
        let value = pack.next(found).expect("a score");
        if pack.get(value) == Element::Int(score) {
            return Ok(());
        }
        pack.remove_at(found, 2);
    }
    match behind(pack, &member, score) {
        Some(place) => {
            let place = pack.insert_before(place, &member[..]);
            pack.insert_after(place, score);
        }
        None => {
            pack.push_back(&member[..]);
            pack.push_back(score);
        }
    }
    Ok(())
}

fn list_step(client: &mut Client, pack: &mut Listpack, random: &mut StdRng) -> Result<(), String> {
    let text = text(random);
    let index = random.random_range(0..pack.len().max(1)) as i64;
    let number = (if random.random() { index } else { index - pack.len() as i64 }).to_string();
    match (random.random_range(0..10), pack.seek(number.parse().unwrap_or(0))) {
        // A node of 64 KiB holds no more: the quicklist would begin another one.
        (0, _) if pack.bytes() > 40_000 => {
            call(client, &["LTRIM", "key", "3", "-40"])?;
            let len = pack.len();
            pack.truncate(len.saturating_sub(39));
            pack.remove_range(0, 3);
        }
        (_, _) if pack.bytes() > 50_000 => {
            call(client, &["LPOP", "key"])?;
            pack.remove_range(0, 1);
        }
        (1, Some(position)) => {
            call(client, &[b"LSET", &b"key"[..], number.as_bytes(), &text])?;
            pack.replace(position, &text[..]);
        }
        (2 | 3, Some(position)) => {
            let pivot = pack.get(position).to_vec();
            let first = pack.find(&pivot, 0).expect("the pivot");
            let before = random.random();
            let word: &[u8] = if before { b"BEFORE" } else { b"AFTER" };
            call(client, &[b"LINSERT", &b"key"[..], word, &pivot, &text])?;
            if before {
                pack.insert_before(first, &text[..])
            } else {
                pack.insert_after(first, &text[..])
            };
        }
        (4, Some(position)) => {
            let value = pack.get(position).to_vec();
            call(client, &[b"LREM", &b"key"[..], b"0", &value])?;
            pack.retain(|element| element.to_vec() != value);
        }
        (5, Some(_)) => {
            call(client, &["RPOP", "key"])?;
            pack.remove_range(-1, 1);
        }
        (6 | 7, _) => {
            call(client, &[b"LPUSH", &b"key"[..], &text])?;
            pack.push_front(&text[..]);
        }
        _ => {
            call(client, &[b"RPUSH", &b"key"[..], &text])?;
            pack.push_back(&text[..]);
        }
    }
    Ok(())
}

fn set_step(client: &mut Client, pack: &mut Listpack, random: &mut StdRng) -> Result<(), String> {
    // A set that begins with an integer begins as an intset.
    let member = if pack.is_empty() { b"first".to_vec() } else { text(random) };
    let found = pack.find(&member, 0);
    if random.random_range(0..100) < 35 && pack.len() > 1 {
        call(client, &[b"SREM", &b"key"[..], &member])?;
        found.and_then(|found| pack.remove(found));
        return Ok(());
    }
    call(client, &[b"SADD", &b"key"[..], &member])?;
    if found.is_none() {
        pack.push_back(&member[..]);
    }
    Ok(())
}

type Step = fn(&mut Client, &mut Listpack, &mut StdRng) -> Result<(), String>;

fn the_same_operations(server: Server, kind: u8, step: Step, read: &[&str]) -> Result<(), String> {
    let (_running, mut client) = start(server)?;
    for seed in 0..4 {
        let mut random = StdRng::seed_from_u64(seed);
        let mut pack = Listpack::new();
        call(&mut client, &["DEL", "key"])?;
        let (mut longest, mut checked) = (0, 0);
        for round in 0..600 {
            step(&mut client, &mut pack, &mut random)?;
            longest = longest.max(pack.len());
            // Each step at first, then some.
            if round < 60 || round % 10 == 0 {
                assert_same(
                    &mut client,
                    kind,
                    &pack,
                    read,
                    &format!("{server:?}, seed {seed}, round {round}"),
                )?;
                checked += 1;
            }
        }
        assert!(longest > 40 && checked > 100, "{longest} elements at most");
    }
    Ok(())
}

#[test]
fn hashes() -> Result<(), String> {
    for server in [Server::Redis, Server::Valkey] {
        the_same_operations(server, RDB_HASH_LISTPACK, hash_step, &["HGETALL"])?;
    }
    Ok(())
}

#[test]
fn sorted_sets() -> Result<(), String> {
    for server in [Server::Redis, Server::Valkey] {
        the_same_operations(server, RDB_ZSET_LISTPACK, zset_step, &["ZRANGE", "0", "-1", "WITHSCORES"])?;
    }
    Ok(())
}

#[test]
fn lists() -> Result<(), String> {
    for server in [Server::Redis, Server::Valkey] {
        the_same_operations(server, RDB_LIST_QUICKLIST_2, list_step, &["LRANGE", "0", "-1"])?;
    }
    Ok(())
}

#[test]
fn sets() -> Result<(), String> {
    the_same_operations(Server::Valkey, RDB_SET_LISTPACK, set_step, &["SMEMBERS"])
}

/// Strings whose back length takes 2, 3 and 4 bytes, to the byte at which that changes.
#[test]
fn long_strings() -> Result<(), String> {
    for server in [Server::Redis, Server::Valkey] {
        let (_running, mut client) = start(server)?;
        let mut pack = Listpack::new();
        for len in [16377usize, 16378, 16379, 0x1f_fff9, 0x1f_fffa, 0x1f_fffb] {
            // With another one before it, since only then its back length is ever read.
            let (field, value) = (format!("of {len}"), vec![b'v'; len]);
            call(&mut client, &[b"HSET", &b"key"[..], field.as_bytes(), &value])?;
            pack.push_back(field.as_bytes());
            pack.push_back(&value[..]);
            let Dump { kind, body } = dump(&mut client, "key")?;
            assert_eq!(kind, RDB_HASH_LISTPACK);
            let theirs = Reader::new(&body).string()?;
            assert!(theirs == pack.as_bytes(), "{server:?}: a string of {len} bytes");
        }
    }
    Ok(())
}

/// From 65535 elements on the header does not say how many there are.
#[test]
fn counts_that_the_header_cannot_hold() -> Result<(), String> {
    for server in [Server::Redis, Server::Valkey] {
        let (_running, mut client) = start(server)?;
        for elements in [65_534i64, 65_536, 65_538] {
            let mut pack: Listpack = (0..elements).collect();
            let mut body = Writer::default();
            body.string(pack.as_bytes());
            restore(&mut client, "key", RDB_HASH_LISTPACK, &body.0)?;
            let len = |client: &mut Client| call(client, &["HLEN", "key"]);
            for field in [2i64, 65_000, 0, 4] {
                // The length was asked for, if not by HDEL, and stands in the header if it can.
                assert_eq!(len(&mut client)?, Value::Integer(pack.recount() as i64 / 2));
                let theirs = Reader::new(&dump(&mut client, "key")?.body).string()?;
                assert!(theirs == pack.as_bytes(), "{server:?}: {elements} elements, {:?}", &theirs[..6]);
                call(&mut client, &["HDEL", "key", &field.to_string()])?;
                pack.find(field.to_string().as_bytes(), 1).and_then(|found| pack.remove_at(found, 2));
            }
        }
    }
    Ok(())
}

/// What a server refuses as the node of a list, we refuse.
#[test]
fn corrupt_listpacks_are_refused() -> Result<(), String> {
    for server in [Server::Redis, Server::Valkey] {
        let (_running, mut client) = start(server)?;
        let mut random = StdRng::seed_from_u64(9);
        let (mut refused, mut accepted) = (0, 0);
        for _ in 0..3000 {
            let texts: Vec<Vec<u8>> = (0..random.random_range(1..5)).map(|_| text(&mut random)).collect();
            let mut bytes = texts.iter().map(|text| &text[..]).collect::<Listpack>().as_bytes().to_vec();
            for _ in 0..random.random_range(1..3) {
                // Near the front and the end more than in the middle of a long string.
                let at = random.random_range(0..bytes.len());
                let at =
                    [at, at % 16, bytes.len() - 1 - at % 8][random.random_range(0..3)].min(bytes.len() - 1);
                match random.random_range(0..4) {
                    0 => bytes[at] ^= 1 << random.random_range(0..8),
                    1 => bytes[at] = random.random(),
                    2 if bytes.len() > 7 => drop(bytes.remove(at)),
                    _ => bytes.insert(at, random.random()),
                }
            }
            if random.random() {
                let len = bytes.len() as u32;
                bytes[..4].copy_from_slice(&len.to_le_bytes());
            }
            let mut body = Writer::default();
            body.length(1).length(PACKED).string(&bytes);
            let theirs = restore(&mut client, "copy", RDB_LIST_QUICKLIST_2, &body.0);
            match (theirs, Listpack::from_bytes(&bytes)) {
                // They refuse a list without elements.
                (Err(_), Ok(ours)) => assert!(ours.is_empty(), "{server:?} refuses {}", bytes.escape_ascii()),
                (Err(_), Err(_)) => refused += 1,
                (Ok(()), Ok(ours)) => {
                    let elements = call(&mut client, &["LRANGE", "copy", "0", "-1"])?;
                    assert_eq!(
                        elements,
                        Value::Array(ours.iter().map(|e| Value::Bulk(e.to_vec())).collect())
                    );
                    accepted += 1;
                }
                (Ok(()), Err(_)) => {}
            }
        }
        assert!(refused > 300 && accepted > 100, "{server:?}: {refused} refused, {accepted} accepted");
    }
    Ok(())
}
