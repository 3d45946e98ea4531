//! `redis-cli` and `redis-benchmark` as scripts use them: options, pipes, exit codes.

use std::io::Write;
use std::process::{Command, Stdio};
use std::time::Duration;

use libtest_mimic::{Failed, Trial};
use russet_tests::client::encode;
use russet_tests::launch::Running;
use russet_tests::peers::Server;
use russet_tests::terminal::Terminal;

use crate::same;

pub(crate) fn trials() -> Vec<Trial> {
    let check = |name: &str, body: fn() -> Result<(), String>| {
        Trial::test(name, move || body().map_err(Failed::from))
    };
    vec![
        same("cli::scan", |s| Ok(sorted(&cli(s, &["--scan"], b"")?))),
        same("cli::scan_pattern", |s| {
            Ok(sorted(&cli(s, &["--scan", "--pattern", "key:1*", "--count", "7"], b"")?))
        }),
        same("cli::bigkeys", |s| cli(s, &["--bigkeys"], b"").map(|t| without_names(&t))),
        same("cli::hotkeys_need_lfu", |s| cli(s, &["--hotkeys"], b"")),
        check("cli::memkeys", memkeys),
        check("cli::hotkeys", hotkeys),
        same("cli::arguments", |s| cli(s, &["mget", "key:1", "nosuch"], b"")),
        same("cli::standard_input", |s| cli(s, &[], b"set a 1\nincr a\nget nosuch\nnosuch\nping\n")),
        same("cli::last_argument", |s| {
            cli(s, &["-x", "set", "bin"], b"\x00\xff\r\n").and_then(|_| cli(s, &["get", "bin"], b""))
        }),
        same("cli::repeat", |s| cli(s, &["-r", "5", "-i", "0.01", "incr", "n"], b"")),
        same("cli::csv", |s| cli(s, &["--csv", "mget", "key:1", "nosuch"], b"")),
        same("cli::json", |s| cli(s, &["--json", "config", "get", "maxmemory"], b"")),
        same("cli::resp3", |s| cli(s, &["-3", "config", "get", "maxmemory"], b"")),
        same("cli::raw", |s| cli(s, &["--raw", "mget", "key:1", "nosuch"], b"")),
        same("cli::database", |s| cli(s, &["-n", "5", "dbsize"], b"")),
        same("cli::exit_code", |s| cli(s, &["-e", "nosuch"], b"")),
        same("cli::pipe", pipe),
        check("cli::stat", stat),
        check("cli::latency", latency),
        check("benchmark::default_list", || benchmark(&[])),
        check("benchmark::pipeline", || benchmark(&["-P", "16", "-r", "1000"])),
        check("benchmark::resp3", || benchmark(&["-3", "-d", "1000"])),
        check("benchmark::threads", || benchmark(&["--threads", "2"])),
    ]
}

fn fill(server: &Running) -> Result<(), String> {
    let mut client = server.connect().map_err(|e| e.to_string())?;
    for i in 0..200 {
        let (key, value) = (format!("key:{i}"), "v".repeat(i));
        client.call(&["SET", &key, &value]).map_err(|e| e.to_string())?;
    }
    Ok(())
}

/// Runs `redis-cli` on a filled server; what it prints, and how it ends.
fn cli(server: &Running, arguments: &[&str], input: &[u8]) -> Result<String, String> {
    fill(server)?;
    let mut child = Command::new("redis-cli")
        .args(["-p", &server.address.port().to_string()])
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|e| format!("redis-cli: {e}"))?;
    child.stdin.take().expect("piped").write_all(input).map_err(|e| e.to_string())?;
    let output = child.wait_with_output().map_err(|e| e.to_string())?;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Ok(format!("{}{}({})", text(&output.stdout), text(&output.stderr), output.status))
}

/// The largest key by what it takes, which is not what it takes elsewhere.
fn memkeys() -> Result<(), String> {
    let server = Running::start(Server::Russet, &[])?;
    cli(&server, &["rpush", "list"], &[])?;
    let mut client = server.connect().map_err(|e| e.to_string())?;
    for i in 0..2000 {
        client.call(&["RPUSH", "list", &format!("element:{i}")]).map_err(|e| e.to_string())?;
    }
    for options in [&["--memkeys"][..], &["--memkeys-samples", "0"]] {
        let said = cli(&server, options, b"")?;
        let largest = |what: &str, key: &str| -> Option<u64> {
            let line = said.lines().find(|line| line.starts_with(&format!("Biggest {what:>6} found")))?;
            line.split_once(key)?.1.split_whitespace().find_map(|word| word.parse().ok())
        };
        // Two thousand elements of twelve bytes, and a string of 199.
        if !largest("list", "list").is_some_and(|bytes| (24_000..48_000).contains(&bytes))
            || !largest("string", "key:1").is_some_and(|bytes| (199..400).contains(&bytes))
            || !said.contains("Sampled 201 keys in the keyspace!")
        {
            return Err(format!("{options:?}:\n{said}"));
        }
    }
    Ok(())
}

