//! HyperLogLogs: the same PFADDs and PFMERGEs make the same strings, and PFCOUNT is the same number.

use rand::rngs::SmallRng;
use rand::{Rng, SeedableRng};
use russet_structures::hyperloglog::{
    DENSE_LEN, Encoding, Union, add, count, count_cached, decode, encoding, invalidate, new, registers,
    to_dense, validate,
};
use russet_tests::client::Client;
use russet_tests::launch::Running;
use russet_tests::peers::Server;
use russet_tests::resp::Value;

/// A server, and the HyperLogLogs that should be equal to its keys.
struct Both {
    client: Client,
    max_len: usize,
}

impl Both {
    fn call<W: AsRef<[u8]>>(&mut self, words: &[W]) -> Value {
        self.client.call(words).expect("the server answers").value
    }

    fn get(&mut self, key: &str) -> Vec<u8> {
        match self.call(&["GET", key]) {
            Value::Bulk(bytes) => bytes,
            other => panic!("GET {key}: {other:?}"),
        }
    }

    /// PFADD of elements on both sides, to `hll` and to the key.
    fn add(&mut self, key: &str, hll: &mut Option<Vec<u8>>, elements: &[Vec<u8>]) {
        let mut words = vec![b"PFADD".to_vec(), key.as_bytes().to_vec()];
        words.extend(elements.iter().cloned());
        let reply = self.call(&words);
        let mut changed = hll.is_none();
        let hll = hll.get_or_insert_with(|| {
            let mut fresh = new();
            invalidate(&mut fresh);
            fresh
        });
        for element in elements {
            changed |= add(hll, element, self.max_len).expect("a sound HyperLogLog");
        }
        assert_eq!(reply, Value::Integer(i64::from(changed)));
    }

    fn assert_same(&mut self, key: &str, hll: &[u8]) {
        let theirs = self.get(key);
        if theirs != hll {
            panic!(
                "{key}: {} and {} bytes\n{:?}\n{:?}",
                theirs.len(),
                hll.len(),
                decode(&theirs),
                decode(hll)
            );
        }
    }
}

/// Elements of all lengths that the hash's tail knows, from a universe of `many`.
fn element(random: &mut SmallRng, many: u64) -> Vec<u8> {
    let number = random.random_range(0..many);
    let len = number % 40;
    let mut bytes = number.to_string().into_bytes();
    bytes.extend((0..len).map(|at| (number >> (at % 8)) as u8));
    bytes
}

#[test]
fn pfadd_and_pfcount_make_the_same_bytes_sparse_and_dense() -> Result<(), String> {
    for server in [Server::Redis, Server::Valkey] {
        let running = Running::start(server, &[])?;
        for (seed, max_len) in [3000usize, 0, 40, 500, 12000].into_iter().enumerate() {
            let client = running.connect().map_err(|e| e.to_string())?;
            let mut both = Both { client, max_len };
            both.call(&["CONFIG", "SET", "hll-sparse-max-bytes", &max_len.to_string()]);
            both.call(&["DEL", "key"]);
            let mut random = SmallRng::seed_from_u64(seed as u64);
            let mut hll = None;
            both.add("key", &mut hll, &[]);
            let mut forms = Vec::new();
            for round in 0..160 {
                // First one by one, then in crowds, so that every size of a sparse one is compared.
                let crowd =
                    if round < 100 { random.random_range(1..10) } else { random.random_range(1..800) };
                let elements: Vec<_> = (0..crowd).map(|_| element(&mut random, 1 << 20)).collect();
                both.add("key", &mut hll, &elements);
                let hll = hll.as_mut().expect("made above");
                both.assert_same("key", hll);
                if random.random_bool(0.5) {
                    let count = count_cached(hll).map_err(|e| e.to_string())?;
                    assert_eq!(both.call(&["PFCOUNT", "key"]), Value::Integer(count as i64));
                    both.assert_same("key", hll);
                }
                forms.push(encoding(hll).map_err(|e| e.to_string())?);
            }
            assert_eq!(forms.last(), Some(&Encoding::Dense));
            assert_eq!(forms.contains(&Encoding::Sparse), max_len > 0);
        }
    }
    Ok(())
}

#[test]
fn pfmerge_and_pfcount_of_many_are_the_same() -> Result<(), String> {
    for server in [Server::Redis, Server::Valkey] {
        let running = Running::start(server, &[])?;
        let client = running.connect().map_err(|e| e.to_string())?;
        let mut both = Both { client, max_len: 3000 };
        let mut random = SmallRng::seed_from_u64(7);
        for round in 0..60 {
            both.call(&["FLUSHALL"]);
            let mut union = Union::new();
            let mut parts = vec![None; 3];
            let keys = ["target", "left", "right"];
            for (key, part) in keys.iter().zip(&mut parts) {
                // Some keys are not there, most are sparse, some are dense.
                let size = [0, 5, 100, 700, 900, 4000][random.random_range(0..6)];
                if size > 0 {
                    let elements: Vec<_> = (0..size).map(|_| element(&mut random, 1 << 14)).collect();
                    both.add(key, part, &elements);
                }
                if let Some(part) = part {
                    union.add(part).map_err(|e| e.to_string())?;
                }
            }
            let counted = both.call(&["PFCOUNT", "target", "left", "right"]);
            assert_eq!(counted, Value::Integer(union.count() as i64), "round {round}");
            both.call(&["PFMERGE", "target", "left", "right"]);
            let mut target = parts[0].take().unwrap_or_else(new);
            union.write(&mut target, both.max_len).map_err(|e| e.to_string())?;
            both.assert_same("target", &target);
            assert_eq!(
                both.call(&["PFCOUNT", "target"]),
                Value::Integer(count(&target).map_err(|e| e.to_string())? as i64)
            );
        }
    }
    Ok(())
}

