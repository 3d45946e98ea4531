//! What clients cost in memory: no more than what they have sent or not yet read, and nothing once they are gone.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use russet_tests::client::encode;
use russet_tests::launch::Running;
use russet_tests::peers::Server;

use crate::{ask, info, raise_file_limit, until};

const MB: u64 = 1 << 20;

fn text(error: impl std::fmt::Display) -> String {
    error.to_string()
}

/// Resident bytes of the server, as the system counts them.
fn resident(server: &Running) -> Result<u64, String> {
    let status = std::fs::read_to_string(format!("/proc/{}/status", server.pid())).map_err(text)?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).ok_or("no VmRSS")?;
    let kilobytes: u64 = line.trim().trim_end_matches(" kB").trim().parse().map_err(text)?;
    Ok(kilobytes * 1024)
}

/// Connections that have been served and say nothing.
pub(crate) fn idle_connections() -> Result<(), String> {
    const IDLE: u64 = 5_000;
    raise_file_limit(IDLE + 500)?;
    let server = Running::start(Server::Russet, &[])?;
    let mut control = server.connect().map_err(text)?;
    let used = |control: &mut _| info(control, "used_memory")?.parse::<u64>().map_err(text);
    let (used_before, resident_before) = (used(&mut control)?, resident(&server)?);
    let mut idle = Vec::new();
    for number in 0..IDLE {
        let mut client = server.connect().map_err(|e| format!("connection {number}: {e}"))?;
        // Some have left memory behind that must come back: a command in pieces, a long reply.
        match number % 4 {
            0 => client.send_raw(b"*1\r\n$4\r\nPI").map_err(text)?,
            1 => drop(client.call(&["ECHO", &"x".repeat(40_000)]).map_err(text)?),
            2 => drop(ask(&mut client, "PING")?),
            _ => {}
        }
        if number % 4 == 0 {
            client.send_raw(b"NG\r\n").map_err(text)?;
            client.read().map_err(text)?;
        }
        idle.push(client);
    }
    // Memory is taken back from a connection that has been idle for more than two seconds.
    let (mut used_each, mut resident_each) = (u64::MAX, u64::MAX);
    let outcome = until("idle connections cost little", Duration::from_secs(10), || {
        used_each = used(&mut control)?.saturating_sub(used_before) / IDLE;
        resident_each = resident(&server)?.saturating_sub(resident_before) / IDLE;
        Ok(used_each < 1_500 && resident_each < 5_000)
    });
    println!("an idle connection costs {used_each} bytes of used_memory, {resident_each} bytes resident");
    outcome.map_err(|error| format!("{error}: {used_each} bytes each, {resident_each} resident"))
}

/// What is announced and never sent costs nothing.
pub(crate) fn claims() -> Result<(), String> {
    let server = Running::start(Server::Russet, &[])?;
    let mut control = server.connect().map_err(text)?;
    ask(&mut control, "PING")?;
    let before = resident(&server)?;
    let mut liars = Vec::new();
    for number in 0..200 {
        let mut client = server.connect().map_err(text)?;
        let claim: &[u8] = match number % 3 {
            0 => b"*2\r\n$4\r\nECHO\r\n$536870912\r\n",
            1 => b"*2147483647\r\n",
            _ => b"*2147483647\r\n$3\r\nSET\r\n$536870912\r\nonly this",
        };
        client.send_raw(claim).map_err(text)?;
        liars.push(client);
    }
    for client in &mut liars {
        client.send_raw(b"x").map_err(text)?;
    }
    ask(&mut control, "PING")?;
    std::thread::sleep(Duration::from_millis(200));
    let cost = resident(&server)?.saturating_sub(before);
    println!("200 promises of gigabytes cost {} kB", cost / 1024);
    if cost > 16 * MB { Err(format!("they cost {cost} bytes")) } else { Ok(()) }
}

