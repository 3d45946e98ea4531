//! Quicklists: the same operations give the same nodes, byte for byte; and servers read what we store.

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use russet_structures::listpack::Listpack;
use russet_structures::lzf;
use russet_structures::quicklist::{Bytes, Quicklist, Rules};
use russet_tests::client::Client;
use russet_tests::dump::{Dump, Length, Reader, Writer, dump, restore};
use russet_tests::launch::Running;
use russet_tests::peers::Server;
use russet_tests::resp::Value;

/// A list as quicklist of listpacks and plain nodes.
const RDB_LIST_QUICKLIST_2: u8 = 18;

/// Container and bytes of each node, decompressed, and whether it was compressed.
type Nodes = Vec<(u64, Vec<u8>, bool)>;

fn server_nodes(client: &mut Client, key: &str) -> Result<Nodes, String> {
    let Dump { kind, body } = dump(client, key)?;
    assert_eq!(kind, RDB_LIST_QUICKLIST_2);
    let mut reader = Reader::new(&body);
    let mut nodes = Nodes::new();
    for _ in 0..reader.count()? {
        let Length::Plain(container) = reader.length()? else { return Err("no container".into()) };
        nodes.push(match reader.compressed()? {
            Some((packed, len)) => {
                (container, lzf::decompress(packed, len).map_err(|e| e.to_string())?, true)
            }
            None => (container, reader.string()?, false),
        });
    }
    assert!(reader.rest().is_empty());
    Ok(nodes)
}

fn our_nodes(list: &Quicklist) -> Nodes {
    let node = |bytes: Bytes<'_>| match bytes {
        Bytes::Raw(bytes) => (bytes.to_vec(), false),
        Bytes::Lzf(bytes, len) => (lzf::decompress(bytes, len).expect("our own"), true),
    };
    list.stored()
        .map(|stored| {
            let (bytes, compressed) = node(stored.bytes);
            (if stored.packed { 2 } else { 1 }, bytes, compressed)
        })
        .collect()
}

/// The value as RDB files hold it, compressed nodes as they are.
fn body(list: &Quicklist) -> Vec<u8> {
    let mut body = Writer::default();
    body.length(list.node_count() as u64);
    for node in list.stored() {
        body.length(if node.packed { 2 } else { 1 });
        match node.bytes {
            Bytes::Raw(bytes) => body.string(bytes),
            Bytes::Lzf(bytes, len) => {
                body.0.push(0xc3);
                body.length(bytes.len() as u64).length(len as u64).0.extend_from_slice(bytes);
                &mut body
            }
        };
    }
    body.0
}

fn text(random: &mut StdRng) -> Vec<u8> {
    match random.random_range(0..4) {
        0 => random.random_range(-200i64..200).to_string().into_bytes(),
        1 => (random.random::<i64>() >> random.random_range(0..64)).to_string().into_bytes(),
        2 => format!("value:{}", random.random_range(0..10_000)).into_bytes(),
        _ => {
            let len = if random.random_range(0..20) == 0 { 5000 } else { 90 };
            vec![random.random_range(b'a'..=b'z'); random.random_range(0..len)]
        }
    }
}

fn call(client: &mut Client, words: &[&[u8]]) -> Result<Value, String> {
    Ok(client.call(words).map_err(|e| e.to_string())?.value)
}

/// One operation, on the server's list and on ours.
fn step(client: &mut Client, list: &mut Quicklist, random: &mut StdRng) -> Result<(), String> {
    let text = text(random);
    let index = random.random_range(0..list.len().max(1));
    let number = index.to_string();
    let pivot = list.get(index, |element| element.to_vec());
    match (random.random_range(0..100), pivot) {
        (..20, Some(pivot)) => {
            call(client, &[b"LINSERT", b"list", b"BEFORE", &pivot, &text])?;
            let at = list.position(&pivot).ok_or("the pivot is gone")?;
            list.insert_before(at, &text[..]);
        }
        (20..40, Some(pivot)) => {
            call(client, &[b"LINSERT", b"list", b"AFTER", &pivot, &text])?;
            let at = list.position(&pivot).ok_or("the pivot is gone")?;
            list.insert_after(at, &text[..]);
        }
        (40..50, Some(_)) => {
            call(client, &[b"LSET", b"list", number.as_bytes(), &text])?;
            list.replace(index, &text[..]);
        }
        (50..60, Some(pivot)) => {
            let count = random.random_range(-2i64..3);
            let removed = call(client, &[b"LREM", b"list", count.to_string().as_bytes(), &pivot])?;
            assert_eq!(removed, Value::Integer(list.remove_value(&pivot, count) as i64));
        }
        (60..62, Some(_)) => {
            // From 3 on, without the last one.
            call(client, &[b"LTRIM", b"list", b"3", b"-2"])?;
            list.keep_range(3, list.len().saturating_sub(4));
        }
        (62..64, Some(_)) => {
            call(client, &[b"LPOP", b"list"])?;
            list.pop_front(|_| ());
        }
        (64..66, Some(_)) => {
            call(client, &[b"RPOP", b"list"])?;
            list.pop_back(|_| ());
        }
        (66..80, _) => {
            call(client, &[b"LPUSH", b"list", &text])?;
            list.push_front(&text[..]);
        }
        _ => {
            call(client, &[b"RPUSH", b"list", &text])?;
            list.push_back(&text[..]);
        }
    }
    Ok(())
}

/// Values of `list-max-listpack-size` and `list-compress-depth`.
const RULES: &[(i16, u16)] = &[(-2, 0), (-1, 1), (-3, 0), (1, 0), (3, 0), (4, 2), (100, 1)];

