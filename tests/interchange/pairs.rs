//! Who writes, who reads, and through which files.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use libtest_mimic::Trial;
use russet_tests::client::Client;
use russet_tests::launch::{Running, temporary_directory};
use russet_tests::peers::{Server, on_path};
use tempfile::TempDir;

use crate::contents::Contents;
use crate::datasets::{self, Requests};
use crate::trial;

/// Writer and reader.
const PAIRS: &[(Server, Server)] = &[
    (Server::Russet, Server::Redis),
    (Server::Russet, Server::Valkey),
    (Server::Russet, Server::Russet),
    (Server::Redis, Server::Russet),
    (Server::Valkey, Server::Russet),
    (Server::Redict, Server::Russet),
];

pub(crate) fn trials() -> Vec<Trial> {
    let mut all = Vec::new();
    for &(writer, reader) in PAIRS {
        let name = |what: &str| format!("{what}::{writer}_to_{reader}");
        for (options, text) in [(&["yes", "yes"], "rdb"), (&["no", "no"], "rdb_plain")] {
            all.push(trial(name(text), move || rdb(writer, reader, options)));
        }
        all.push(trial(name("rdb_at_random"), move || at_random(writer, reader)));
        for (preamble, text) in [("yes", "aof_on_rdb"), ("no", "aof_on_aof")] {
            all.push(trial(name(text), move || aof(writer, reader, preamble)));
        }
        all.push(trial(name("dump"), move || dump(writer, reader)));
    }
    all.push(trial("rdb::redis6_to_russet", redis6));
    for (writer, reader) in [
        (Server::Valkey9, Server::Russet),
        (Server::Russet, Server::Valkey9),
        (Server::Russet, Server::Russet),
    ] {
        all.push(trial(format!("fields::{writer}_to_{reader}"), move || fields(writer, reader)));
    }
    all.push(trial("rdb::redis_check_rdb", redis_check_rdb));
    all.push(trial("aof::redis_check_aof", redis_check_aof));
    all
}

fn connect(running: &Running) -> Result<Client, String> {
    running.connect().map_err(|e| e.to_string())
}

/// Asks for a save and takes the file to a directory of its own.
fn saved(running: &Running) -> Result<TempDir, String> {
    let reply = connect(running)?.line("SAVE").map_err(|e| e.to_string())?;
    if reply.value.text() != Some(b"OK") {
        return Err(format!("SAVE: {:?}\n{}", reply.value, running.log_tail(10)));
    }
    let to = temporary_directory()?;
    fs::copy(running.directory().join("dump.rdb"), to.path().join("dump.rdb")).map_err(|e| e.to_string())?;
    Ok(to)
}

/// A writer with data in it.
fn writer(server: Server, extra: &[&str], requests: &Requests) -> Result<Running, String> {
    let running = Running::start(server, extra)?;
    datasets::play(&mut connect(&running)?, requests).map_err(|e| format!("{server}: {e}"))?;
    Ok(running)
}

fn rdb(from: Server, to: Server, options: &[&str; 2]) -> Result<(), String> {
    let settings = ["--rdbcompression", options[0], "--rdbchecksum", options[1]];
    let source = writer(from, &settings, &datasets::every_encoding())?;
    let right = Contents::of(&source)?;
    let file = saved(&source)?;
    let got = read(to, &file)?;
    got.expect(&right)?;
    got.expect_digest(&right)?;
    datasets::play(&mut connect(&source)?, &datasets::fractions())?;
    let right = Contents::of(&source)?;
    let file = saved(&source)?;
    read(to, &file)?.expect(&right)
}

/// What a server makes of a file. How the server under test keeps it is compared with what Redict does.
fn read(server: Server, file: &TempDir) -> Result<Contents, String> {
    let contents = Contents::of(&Running::start_in(server, file.path(), &[])?)?;
    if server == Server::Russet {
        let right = Contents::of(&Running::start_in(Server::Redict, file.path(), &[])?)?;
        contents.expect_encodings(&right).map_err(|e| format!("as Redict reads the file: {e}"))?;
    }
    Ok(contents)
}

fn at_random(from: Server, to: Server) -> Result<(), String> {
    for seed in 1..=2 {
        let source = Running::start(from, &[])?;
        datasets::play_at_random(&mut connect(&source)?, from, seed, 400)
            .map_err(|e| format!("{from}: {e}"))?;
        let right = Contents::of(&source)?;
        let file = saved(&source)?;
        read(to, &file)?.expect(&right).map_err(|e| format!("seed {seed}: {e}"))?;
    }
    Ok(())
}

/// Redis 6.0's ziplists and lists of them, as Redis 7.0 reads them.
fn redis6() -> Result<(), String> {
    let source = writer(Server::Redis6, &[], &[datasets::every_encoding(), datasets::fractions()].concat())?;
    let file = saved(&source)?;
    let right = read(Server::Redis, &file)?;
    read(Server::Russet, &file)?.expect(&right)?;
    // And without what has no equal digest.
    let source = writer(Server::Redis6, &[], &datasets::every_encoding())?;
    let (before, file) = (Contents::of(&source)?, saved(&source)?);
    read(Server::Russet, &file)?.expect_digest(&before)
}

