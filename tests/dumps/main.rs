//! Values that travel by `DUMP` and `RESTORE`: from here to real servers and back, and from them to here and back.
//!
//! `cargo test -p russet-tests --test dumps`, after the server has been built. Each value is compared by everything that
//! can be read of it and by its `DEBUG DIGEST-VALUE`.
//!
//! | server | what it gives |
//! |---|---|
//! | Redis 6.0.16 | the older forms: ziplists, streams without a history |
//! | Redis 7.0.15 | the forms that are written here, byte for byte |
//! | Redict 7.3, Valkey 8.0.1 | the encodings that a value gets where it is restored |
//! | Valkey 9.1 | fields of hashes that expire |

mod values;

use russet_tests::client::Client;
use russet_tests::launch::Running;
use russet_tests::peers::Server;
use values::{call, dumped, encoding, reads, restored, values};

/// Settings that both sides have: lists are compressed, so that compressed nodes travel too.
const SETTINGS: [&str; 2] = ["--list-compress-depth", "1"];

/// Makes every value on `maker`, restores it on `taker`, and from there, if it can read what that writes, on `maker`
/// again.
fn travel(maker: Server, taker: Server, and_back: bool) -> Result<(), String> {
    let (maker, taker) = (Running::start(maker, &SETTINGS)?, Running::start(taker, &SETTINGS)?);
    let mut from = maker.connect().map_err(|e| e.to_string())?;
    let mut to = taker.connect().map_err(|e| e.to_string())?;
    for value in values() {
        let key = value.key;
        for command in &value.commands {
            call(&mut from, command)?;
        }
        let made = reads(&mut from, key)?;
        let there = dumped(&mut from, key)?;
        restored(&mut to, key, &there)?;
        assert_eq!(reads(&mut to, key)?, made, "{key}: {} to {}", maker.server, taker.server);
        if and_back {
            let back = dumped(&mut to, key)?;
            restored(&mut from, key, &back)?;
            assert_eq!(reads(&mut from, key)?, made, "{key}: {} to {}, and back", maker.server, taker.server);
        }
    }
    Ok(())
}

#[test]
fn from_here_and_back() -> Result<(), String> {
    for taker in [Server::Redis, Server::Redict, Server::Valkey, Server::Valkey9] {
        travel(Server::Russet, taker, true)?;
    }
    Ok(())
}

#[test]
fn from_there_and_back() -> Result<(), String> {
    for maker in [Server::Redis, Server::Redict, Server::Valkey, Server::Valkey9] {
        travel(maker, Server::Russet, true)?;
    }
    Ok(())
}

#[test]
fn from_before_packed_lists() -> Result<(), String> {
    travel(Server::Redis6, Server::Russet, false)
}

/// Tables have an order of their own, small sets are one there, and groups hold the time of day.
const NOT_TO_THE_BYTE: [&str; 5] = ["many-ints", "large-set", "large-hash", "set", "groups"];

#[test]
fn dumps_are_those_of_redis_to_the_byte() -> Result<(), String> {
    // The same text compresses to other bytes that give it back.
    let settings = ["--rdbcompression", "no"];
    let (ours, theirs) =
        (Running::start(Server::Russet, &settings)?, Running::start(Server::Redis, &settings)?);
    let mut here = ours.connect().map_err(|e| e.to_string())?;
    let mut there = theirs.connect().map_err(|e| e.to_string())?;
    for value in values().into_iter().filter(|value| !NOT_TO_THE_BYTE.contains(&value.key)) {
        for command in &value.commands {
            call(&mut here, command)?;
            call(&mut there, command)?;
        }
        assert!(dumped(&mut here, value.key)? == dumped(&mut there, value.key)?, "{}", value.key);
    }
    Ok(())
}

