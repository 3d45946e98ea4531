//! Clients that talk too much, too slowly, or nonsense.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use russet_tests::client::encode;
use russet_tests::launch::Running;
use russet_tests::peers::Server;

use crate::{ask, info, until};

/// Two clients send without end (and read what comes back); a third must still be served quickly.
pub(crate) fn endless_pipeline() -> Result<(), String> {
    let server = Running::start(Server::Russet, &[])?;
    let stop = Arc::new(AtomicBool::new(false));
    let received = Arc::new(AtomicU64::new(0));
    let mut threads = Vec::new();
    for _ in 0..2 {
        let mut writer = TcpStream::connect(server.address).map_err(|e| e.to_string())?;
        let mut reader = writer.try_clone().map_err(|e| e.to_string())?;
        let (stopped, counted) = (stop.clone(), received.clone());
        threads.push(std::thread::spawn(move || {
            let batch = encode(&["INCR", "greedy"]).repeat(5_000);
            while !stopped.load(Ordering::Relaxed) && writer.write_all(&batch).is_ok() {}
            let _ = writer.shutdown(std::net::Shutdown::Both);
        }));
        threads.push(std::thread::spawn(move || {
            let mut chunk = vec![0; 1 << 16];
            while let Ok(n @ 1..) = reader.read(&mut chunk) {
                counted.fetch_add(n as u64, Ordering::Relaxed);
            }
        }));
    }
    let mut client = server.connect().map_err(|e| e.to_string())?;
    let (mut worst, mut count) = (Duration::ZERO, 0);
    let start = Instant::now();
    while start.elapsed() < Duration::from_secs(3) {
        let asked = Instant::now();
        ask(&mut client, "INCR modest")?;
        worst = worst.max(asked.elapsed());
        count += 1;
    }
    let greedy: u64 = ask(&mut client, "GET greedy")?.parse().unwrap_or(0);
    stop.store(true, Ordering::Relaxed);
    for thread in threads {
        let _ = thread.join();
    }
    println!("{greedy} commands of the greedy, {count} of the modest, worst wait {worst:?}");
    if greedy < 50_000 {
        return Err(format!("the pipeline was no load: {greedy} commands"));
    }
    // Two cores, four busy threads beside the server: what is left is the server's own fairness and some scheduling.
    if worst > Duration::from_millis(500) || count < 100 {
        return Err(format!("{count} commands in three seconds, the worst took {worst:?}"));
    }
    Ok(())
}

pub(crate) fn huge_pipeline() -> Result<(), String> {
    const COUNT: usize = 200_000;
    let server = Running::start(Server::Russet, &[])?;
    let mut client = server.connect().map_err(|e| e.to_string())?;
    let stream = TcpStream::connect(server.address).map_err(|e| e.to_string())?;
    let mut writer = stream.try_clone().map_err(|e| e.to_string())?;
    let sender = std::thread::spawn(move || {
        let all: Vec<u8> = (0..COUNT).flat_map(|i| encode(&["ECHO", &i.to_string()])).collect();
        writer.write_all(&all)
    });
    let mut reader = std::io::BufReader::new(stream);
    for i in 0..COUNT {
        let text = i.to_string();
        let want = format!("${}\r\n{text}\r\n", text.len());
        let mut got = vec![0; want.len()];
        reader.read_exact(&mut got).map_err(|e| format!("reply {i}: {e}"))?;
        if got != want.as_bytes() {
            return Err(format!("reply {i} is {:?}", String::from_utf8_lossy(&got)));
        }
    }
    sender.join().map_err(|_| "the sender panicked".to_string())?.map_err(|e| e.to_string())?;
    ask(&mut client, "PING").map(|_| ())
}

pub(crate) fn byte_at_a_time() -> Result<(), String> {
    let server = Running::start(Server::Russet, &[])?;
    let mut clients = Vec::new();
    for _ in 0..50 {
        clients.push(server.connect().map_err(|e| e.to_string())?);
    }
    let command =
        [encode(&["SET", "k", "a\r\nb"]), encode(&["GET", "k"]), b"PING \"in line\"\r\n".to_vec()].concat();
    for byte in &command {
        for client in &mut clients {
            client.send_raw(&[*byte]).map_err(|e| e.to_string())?;
        }
    }
    for client in &mut clients {
        for want in [&b"+OK\r\n"[..], b"$4\r\na\r\nb\r\n", b"$7\r\nin line\r\n"] {
            let got = client.read().map_err(|e| e.to_string())?;
            if got.raw != want {
                return Err(format!("{:?} came for {:?}", got.raw, want));
            }
        }
    }
    Ok(())
}

pub(crate) fn cut_anywhere() -> Result<(), String> {
    let server = Running::start(Server::Russet, &[])?;
    let mut control = server.connect().map_err(|e| e.to_string())?;
    let command = encode(&["SET", "never", "value"]);
    for cut in 0..command.len() {
        let mut client = server.connect().map_err(|e| e.to_string())?;
        client.send_raw(&command[..cut]).map_err(|e| e.to_string())?;
    }
    // A big string that never comes: what is promised must not be what is allocated.
    let mut liars = Vec::new();
    let before: u64 = info(&mut control, "used_memory")?.parse().map_err(|_| "used_memory".to_string())?;
    for _ in 0..20 {
        let mut client = server.connect().map_err(|e| e.to_string())?;
        client
            .send_raw(b"*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$500000000\r\nonly this")
            .map_err(|e| e.to_string())?;
        client.send_raw(b"*1000000\r\n").map_err(|e| e.to_string())?;
        liars.push(client);
    }
    std::thread::sleep(Duration::from_millis(200));
    let after: u64 = info(&mut control, "used_memory")?.parse().map_err(|_| "used_memory".to_string())?;
    if after > before + 64 * 1024 * 1024 {
        return Err(format!("twenty promises of 500 MB cost {} bytes", after - before));
    }
    drop(liars);
    until("all are forgotten", Duration::from_secs(10), || {
        Ok(info(&mut control, "connected_clients")? == "1")
    })?;
    if ask(&mut control, "DBSIZE")? == "0" { Ok(()) } else { Err("half a command was executed".into()) }
}

pub(crate) fn random_bytes() -> Result<(), String> {
    let server = Running::start(Server::Russet, &[])?;
    let mut control = server.connect().map_err(|e| e.to_string())?;
    let mut rng = StdRng::seed_from_u64(20_000);
    let pieces: [&[u8]; 12] = [
        b"*",
        b"$",
        b"\r\n",
        b"\n",
        b"3",
        b"-1",
        b"*3\r\n$3\r\nSET\r\n",
        b"$1\r\nk\r\n",
        b"\"",
        b"'",
        b"GET k ",
        b"\0\xff",
    ];
    for round in 0..1_500 {
        let mut client = server.connect().map_err(|e| format!("round {round}: {e}"))?;
        let mut bytes = Vec::new();
        for _ in 0..rng.random_range(1..30) {
            if rng.random_bool(0.2) {
                bytes.push(rng.random());
            } else {
                bytes.extend_from_slice(pieces[rng.random_range(0..pieces.len())]);
            }
        }
        // The server may close in the middle of it.
        let _ = client.send_raw(&bytes);
    }
    until(
        "all are forgotten",
        Duration::from_secs(10),
        || Ok(info(&mut control, "connected_clients")? == "1"),
    )
}