#[test]
fn what_is_made_here_is_read_there() -> Result<(), String> {
    let running = Running::start(Server::Redis, &[])?;
    let client = running.connect().map_err(|e| e.to_string())?;
    let mut both = Both { client, max_len: 3000 };
    for size in [0u32, 1, 30, 1000, 100_000] {
        let mut hll = new();
        for number in 0..size {
            add(&mut hll, &number.to_le_bytes(), 3000).map_err(|e| e.to_string())?;
        }
        let counted = Value::Integer(count(&hll).map_err(|e| e.to_string())? as i64);
        both.call(&[b"SET", &b"key"[..], &hll]);
        assert_eq!(both.call(&["PFCOUNT", "key"]), counted);
        if let Some(text) = decode(&hll).map_err(|e| e.to_string())? {
            assert_eq!(both.call(&["PFDEBUG", "DECODE", "key"]), Value::Bulk(text.into_bytes()));
        }
        let name = encoding(&hll).map_err(|e| e.to_string())?.name();
        assert_eq!(both.call(&["PFDEBUG", "ENCODING", "key"]).text(), Some(name.as_bytes()));
        let listed = Value::Array(
            registers(&hll)
                .map_err(|e| e.to_string())?
                .iter()
                .map(|r| Value::Integer(i64::from(*r)))
                .collect(),
        );
        assert_eq!(both.call(&["PFDEBUG", "GETREG", "key"]), listed);
        // GETREG made it dense.
        count_cached(&mut hll).map_err(|e| e.to_string())?;
        to_dense(&mut hll).map_err(|e| e.to_string())?;
        both.assert_same("key", &hll);
    }
    Ok(())
}

#[test]
fn forged_strings_are_refused_alike() -> Result<(), String> {
    let running = Running::start(Server::Redis, &[])?;
    let client = running.connect().map_err(|e| e.to_string())?;
    let mut both = Both { client, max_len: 3000 };
    let mut random = SmallRng::seed_from_u64(3);
    let (mut accepted, mut refused) = (0, 0);
    for round in 0..3000 {
        let mut bytes = new();
        invalidate(&mut bytes);
        match round % 4 {
            // Any registers at all in the dense form, with lengths around the right one.
            0 => {
                bytes[4] = 0;
                let (from, most) = (random.random_range(0..64u8), random.random_range(1..64u8));
                let off = if random.random_bool(0.8) { 0 } else { random.random_range(0..3) };
                bytes.resize(DENSE_LEN - 1 + off, 0);
                if off == 0 {
                    bytes.push(0);
                }
                bytes[16..]
                    .iter_mut()
                    .for_each(|byte| *byte = from.wrapping_add(random.random_range(0..most)));
            }
            // Runs that nearly add up.
            _ => {
                bytes.truncate(16);
                let mut left = 16384usize;
                while left > 0 {
                    let run = random.random_range(1..=left.min(3000));
                    match random.random_range(0..3) {
                        0 if run <= 64 => bytes.push(run as u8 - 1),
                        1 if run <= 4 => {
                            bytes.push(0x80 | random.random_range(0..32u8) << 2 | (run as u8 - 1))
                        }
                        2 => bytes.extend([0x40 | ((run - 1) >> 8) as u8, (run - 1) as u8]),
                        _ => continue,
                    }
                    left -= run;
                }
                if random.random_bool(0.4) {
                    let at = random.random_range(0..bytes.len());
                    bytes[at] = bytes[at].wrapping_add(random.random_range(0..3));
                }
                if random.random_bool(0.1) {
                    bytes.truncate(random.random_range(0..=bytes.len()));
                }
            }
        }
        // An XZERO that ends early is read on into the string's final zero there.
        let unfinished = [bytes.as_slice(), &[0]].concat();
        if validate(&bytes).is_err() && validate(&unfinished).is_ok() {
            continue;
        }
        both.call(&[b"SET", &b"key"[..], &bytes]);
        let reply = both.call(&["PFCOUNT", "key"]);
        match count_cached(&mut bytes) {
            Ok(count) => {
                assert_eq!(reply, Value::Integer(count as i64), "{bytes:x?}");
                both.assert_same("key", &bytes);
                accepted += 1;
            }
            Err(_) => {
                assert!(reply.is_error(), "{reply:?} for {bytes:x?}");
                refused += 1;
            }
        }
    }
    assert!(accepted > 500 && refused > 300, "{accepted} accepted, {refused} refused");
    Ok(())
}
