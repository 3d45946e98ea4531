//! Many connections.

use std::time::{Duration, Instant};

use russet_tests::client::Client;
use russet_tests::launch::Running;
use russet_tests::peers::Server;

use crate::{ask, info, raise_file_limit, until};

const IDLE: usize = 10_000;
const BUSY: usize = 1_000;
const THREADS: usize = 8;

pub(crate) fn idle_and_busy() -> Result<(), String> {
    raise_file_limit((IDLE + BUSY + 500) as u64)?;
    let server = Running::start(Server::Russet, &["--maxclients", "12000"])?;
    let mut control = server.connect().map_err(|e| e.to_string())?;
    let mut idle = Vec::with_capacity(IDLE);
    for i in 0..IDLE {
        idle.push(server.connect().map_err(|e| format!("connection {i}: {e}"))?);
    }
    // Every one of them is a client of the server, not only of the kernel's queue.
    until("all are accepted", Duration::from_secs(20), || {
        Ok(info(&mut control, "connected_clients")? == (IDLE + 1).to_string())
    })?;

    let start = Instant::now();
    let threads: Vec<_> = (0..THREADS)
        .map(|t| {
            let address = server.address;
            std::thread::spawn(move || busy(address, t))
        })
        .collect();
    for thread in threads {
        thread.join().map_err(|_| "a busy thread panicked".to_string())??;
    }
    let busy = start.elapsed();
    for (i, client) in idle.iter_mut().enumerate() {
        let pong = client.line("PING").map_err(|e| format!("idle connection {i}: {e}"))?;
        if pong.raw != b"+PONG\r\n" {
            return Err(format!("idle connection {i} got {pong:?}"));
        }
    }
    if ask(&mut control, "GET total")? != (BUSY * 50).to_string() {
        return Err("commands of the busy clients were lost".into());
    }
    println!("{BUSY} busy connections beside {IDLE} idle ones: {} commands in {busy:?}", BUSY * 100);
    drop(idle);
    until(
        "all are forgotten",
        Duration::from_secs(20),
        || Ok(info(&mut control, "connected_clients")? == "1"),
    )
}

/// A share of the busy connections: all of them have a command under way at the same time.
fn busy(address: std::net::SocketAddr, thread: usize) -> Result<(), String> {
    let mut clients = Vec::new();
    for _ in 0..BUSY / THREADS {
        clients.push(Client::connect(address).map_err(|e| e.to_string())?);
    }
    for round in 0..50 {
        for (i, client) in clients.iter_mut().enumerate() {
            let (key, value) = (format!("k:{thread}:{i}"), format!("{round}"));
            let both =
                [russet_tests::client::encode(&["SET", &key, &value]), b"INCR total\r\n".to_vec()].concat();
            client.send_raw(&both).map_err(|e| e.to_string())?;
        }
        for client in &mut clients {
            let replies =
                [client.read(), client.read()].map(|r| r.map(|r| r.raw[0]).map_err(|e| e.to_string()));
            if replies != [Ok(b'+'), Ok(b':')] {
                return Err(format!("a busy client got {replies:?}"));
            }
        }
    }
    Ok(())
}

pub(crate) fn come_and_go() -> Result<(), String> {
    let server = Running::start(Server::Russet, &[])?;
    let mut control = server.connect().map_err(|e| e.to_string())?;
    for round in 0..3_000 {
        let mut client = server.connect().map_err(|e| format!("connection {round}: {e}"))?;
        // Some say nothing, some leave before their reply, some wait for it.
        match round % 3 {
            0 => {}
            1 => client.send(&["INCR", "n"]).map_err(|e| e.to_string())?,
            _ => drop(ask(&mut client, "INCR n")?),
        }
    }
    until("all are forgotten", Duration::from_secs(10), || {
        Ok(info(&mut control, "connected_clients")? == "1")
    })?;
    let n: i64 = ask(&mut control, "GET n")?.parse().map_err(|_| "no number".to_string())?;
    // What was received from a client that left is still done, or was never received; its successors are.
    if (1_000..=2_000).contains(&n) {
        Ok(())
    } else {
        Err(format!("{n} of 1000 to 2000 increments were done"))
    }
}

pub(crate) fn beyond_maxclients() -> Result<(), String> {
    let server = Running::start(Server::Russet, &["--maxclients", "20"])?;
    let mut control = server.connect().map_err(|e| e.to_string())?;
    until("the first probe has left", Duration::from_secs(5), || {
        Ok(info(&mut control, "connected_clients")? == "1")
    })?;
    let mut inside = Vec::new();
    for _ in 0..19 {
        let mut client = server.connect().map_err(|e| e.to_string())?;
        ask(&mut client, "PING")?;
        inside.push(client);
    }
    for _ in 0..5 {
        let mut outside = server.connect().map_err(|e| e.to_string())?;
        let (said, closed) = outside.drain(usize::MAX, Duration::from_secs(3), Duration::from_millis(50));
        if said != b"-ERR max number of clients reached\r\n" || !closed {
            return Err(format!(
                "the 21st client got {:?}, closed: {closed}",
                String::from_utf8_lossy(&said)
            ));
        }
    }
    inside.pop();
    until("a place is free again", Duration::from_secs(5), || {
        let mut client = server.connect().map_err(|e| e.to_string())?;
        Ok(client.line("PING").is_ok_and(|reply| reply.raw == b"+PONG\r\n"))
    })?;
    if info(&mut control, "rejected_connections")?.parse::<u32>().is_ok_and(|n| n >= 5) {
        Ok(())
    } else {
        Err("rejected_connections does not count them".into())
    }
}

pub(crate) fn time_out() -> Result<(), String> {
    raise_file_limit(4_000)?;
    let server = Running::start(Server::Russet, &["--timeout", "1"])?;
    // The places of a crowd that has left must not make the round over all connections long.
    let mut crowd = Vec::new();
    for _ in 0..3_000 {
        crowd.push(server.connect().map_err(|e| e.to_string())?);
    }
    drop(crowd);
    let mut idle = server.connect().map_err(|e| e.to_string())?;
    let mut talking = server.connect().map_err(|e| e.to_string())?;
    ask(&mut idle, "PING")?;
    let start = Instant::now();
    while start.elapsed() < Duration::from_millis(2_800) {
        ask(&mut talking, "PING")?;
        std::thread::sleep(Duration::from_millis(100));
    }
    if idle.closes_within(Duration::from_millis(1_000)) {
        Ok(())
    } else {
        Err("the idle client is still there".into())
    }
}
