//! Journals: what a source writes into its append-only file about keys that have left, a target about keys that have come,
//! and that both hold the same after they were killed and started again.

use std::fs;
use std::path::Path;
use std::time::Duration;

use russet_tests::launch::{Running, temporary_directory};
use russet_tests::peers::Server;
use rustix::process::Signal;

use crate::odd_targets;

/// The first is right.
const SERVERS: [Server; 3] = [Server::Redis, Server::Valkey, Server::Russet];
const ON: &[&str] = &["--appendonly", "yes", "--appendfsync", "always"];

/// What is said to a source. `HERE` is a target that behaves, `THERE` one that takes one key and is gone, `GONE` none.
const LINES: &str = "MSET a 1 b 2 c 3 d 4 e 5 f 6 g 7 h 8 kept 9
    MIGRATE HERE a 0 5000
    MIGRATE HERE b 0 5000 COPY
    MIGRATE HERE b 0 5000
    MIGRATE HERE b 0 5000 REPLACE
    MIGRATE HERE nosuch 0 5000
    MIGRATE HERE '' 0 5000 KEYS c nosuch d
    MIGRATE GONE kept 0 300
    MULTI
    INCR n
    MIGRATE HERE e 0 5000
    EXISTS e
    INCR n
    EXEC
    MIGRATE THERE '' 0 5000 KEYS f g h
    SELECT 3
    SET other 1
    MIGRATE HERE other 0 5000
    SET last 1
    SELECT 0
    DBSIZE";

/// Every source writes the same, and has lost no key but those that have left, and these for ever.
pub(crate) fn of_the_source() -> Result<(), String> {
    let mut right: Option<Vec<String>> = None;
    for server in SERVERS {
        let said = source(server).map_err(|e| format!("{server}: {e}"))?;
        match &right {
            None => right = Some(said),
            Some(right) => {
                if let Some(at) = (0..right.len().max(said.len())).find(|&at| right.get(at) != said.get(at)) {
                    return Err(format!("right {:?}\n{server} {:?}", right.get(at), said.get(at)));
                }
            }
        }
    }
    Ok(())
}

fn source(server: Server) -> Result<Vec<String>, String> {
    let directory = temporary_directory()?;
    // It reads what all of them write.
    let target = Running::start(Server::Valkey, &[])?;
    let (odd, thread) = odd_targets::one_that_breaks_off()?;
    let here = format!("127.0.0.1 {}", target.address.port());
    let there = format!("127.0.0.1 {odd}");
    let mut said = Vec::new();
    let source = Running::start_in(server, directory.path(), ON)?;
    let mut client = source.connect().map_err(|e| e.to_string())?;
    for line in LINES.lines().map(str::trim) {
        // Nobody listens on the first port of all.
        let full = line.replace("THERE", &there).replace("HERE", &here).replace("GONE", "127.0.0.1 1");
        let reply = client.line(&full).map_err(|e| format!("{line}: {e}"))?;
        said.push(format!("{line}: {}", reply.raw.escape_ascii()));
    }
    thread.join().map_err(|_| "the target panicked")?;
    said.push(increment(directory.path())?);
    killed(source)?;
    let source = Running::start_in(server, directory.path(), ON)?;
    let mut client = source.connect().map_err(|e| e.to_string())?;
    for line in ["MGET a b c d e f g h kept n", "DBSIZE", "SELECT 3", "MGET other last", "DBSIZE"] {
        let reply = client.line(line).map_err(|e| format!("{line}: {e}"))?;
        said.push(format!("after a restart, {line}: {}", reply.raw.escape_ascii()));
    }
    let expected = "*10\\r\\n$-1\\r\\n$-1\\r\\n$-1\\r\\n$-1\\r\\n$-1\\r\\n$-1\\r\\n$1\\r\\n7\\r\\n$1\\r\\n8\\r\\n$1\\r\\n9\\r\\n$1\\r\\n2\\r\\n";
    let found =
        said.iter().find_map(|line| line.strip_prefix("after a restart, MGET a b c d e f g h kept n: "));
    if found != Some(expected) {
        return Err(format!("after a restart there is {found:?}"));
    }
    Ok(said)
}

/// What has come to a target, from any server, is there after it was killed, with its time to live.
pub(crate) fn of_the_target() -> Result<(), String> {
    for server in SERVERS {
        let directory = temporary_directory()?;
        let target = Running::start_in(Server::Russet, directory.path(), ON)?;
        let here = format!("127.0.0.1 {}", target.address.port());
        let source = Running::start(server, &[])?;
        let mut client = source.connect().map_err(|e| e.to_string())?;
        let mut digests = Vec::new();
        for line in [
            "SET s 1 EX 10000",
            "RPUSH l a b c",
            "HSET h f v",
            "ZADD z 1 a 2 b",
            "XADD x 1-1 f v",
            "SADD t a b c",
        ] {
            client.line(line).map_err(|e| e.to_string())?;
        }
        for key in ["s", "l", "h", "z", "x", "t"] {
            let digest = client.line(&format!("DEBUG DIGEST-VALUE {key}")).map_err(|e| e.to_string())?;
            digests.push((key, digest.value));
        }
        let reply = client.line(&format!("MIGRATE {here} '' 0 5000 KEYS s l h z x t nosuch"));
        if reply.as_ref().ok().and_then(|reply| reply.value.text()) != Some(b"OK") {
            return Err(format!("{server}: {reply:?}"));
        }
        killed(target)?;
        let target = Running::start_in(Server::Russet, directory.path(), ON)?;
        let mut client = target.connect().map_err(|e| e.to_string())?;
        for (key, digest) in digests {
            let here = client.line(&format!("DEBUG DIGEST-VALUE {key}")).map_err(|e| e.to_string())?.value;
            // Redis 7.0 takes the digest of other digits of scores.
            if here != digest && (key != "z" || server != Server::Redis) {
                return Err(format!("{key} of {server} is another value after a restart"));
            }
        }
        let left = client.line("TTL s").map_err(|e| e.to_string())?.value.integer().unwrap_or(-3);
        if !(9_900..=10_000).contains(&left) {
            return Err(format!("{server}: s lives for {left} seconds"));
        }
    }
    Ok(())
}

fn increment(directory: &Path) -> Result<String, String> {
    let path = directory.join("appendonlydir/appendonly.aof.1.incr.aof");
    fs::read(path).map(|bytes| bytes.escape_ascii().to_string()).map_err(|e| e.to_string())
}

fn killed(mut running: Running) -> Result<(), String> {
    running.signal(Signal::KILL);
    running.wait_end(Duration::from_secs(10)).map(drop)
}
