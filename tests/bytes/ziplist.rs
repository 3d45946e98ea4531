//! Ziplists: the same operations give the same bytes as in Redis 6.0, cascades included; what we build, Redis 6 and 7
//! load; and what Redis 7 then has is the listpack that we make of it.

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use russet_structures::ziplist::{Position, Ziplist, to_listpack};
use russet_tests::client::Client;
use russet_tests::dump::{Reader, Writer, dump, restore};
use russet_tests::launch::Running;
use russet_tests::peers::Server;
use russet_tests::resp::Value;

// Types of values in RDB files: what holds ziplists, and what servers since 7.0 make of two of them.
const LIST_ZIPLIST: u8 = 10;
const ZSET_ZIPLIST: u8 = 12;
const HASH_ZIPLIST: u8 = 13;
const LIST_QUICKLIST: u8 = 14;
const HASH_LISTPACK: u8 = 16;
const ZSET_LISTPACK: u8 = 17;

/// Lists, hashes and sorted sets stay ziplists, and strings in dumps are not compressed.
const LARGE_6: &[&str] = &[
    "--rdbcompression no --list-max-ziplist-size -5",
    "--hash-max-ziplist-entries 9999 --hash-max-ziplist-value 9999",
    "--zset-max-ziplist-entries 9999 --zset-max-ziplist-value 9999",
];
const LARGE_7: &[&str] = &[
    "--rdbcompression no --list-max-listpack-size -5 --sanitize-dump-payload yes",
    "--hash-max-listpack-entries 9999 --hash-max-listpack-value 9999",
    "--zset-max-listpack-entries 9999 --zset-max-listpack-value 9999",
];

/// A list's node of fill -5 never becomes full below this.
const MOST_BYTES: usize = 60_000;

struct Peers {
    redis6: Client,
    redis7: Client,
    random: StdRng,
    _running: [Running; 2],
}

