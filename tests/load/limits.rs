//! Limits of memory, for all and for clients: what a burst leaves behind comes back below them, and nobody pays for it twice.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use russet_tests::client::{Client, encode};
use russet_tests::launch::Running;
use russet_tests::peers::Server;

use crate::{ask, info, until};

fn text(error: impl std::fmt::Display) -> String {
    error.to_string()
}

fn used(control: &mut Client) -> Result<usize, String> {
    info(control, "used_memory")?.parse().map_err(text)
}

/// Writes of many clients at once, all pipelined, far more than fits: none is refused, and memory comes back under the cap,
/// with as much data in it as fits.
pub(crate) fn burst_of_writes() -> Result<(), String> {
    const CLIENTS: usize = 50;
    const CAP: usize = 32 << 20;
    let server =
        Running::start(Server::Russet, &["--maxmemory", "32mb", "--maxmemory-policy", "allkeys-lru"])?;
    let mut control = server.connect().map_err(text)?;
    let address = server.address;
    let writers: Vec<_> = (0..CLIENTS)
        .map(|number| {
            std::thread::spawn(move || -> Result<(), String> {
                let mut stream = TcpStream::connect(address).map_err(text)?;
                for round in 0..20 {
                    let size = [100, 1_000, 10_000, 300][(number + round) % 4];
                    let batch: Vec<u8> = (0..200_000 / size)
                        .flat_map(|i| encode(&["SET", &format!("{number}:{round}:{i}"), &"v".repeat(size)]))
                        .collect();
                    stream.write_all(&batch).map_err(text)?;
                    let mut replies = vec![0; 200_000 / size * 5];
                    stream.read_exact(&mut replies).map_err(text)?;
                    if replies.chunks(5).any(|reply| reply != b"+OK\r\n") {
                        return Err(format!("client {number}: {}", String::from_utf8_lossy(&replies[..200])));
                    }
                }
                Ok(())
            })
        })
        .collect();
    for writer in writers {
        writer.join().map_err(|_| "a writer panicked".to_owned())??;
    }
    let mut left = 0;
    until("memory is back under the cap", Duration::from_secs(3), || {
        left = used(&mut control)?;
        Ok(left <= CAP)
    })
    .map_err(|error| format!("{error}: {left} bytes in use"))?;
    // What was in use beside the data was the data's again before keys had to go for good.
    let dataset: usize = info(&mut control, "used_memory_dataset")?.parse().map_err(text)?;
    println!("{left} bytes in use, {dataset} of them data");
    if dataset < CAP / 2 {
        return Err(format!("only {dataset} bytes of data are left"));
    }
    Ok(())
}

/// As many requests in one turn of the loop as ever fit, of commands that take hardly anything: nothing of them stays.
pub(crate) fn after_many_requests() -> Result<(), String> {
    const CLIENTS: usize = 64;
    const ASKED: usize = 2_700;
    let server = Running::start(Server::Russet, &["--latency-tracking", "no"])?;
    let mut control = server.connect().map_err(text)?;
    let mut clients: Vec<TcpStream> =
        (0..CLIENTS).map(|_| TcpStream::connect(server.address)).collect::<Result<_, _>>().map_err(text)?;
    ask(&mut control, "PING")?;
    let before = used(&mut control)?;
    // All of it has arrived when the server looks again.
    server.signal(rustix::process::Signal::STOP);
    for client in &mut clients {
        client.write_all(&b"PING\r\n".repeat(ASKED)).map_err(text)?;
    }
    server.signal(rustix::process::Signal::CONT);
    for client in &mut clients {
        client.read_exact(&mut vec![0; 7 * ASKED]).map_err(text)?;
    }
    drop(clients);
    let mut more = 0;
    until("the requests are forgotten", Duration::from_secs(3), || {
        more = used(&mut control)?.saturating_sub(before);
        Ok(more < 150_000)
    })
    .map_err(|error| format!("{error}: {more} bytes more are in use"))
}

/// A lower cap, with events of evictions switched on: as many keys go as have to, not more for the events.
pub(crate) fn events_of_evictions() -> Result<(), String> {
    const KEYS: usize = 4_000;
    let server = Running::start(
        Server::Russet,
        &[
            "--notify-keyspace-events",
            "KEA",
            "--maxmemory-policy",
            "allkeys-random",
            "--maxmemory-eviction-tenacity",
            "100",
        ],
    )?;
    let mut control = server.connect().map_err(text)?;
    for key in 0..KEYS {
        control.call(&["SET", &format!("key:{key}"), "v"]).map_err(text)?;
    }
    ask(&mut control, "CONFIG SET maxmemory 0")?;
    // A tenth of what the keys take is to go.
    let of_keys: usize = info(&mut control, "used_memory_dataset")?.parse().map_err(text)?;
    let cap = used(&mut control)? - of_keys / 10;
    ask(&mut control, &format!("CONFIG SET maxmemory {cap}"))?;
    ask(&mut control, "SET one more")?;
    let left: usize = ask(&mut control, "DBSIZE")?.parse().map_err(text)?;
    println!("{left} of {KEYS} keys are left");
    if (KEYS * 3 / 4..KEYS).contains(&left) { Ok(()) } else { Err(format!("{left} of {KEYS} keys are left")) }
}

