//! What is written is read, what is damaged is refused, and what is not known is passed over or named.

use super::super::{Error, Writer, opcode};
use super::*;
use crate::eviction::{Measure, NOEVICTION, all};
use crate::keyspace::{Expiry, Keyspace};
use crate::params::Params;
use crate::value::New;
use crate::{Engine, ManualClock, Setup};
use std::io;

const NOW_MS: i64 = 1_700_000_000_000;

fn engine() -> Engine {
    let mut engine = Engine::new(Setup::for_tests(ManualClock::at(NOW_MS))).unwrap();
    engine.synchronise();
    engine
}

fn set(keyspace: &mut Keyspace, db: usize, key: &str, value: &str, expiry: Expiry) {
    let mut db = keyspace.db(db);
    let key = db.key(key.as_bytes());
    db.set(key, New::Text(value.as_bytes()), expiry);
}

fn get(keyspace: &mut Keyspace, db: usize, key: &str) -> Option<String> {
    let mut db = keyspace.db(db);
    let key = db.key(key.as_bytes());
    let text = db.string(key).unwrap()?;
    let mut buffer = itoa::Buffer::new();
    Some(String::from_utf8(text.bytes(&mut buffer).to_vec()).unwrap())
}

const RULES: SaveRules = SaveRules {
    compress: true,
    checksum: true,
    journal_base: false,
    now_s: NOW_MS / 1000,
    used_memory: 1 << 20,
    policy: &NOEVICTION,
};
const CHECKED: LoadRules =
    LoadRules { keep_expired: false, replace: false, checksum: true, newer: false, deep: false, size: 0 };

fn saved(keyspace: &Keyspace, rules: &SaveRules) -> Vec<u8> {
    let (mut bytes, mut keys) = (Vec::new(), 0);
    let count = save(&mut bytes, keyspace, rules, |count| {
        keys += 1;
        assert_eq!(count, keys);
        Ok(())
    });
    assert_eq!(count.unwrap(), bytes.len() as u64);
    bytes
}

fn load(engine: &mut Engine, bytes: &[u8], rules: LoadRules) -> Result<Loaded, Error> {
    let Engine { keyspace, core, .. } = engine;
    let mut loader = Loader::begin(bytes, rules, keyspace)?;
    while !loader.step(keyspace, &core.params, 10, || ())? {}
    let loaded = loader.loaded();
    let (rest, source) = loader.into_rest();
    assert!(rest.is_empty() && source.is_empty());
    Ok(loaded)
}

#[test]
fn keys_come_back_in_their_databases_with_their_expiry() {
    let mut from = engine();
    set(&mut from.keyspace, 0, "a", "1", Expiry::Clear);
    set(&mut from.keyspace, 0, "later", &"x".repeat(100), Expiry::At(NOW_MS + 5000));
    set(&mut from.keyspace, 9, "12", "-7", Expiry::Clear);
    let bytes = saved(&from.keyspace, &RULES);
    assert!(bytes.starts_with(b"REDIS0010\xfa\x09redis-ver\x057.2.4"));
    let mut to = engine();
    let loaded = load(&mut to, &bytes, LoadRules { size: bytes.len() as u64, ..CHECKED }).unwrap();
    assert_eq!(loaded, Loaded { keys: 3, ..Loaded::default() });
    assert_eq!(get(&mut to.keyspace, 0, "a").as_deref(), Some("1"));
    assert_eq!(get(&mut to.keyspace, 0, "later").unwrap().len(), 100);
    assert_eq!(get(&mut to.keyspace, 9, "12").as_deref(), Some("-7"));
    let db = to.keyspace.db(0);
    assert_eq!(db.peek(db.key(b"later")).unwrap().expiry(), Some(NOW_MS + 5000));
    to.keyspace.databases().iter().for_each(|db| db.validate(to.keyspace.hasher()));
    assert_eq!(saved(&to.keyspace, &RULES).len(), bytes.len());
}

#[test]
fn what_has_expired_is_left_out_unless_a_journal_follows() {
    let mut from = engine();
    set(&mut from.keyspace, 0, "gone", "1", Expiry::At(NOW_MS - 1));
    set(&mut from.keyspace, 0, "there", "1", Expiry::Clear);
    let bytes = saved(&from.keyspace, &RULES);
    let mut to = engine();
    let loaded = load(&mut to, &bytes, CHECKED).unwrap();
    assert_eq!((loaded.keys, loaded.expired, to.keyspace.databases()[0].len()), (1, 1, 1));
    let mut to = engine();
    let loaded = load(&mut to, &bytes, LoadRules { keep_expired: true, ..CHECKED }).unwrap();
    assert_eq!((loaded.keys, loaded.expired, to.keyspace.databases()[0].volatile()), (2, 0, 1));
}