fn fields(from: Server, to: Server) -> Result<(), String> {
    let source = writer(from, &[], &datasets::fields())?;
    let right = Contents::of(&source)?;
    let file = saved(&source)?;
    let target = Running::start_in(to, file.path(), &[])?;
    let got = Contents::of(&target)?;
    got.expect(&right)?;
    got.expect_digest(&right)?;
    for line in ["HPEXPIRETIME h FIELDS 3 a b c", "HPEXPIRETIME g FIELDS 1 a"] {
        let ask = |running: &Running| connect(running)?.line(line).map_err(|e| e.to_string());
        let (right, got) = (ask(&source)?.value, ask(&target)?.value);
        if right != got {
            return Err(format!("{line}: right {right:?}, got {got:?}"));
        }
    }
    Ok(())
}

/// An append-only file: a base, then increments.
fn aof(from: Server, to: Server, preamble: &str) -> Result<(), String> {
    let settings = ["--appendonly", "yes", "--aof-use-rdb-preamble", preamble, "--appendfsync", "always"];
    let requests = datasets::every_encoding();
    let (before, after) = requests.split_at(requests.len() / 2);
    let source = writer(from, &settings, &before.to_vec())?;
    rewritten(&source)?;
    let mut client = connect(&source)?;
    datasets::play(&mut client, after)?;
    datasets::play_at_random(&mut client, from, 3, 60)?;
    let right = Contents::of(&source)?;
    let files = taken(source)?;
    let target = Running::start_in(to, files.path(), &settings)?;
    Contents::of(&target)?.expect(&right)
}

/// Waits until the append-only file has been rewritten.
fn rewritten(running: &Running) -> Result<(), String> {
    let mut client = connect(running)?;
    client.line("BGREWRITEAOF").map_err(|e| e.to_string())?;
    let end = Instant::now() + Duration::from_secs(20);
    while Instant::now() < end {
        let info = client.line("INFO persistence").map_err(|e| e.to_string())?.value.lossy();
        let has = |line: &str| info.lines().any(|l| l == line);
        if has("aof_rewrite_in_progress:0") && has("aof_rewrite_scheduled:0") {
            return if has("aof_last_bgrewrite_status:ok") {
                Ok(())
            } else {
                Err(format!("the rewrite failed:\n{}", running.log_tail(20)))
            };
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    Err("the rewrite does not end".into())
}

/// Kills a server and takes its append-only files.
fn taken(running: Running) -> Result<TempDir, String> {
    let to = temporary_directory()?;
    let from = running.directory().join("appendonlydir");
    copy_directory(&from, &to.path().join("appendonlydir"))
        .map_err(|e| format!("{}: {e}", from.display()))?;
    drop(running);
    Ok(to)
}

/// Copies the files of a directory.
pub(crate) fn copy_directory(from: &Path, to: &Path) -> std::io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        fs::copy(entry.path(), to.join(entry.file_name()))?;
    }
    Ok(())
}

/// Every key by itself.
fn dump(from: Server, to: Server) -> Result<(), String> {
    let source = writer(from, &[], &datasets::every_encoding())?;
    let target = Running::start(to, &[])?;
    let (mut one, mut other) = (connect(&source)?, connect(&target)?);
    for db in [0, 1, 15] {
        let select = format!("SELECT {db}");
        one.line(&select).map_err(|e| e.to_string())?;
        other.line(&select).map_err(|e| e.to_string())?;
        let keys = one.line("KEYS *").map_err(|e| e.to_string())?.value;
        for key in keys.items().unwrap_or_default() {
            let key = key.text().unwrap_or_default();
            let mut ask =
                |words: &[&[u8]]| one.call(words).map(|reply| reply.value).map_err(|e| e.to_string());
            let payload = ask(&[b"DUMP", key])?;
            let expiry = ask(&[b"PEXPIRETIME", key])?.integer().unwrap_or(0).max(0).to_string();
            let payload = payload.text().ok_or("no payload")?;
            let words: [&[u8]; 5] = [b"RESTORE", key, expiry.as_bytes(), payload, b"ABSTTL"];
            let reply = other.call(&words).map_err(|e| e.to_string())?;
            if reply.value.text() != Some(b"OK") {
                return Err(format!("RESTORE {}: {:?}", key.escape_ascii(), reply.value));
            }
        }
    }
    let (right, got) = (Contents::of(&source)?, Contents::of(&target)?);
    got.expect(&right)?;
    got.expect_digest(&right)
}

fn redis_check_rdb() -> Result<(), String> {
    let requests = [datasets::every_encoding(), datasets::fractions()].concat();
    let source = writer(Server::Russet, &[], &requests)?;
    accepts("redis-check-rdb", &saved(&source)?.path().join("dump.rdb"))
}

fn redis_check_aof() -> Result<(), String> {
    for preamble in ["yes", "no"] {
        let settings = ["--appendonly", "yes", "--aof-use-rdb-preamble", preamble, "--appendfsync", "always"];
        let source = writer(Server::Russet, &settings, &datasets::every_encoding())?;
        rewritten(&source)?;
        datasets::play(&mut connect(&source)?, &datasets::fractions())?;
        let files = taken(source)?;
        accepts("redis-check-aof", &files.path().join("appendonlydir/appendonly.aof.manifest"))?;
    }
    Ok(())
}

fn accepts(tool: &str, file: &Path) -> Result<(), String> {
    let program = on_path(tool).ok_or_else(|| format!("no {tool} on the path"))?;
    let output = Command::new(program).arg(file).output().map_err(|e| e.to_string())?;
    if output.status.success() {
        return Ok(());
    }
    Err(format!("{tool}: {}\n{}", output.status, String::from_utf8_lossy(&output.stdout)))
}