fn start(seed: u64) -> Result<Peers, String> {
    let words =
        |options: &[&'static str]| options.iter().flat_map(|line| line.split(' ')).collect::<Vec<_>>();
    let running =
        [Running::start(Server::Redis6, &words(LARGE_6))?, Running::start(Server::Redis, &words(LARGE_7))?];
    let [redis6, redis7] = [running[0].connect(), running[1].connect()];
    let (redis6, redis7) = (redis6.map_err(|e| e.to_string())?, redis7.map_err(|e| e.to_string())?);
    println!("seed {seed}");
    Ok(Peers { redis6, redis7, random: StdRng::seed_from_u64(seed), _running: running })
}

fn call(client: &mut Client, words: &[&[u8]]) -> Result<Value, String> {
    match client.call(words).map_err(|e| e.to_string())?.value {
        Value::Error(error) => Err(format!("{} for {:?}", error.escape_ascii(), words[0].escape_ascii())),
        value => Ok(value),
    }
}

/// Mostly what cascades are made of.
fn text(random: &mut StdRng) -> Vec<u8> {
    match random.random_range(0..12) {
        0 => random.random_range(-20i64..200).to_string().into_bytes(),
        1 => (random.random::<i64>() >> random.random_range(0..64)).to_string().into_bytes(),
        2 => vec![random.random(); random.random_range(0..80)],
        3 => vec![random.random(); random.random_range(300..700)],
        _ => vec![random.random(); random.random_range(243..254)],
    }
}

/// The only ziplist of a value; a list's stands behind the number of its nodes.
fn stored(client: &mut Client, key: &str, kind: u8) -> Result<Vec<u8>, String> {
    let dumped = dump(client, key)?;
    assert_eq!(dumped.kind, kind);
    let mut reader = Reader::new(&dumped.body);
    if kind == LIST_QUICKLIST {
        assert_eq!(reader.count()?, 1, "one node");
    }
    let bytes = reader.string()?;
    assert!(reader.rest().is_empty());
    Ok(bytes)
}

fn body(kind: u8, bytes: &[u8]) -> Vec<u8> {
    let mut body = Writer::default();
    if kind == LIST_QUICKLIST {
        body.length(1);
    }
    body.string(bytes);
    body.0
}

/// The server's ziplist is ours; ours, and what was made of it, is loaded.
fn compare(peers: &mut Peers, kind: u8, ziplist: &Ziplist) -> Result<(), String> {
    assert_eq!(ziplist.validate(), Ok(()));
    if ziplist.is_empty() {
        assert_eq!(call(&mut peers.redis6, &[b"EXISTS", b"key"])?, Value::Integer(0));
        return Ok(());
    }
    let theirs = stored(&mut peers.redis6, "key", kind)?;
    let first = ziplist.as_bytes().iter().zip(&theirs).position(|(a, b)| a != b);
    assert!(
        ziplist.as_bytes() == theirs,
        "{} and {} bytes, byte {first:?} is the first other",
        ziplist.bytes(),
        theirs.len()
    );
    assert_eq!(Ziplist::from_bytes(&theirs).as_ref(), Ok(ziplist));
    let read: &[&[u8]] = match kind {
        HASH_ZIPLIST => &[b"HGETALL", b"copy"],
        ZSET_ZIPLIST => &[b"ZRANGE", b"copy", b"0", b"-1", b"WITHSCORES"],
        _ => &[b"LRANGE", b"copy", b"0", b"-1"],
    };
    let expected = Value::Array(ziplist.iter().map(|element| Value::Bulk(element.to_vec())).collect());
    let kinds = if kind == LIST_QUICKLIST { &[LIST_QUICKLIST, LIST_ZIPLIST][..] } else { &[kind] };
    for &kind in kinds {
        for client in [&mut peers.redis6, &mut peers.redis7] {
            restore(client, "copy", kind, &body(kind, ziplist.as_bytes()))?;
            assert_eq!(call(client, read)?, expected);
        }
    }
    let kind = match kind {
        HASH_ZIPLIST => HASH_LISTPACK,
        ZSET_ZIPLIST => ZSET_LISTPACK,
        _ => return Ok(()),
    };
    let listpack = to_listpack(&theirs).map_err(|e| e.to_string())?;
    let theirs = stored(&mut peers.redis7, "copy", kind)?;
    assert!(listpack.as_bytes() == theirs, "the listpack that Redis 7 makes of it is another");
    Ok(())
}

fn at(ziplist: &Ziplist, index: usize) -> Position {
    ziplist.seek(index as i64).expect("an index inside")
}

#[test]
fn hashes() -> Result<(), String> {
    let mut peers = start(rand::random())?;
    let mut ziplist = Ziplist::new();
    for step in 0..1500 {
        let known = (!ziplist.is_empty()).then(|| peers.random.random_range(0..ziplist.len() / 2) * 2);
        let known = known.map(|index| ziplist.get(at(&ziplist, index)).to_vec());
        match (peers.random.random_range(0..10), known) {
            (0..3, Some(field)) => {
                call(&mut peers.redis6, &[b"HDEL", b"key", &field])?;
                let position = ziplist.find(&field, 1).expect("a field");
                // Redis removes field and value one after the other, not together.
                ziplist.remove(position);
                ziplist.remove(position);
            }
            (choice, known) => {
                let field = known.filter(|_| choice < 6).unwrap_or_else(|| text(&mut peers.random));
                let value = text(&mut peers.random);
                call(&mut peers.redis6, &[b"HSET", b"key", &field, &value])?;
                match ziplist.find(&field, 1).and_then(|field| ziplist.next(field)) {
                    Some(position) => drop(ziplist.replace(position, &value[..])),
                    None => ziplist.extend([&field[..], &value[..]]),
                }
            }
        }
        if step % 5 == 0 {
            compare(&mut peers, HASH_ZIPLIST, &ziplist)?;
        }
    }
    Ok(())
}

/// Where a member belongs among others: by score, then by bytes.
fn place(ziplist: &Ziplist, member: &[u8], score: i64) -> Option<Position> {
    let before = |(other, at): &(Vec<u8>, i64)| (*at, &other[..]) < (score, member);
    let pairs = ziplist.pairs().map(|(member, score)| {
        (member.to_vec(), String::from_utf8_lossy(&score.to_vec()).parse().expect("a score"))
    });
    ziplist.seek(pairs.take_while(before).count() as i64 * 2)
}

#[test]
fn sorted_sets() -> Result<(), String> {
    let mut peers = start(rand::random())?;
    let mut ziplist = Ziplist::new();
    for step in 0..1500 {
        let known = (!ziplist.is_empty()).then(|| peers.random.random_range(0..ziplist.len() / 2) * 2);
        let known = known.map(|index| ziplist.get(at(&ziplist, index)).to_vec());
        match (peers.random.random_range(0..20), known) {
            (0..4, Some(member)) => {
                call(&mut peers.redis6, &[b"ZREM", b"key", &member])?;
                let position = ziplist.find(&member, 1).expect("a member");
                ziplist.remove(position);
                ziplist.remove(position);
            }
            (4, Some(_)) => {
                call(&mut peers.redis6, &[b"ZREMRANGEBYRANK", b"key", b"1", b"3"])?;
                ziplist.remove_range(2, 6);
            }
            (choice, known) => {
                let member = known.filter(|_| choice < 9).unwrap_or_else(|| text(&mut peers.random));
                let score = peers.random.random_range(-5i64..300);
                call(&mut peers.redis6, &[b"ZADD", b"key", score.to_string().as_bytes(), &member])?;
                if let Some(position) = ziplist.find(&member, 1) {
                    let old = ziplist.next(position).map(|position| ziplist.get(position).to_vec());
                    if old == Some(score.to_string().into_bytes()) {
                        continue;
                    }
                    ziplist.remove(position);
                    ziplist.remove(position);
                }
                match place(&ziplist, &member, score) {
                    Some(position) => {
                        let position = ziplist.insert_before(position, &member[..]);
                        ziplist.insert_after(position, score);
                    }
                    None => {
                        ziplist.push_back(&member[..]);
                        ziplist.push_back(score);
                    }
                }
            }
        }
        if step % 5 == 0 {
            compare(&mut peers, ZSET_ZIPLIST, &ziplist)?;
        }
    }
    Ok(())
}

#[test]
fn lists() -> Result<(), String> {
    let mut peers = start(rand::random())?;
    let mut ziplist = Ziplist::new();
    for step in 0..2000 {
        let text = text(&mut peers.random);
        let index = (!ziplist.is_empty()).then(|| peers.random.random_range(0..ziplist.len()));
        let pivot = index.map(|index| ziplist.get(at(&ziplist, index)).to_vec());
        let (mut choice, client) = (peers.random.random_range(0..100), &mut peers.redis6);
        if ziplist.bytes() > MOST_BYTES {
            choice = 99;
        }
        match (choice, index, pivot) {
            (..20, _, _) => {
                call(client, &[b"RPUSH", b"key", &text])?;
                ziplist.push_back(&text[..]);
            }
            (20..35, _, _) => {
                call(client, &[b"LPUSH", b"key", &text])?;
                ziplist.push_front(&text[..]);
            }
            (35..50, _, Some(pivot)) => {
                call(client, &[b"LINSERT", b"key", b"BEFORE", &pivot, &text])?;
                ziplist.insert_before(ziplist.find(&pivot, 0).expect("the pivot"), &text[..]);
            }
            (50..60, _, Some(pivot)) => {
                call(client, &[b"LINSERT", b"key", b"AFTER", &pivot, &text])?;
                ziplist.insert_after(ziplist.find(&pivot, 0).expect("the pivot"), &text[..]);
            }
            (60..75, Some(index), _) => {
                call(client, &[b"LSET", b"key", index.to_string().as_bytes(), &text])?;
                ziplist.replace(at(&ziplist, index), &text[..]);
            }
            (75..85, _, Some(pivot)) => {
                call(client, &[b"LREM", b"key", b"1", &pivot])?;
                ziplist.remove(ziplist.find(&pivot, 0).expect("the pivot"));
            }
            (85..90, Some(_), _) => {
                call(client, &[b"LPOP", b"key"])?;
                ziplist.remove_range(0, 1);
            }
            (90..95, Some(_), _) => {
                call(client, &[b"RPOP", b"key"])?;
                ziplist.remove_range(-1, 1);
            }
            (99, Some(_), _) => {
                call(client, &[b"LTRIM", b"key", b"2", b"-4"])?;
                let keep = ziplist.len().saturating_sub(3);
                ziplist.truncate(keep);
                ziplist.remove_range(0, 2);
            }
            _ => {}
        }
        if step % 5 == 0 {
            compare(&mut peers, LIST_QUICKLIST, &ziplist)?;
        }
    }
    Ok(())
}

/// Lists of several nodes: splits and joins make ziplists that we read.
#[test]
fn every_node_of_a_long_list_is_read() -> Result<(), String> {
    let mut peers = start(rand::random())?;
    call(&mut peers.redis6, &[b"CONFIG", b"SET", b"list-max-ziplist-size", b"-1"])?;
    for step in 0..2000 {
        let text = text(&mut peers.random);
        let pivot = call(&mut peers.redis6, &[b"LINDEX", b"key", (step / 3).to_string().as_bytes()])?;
        match (step % 4, pivot) {
            (0, Value::Bulk(pivot)) => call(&mut peers.redis6, &[b"LREM", b"key", b"1", &pivot])?,
            (1 | 2, Value::Bulk(pivot)) => {
                call(&mut peers.redis6, &[b"LINSERT", b"key", b"BEFORE", &pivot, &text])?
            }
            _ => call(&mut peers.redis6, &[b"LPUSH", b"key", &text])?,
        };
    }
    let dumped = dump(&mut peers.redis6, "key")?;
    assert_eq!(dumped.kind, LIST_QUICKLIST);
    let (mut reader, mut elements) = (Reader::new(&dumped.body), Vec::new());
    let nodes = reader.count()?;
    for _ in 0..nodes {
        let bytes = reader.string()?;
        let listpack = to_listpack(&bytes).map_err(|e| e.to_string())?;
        assert!(Ziplist::from_bytes(&bytes).is_ok_and(|ziplist| ziplist.iter().eq(&listpack)));
        elements.extend(listpack.iter().map(|element| Value::Bulk(element.to_vec())));
    }
    assert!(nodes > 20 && reader.rest().is_empty(), "{nodes} nodes");
    assert_eq!(call(&mut peers.redis6, &[b"LRANGE", b"key", b"0", b"-1"])?, Value::Array(elements));
    Ok(())
}
