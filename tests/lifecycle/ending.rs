//! How the server ends.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::os::unix::net::UnixStream;
use std::time::{Duration, Instant};

use russet_tests::client::encode;
use russet_tests::launch::{Running, free_port};
use russet_tests::peers::Server;
use rustix::process::Signal;

use crate::contains;

const FILES: [&str; 2] = ["x.pid", "x.sock"];

fn with_files() -> Result<Running, String> {
    let server = Running::start(Server::Russet, &["--pidfile", FILES[0], "--unixsocket", FILES[1]])?;
    for file in FILES {
        if !server.directory().join(file).exists() {
            return Err(format!("{file} was not made"));
        }
    }
    let pid = std::fs::read_to_string(server.directory().join(FILES[0])).map_err(|e| e.to_string())?;
    if pid.trim() == server.pid().to_string() {
        Ok(server)
    } else {
        Err(format!("the pid file says {pid:?}"))
    }
}

fn ends_cleanly(mut server: Running) -> Result<(), String> {
    let status = server.wait_end(Duration::from_secs(5))?;
    if status.code() != Some(0) {
        return Err(format!("ended with {status}:\n{}", server.log_tail(10)));
    }
    match FILES.iter().find(|file| server.directory().join(file).exists()) {
        Some(file) => Err(format!("{file} is still there")),
        None => contains(&server.log_tail(20), &["is now ready to exit, bye bye..."]),
    }
}

pub(crate) fn sigterm() -> Result<(), String> {
    let server = with_files()?;
    server.signal(Signal::TERM);
    ends_cleanly(server)
}

pub(crate) fn sigint() -> Result<(), String> {
    let server = with_files()?;
    let _idle = server.connect().map_err(|e| e.to_string())?;
    server.signal(Signal::INT);
    ends_cleanly(server)
}

pub(crate) fn shutdown_command() -> Result<(), String> {
    for line in ["SHUTDOWN", "SHUTDOWN NOSAVE", "SHUTDOWN NOW FORCE"] {
        let server = with_files()?;
        let mut client = server.connect().map_err(|e| e.to_string())?;
        client.send_raw(format!("{line}\r\n").as_bytes()).map_err(|e| e.to_string())?;
        let (said, closed) = client.drain(usize::MAX, Duration::from_secs(5), Duration::ZERO);
        if !said.is_empty() || !closed {
            return Err(format!("{line} was answered: {:?}", String::from_utf8_lossy(&said)));
        }
        ends_cleanly(server)?;
    }
    Ok(())
}

/// The first waits for the command that runs; the second does not.
pub(crate) fn second_sigint() -> Result<(), String> {
    let mut server = with_files()?;
    let mut client = server.connect().map_err(|e| e.to_string())?;
    client.send_raw(b"DEBUG SLEEP 6\r\n").map_err(|e| e.to_string())?;
    std::thread::sleep(Duration::from_millis(300));
    let start = Instant::now();
    server.signal(Signal::INT);
    std::thread::sleep(Duration::from_millis(300));
    if server.wait_end(Duration::ZERO).is_ok() {
        return Err("the first signal did not wait for the command".into());
    }
    server.signal(Signal::INT);
    let status = server.wait_end(Duration::from_secs(3))?;
    if status.code() == Some(1) && start.elapsed() < Duration::from_secs(4) {
        Ok(())
    } else {
        Err(format!("ended with {status} after {:?}", start.elapsed()))
    }
}

/// What was executed before the end is also answered.
pub(crate) fn replies_are_flushed() -> Result<(), String> {
    for _ in 0..5 {
        let mut server = Running::start(Server::Russet, &[])?;
        let mut client = server.connect().map_err(|e| e.to_string())?;
        client.line("SET k v").map_err(|e| e.to_string())?;
        let pipeline = [encode(&["GET", "k"]).repeat(100), encode(&["SHUTDOWN", "NOSAVE"])].concat();
        client.send_raw(&pipeline).map_err(|e| e.to_string())?;
        let (said, _) = client.drain(usize::MAX, Duration::from_secs(5), Duration::ZERO);
        if said != b"$1\r\nv\r\n".repeat(100) {
            return Err(format!("{} of 700 bytes came", said.len()));
        }
        server.wait_end(Duration::from_secs(5))?;
    }
    Ok(())
}