fn configure(client: &mut Client, (fill, depth): (i16, u16)) -> Result<(), String> {
    let (fill, depth) = (fill.to_string(), depth.to_string());
    let (fill, depth) = (fill.as_bytes(), depth.as_bytes());
    call(client, &[b"CONFIG", b"SET", b"list-max-listpack-size", fill, b"list-compress-depth", depth])?;
    call(client, &[b"DEL", b"list"])?;
    Ok(())
}

fn read(client: &mut Client, key: &str) -> Result<Value, String> {
    call(client, &[b"LRANGE", key.as_bytes(), b"0", b"-1"])
}

fn elements(list: &Quicklist) -> Value {
    let (mut all, mut iter) = (Vec::new(), list.iter());
    while let Some(element) = iter.next() {
        all.push(Value::Bulk(element.to_vec()));
    }
    Value::Array(all)
}

#[test]
fn the_same_operations_give_the_same_nodes() -> Result<(), String> {
    // Redis 7.0 makes a quicklist of any list. (Valkey begins with a bare listpack: the next test.)
    let running = Running::start(Server::Redis, &["--rdbcompression", "no"])?;
    let mut client = running.connect().map_err(|e| e.to_string())?;
    let mut random = StdRng::seed_from_u64(3);
    for &(fill, depth) in RULES {
        configure(&mut client, (fill, depth))?;
        let mut list = Quicklist::new(Rules { fill, depth, ..Rules::default() });
        let mut most = 0;
        for round in 0..60 {
            for _ in 0..25 {
                step(&mut client, &mut list, &mut random)?;
            }
            if list.is_empty() {
                continue;
            }
            let (ours, theirs) = (our_nodes(&list), server_nodes(&mut client, "list")?);
            most = most.max(ours.len());
            for (n, (ours, theirs)) in ours.iter().zip(&theirs).enumerate() {
                assert_eq!((ours.0, &ours.1), (theirs.0, &theirs.1), "fill {fill}, round {round}, node {n}");
            }
            assert_eq!(ours.len(), theirs.len(), "fill {fill}, depth {depth}, round {round}");
            restore(&mut client, "copy", RDB_LIST_QUICKLIST_2, &body(&list))?;
            assert_eq!(read(&mut client, "copy")?, elements(&list));
            let mut again = Quicklist::new(list.rules());
            for (container, bytes, _) in theirs {
                assert_eq!(container, 2);
                again.append_packed(&bytes).map_err(|e| e.to_string())?;
            }
            assert!(again == list && again.validate().is_ok());
        }
        assert!(most > 3, "fill {fill}: {most} nodes at most");
    }
    Ok(())
}

#[test]
fn a_list_that_outgrows_its_listpack_goes_on_as_a_quicklist() -> Result<(), String> {
    for server in [Server::Valkey, Server::Redis] {
        let running = Running::start(server, &["--rdbcompression", "no"])?;
        let mut client = running.connect().map_err(|e| e.to_string())?;
        let mut random = StdRng::seed_from_u64(4);
        for &(fill, depth) in RULES {
            configure(&mut client, (fill, depth))?;
            let limit = if fill < 0 { 4096 << (-1 - fill) } else { 8192 };
            // Since 7.4, and in Valkey, an element that is larger than a node may become gets a plain one.
            let plain = if server == Server::Valkey { limit as u32 + 1 } else { Rules::default().plain };
            let rules = Rules { fill, depth, plain };
            let mut pack = Listpack::new();
            let mut list: Option<Quicklist> = (server == Server::Redis).then(|| Quicklist::new(rules));
            for _ in 0..1500 {
                let text = text(&mut random);
                call(&mut client, &[b"RPUSH", b"list", &text])?;
                // A bare listpack counts the text only.
                let more = fill > 0 && pack.len() + 1 > fill as usize;
                let full = more || pack.bytes() + text.len() > limit;
                if list.is_none() && full {
                    let mut fresh = Quicklist::new(rules);
                    fresh.append_listpack(std::mem::take(&mut pack));
                    list = Some(fresh);
                }
                match &mut list {
                    Some(list) => list.push_back(&text[..]),
                    None => drop(pack.push_back(&text[..])),
                }
            }
            let list = list.ok_or("the list never outgrew its listpack")?;
            let theirs = server_nodes(&mut client, "list")?;
            for (n, (ours, theirs)) in our_nodes(&list).iter().zip(&theirs).enumerate() {
                assert_eq!(ours.1, theirs.1, "{server:?}, fill {fill}, node {n}");
                assert_eq!(ours.2, theirs.2, "{server:?}, fill {fill}, node {n}: {} bytes", ours.1.len());
            }
            assert_eq!(list.node_count(), theirs.len());
        }
    }
    Ok(())
}

#[test]
fn plain_nodes_are_read() -> Result<(), String> {
    for server in [Server::Redis, Server::Valkey] {
        let running = Running::start(server, &[])?;
        let mut client = running.connect().map_err(|e| e.to_string())?;
        let mut list = Quicklist::new(Rules { plain: 1000, depth: 1, ..Rules::default() });
        for len in [10, 999, 1000, 5000, 20] {
            list.push_back(&vec![b'x'; len][..]);
        }
        assert_eq!(list.node_count(), 4);
        restore(&mut client, "copy", RDB_LIST_QUICKLIST_2, &body(&list))?;
        assert_eq!(read(&mut client, "copy")?, elements(&list), "{server:?}");
        assert!(server_nodes(&mut client, "copy")?.iter().map(|node| node.0).eq([2, 1, 1, 2]), "{server:?}");
    }
    Ok(())
}