/// A value of 64 MB goes in and out, and nothing of it stays behind.
pub(crate) fn large_value() -> Result<(), String> {
    const SIZE: usize = 64 << 20;
    let server = Running::start(Server::Russet, &[])?;
    let mut client = server.connect().map_err(text)?;
    client.set_patience(Duration::from_secs(60));
    let value: Vec<u8> = (0..SIZE).map(|i| (i * 31 % 251) as u8).collect();
    let before = resident(&server)?;
    let mut worst = 0;
    for round in 0..3 {
        let reply = client.call(&[&b"SET"[..], b"large", &value]).map_err(text)?;
        if reply.raw != b"+OK\r\n" {
            return Err(format!("SET got {:?}", &reply.raw[..50]));
        }
        let reply = client.call(&["GET", "large"]).map_err(|e| format!("round {round}: {e}"))?;
        if reply.value.text() != Some(&value[..]) {
            return Err(format!("round {round}: another value came back"));
        }
        worst = worst.max(resident(&server)?.saturating_sub(before));
    }
    ask(&mut client, "DEL large")?;
    println!("a value of 64 MB costs {} MB resident", worst / MB);
    // The word being received, its copy in the keyspace and the value before it, each with what growing left behind, as
    // long as the allocator keeps it.
    if worst > 384 * MB {
        return Err(format!("the server grew by {} MB", worst / MB));
    }
    until("its memory has come back", Duration::from_secs(8), || {
        Ok(resident(&server)?.saturating_sub(before) < 32 * MB)
    })
}

/// A client whose replies never quite drain does not make the server keep what it has read.
pub(crate) fn never_drained() -> Result<(), String> {
    const ROUNDS: usize = 400;
    let server = Running::start(Server::Russet, &[])?;
    let mut control = server.connect().map_err(text)?;
    let value = "v".repeat(10_000);
    control.call(&["SET", "k", &value]).map_err(text)?;
    let mut stream = TcpStream::connect(server.address).map_err(text)?;
    stream.set_read_timeout(Some(Duration::from_secs(10))).map_err(text)?;
    let batch = encode(&["GET", "k"]).repeat(100);
    let reply = value.len() + "$10000\r\n\r\n".len();
    let mut sink = vec![0; 100 * reply];
    // Ten batches ahead: more than the sockets hold.
    for _ in 0..10 {
        stream.write_all(&batch).map_err(text)?;
    }
    let mut worst = 0;
    for round in 0..ROUNDS {
        stream.write_all(&batch).map_err(text)?;
        stream.read_exact(&mut sink).map_err(|e| format!("round {round}: {e}"))?;
        if round > 20 && round % 20 == 0 {
            worst = worst.max(resident(&server)?);
        }
    }
    println!("{} MB were read; at most {} MB resident", (ROUNDS * 100 * reply) >> 20, worst / MB);
    if worst > 100 * MB { Err(format!("{} MB resident", worst / MB)) } else { Ok(()) }
}

/// Whoever does not read is cut off, and its memory comes back.
pub(crate) fn after_a_slow_reader() -> Result<(), String> {
    let server = Running::start(Server::Russet, &["--client-output-buffer-limit", "normal 64mb 0 0"])?;
    let mut control = server.connect().map_err(text)?;
    // Below the size from which replies share the value's memory.
    control.call(&["SET", "k", &"v".repeat(16_000)]).map_err(text)?;
    let before = info(&mut control, "used_memory")?.parse::<u64>().map_err(text)?;
    let mut slow = server.connect().map_err(text)?;
    let all = encode(&["GET", "k"]).repeat(20_000);
    // The server hangs up while this is sent.
    let _ = slow.send_raw(&all);
    until("the slow reader is gone", Duration::from_secs(5), || {
        Ok(info(&mut control, "client_output_buffer_limit_disconnections")? == "1")
    })?;
    until("its memory has come back", Duration::from_secs(5), || {
        Ok(info(&mut control, "used_memory")?.parse::<u64>().map_err(text)? < before + 2 * MB)
    })
}

/// Nothing is kept for a client that wants no answers.
pub(crate) fn unanswered() -> Result<(), String> {
    let server = Running::start(Server::Russet, &[])?;
    let mut client = server.connect().map_err(text)?;
    client.call(&["SET", "k", &"v".repeat(10_000)]).map_err(text)?;
    let before = resident(&server)?;
    client.send_raw(b"CLIENT REPLY OFF\r\n").map_err(text)?;
    let batch = encode(&["GET", "k"]).repeat(2_000);
    for _ in 0..20 {
        client.send_raw(&batch).map_err(text)?;
    }
    client.send_raw(b"CLIENT REPLY ON\r\nCLIENT REPLY SKIP\r\nGET k\r\nECHO end\r\n").map_err(text)?;
    let first = client.read().map_err(text)?;
    let second = client.read().map_err(text)?;
    if (first.raw.as_slice(), second.raw.as_slice()) != (&b"+OK\r\n"[..], &b"$3\r\nend\r\n"[..]) {
        return Err(format!("{first:?}, {second:?}"));
    }
    let cost = resident(&server)?.saturating_sub(before);
    if cost > 100 * MB { Err(format!("unsent replies cost {} MB", cost / MB)) } else { Ok(()) }
}