#[test]
fn a_restored_value_has_the_encoding_that_it_has_elsewhere() -> Result<(), String> {
    for limits in [
        &[][..],
        &[
            "--set-max-listpack-entries",
            "700",
            "--zset-max-listpack-entries",
            "2",
            "--hash-max-listpack-entries",
            "2",
            "--list-max-listpack-size",
            "4",
        ],
    ] {
        let with = |server| Running::start(server, &[&SETTINGS[..], limits].concat());
        let ours = with(Server::Russet)?;
        let mut here = ours.connect().map_err(|e| e.to_string())?;
        for server in [Server::Redict, Server::Valkey] {
            let (theirs, maker) = (with(server)?, Running::start(Server::Redis, &SETTINGS)?);
            let mut there = theirs.connect().map_err(|e| e.to_string())?;
            for old in [maker, Running::start(Server::Redis6, &SETTINGS)?] {
                let mut from = old.connect().map_err(|e| e.to_string())?;
                for value in values() {
                    value.commands.iter().try_for_each(|command| call(&mut from, command).map(drop))?;
                    let bytes = dumped(&mut from, value.key)?;
                    restored(&mut here, value.key, &bytes)?;
                    restored(&mut there, value.key, &bytes)?;
                    let (ours, theirs) = (encoding(&mut here, value.key)?, encoding(&mut there, value.key)?);
                    assert_eq!(ours, theirs, "{} of {}, {limits:?}, beside {server}", value.key, old.server);
                }
            }
        }
    }
    Ok(())
}

#[test]
fn fields_that_expire_travel_to_valkey_9_and_back() -> Result<(), String> {
    let (ours, theirs) = (Running::start(Server::Russet, &[])?, Running::start(Server::Valkey9, &[])?);
    for (maker, taker) in [(&ours, &theirs), (&theirs, &ours)] {
        let mut from = maker.connect().map_err(|e| e.to_string())?;
        let mut to = taker.connect().map_err(|e| e.to_string())?;
        for command in ["DEL h", "HSET h a 1 b 2 c 3", "HPEXPIREAT h 4102444800123 FIELDS 2 a c"] {
            call(&mut from, command)?;
        }
        let bytes = dumped(&mut from, "h")?;
        restored(&mut to, "h", &bytes)?;
        let times = "HPEXPIRETIME h FIELDS 3 a b c";
        assert_eq!(call(&mut to, times)?, call(&mut from, times)?);
        assert_eq!(call(&mut to, "HMGET h a b c")?, call(&mut from, "HMGET h a b c")?);
        let back = dumped(&mut to, "h")?;
        restored(&mut from, "h", &back)?;
        assert_eq!(call(&mut to, times)?, call(&mut from, times)?);
    }
    Ok(())
}

/// How many packed structures a server says that it has checked closely.
fn sanitized(client: &mut Client) -> Result<String, String> {
    let report = client.line("INFO stats").map_err(|e| e.to_string())?;
    let report = String::from_utf8_lossy(&report.raw).into_owned();
    let line = report.lines().find_map(|line| line.strip_prefix("dump_payload_sanitizations:"));
    Ok(line.ok_or("there is no such field")?.to_owned())
}

#[test]
fn what_is_checked_closely_is_counted_as_in_redis() -> Result<(), String> {
    // Small nodes: a list and a stream have several of them.
    let settings = ["--list-max-listpack-size", "5", "--stream-node-max-entries", "5"];
    let (ours, theirs) =
        (Running::start(Server::Russet, &settings)?, Running::start(Server::Redict, &settings)?);
    let mut here = ours.connect().map_err(|e| e.to_string())?;
    let mut there = theirs.connect().map_err(|e| e.to_string())?;
    let mut payloads = Vec::new();
    for value in values() {
        for command in &value.commands {
            call(&mut there, command)?;
        }
        payloads.push((value.key, dumped(&mut there, value.key)?));
    }
    let mut last = String::new();
    for setting in ["no", "clients", "yes"] {
        for client in [&mut here, &mut there] {
            client.line(&format!("CONFIG SET sanitize-dump-payload {setting}")).map_err(|e| e.to_string())?;
        }
        for (key, payload) in &payloads {
            restored(&mut here, key, payload)?;
            restored(&mut there, key, payload)?;
            last = sanitized(&mut here)?;
            assert_eq!(last, sanitized(&mut there)?, "{key} with {setting}");
        }
        if setting != "yes" {
            // A file is not a client's. (With `yes` it is counted too, but how a file splits a value is each server's own.)
            for client in [&mut here, &mut there] {
                client.line("DEBUG RELOAD").map_err(|e| e.to_string())?;
            }
            assert_eq!(sanitized(&mut here)?, last, "a file with {setting}");
        }
    }
    assert_ne!(last, "0");
    let file = last.clone();
    here.line("DEBUG RELOAD").map_err(|e| e.to_string())?;
    assert_ne!(sanitized(&mut here)?, file, "a file with yes");
    here.line("CONFIG RESETSTAT").map_err(|e| e.to_string())?;
    assert_eq!(sanitized(&mut here)?, "0");
    Ok(())
}
