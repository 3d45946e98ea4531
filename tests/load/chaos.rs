//! Clients that come, go, wait, pause, unblock and kill each other without any order: afterwards the server must be
//! as it was before.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};
use russet_tests::client::encode;
use russet_tests::launch::Running;
use russet_tests::peers::Server;

use crate::{ask, info, until};

const TIME: Duration = Duration::from_secs(5);

/// `{id}` stands for the number of some client, dead or alive.
const LINES: &[&str] = &[
    "PING",
    "SET k v PX 20",
    "GET k",
    "INCR n",
    "APPEND s 0123456789",
    "GETRANGE s 0 -1",
    "SETRANGE big 300000 x",
    "GET big",
    "DEL k s big",
    "WAIT 1 30",
    "WAIT 2 0",
    "CLIENT PAUSE 5 ALL",
    "CLIENT PAUSE 15 WRITE",
    "CLIENT UNPAUSE",
    "CLIENT UNBLOCK {id}",
    "CLIENT UNBLOCK {id} ERROR",
    "CLIENT KILL ID {id}",
    "CLIENT KILL ID {id} SKIPME no",
    "CLIENT KILL TYPE normal ID {id}",
    "CLIENT KILL LADDR 1.2.3.4:5",
    "CLIENT LIST ID {id} 7 8",
    "CLIENT INFO",
    "CLIENT REPLY OFF",
    "CLIENT REPLY ON",
    "CLIENT REPLY SKIP",
    "CLIENT NO-EVICT on",
    "HELLO 3",
    "HELLO 2",
    "RESET",
    "SELECT 3",
    "MULTI",
    "EXEC",
    "DISCARD",
    "WATCH k n s",
    "UNWATCH",
    "FLUSHALL",
    "QUIT",
    "INFO",
    "ECHO \"half a",
    "NOSUCH",
    "SWAPDB 0 3",
];

enum Socket {
    Tcp(TcpStream),
    Unix(UnixStream),
}

impl Socket {
    fn open(address: SocketAddr, path: &Path, random: &mut StdRng) -> std::io::Result<Socket> {
        if random.random() {
            let stream = TcpStream::connect(address)?;
            stream.set_nonblocking(true)?;
            Ok(Socket::Tcp(stream))
        } else {
            let stream = UnixStream::connect(path)?;
            stream.set_nonblocking(true)?;
            Ok(Socket::Unix(stream))
        }
    }

    fn send(&mut self, bytes: &[u8]) {
        let _ = match self {
            Socket::Tcp(stream) => stream.write(bytes),
            Socket::Unix(stream) => stream.write(bytes),
        };
    }

    fn take(&mut self, into: &mut [u8]) {
        let _ = match self {
            Socket::Tcp(stream) => stream.read(into),
            Socket::Unix(stream) => stream.read(into),
        };
    }

    fn say_no_more(&mut self) {
        let _ = match self {
            Socket::Tcp(stream) => stream.shutdown(Shutdown::Write),
            Socket::Unix(stream) => stream.shutdown(Shutdown::Write),
        };
    }
}

fn wild(address: SocketAddr, path: PathBuf, seed: u64) -> Result<(), String> {
    let mut random = StdRng::seed_from_u64(seed);
    let mut sockets: Vec<Socket> = Vec::new();
    let mut sink = vec![0; 100_000];
    let end = Instant::now() + TIME;
    while Instant::now() < end {
        if sockets.len() < 20 {
            sockets.push(Socket::open(address, &path, &mut random).map_err(|e| format!("connecting: {e}"))?);
        }
        let at = random.random_range(0..sockets.len());
        match random.random_range(0..40) {
            0 => drop(sockets.swap_remove(at)),
            1 => sockets[at].say_no_more(),
            2..12 => sockets[at].take(&mut sink),
            _ => {
                let mut bytes = Vec::new();
                for _ in 0..random.random_range(1..6) {
                    let id = random.random_range(1..5_000).to_string();
                    let mut line =
                        LINES.choose(&mut random).copied().unwrap_or_default().replace("{id}", &id);
                    // Otherwise hardly anything else would happen.
                    if ["CLIENT PAUSE", "CLIENT KILL"].iter().any(|rare| line.starts_with(rare))
                        && random.random_bool(0.9)
                    {
                        line = "INCR n".to_owned();
                    }
                    match random.random_range(0..3) {
                        0 => bytes.extend(encode(&line.split(' ').collect::<Vec<_>>())),
                        _ => bytes.extend([line.as_bytes(), b"\r\n"].concat()),
                    }
                }
                let cut =
                    if random.random_bool(0.1) { random.random_range(0..bytes.len()) } else { bytes.len() };
                sockets[at].send(&bytes[..cut]);
            }
        }
    }
    Ok(())
}

pub(crate) fn without_order() -> Result<(), String> {
    let server = Running::start(Server::Russet, &["--unixsocket", "s.sock"])?;
    let path = server.directory().join("s.sock");
    let seed: u64 = rand::random();
    println!("seed {seed}");
    let threads: Vec<_> = (0..12)
        .map(|number| {
            let (address, path) = (server.address, path.clone());
            std::thread::spawn(move || wild(address, path, seed.wrapping_add(number)))
        })
        .collect();
    for thread in threads {
        thread.join().map_err(|_| "a client panicked")??;
    }
    let mut control = server.connect().map_err(|e| e.to_string())?;
    // Connections are made faster than they are served; what is left over is served before its end is seen.
    control.set_patience(Duration::from_secs(30));
    until("all are forgotten", Duration::from_secs(30), || {
        Ok(info(&mut control, "connected_clients")? == "1")
    })?;
    for (field, value) in [("blocked_clients", "0"), ("watching_clients", "0"), ("total_watched_keys", "0")] {
        // Not all of these fields are of 7.2.
        match info(&mut control, field) {
            Ok(found) if found != value => return Err(format!("{field} is {found}")),
            _ => {}
        }
    }
    ask(&mut control, "FLUSHALL")?;
    // Memory: what a hundred connections leave behind, not what a million commands did.
    until("memory has come back", Duration::from_secs(5), || {
        Ok(info(&mut control, "used_memory")?.parse::<u64>().map_err(|e| e.to_string())? < 16 << 20)
    })?;
    let commands: u64 = info(&mut control, "total_commands_processed")?.parse().unwrap_or(0);
    let connections = info(&mut control, "total_connections_received")?;
    println!("{commands} commands over {connections} connections");
    if commands < 2_000 { Err(format!("only {commands} commands were run")) } else { Ok(()) }
}