/// The key that was used a thousand times, before those that were written once.
fn hotkeys() -> Result<(), String> {
    let server = Running::start(Server::Russet, &["--maxmemory-policy", "allkeys-lfu"])?;
    fill(&server)?;
    let mut client = server.connect().map_err(|e| e.to_string())?;
    let asked = encode(&["GET", "key:77"]).repeat(1000);
    client.send_raw(&asked).map_err(|e| e.to_string())?;
    for _ in 0..1000 {
        client.read().map_err(|e| e.to_string())?;
    }
    let said = cli(&server, &["--hotkeys"], b"")?;
    let summary = said.split_once("-------- summary").map_or("", |(_, summary)| summary);
    let first = summary.lines().find(|line| line.starts_with("hot key found with counter:"));
    if first.is_some_and(|line| line.contains("key:77")) { Ok(()) } else { Err(said) }
}

fn sorted(text: &str) -> String {
    let mut lines: Vec<&str> = text.lines().collect();
    lines.sort_unstable();
    lines.join("\n")
}

/// The summary of `--bigkeys`: what comes before it tells of keys in the order in which they were found.
fn without_names(text: &str) -> String {
    text[text.find("-------- summary").unwrap_or(0)..].to_string()
}

/// Mass insertion; redis-cli ends it with an ECHO of random bytes that must come back.
fn pipe(server: &Running) -> Result<String, String> {
    let mut commands = Vec::new();
    for i in 0..20_000 {
        commands.extend(encode(&["SET", &format!("bulk:{i}"), "some value"]));
        if i % 1000 == 0 {
            commands.extend(encode(&["SET", "no value"]));
        }
    }
    let said = cli(server, &["--pipe"], &commands)?;
    let size = cli(server, &["dbsize"], b"")?;
    Ok(format!("{said}{size}"))
}

/// The table that redraws itself every second.
fn stat() -> Result<(), String> {
    let server = Running::start(Server::Russet, &[])?;
    fill(&server)?;
    let terminal = Terminal::run(&format!("redis-cli -p {} --stat -i 0.2", server.address.port()))?;
    let screen = terminal.wait("three lines of statistics", |screen| {
        screen.lines().filter(|l| l.starts_with("200 ")).count() >= 3
    })?;
    if !screen.contains("keys       mem      clients blocked requests            connections") {
        return Err(format!("not the heading:\n{screen}"));
    }
    let line = screen.lines().rfind(|l| l.starts_with("200 ")).unwrap_or_default();
    let last: Vec<&str> = line.split_whitespace().collect();
    // keys, memory, clients, blocked, requests (+new), connections
    let requests: u64 = last.get(4).and_then(|n| n.parse().ok()).ok_or("no number of requests")?;
    let memory = last.get(1).copied().unwrap_or_default();
    if last.get(2) != Some(&"1")
        || last.get(3) != Some(&"0")
        || requests < 200
        || !memory.ends_with(['M', 'K'])
    {
        return Err(format!("the numbers cannot be right: {last:?}"));
    }
    Ok(())
}

fn latency() -> Result<(), String> {
    let server = Running::start(Server::Russet, &[])?;
    let terminal = Terminal::run(&format!("redis-cli -p {} --latency", server.address.port()))?;
    let samples = |screen: &str| -> Option<u32> {
        let line = screen.lines().find(|l| l.contains("samples"))?;
        line.split_once('(')?.1.split_once(' ')?.0.parse().ok()
    };
    terminal.wait("fifty samples", |screen| samples(screen).is_some_and(|n| n >= 50))?;
    terminal.press("C-c")?;
    Ok(())
}

/// The default list of `redis-benchmark`, of commands that exist so far.
fn benchmark(options: &[&str]) -> Result<(), String> {
    let tests = "ping_inline,ping_mbulk,set,get,incr,mset";
    let server = Running::start(Server::Russet, &[])?;
    let child = Command::new("redis-benchmark")
        .args(["-p", &server.address.port().to_string(), "-n", "20000", "--csv", "-t", tests])
        .args(options)
        .stdin(Stdio::null())
        .output()
        .map_err(|e| format!("redis-benchmark: {e}"))?;
    let text = String::from_utf8_lossy(&child.stdout).into_owned() + &String::from_utf8_lossy(&child.stderr);
    let rows = text.lines().filter(|line| {
        let rate = line.split("\",\"").nth(1).and_then(|field| field.parse::<f64>().ok());
        rate.is_some_and(|rate| rate > 100.0)
    });
    // Besides one row a test nothing may be said: warnings and errors are lines of their own.
    if !child.status.success() || rows.count() != 6 || text.lines().count() != 7 {
        return Err(format!("{}\n{text}", child.status));
    }
    let mut client = server.connect().map_err(|e| e.to_string())?;
    client.set_patience(Duration::from_secs(2));
    let keys = client.line("DBSIZE").map_err(|e| e.to_string())?;
    if keys.value.integer().is_none_or(|n| n < 2) {
        Err(format!("nothing was stored: {keys:?}"))
    } else {
        Ok(())
    }
}