/// More than `client-query-buffer-limit` unfinished, waiting behind a block, or queued in a transaction.
pub(crate) fn query_buffer_limit() -> Result<(), String> {
    let server = Running::start(Server::Russet, &["--client-query-buffer-limit", "1mb"])?;
    let mut control = server.connect().map_err(text)?;
    let half = |size: usize| [b"*2\r\n$4\r\nECHO\r\n$9000000\r\n".to_vec(), vec![b'x'; size]].concat();
    let queued =
        |count| [b"MULTI\r\n".to_vec(), encode(&["SET", "k", &"v".repeat(1_000)]).repeat(count)].concat();
    let talks: Vec<(&str, Vec<u8>, bool)> = vec![
        ("half a command", half(3 << 20), true),
        ("half a command below the limit", half(500_000), false),
        ("behind a wait", [b"WAIT 1 0\r\n".to_vec(), b"PING\r\n".repeat(500_000)].concat(), true),
        ("a transaction", queued(3_000), true),
        ("a transaction below the limit", queued(800), false),
        ("many small commands", encode(&["SET", "k", &"v".repeat(1_000)]).repeat(3_000), false),
    ];
    let mut closed = 0;
    for (name, bytes, closes) in talks {
        let mut client = server.connect().map_err(text)?;
        let mut writer = client.duplicate().map_err(text)?;
        let sender = std::thread::spawn(move || writer.write_all(&bytes));
        let wait = Duration::from_millis(if closes { 5_000 } else { 500 });
        if client.closes_within(wait) != closes {
            return Err(format!("{name}: {}", if closes { "not closed" } else { "closed" }));
        }
        drop(client);
        let _ = sender.join();
        closed += u32::from(closes);
    }
    let counted = info(&mut control, "client_query_buffer_limit_disconnections")?;
    if counted != closed.to_string() {
        return Err(format!("{counted} of {closed} disconnections are counted"));
    }
    if server.log_tail(20).contains("Closing client that reached max query buffer length") {
        Ok(())
    } else {
        Err("the log does not tell".into())
    }
}

/// A command of a million words that arrives in small pieces costs no more than its bytes, and nobody waits for it.
pub(crate) fn many_words_in_pieces() -> Result<(), String> {
    const WORDS: usize = 1_000_000;
    let server = Running::start(Server::Russet, &[])?;
    let mut modest = server.connect().map_err(text)?;
    let mut stream = TcpStream::connect(server.address).map_err(text)?;
    stream.set_nodelay(true).map_err(text)?;
    let mut bytes = format!("*{}\r\n$3\r\nDEL\r\n", WORDS + 1).into_bytes();
    bytes.extend(b"$1\r\na\r\n".repeat(WORDS));
    let begun = Instant::now();
    let sender = std::thread::spawn(move || {
        for piece in bytes.chunks(1_400) {
            stream.write_all(piece)?;
        }
        let mut reply = [0; 4];
        stream.read_exact(&mut reply).map(|()| (reply, begun.elapsed()))
    });
    let mut worst = Duration::ZERO;
    while !sender.is_finished() {
        let asked = Instant::now();
        ask(&mut modest, "PING")?;
        worst = worst.max(asked.elapsed());
        std::thread::sleep(Duration::from_millis(1));
    }
    let (reply, took) = sender.join().map_err(|_| "the sender panicked".to_string())?.map_err(text)?;
    println!("a million words took {took:?}; another client waited {worst:?} at most");
    if &reply != b":0\r\n" {
        return Err(format!("{reply:?}"));
    }
    if took > Duration::from_secs(20) || worst > Duration::from_millis(800) {
        return Err(format!("it took {took:?}, and somebody waited {worst:?}"));
    }
    Ok(())
}
