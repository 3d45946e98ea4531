//! Bitmaps: the same operations here and on a server, replies and strings beside each other.

use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};
use russet_structures::bitmap::{self, Field, Operation, Overflow};
use russet_tests::client::Client;
use russet_tests::launch::Running;
use russet_tests::peers::Server;
use russet_tests::resp::Value;

/// Servers that take ranges of bits, which came with 7.0.
const SERVERS: [Server; 2] = [Server::Redis, Server::Valkey];

/// Operations on each server; every one is followed by a GET.
const STEPS: usize = 4000;

const KEYS: [&str; 4] = ["a", "b", "c", "d"];

fn call(client: &mut Client, words: &[String]) -> Result<Value, String> {
    let value = client.call(words).map_err(|e| e.to_string())?.value;
    if value.is_error() { Err(format!("{words:?}: {}", value.lossy())) } else { Ok(value) }
}

fn words(line: &str) -> Vec<String> {
    line.split(' ').map(String::from).collect()
}

/// Noise, or one byte many times with a few specks, short or long.
fn string(random: &mut StdRng) -> Vec<u8> {
    let len = match random.random_range(0..10) {
        0 => 0,
        1..7 => random.random_range(1..40),
        7..9 => random.random_range(100..1500),
        _ => random.random_range(3000..20_000),
    };
    if random.random_bool(0.5) {
        return (0..len).map(|_| random.random()).collect();
    }
    let mut bytes = vec![*[0u8, 0xff].choose(random).expect("two"); len];
    for _ in 0..random.random_range(0..3) {
        let at = random.random_range(0..len.max(1));
        if let Some(byte) = bytes.get_mut(at) {
            *byte = random.random();
        }
    }
    bytes
}

/// A number that is often near a limit of an integer of some width.
fn number(random: &mut StdRng) -> i64 {
    match random.random_range(0..4) {
        0 => random.random(),
        1 => random.random_range(-300..300),
        2 => random.random::<i64>() >> random.random_range(0..64),
        _ => {
            let limit = 1i64.checked_shl(random.random_range(0..64)).unwrap_or(1);
            (if random.random() { limit } else { limit.wrapping_neg() })
                .wrapping_add(random.random_range(-2..3))
        }
    }
}

fn grow(bytes: &mut Vec<u8>, len: u64) {
    bytes.resize(bytes.len().max(len as usize), 0);
}

/// BITFIELD with a few operations: the line, and what we expect of it.
fn bitfield(random: &mut StdRng, bytes: &mut Vec<u8>) -> (String, Value) {
    let (mut line, mut replies, mut overflow) = (String::new(), Vec::new(), Overflow::Wrap);
    let mut steps = Vec::new();
    for _ in 0..random.random_range(1..4) {
        let signed = random.random();
        let bits = *[1, 7, 8, 9, 31, 32, 33, 63, random.random_range(1..64)].choose(random).expect("some");
        let field = match signed {
            true => Field::signed(bits + u8::from(bits == 63)),
            false => Field::unsigned(bits),
        };
        let field = field.expect("a width");
        let at: u64 = random.random_range(0..bytes.len() as u64 * 8 + 100);
        steps.push((field, at, random.random_range(0..3)));
    }
    // The string is lengthened for all operations that write before the first is done, also for those that fail.
    for (field, at, kind) in &steps {
        if *kind != 0 {
            grow(bytes, field.bytes_for(*at).expect("near"));
        }
    }
    for (field, at, kind) in steps {
        let kinds = [("WRAP", Overflow::Wrap), ("SAT", Overflow::Saturate), ("FAIL", Overflow::Fail)];
        if let Some((name, chosen)) = kinds.choose(random).filter(|_| random.random_bool(0.7)) {
            line += &format!(" OVERFLOW {name}");
            overflow = *chosen;
        }
        let name = format!("{}{}", if field.is_signed() { 'i' } else { 'u' }, field.bits());
        let value = number(random);
        let reply = match kind {
            0 => {
                line += &format!(" GET {name} {at}");
                Some(field.get(bytes, at))
            }
            1 => {
                line += &format!(" SET {name} {at} {value}");
                field.set(bytes, at, value, overflow)
            }
            _ => {
                line += &format!(" INCRBY {name} {at} {value}");
                field.add(bytes, at, value, overflow)
            }
        };
        replies.push(reply.map_or(Value::NullBulk, Value::Integer));
    }
    (line, Value::Array(replies))
}

/// Indices as commands take them: from the front, or negative from the end. What they mean is the range of bits, or
/// `None` where there is nothing in it.
fn range(random: &mut StdRng, len: usize) -> (String, Option<std::ops::Range<u64>>, (i64, i64)) {
    let bitwise = random.random();
    let total = len as i64 * if bitwise { 8 } else { 1 };
    let mut index = || random.random_range(-total - 3..total + 4);
    let given = (index(), index());
    let line = format!("{} {}{}", given.0, given.1, if bitwise { " BIT" } else { "" });
    let place = |index: i64| if index < 0 { (index + total).max(0) } else { index };
    let (first, last) = (place(given.0), place(given.1).min(total - 1));
    let unit = if bitwise { 1 } else { 8 };
    let bits = (first <= last).then(|| first as u64 * unit..(last as u64 + 1) * unit);
    (line, bits, given)
}

