//! Targets that a test plays itself: they break off, or say nothing.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread::JoinHandle;
use std::time::Duration;

use russet_tests::launch::Running;
use russet_tests::peers::Server;

/// What is done with each connection that arrives.
type Hosts = Vec<fn(TcpStream)>;

const SERVERS: [Server; 3] = [Server::Redis, Server::Valkey, Server::Russet];

/// Listens, and gives each connection that arrives to the next of `hosts`.
fn target(hosts: Hosts) -> Result<(String, JoinHandle<()>), String> {
    let listener = TcpListener::bind("127.0.0.1:0").map_err(|e| e.to_string())?;
    let port = listener.local_addr().map_err(|e| e.to_string())?.port().to_string();
    let thread = std::thread::spawn(move || {
        for host in hosts {
            let Ok((socket, _)) = listener.accept() else { return };
            let _ = socket.set_read_timeout(Some(Duration::from_secs(5)));
            host(socket);
        }
    });
    Ok((port, thread))
}

/// Reads the request, which comes in one piece.
fn hear(socket: &mut TcpStream) {
    let _ = socket.read(&mut [0; 65536]);
}

/// Plays lines to each server with a target of one's own, and returns what they say, which must be the same.
fn same(hosts: fn() -> Hosts, lines: &[&str]) -> Result<Vec<String>, String> {
    let mut right: Option<Vec<String>> = None;
    for server in SERVERS {
        let (port, thread) = target(hosts())?;
        let running = Running::start(server, &[])?;
        let mut client = running.connect().map_err(|e| e.to_string())?;
        let mut said = Vec::new();
        for line in lines {
            let line = line.replace("HERE", &format!("127.0.0.1 {port}"));
            let reply = client.line(&line).map_err(|e| format!("{server}: {line}: {e}"))?;
            said.push(String::from_utf8_lossy(&reply.raw).trim_end().to_owned());
        }
        thread.join().map_err(|_| "the target panicked")?;
        match &right {
            None => right = Some(said),
            Some(right) if *right != said => return Err(format!("right {right:?}\n{server} {said:?}")),
            Some(_) => {}
        }
    }
    Ok(right.unwrap_or_default())
}

/// Answers that the database was selected and the first key was taken, and hangs up.
fn take_one(mut socket: TcpStream) {
    hear(&mut socket);
    let _ = socket.write_all(b"+OK\r\n+OK\r\n");
    let _ = socket.shutdown(std::net::Shutdown::Write);
    hear(&mut socket);
}

/// The port of a target that takes one key and is gone.
pub(crate) fn one_that_breaks_off() -> Result<(String, JoinHandle<()>), String> {
    target(vec![take_one])
}

/// One that has taken the first key and is gone before it has answered about the second.
pub(crate) fn breaking_off() -> Result<(), String> {
    let hosts: fn() -> Hosts = || vec![take_one];
    let lines = ["MSET a 1 b 2 c 3", "MIGRATE HERE '' 0 3000 KEYS a b c", "EXISTS a", "EXISTS b", "EXISTS c"];
    let said = same(hosts, &lines)?;
    if said[1] == "-IOERR error or timeout reading to target instance" && said[2..] == [":0", ":1", ":1"] {
        Ok(())
    } else {
        Err(format!("{said:?}"))
    }
}

/// One that accepts and never answers.
pub(crate) fn silent() -> Result<(), String> {
    let hosts: fn() -> Hosts = || {
        vec![|mut socket| {
            hear(&mut socket);
            // Until the other side gives up.
            hear(&mut socket);
        }]
    };
    let said = same(hosts, &["SET a 1", "MIGRATE HERE a 0 150", "EXISTS a"])?;
    if said[1] == "-IOERR error or timeout reading to target instance" {
        Ok(())
    } else {
        Err(format!("{said:?}"))
    }
}

/// One that hangs up on the first connection before it answers: the second attempt succeeds.
pub(crate) fn hanging_up_once() -> Result<(), String> {
    let hosts: fn() -> Hosts = || {
        vec![|mut socket| hear(&mut socket), |mut socket| {
            hear(&mut socket);
            let _ = socket.write_all(b"+OK\r\n+OK\r\n");
        }]
    };
    let said = same(hosts, &["SET a 1", "MIGRATE HERE a 0 3000", "EXISTS a"])?;
    if said[1..] == ["+OK", ":0"] { Ok(()) } else { Err(format!("{said:?}")) }
}