/// A talker's pipeline of numbered increments; returns how many of its replies came, which must be in order and whole.
fn talk(address: SocketAddr, key: usize) -> Result<u64, String> {
    let mut stream = TcpStream::connect(address).map_err(|e| e.to_string())?;
    let mut writer = stream.try_clone().map_err(|e| e.to_string())?;
    let batch = encode(&["INCR", &format!("n{key}")]).repeat(50);
    let sender = std::thread::spawn(move || while writer.write_all(&batch).is_ok() {});
    let mut said = Vec::new();
    // A server that ends while more has arrived than it ran ends with a reset.
    let _ = stream.read_to_end(&mut said);
    drop(stream);
    let _ = sender.join();
    let (mut at, mut count) = (0, 0);
    while at < said.len() {
        count += 1;
        let want = format!(":{count}\r\n");
        if !said[at..].starts_with(want.as_bytes()) {
            let end = said.len().min(at + 20);
            return Err(format!("for {want:?} came {:?}", String::from_utf8_lossy(&said[at..end])));
        }
        at += want.len();
    }
    Ok(count)
}

/// The tick that runs is finished, its replies are sent, and the end is as clean as without load.
pub(crate) fn sigterm_while_many_talk() -> Result<(), String> {
    for round in 0..3 {
        let server = with_files()?;
        let talkers: Vec<_> = (0..20)
            .map(|key| {
                let address = server.address;
                std::thread::spawn(move || talk(address, key))
            })
            .collect();
        std::thread::sleep(Duration::from_millis(300 + round * 37));
        server.signal(Signal::TERM);
        let mut replies = 0;
        for talker in talkers {
            replies += talker.join().map_err(|_| "a talker panicked".to_string())??;
        }
        if replies < 10_000 {
            return Err(format!("it was no load: {replies} replies"));
        }
        ends_cleanly(server)?;
    }
    Ok(())
}

/// After a kill, the same server starts again in the same place: port, socket and pid file.
pub(crate) fn kill() -> Result<(), String> {
    let directory = tempfile::tempdir().map_err(|e| e.to_string())?;
    let at = |file: &str| directory.path().join(file).display().to_string();
    let port = free_port()?;
    let files = ["--pidfile", &at(FILES[0]), "--unixsocket", &at(FILES[1])];
    for round in 0..3 {
        let mut server =
            Running::start_on(Server::Russet, port, &files).map_err(|e| format!("{round}: {e}"))?;
        let mut clients = Vec::new();
        for _ in 0..50 {
            let mut client = server.connect().map_err(|e| e.to_string())?;
            client.line("SET k v").map_err(|e| e.to_string())?;
            clients.push(client);
        }
        let mut local = UnixStream::connect(at(FILES[1])).map_err(|e| format!("{round}: {e}"))?;
        local.write_all(b"PING\r\n").map_err(|e| e.to_string())?;
        let mut pong = [0; 7];
        local.read_exact(&mut pong).map_err(|e| format!("{round}: {e}"))?;
        let pid = std::fs::read_to_string(at(FILES[0])).map_err(|e| e.to_string())?;
        if pid.trim() != server.pid().to_string() {
            return Err(format!("{round}: the pid file says {pid:?}"));
        }
        server.signal(Signal::KILL);
        server.wait_end(Duration::from_secs(5))?;
        // Both still lie there, and the clients' connections are not closed on their side.
        if FILES.iter().any(|file| !directory.path().join(file).exists()) {
            return Err("a killed server has tidied up".into());
        }
    }
    Ok(())
}
