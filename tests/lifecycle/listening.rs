//! Where the server listens, and whom it tells that it does.

use std::fs;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::{UnixDatagram, UnixStream};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use russet_tests::client::Client;
use russet_tests::launch::{Running, free_port};
use russet_tests::peers::Server;
use rustix::process::{Pid, Signal, kill_process, test_kill_process};

use crate::{contains, run_to_end};

pub(crate) fn several_addresses() -> Result<(), String> {
    let server = Running::start(Server::Russet, &["--bind", "127.0.0.1 127.0.0.2 -::1"])?;
    let port = server.address.port();
    for address in [SocketAddr::from(([127, 0, 0, 1], port)), SocketAddr::from(([127, 0, 0, 2], port))] {
        let mut client = Client::connect(address).map_err(|e| format!("{address}: {e}"))?;
        client.line("PING").map_err(|e| format!("{address}: {e}"))?;
    }
    if TcpStream::connect(("127.0.0.3", port)).is_ok() {
        return Err("it listens where it was not told to".into());
    }
    // A machine may have no IPv6: the minus sign says that this is no error.
    let six: SocketAddr = format!("[::1]:{port}").parse().expect("an address");
    if std::net::TcpListener::bind("[::1]:0").is_ok() {
        let mut client = Client::connect(six).map_err(|e| format!("{six}: {e}"))?;
        let info = client.line("CLIENT INFO").map_err(|e| e.to_string())?.value.lossy();
        contains(&info, &["addr=[::1]:", &format!("laddr=[::1]:{port}")])?;
    }
    Ok(())
}

pub(crate) fn unix_socket() -> Result<(), String> {
    let server = Running::start(Server::Russet, &["--unixsocket", "s.sock", "--unixsocketperm", "750"])?;
    let path = server.directory().join("s.sock");
    let mode = fs::metadata(&path).map_err(|e| e.to_string())?.permissions().mode() & 0o777;
    if mode != 0o750 {
        return Err(format!("the socket's mode is {mode:o}"));
    }
    let mut stream = UnixStream::connect(&path).map_err(|e| e.to_string())?;
    stream.set_read_timeout(Some(Duration::from_secs(5))).map_err(|e| e.to_string())?;
    stream.write_all(b"PING\r\n").map_err(|e| e.to_string())?;
    let mut said = [0; 7];
    stream.read_exact(&mut said).map_err(|e| e.to_string())?;
    if &said != b"+PONG\r\n" { Err(format!("{said:?}")) } else { Ok(()) }
}

pub(crate) fn port_in_use() -> Result<(), String> {
    let server = Running::start(Server::Russet, &[])?;
    let (code, text) = run_to_end(&["--port", &server.address.port().to_string(), "--bind", "127.0.0.1"])?;
    if code == 0 {
        return Err(format!("it ended with 0:\n{text}"));
    }
    contains(&text, &["Address already in use"])
}

/// Tools wait for this line.
pub(crate) fn ready_line() -> Result<(), String> {
    let server = Running::start(Server::Russet, &[])?;
    let log = server.log_tail(100);
    contains(&log, &["Ready to accept connections"])?;
    // pid:role day month year time level message
    let line = log.lines().find(|l| l.contains("Ready to accept")).unwrap_or_default();
    let fields: Vec<&str> = line.split_whitespace().collect();
    let good = fields.len() > 6
        && fields[0] == format!("{}:M", server.pid())
        && fields[1].len() == 2
        && fields[2].len() == 3
        && fields[3].len() == 4
        && fields[4].len() == "12:00:00.000".len()
        && fields[5] == "*";
    if good { Ok(()) } else { Err(format!("not as Redis writes it: {line}")) }
}

pub(crate) fn daemon() -> Result<(), String> {
    let directory = tempfile::tempdir().map_err(|e| e.to_string())?;
    let port = free_port()?;
    let status = Command::new(Server::Russet.binary()?)
        .args([
            "--daemonize",
            "yes",
            "--pidfile",
            "d.pid",
            "--logfile",
            "d.log",
            "--save",
            "",
            "--bind",
            "127.0.0.1",
        ])
        .args(["--port", &port.to_string(), "--dir"])
        .arg(directory.path())
        .current_dir(directory.path())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .map_err(|e| e.to_string())?;
    if !status.success() {
        return Err(format!("the first process ended with {status}"));
    }
    let end = Instant::now() + Duration::from_secs(10);
    let mut client = loop {
        match Client::connect(SocketAddr::from(([127, 0, 0, 1], port))) {
            Ok(client) => break client,
            Err(error) if Instant::now() > end => return Err(format!("the daemon does not answer: {error}")),
            Err(_) => std::thread::sleep(Duration::from_millis(20)),
        }
    };
    client.line("PING").map_err(|e| e.to_string())?;
    let pid = fs::read_to_string(directory.path().join("d.pid")).map_err(|e| format!("pid file: {e}"))?;
    let pid = pid.trim().parse().ok().and_then(Pid::from_raw).ok_or_else(|| format!("pid file: {pid:?}"))?;
    kill_process(pid, Signal::TERM).map_err(|e| e.to_string())?;
    while test_kill_process(pid).is_ok() {
        if Instant::now() > end {
            return Err("the daemon does not end".into());
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    if directory.path().join("d.pid").exists() {
        return Err("the pid file is still there".into());
    }
    let log = fs::read_to_string(directory.path().join("d.log")).map_err(|e| format!("log file: {e}"))?;
    contains(&log, &["Ready to accept connections", "bye bye"])
}

pub(crate) fn systemd_is_told() -> Result<(), String> {
    let directory = tempfile::tempdir().map_err(|e| e.to_string())?;
    let path = directory.path().join("notify.sock");
    let socket = UnixDatagram::bind(&path).map_err(|e| e.to_string())?;
    socket.set_read_timeout(Some(Duration::from_secs(10))).map_err(|e| e.to_string())?;
    let mut child = Command::new(Server::Russet.binary()?)
        .args([
            "--supervised",
            "systemd",
            "--port",
            &free_port()?.to_string(),
            "--bind",
            "127.0.0.1",
            "--save",
            "",
        ])
        .env("NOTIFY_SOCKET", &path)
        .current_dir(directory.path())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|e| e.to_string())?;
    let mut told = String::new();
    let mut buffer = [0; 1024];
    while !told.contains("READY=1") {
        match socket.recv(&mut buffer) {
            Ok(n) => told.push_str(&String::from_utf8_lossy(&buffer[..n])),
            Err(error) => {
                told = format!("nothing but {told:?}: {error}");
                break;
            }
        }
    }
    let _ = child.kill();
    let _ = child.wait();
    contains(&told, &["READY=1"])
}