/// Clients that hold unread replies and unfinished requests: the largest go until the rest holds little enough, and who is to be
/// spared stays.
pub(crate) fn largest_clients_go() -> Result<(), String> {
    let server = Running::start(Server::Russet, &["--maxmemory-clients", "8mb"])?;
    let mut control = server.connect().map_err(text)?;
    ask(&mut control, "CLIENT NO-EVICT on")?;
    let unfinished = |size: usize, name: &str| -> Result<Client, String> {
        let mut client = server.connect().map_err(text)?;
        ask(&mut client, &format!("CLIENT SETNAME {name}"))?;
        client.send_raw(format!("*2\r\n$4\r\nECHO\r\n${}\r\n", size + 1).as_bytes()).map_err(text)?;
        let _ = client.send_raw(&vec![b'x'; size]);
        Ok(client)
    };
    let mut small = unfinished(1 << 20, "small")?;
    let mut spared = server.connect().map_err(text)?;
    ask(&mut spared, "CLIENT NO-EVICT on")?;
    ask(&mut spared, "CLIENT SETNAME spared")?;
    spared.send_raw(b"*2\r\n$4\r\nECHO\r\n$4000000\r\n").map_err(text)?;
    spared.send_raw(&[b'x'; 3_999_999]).map_err(text)?;
    let mut large = unfinished(4 << 20, "large")?;
    until("the large one is gone", Duration::from_secs(5), || {
        Ok(!ask(&mut control, "CLIENT LIST")?.contains("name=large"))
    })?;
    if !large.closes_within(Duration::from_secs(5)) {
        return Err("the large one is still connected".into());
    }
    let list = ask(&mut control, "CLIENT LIST")?;
    if !list.contains("name=small") || !list.contains("name=spared") {
        return Err(format!("another one is gone:\n{list}"));
    }
    if info(&mut control, "evicted_clients")? != "1" {
        return Err(format!("{} evicted clients", info(&mut control, "evicted_clients")?));
    }
    // A lower limit: the small one goes, and the other stays above it.
    ask(&mut control, "CONFIG SET maxmemory-clients 1mb")?;
    if !small.closes_within(Duration::from_secs(5)) {
        return Err("the small one is still connected".into());
    }
    spared.send_raw(b"x\r\n").map_err(text)?;
    let reply = spared.read().map_err(|error| format!("the spared one: {error}"))?;
    if reply.value.text().map(<[u8]>::len) != Some(4_000_000) {
        return Err("the spared one got something else".into());
    }
    if server.log_tail(20).contains("Evicting client: id=") {
        Ok(())
    } else {
        Err("the log does not tell".into())
    }
}

/// A reply beyond the hard limit is not sent, not even its beginning, and what its transaction writes is written.
pub(crate) fn reply_beyond_the_limit() -> Result<(), String> {
    let server = Running::start(Server::Russet, &["--client-output-buffer-limit", "normal 100000 0 0"])?;
    let mut control = server.connect().map_err(text)?;
    for _ in 0..150 {
        control.call(&["RPUSH", "list", &"x".repeat(1_000)]).map_err(text)?;
    }
    let pair: String = ["a", "b"].map(|end| format!(" {}{end}", "f".repeat(20_000))).concat();
    control.line(&format!("HSET hash{pair}")).map_err(text)?;
    for (number, asked) in [
        "LRANGE list 0 -1\r\n",
        "MULTI\r\nSET before 1\r\nLRANGE list 0 -1\r\nSET after 1\r\nEXEC\r\n",
        "HRANDFIELD hash -1000000000\r\n",
        "PING\r\nLRANGE list 0 -1\r\nPING\r\n",
    ]
    .into_iter()
    .enumerate()
    {
        let mut client = server.connect().map_err(text)?;
        client.send_raw(asked.as_bytes()).map_err(text)?;
        let (got, _) = client.drain(1, Duration::from_secs(5), Duration::from_secs(1));
        if got.len() > 1_000 || !client.closes_within(Duration::from_secs(5)) {
            return Err(format!("{asked:?}: got {} bytes, or is still connected", got.len()));
        }
        if info(&mut control, "client_output_buffer_limit_disconnections")? != (number + 1).to_string() {
            return Err(format!("{asked:?} is not counted"));
        }
    }
    let written = (ask(&mut control, "GET before")?, ask(&mut control, "GET after")?);
    if written != ("1".into(), "1".into()) {
        return Err(format!("the transaction wrote {written:?}"));
    }
    // What is below the limit comes whole.
    let reply = control.call(&["LRANGE", "list", "0", "50"]).map_err(text)?;
    if reply.raw.len() < 51_000 { Err("a reply below the limit is cut".into()) } else { Ok(()) }
}
