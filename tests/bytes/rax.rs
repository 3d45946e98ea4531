//! Radix trees: as many nodes as the trees of real servers have, which XINFO STREAM tells.

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use russet_structures::rax::{Rax, Seek};
use russet_tests::client::Client;
use russet_tests::launch::Running;
use russet_tests::peers::Server;
use russet_tests::resp::Value;

/// A stream's id, as servers keep it in the tree.
type Id = (u64, u64);

fn key(id: Id) -> [u8; 16] {
    (u128::from(id.0) << 64 | u128::from(id.1)).to_be_bytes()
}

fn id(key: &[u8]) -> Option<Id> {
    let key = u128::from_be_bytes(key.try_into().ok()?);
    Some(((key >> 64) as u64, key as u64))
}

fn call(client: &mut Client, words: &[&str]) -> Result<Value, String> {
    match client.call(words).map_err(|e| e.to_string())?.value {
        Value::Error(error) => Err(format!("{words:?}: {}", error.escape_ascii())),
        value => Ok(value),
    }
}

/// Keys and nodes of the tree of the stream `s`.
fn tree_of(client: &mut Client) -> Result<(usize, usize), String> {
    let Value::Array(facts) = call(client, &["XINFO", "STREAM", "s"])? else { return Err("no facts".into()) };
    let fact = |name: &str| {
        let at = facts.iter().position(|fact| *fact == Value::Bulk(name.into()))?;
        if let Value::Integer(count) = facts.get(at + 1)? { usize::try_from(*count).ok() } else { None }
    };
    Ok((fact("radix-tree-keys").ok_or("no keys")?, fact("radix-tree-nodes").ok_or("no nodes")?))
}

/// The id of an entry that comes after `last`, as streams of this kind have them.
fn next(kind: usize, last: Id, random: &mut StdRng) -> Id {
    let (ms, seq) = last;
    match kind {
        // Many in a millisecond.
        0 => (1_700_000_000_000, seq + 1),
        // One now and then.
        1 => (ms.max(1_700_000_000_000) + random.random_range(1..2000), 0),
        // Both.
        2 if random.random_range(0..3) > 0 => (ms, seq + random.random_range(1..400)),
        2 => (ms.max(1_700_000_000_000) + random.random_range(1..20), random.random_range(0..3)),
        // Small numbers.
        3 => (ms + random.random_range(0..2), seq + 1),
        // All bytes.
        _ => (ms + (random.random::<u64>() >> random.random_range(8..64)) + 1, random.random()),
    }
}

#[test]
fn trees_of_streams_have_as_many_nodes() -> Result<(), String> {
    for server in [Server::Redis, Server::Valkey] {
        // Each entry in a node of the stream of its own: its id is a key of the tree.
        let running = Running::start(server, &["--stream-node-max-entries", "1"])?;
        let mut client = running.connect().map_err(|e| e.to_string())?;
        let mut random = StdRng::seed_from_u64(5);
        let mut most = 0;
        for round in 0..40 {
            let kind = round % 5;
            call(&mut client, &["DEL", "s"])?;
            let (mut tree, mut last) = (Rax::new(), (0, 0));
            for step in 0..300 {
                let some = !tree.is_empty() && random.random_range(0..10) < 3;
                if some {
                    // Any entry goes, and its key with it.
                    let from = key((random.random_range(0..=last.0), random.random()));
                    let found = tree
                        .seek(Seek::Ge(&from))
                        .key()
                        .and_then(id)
                        .or(tree.first().and_then(|first| id(&first.0)));
                    let Some(gone) = found else { return Err("the tree is empty".into()) };
                    call(&mut client, &["XDEL", "s", &format!("{}-{}", gone.0, gone.1)])?;
                    assert_eq!(tree.remove(&key(gone)), Some(()));
                } else {
                    let new = next(kind, last, &mut random);
                    call(&mut client, &["XADD", "s", &format!("{}-{}", new.0, new.1), "f", "v"])?;
                    assert_eq!(tree.insert(&key(new), ()), None);
                    last = new;
                }
                if step % 10 == 0 {
                    let ours = (tree.len(), tree.redis_nodes());
                    assert_eq!(tree_of(&mut client)?, ours, "{server:?}, round {round}, step {step}");
                }
            }
            // From the front, as XTRIM does.
            for left in [100, 10, 1, 0] {
                call(&mut client, &["XTRIM", "s", "MAXLEN", &left.to_string()])?;
                while tree.len() > left {
                    let first = tree.first().map(|first| first.0).ok_or("the tree is empty")?;
                    tree.remove(&first);
                }
                most = most.max(tree.redis_nodes());
                let ours = (tree.len(), tree.redis_nodes());
                assert_eq!(tree_of(&mut client)?, ours, "{server:?}, round {round}, the last {left}");
                tree.validate();
            }
        }
        assert!(most > 100, "{most} nodes at most");
    }
    Ok(())
}
