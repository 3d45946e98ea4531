//! Intsets: the same operations give the same bytes, through all widths; and servers read, or refuse, what we do.

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use russet_structures::intset::Intset;
use russet_tests::client::Client;
use russet_tests::dump::{Dump, RDB_SET_INTSET, Reader, Writer, dump, restore};
use russet_tests::launch::Running;
use russet_tests::peers::Server;
use russet_tests::resp::Value;

fn start(server: Server, more: &[&str]) -> Result<(Running, Client), String> {
    let mut options = vec!["--rdbcompression", "no", "--set-max-intset-entries", "100000"];
    options.extend(more);
    let running = Running::start(server, &options)?;
    let client = running.connect().map_err(|e| e.to_string())?;
    Ok((running, client))
}

fn call<W: AsRef<[u8]>>(client: &mut Client, words: &[W]) -> Result<Value, String> {
    Ok(client.call(words).map_err(|e| e.to_string())?.value)
}

/// The set under the key is ours, byte for byte; and ours, stored under another one, has the same members.
fn assert_same(client: &mut Client, ours: &Intset, what: &str) -> Result<(), String> {
    assert_eq!(ours.validate(), Ok(()));
    if ours.is_empty() {
        assert_eq!(call(client, &["EXISTS", "set"])?, Value::Integer(0), "{what}");
        return Ok(());
    }
    let Dump { kind, body } = dump(client, "set")?;
    assert_eq!(kind, RDB_SET_INTSET, "{what}");
    let theirs = Reader::new(&body).string()?;
    assert!(theirs == ours.as_bytes(), "{what}: {ours:?}\n{:?}", Intset::from_bytes(&theirs));
    assert_eq!(Intset::from_bytes(&theirs).as_ref(), Ok(ours), "{what}");
    let mut body = Writer::default();
    body.string(ours.as_bytes());
    restore(client, "copy", kind, &body.0)?;
    let members = ours.iter().map(|member| Value::Bulk(member.to_string().into_bytes())).collect();
    assert_eq!(call(client, &["SMEMBERS", "copy"])?, Value::Array(members), "{what}");
    Ok(())
}

/// A number of up to `bits` bits, often at the edge of a width.
fn number(random: &mut StdRng, bits: u32) -> i64 {
    let edge = [15, 31, 63][random.random_range(0..3)];
    match random.random_range(0..4) {
        0 => random.random_range(-30..30),
        1 if edge < bits => {
            let sign = [1, -1][random.random_range(0..2)];
            (1i64 << edge).wrapping_add(random.random_range(-2..3)).wrapping_mul(sign)
        }
        _ => random.random::<i64>() >> (64 - random.random_range(1..=bits)),
    }
}

#[test]
fn the_same_operations_give_the_same_bytes() -> Result<(), String> {
    for server in [Server::Redis, Server::Valkey, Server::Redis6] {
        let (_running, mut client) = start(server, &[])?;
        for seed in 0..12 {
            let mut random = StdRng::seed_from_u64(seed);
            let mut ours = Intset::new();
            call(&mut client, &["DEL", "set"])?;
            for round in 0..120 {
                // Narrow at first, wider from round to round.
                let bits = [15, 31, 62, 64][round / 30];
                let numbers: Vec<i64> =
                    (0..random.random_range(1..6)).map(|_| number(&mut random, bits)).collect();
                let remove = random.random_range(0..100) < 40;
                let mut words = vec![if remove { "SREM" } else { "SADD" }.to_string(), "set".to_string()];
                words.extend(numbers.iter().map(i64::to_string));
                let changed = numbers
                    .iter()
                    .filter(|number| if remove { ours.remove(**number) } else { ours.insert(**number) })
                    .count();
                assert_eq!(call(&mut client, &words)?, Value::Integer(changed as i64));
                if ours.is_empty() {
                    // The key goes with the last member, and its width with it.
                    ours = Intset::new();
                }
                assert_same(&mut client, &ours, &format!("{server:?}, seed {seed}, round {round}"))?;
            }
        }
    }
    Ok(())
}

/// The first and the last number of each width, alone and together.
#[test]
fn every_edge_of_a_width() -> Result<(), String> {
    let edges = [15, 31, 63].map(|bits| 1i64 << bits);
    let mut numbers: Vec<i64> =
        edges.iter().flat_map(|edge| (-2..3).map(|off| edge.wrapping_add(off))).collect();
    numbers.extend(numbers.clone().iter().map(|number| number.wrapping_neg()));
    for server in [Server::Redis, Server::Valkey, Server::Redis6] {
        let (_running, mut client) = start(server, &[])?;
        for first in &numbers {
            for second in &numbers {
                call(&mut client, &["DEL", "set"])?;
                call(&mut client, &["SADD", "set", &first.to_string(), &second.to_string()])?;
                let mut ours = Intset::new();
                ours.extend([*first, *second]);
                assert_same(&mut client, &ours, &format!("{server:?}, {first} and {second}"))?;
            }
        }
    }
    Ok(())
}

#[test]
fn thousands_of_members() -> Result<(), String> {
    for server in [Server::Redis, Server::Valkey, Server::Redis6] {
        let (_running, mut client) = start(server, &[])?;
        let mut random = StdRng::seed_from_u64(77);
        let numbers: Vec<i64> =
            (0..5000).map(|_| random.random::<i64>() >> random.random_range(0..64)).collect();
        for chunk in numbers.chunks(1000) {
            let mut words = vec!["SADD".to_string(), "set".to_string()];
            words.extend(chunk.iter().map(i64::to_string));
            call(&mut client, &words)?;
        }
        assert_same(&mut client, &numbers.iter().copied().collect(), &format!("{server:?}"))?;
    }
    Ok(())
}

/// What a server refuses, we refuse.
#[test]
fn corrupt_intsets_are_refused() -> Result<(), String> {
    for server in [Server::Redis, Server::Valkey] {
        let (_running, mut client) = start(server, &["--sanitize-dump-payload", "yes"])?;
        let mut random = StdRng::seed_from_u64(5);
        let (mut refused, mut accepted) = (0, 0);
        for _ in 0..2000 {
            let set: Intset = (0..random.random_range(1..9)).map(|_| number(&mut random, 64)).collect();
            let mut bytes = set.as_bytes().to_vec();
            let at = random.random_range(0..bytes.len());
            let at = [at, at % 8][random.random_range(0..2)];
            match random.random_range(0..4) {
                0 => bytes[at] ^= 1 << random.random_range(0..8),
                1 => bytes[at] = random.random(),
                2 => drop(bytes.remove(at)),
                _ => bytes.insert(at, random.random()),
            }
            let mut body = Writer::default();
            body.string(&bytes);
            match (restore(&mut client, "copy", RDB_SET_INTSET, &body.0), Intset::from_bytes(&bytes)) {
                (Err(_), Ok(ours)) => panic!("{server:?} refuses {ours:?}: {}", bytes.escape_ascii()),
                (Err(_), Err(_)) => refused += 1,
                (Ok(()), Ok(ours)) => {
                    let members = call(&mut client, &["SMEMBERS", "copy"])?;
                    let expected = ours.iter().map(|member| Value::Bulk(member.to_string().into_bytes()));
                    assert_eq!(members, Value::Array(expected.collect()));
                    accepted += 1;
                }
                (Ok(()), Err(_)) => {}
            }
        }
        assert!(refused > 300 && accepted > 100, "{server:?}: {refused} refused, {accepted} accepted");
    }
    Ok(())
}