fn count(random: &mut StdRng, bytes: &[u8]) -> (String, Value) {
    if random.random_bool(0.3) {
        return (String::new(), Value::Integer(bitmap::count(bytes) as i64));
    }
    let (line, bits, (start, end)) = range(random, bytes.len());
    // Two negative indices in the wrong order are nothing, even where both are before the front.
    let bits = bits.filter(|_| !(start < 0 && end < 0 && start > end));
    (format!(" {line}"), Value::Integer(bits.map_or(0, |bits| bitmap::count_range(bytes, bits) as i64)))
}

fn position(random: &mut StdRng, bytes: &[u8]) -> (String, Value) {
    let bit: bool = random.random();
    let mut line = format!(" {}", u8::from(bit));
    if random.random_bool(0.3) {
        // Without an end zeros follow for ever; but not where there is nothing at all.
        let beyond = if bit || bytes.is_empty() { -1 } else { bytes.len() as i64 * 8 };
        return (line, Value::Integer(bitmap::position(bytes, bit).map_or(beyond, |at| at as i64)));
    }
    let (indices, bits, _) = range(random, bytes.len());
    line += &format!(" {indices}");
    let found = bits.and_then(|bits| bitmap::position_in(bytes, bits, bit));
    (line, Value::Integer(found.map_or(-1, |at| at as i64)))
}

#[test]
fn operations_give_what_servers_give() -> Result<(), String> {
    let seed = rand::random();
    println!("seed {seed}");
    for server in SERVERS {
        let mut random = StdRng::seed_from_u64(seed);
        let running = Running::start(server, &[])?;
        let mut client = running.connect().map_err(|e| e.to_string())?;
        let mut ours: [Vec<u8>; KEYS.len()] = Default::default();
        let mut done = [0; 7];
        for step in 0..STEPS {
            let at = random.random_range(0..KEYS.len());
            let kind = random.random_range(0..7);
            // All keys exist, since an empty string and none are not always the same.
            if step < KEYS.len() || kind == 0 {
                let at = if step < KEYS.len() { step } else { at };
                ours[at] = string(&mut random);
                let reply =
                    client.call(&[b"SET", KEYS[at].as_bytes(), &ours[at]]).map_err(|e| e.to_string())?;
                assert_eq!(reply.value, Value::Simple(b"OK".to_vec()));
                continue;
            }
            let (key, bytes) = (KEYS[at], &mut ours[at]);
            let bit: u64 = random.random_range(0..bytes.len() as u64 * 8 + 100);
            let (line, expected) = match kind {
                1 => {
                    let on = random.random();
                    grow(bytes, bitmap::bytes_for(bit));
                    let before = bitmap::set(bytes, bit, on);
                    (format!("SETBIT {key} {bit} {}", u8::from(on)), Value::Integer(i64::from(before)))
                }
                2 => (format!("GETBIT {key} {bit}"), Value::Integer(i64::from(bitmap::get(bytes, bit)))),
                3 => {
                    let (line, expected) = bitfield(&mut random, bytes);
                    (format!("BITFIELD {key}{line}"), expected)
                }
                4 => {
                    let (line, expected) = count(&mut random, bytes);
                    (format!("BITCOUNT {key}{line}"), expected)
                }
                5 => {
                    let (line, expected) = position(&mut random, bytes);
                    (format!("BITPOS {key}{line}"), expected)
                }
                _ => {
                    let names = [
                        ("AND", Operation::And),
                        ("OR", Operation::Or),
                        ("XOR", Operation::Xor),
                        ("NOT", Operation::Not),
                    ];
                    let (name, operation) = *names.choose(&mut random).expect("four");
                    let inputs = if operation == Operation::Not { 1 } else { random.random_range(1..6) };
                    let inputs: Vec<usize> =
                        (0..inputs).map(|_| random.random_range(0..KEYS.len())).collect();
                    let strings: Vec<&[u8]> = inputs.iter().map(|input| &ours[*input][..]).collect();
                    let result = bitmap::combine(operation, &strings);
                    let line = inputs
                        .iter()
                        .fold(format!("BITOP {name} {key}"), |line, input| line + " " + KEYS[*input]);
                    let len = result.len();
                    ours[at] = result;
                    (line, Value::Integer(len as i64))
                }
            };
            let reply = call(&mut client, &words(&line))?;
            assert_eq!(reply, expected, "{server}, step {step}: {line}");
            let stored = call(&mut client, &words(&format!("GET {key}")))?;
            if ours[at].is_empty() && stored == Value::NullBulk {
                // BITOP removes what is empty; here it has to be there again.
                call(&mut client, &["SET".into(), key.into(), String::new()])?;
            } else {
                assert!(stored == Value::Bulk(ours[at].clone()), "{server}, step {step}: {line}");
            }
            done[kind] += 1;
        }
        assert!(done[1..].iter().all(|count| *count > STEPS / 10), "{done:?}");
    }
    Ok(())
}