#[test]
fn access_clocks_are_kept_where_the_policy_asks_for_them() {
    for name in ["allkeys-lru", "volatile-lfu"] {
        let policy = all().iter().find(|policy| policy.name == name).unwrap();
        let (mut from, mut to) = (engine(), engine());
        for engine in [&mut from, &mut to] {
            engine.keyspace.access().configure(policy, 10, 1);
        }
        set(&mut from.keyspace, 0, "k", "1", Expiry::Clear);
        let clock = match policy.measure {
            Measure::Recency => from.keyspace.access().clock_idle_for(1234),
            _ => from.keyspace.access().clock_used(77),
        };
        let mut db = from.keyspace.db(0);
        let key = db.key(b"k");
        db.no_touch = true;
        db.write(key).unwrap().set_clock(clock);
        let bytes = saved(&from.keyspace, &SaveRules { policy, ..RULES });
        load(&mut to, &bytes, CHECKED).unwrap();
        let db = to.keyspace.db(0);
        assert_eq!(db.peek(db.key(b"k")).unwrap().clock(), clock);
        assert!(bytes.len() > saved(&from.keyspace, &RULES).len());
    }
}

#[test]
fn what_stands_beside_the_keys_is_kept_as_it_is() {
    let mut part = Vec::new();
    let mut writer = Writer::new(&mut part, false);
    for length in [99, 2, 1, 2, 7] {
        writer.length(length); // a module's id, when (an unsigned integer: before the keys), an unsigned integer
    }
    writer.length(5);
    writer.string(b"text");
    writer.length(4);
    writer.double(0.5);
    writer.length(3);
    writer.put(&1.5f32.to_le_bytes());
    writer.length(0);
    writer.finish().unwrap();
    drop(writer);
    let mut bytes = b"REDIS0010\xf7".to_vec();
    bytes.extend_from_slice(&part);
    bytes.extend_from_slice(b"\xfa\x01%\x03abc\xf5\x04code\xff\0\0\0\0\0\0\0\0");

    let mut to = engine();
    assert!(load(&mut to, &bytes, CHECKED).unwrap().unchecked);
    assert_eq!(to.keyspace.beside.libraries, [Box::from(*b"code")]);
    assert!(to.keyspace.beside.module_aux[0].before_keys());
    let again = saved(&to.keyspace, &RULES);
    let mut expected = vec![opcode::MODULE_AUX];
    expected.extend_from_slice(&part);
    expected.extend_from_slice(b"\xf5\x04code\xff");
    assert!(again.windows(expected.len()).any(|window| window == expected));
    let beside = std::mem::take(&mut to.keyspace.beside);
    load(&mut to, &again, CHECKED).unwrap();
    assert_eq!(to.keyspace.beside, beside);
}

