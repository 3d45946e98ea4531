//! Libraries of functions, which are part of a dataset: in snapshots, in append-only files with and without such a base, and
//! dumped.

use libtest_mimic::Trial;
use russet_tests::client::Client;
use russet_tests::launch::{Running, temporary_directory};
use russet_tests::peers::Server;
use tempfile::TempDir;

use crate::trial;

/// Writer and reader.
const PAIRS: &[(Server, Server)] = &[
    (Server::Russet, Server::Russet),
    (Server::Russet, Server::Redis),
    (Server::Russet, Server::Redict),
    (Server::Russet, Server::Valkey),
    (Server::Russet, Server::Valkey9),
    (Server::Redis, Server::Russet),
    (Server::Redict, Server::Russet),
    (Server::Valkey, Server::Russet),
    (Server::Valkey9, Server::Russet),
];

/// A function in each, since servers list those of a library in orders of their own.
const LIBRARIES: [&str; 3] = [
    "#!lua name=counting\nredis.register_function('count', function(keys) return redis.call('INCR', keys[1]) end)",
    "#!lua name=reading\nlocal answer = 'read '\nredis.register_function{function_name='look', flags={'no-writes'}, \
     description='what a count has come to', callback=function(keys) return answer .. redis.call('GET', keys[1]) end}",
    "#!lua name=gone\nredis.register_function('gone', function() return 1 end)",
];

pub(crate) fn trials() -> Vec<Trial> {
    let mut all = Vec::new();
    for &(writer, reader) in PAIRS {
        for (what, settings) in [
            ("rdb", &[][..]),
            ("aof_on_rdb", &["--appendonly", "yes", "--appendfsync", "always"]),
            (
                "aof_on_aof",
                &["--appendonly", "yes", "--appendfsync", "always", "--aof-use-rdb-preamble", "no"],
            ),
        ] {
            let name = format!("functions::{what}::{writer}_to_{reader}");
            all.push(trial(name, move || files(writer, reader, settings)));
        }
        all.push(trial(format!("functions::dump::{writer}_to_{reader}"), move || dump(writer, reader)));
    }
    all
}

fn ask(client: &mut Client, words: &[&[u8]]) -> Result<Vec<u8>, String> {
    let reply = client.call(words).map_err(|e| e.to_string())?;
    match reply.raw.first() {
        Some(b'-') => Err(String::from_utf8_lossy(&reply.raw).into_owned()),
        _ => Ok(reply.raw),
    }
}

/// The libraries with their code, in an order of their own.
fn listed(client: &mut Client) -> Result<Vec<String>, String> {
    let reply = client.line("FUNCTION LIST WITHCODE").map_err(|e| e.to_string())?;
    let libraries = reply.value.items().ok_or_else(|| format!("{:?}", reply.value))?;
    let mut shown: Vec<String> = libraries.iter().map(|library| format!("{library:?}")).collect();
    shown.sort();
    Ok(shown)
}

fn load(client: &mut Client) -> Result<(), String> {
    for library in LIBRARIES {
        ask(client, &[b"FUNCTION", b"LOAD", library.as_bytes()])?;
    }
    ask(client, &[b"FUNCTION", b"DELETE", b"gone"])?;
    ask(client, &[b"FCALL", b"count", b"1", b"key"]).map(drop)
}

/// That what was loaded is there, and runs.
fn expect(client: &mut Client, right: &[String]) -> Result<(), String> {
    let got = listed(client)?;
    if got != right {
        return Err(format!("right {right:?}, got {got:?}"));
    }
    let looked = ask(client, &[b"FCALL_RO", b"look", b"1", b"key"])?;
    let counted = ask(client, &[b"FCALL", b"count", b"1", b"key"])?;
    if looked != b"$6\r\nread 1\r\n" || counted != b":2\r\n" {
        return Err(format!("{} {}", looked.escape_ascii(), counted.escape_ascii()));
    }
    Ok(())
}

fn files(from: Server, to: Server, settings: &[&str]) -> Result<(), String> {
    let directory: TempDir = temporary_directory()?;
    let right = {
        let mut source = Running::start_in(from, directory.path(), settings)?;
        let mut client = source.connect().map_err(|e| e.to_string())?;
        load(&mut client)?;
        let right = listed(&mut client)?;
        let save = if settings.is_empty() { "SHUTDOWN SAVE" } else { "SHUTDOWN NOSAVE" };
        // It ends instead of answering.
        let _ = client.line(save);
        source.wait_end(std::time::Duration::from_secs(30))?;
        right
    };
    let target = Running::start_in(to, directory.path(), settings)?;
    let mut client = target.connect().map_err(|e| e.to_string())?;
    expect(&mut client, &right).map_err(|e| format!("{e}\n{}", target.log_tail(10)))
}

fn dump(from: Server, to: Server) -> Result<(), String> {
    let source = Running::start(from, &[])?;
    let mut client = source.connect().map_err(|e| e.to_string())?;
    load(&mut client)?;
    let right = listed(&mut client)?;
    let reply = client.line("FUNCTION DUMP").map_err(|e| e.to_string())?;
    let dumped = reply.value.text().ok_or_else(|| format!("{:?}", reply.value))?.to_vec();
    let target = Running::start(to, &[])?;
    let mut client = target.connect().map_err(|e| e.to_string())?;
    ask(&mut client, &[b"SET", b"key", b"1"])?;
    ask(&mut client, &[b"FUNCTION", b"RESTORE", &dumped])?;
    let again = client.call(&[&b"FUNCTION"[..], b"RESTORE", &dumped]).map_err(|e| e.to_string())?;
    if !again.raw.ends_with(b" already exists\r\n") {
        return Err(format!("a second time: {}", again.raw.escape_ascii()));
    }
    ask(&mut client, &[b"FUNCTION", b"RESTORE", &dumped, b"REPLACE"])?;
    expect(&mut client, &right)
}