#[test]
fn a_file_tells_about_itself() {
    let from = engine();
    let bytes = saved(&from.keyspace, &SaveRules { journal_base: true, ..RULES });
    let mut to = engine();
    let mut loader = Loader::begin(&bytes[..], CHECKED, &to.keyspace).unwrap();
    assert!(loader.step(&mut to.keyspace, &Params::default(), u64::MAX, || ()).unwrap());
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    let fields: Vec<(String, String)> =
        loader.take_fields().into_iter().map(|(name, value)| (text(name), text(value))).collect();
    let expected = [
        ("redis-ver", "7.2.4"),
        ("redis-bits", "64"),
        ("ctime", "1700000000"),
        ("used-mem", "1048576"),
        ("aof-base", "1"),
    ];
    assert_eq!(fields, expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
}

#[test]
fn what_follows_the_end_is_handed_on() {
    let from = engine();
    let mut bytes = saved(&from.keyspace, &RULES);
    bytes.extend_from_slice(b"*1\r\n$4\r\nPING\r\n");
    let mut to = engine();
    let mut loader = Loader::begin(&bytes[..], CHECKED, &to.keyspace).unwrap();
    assert!(loader.step(&mut to.keyspace, &Params::default(), u64::MAX, || ()).unwrap());
    let position = loader.position() as usize;
    let (rest, _) = loader.into_rest();
    assert_eq!(rest, b"*1\r\n$4\r\nPING\r\n");
    assert_eq!(position + rest.len(), bytes.len());
}

#[test]
fn every_cut_and_every_damaged_byte_is_noticed() {
    let mut from = engine();
    set(&mut from.keyspace, 0, "a", &"abc".repeat(30), Expiry::At(NOW_MS + 1));
    set(&mut from.keyspace, 3, "b", "12", Expiry::Clear);
    let bytes = saved(&from.keyspace, &RULES);
    for cut in 0..bytes.len() {
        assert!(load(&mut engine(), &bytes[..cut], CHECKED).is_err(), "cut at {cut}");
    }
    for at in 0..bytes.len() {
        let mut damaged = bytes.clone();
        damaged[at] ^= 1;
        assert!(load(&mut engine(), &damaged, CHECKED).is_err(), "damaged at {at}");
    }
}

#[test]
fn refusals_are_in_redis_s_words() {
    let told = |bytes: &[u8]| load(&mut engine(), bytes, CHECKED).unwrap_err().to_string();
    assert_eq!(told(b"RADIS0010"), "Wrong signature trying to load DB from file");
    assert_eq!(told(b"REDIS0000"), "Can't handle RDB format version 0");
    assert_eq!(told(b"REDIS0080"), "Can't handle RDB format version 80");
    assert_eq!(told(b"VALKEY081"), "Can't handle RDB format version 81");
    assert_eq!(told(b"REDIS0010\xf6"), "Pre-release function format not supported.");
    assert!(
        told(b"REDIS0010\xfe\x10").starts_with("FATAL: Data file was created with a Redis server configured")
    );
    assert_eq!(told(b"REDIS0010\0\x01k\x01v\0\x01k\x01v"), "RDB has duplicated key 'k' in DB 0");
    assert_eq!(
        told(b"REDIS0010\xff\x01\0\0\0\0\0\0\0"),
        format!(
            "Wrong RDB checksum expected: ({:x}) but got (1). Aborting now.",
            crate::rdb::Checksum::of(b"REDIS0010\xff")
        )
    );
    load(&mut engine(), b"VALKEY987\xff\0\0\0\0\0\0\0\0", LoadRules { newer: true, ..CHECKED }).unwrap();
    let mut to = engine();
    load(&mut to, b"REDIS0004\0\x01k\x01v\0\x01k\x01w\xff", LoadRules { replace: true, ..CHECKED }).unwrap();
    assert_eq!(get(&mut to.keyspace, 0, "k").as_deref(), Some("w"), "before version 5 there is no checksum");
}

#[test]
fn an_announced_size_is_believed_as_far_as_it_can_be_true() {
    let bytes = b"REDIS0010\xfb\x81\x0f\xff\xff\xff\xff\xff\xff\xff\x81\x0f\xff\xff\xff\xff\xff\xff\xff\xff\0\0\0\0\0\0\0\0";
    load(&mut engine(), bytes, LoadRules { size: bytes.len() as u64, ..CHECKED }).unwrap();
}

#[test]
fn a_save_ends_with_the_first_error() {
    let mut from = engine();
    for key in ["a", "b", "c"] {
        set(&mut from.keyspace, 0, key, "1", Expiry::Clear);
    }
    let error = save(io::sink(), &from.keyspace, &RULES, |count| match count {
        2 => Err(io::ErrorKind::BrokenPipe.into()),
        3 => unreachable!("it goes on"),
        _ => Ok(()),
    });
    assert_eq!(error.unwrap_err().kind(), io::ErrorKind::BrokenPipe);
}

/// A file of `keys` keys `0`, `1`, ... with themselves as values, then whatever else.
fn numbered(keys: u32, behind: &[u8]) -> Vec<u8> {
    let mut bytes = b"REDIS0010\xfe\0".to_vec();
    for number in 0..keys {
        let text = number.to_string();
        let word = [&[text.len() as u8][..], text.as_bytes()].concat();
        bytes.extend([&[0][..], &word[..], &word[..]].concat());
    }
    bytes.extend(behind);
    bytes
}

/// Loads in one step, so that as many keys as may wait together.
fn load_at_once(engine: &mut Engine, bytes: &[u8], rules: LoadRules) -> (Result<bool, Error>, Loaded) {
    let Engine { keyspace, core, .. } = engine;
    let mut loader = Loader::begin(bytes, rules, keyspace).unwrap();
    let outcome = loader.step(keyspace, &core.params, u64::MAX, || ());
    (outcome, loader.loaded())
}

#[test]
fn keys_that_waited_together_come_in_as_if_one_by_one() {
    let whole = [&b"\0\x015\x03new\xfe\x03\0\x015\x03own\xff"[..], &[0; 8]].concat();
    for keys in [6, 31, 32, 33, 63, 64, 100] {
        let mut to = engine();
        let (outcome, loaded) =
            load_at_once(&mut to, &numbered(keys, &whole), LoadRules { replace: true, ..CHECKED });
        assert!(outcome.unwrap() && loaded.keys == u64::from(keys) + 2);
        assert_eq!(get(&mut to.keyspace, 0, "5").as_deref(), Some("new"), "of {keys} keys");
        assert_eq!(get(&mut to.keyspace, 3, "5").as_deref(), Some("own"), "a database of its own");
        assert_eq!((to.keyspace.dbs[0].len(), to.keyspace.dbs[3].len()), (keys as usize, 1));
        to.keyspace.dbs[0].validate(&to.keyspace.hasher().clone());

        // The first complaint counts, and what came before it stays.
        let mut to = engine();
        let twice = [&b"\0\x015\x01x"[..], b"\x63"].concat();
        let (outcome, loaded) = load_at_once(&mut to, &numbered(keys, &twice), CHECKED);
        assert_eq!(outcome.unwrap_err().to_string(), "RDB has duplicated key '5' in DB 0");
        assert_eq!((loaded.keys, to.keyspace.dbs[0].len()), (keys.into(), keys as usize));
        let mut to = engine();
        let (outcome, loaded) = load_at_once(&mut to, &numbered(keys, b"\0\x01"), CHECKED);
        assert!(matches!(outcome, Err(Error::Truncated)));
        assert_eq!((loaded.keys, to.keyspace.dbs[0].len()), (keys.into(), keys as usize));
    }
}
