//! Clients that do not read what they asked for.

use std::time::{Duration, Instant};

use russet_tests::client::{Client, encode};
use russet_tests::launch::Running;
use russet_tests::peers::Server;

use crate::{ask, info, until};

const VALUE: usize = 1 << 20;
/// More than the kernel buffers between two sockets.
const ASKED: usize = 64;

/// A server with a value of a megabyte, and a client that has asked for it `ASKED` times.
fn unread(limit: &str) -> Result<(Running, Client, Client), String> {
    let server = Running::start(Server::Russet, &["--client-output-buffer-limit", limit])?;
    let mut control = server.connect().map_err(|e| e.to_string())?;
    let value = "x".repeat(VALUE);
    control.call(&["SET", "big", &value]).map_err(|e| e.to_string())?;
    let mut slow = server.connect().map_err(|e| e.to_string())?;
    slow.send_raw(&encode(&["GET", "big"]).repeat(ASKED)).map_err(|e| e.to_string())?;
    Ok((server, control, slow))
}

pub(crate) fn slow_reader() -> Result<(), String> {
    let (_server, mut control, mut slow) = unread("normal 0 0 0")?;
    let mut worst = Duration::ZERO;
    for _ in 0..500 {
        let asked = Instant::now();
        ask(&mut control, "PING")?;
        worst = worst.max(asked.elapsed());
    }
    if worst > Duration::from_millis(500) {
        return Err(format!("another client waited {worst:?}"));
    }
    let mut want = format!("${VALUE}\r\n").into_bytes();
    want.resize(want.len() + VALUE, b'x');
    want.extend(b"\r\n");
    for i in 0..ASKED {
        let got = slow.read().map_err(|e| format!("reply {i}: {e}"))?;
        if got.raw != want {
            return Err(format!("reply {i} is not what was asked for ({} bytes)", got.raw.len()));
        }
        if i % 8 == 0 {
            std::thread::sleep(Duration::from_millis(10));
        }
    }
    ask(&mut slow, "PING").map(|_| ())
}

pub(crate) fn hard_limit() -> Result<(), String> {
    let (server, mut control, mut slow) = unread("normal 16mb 0 0")?;
    until("the slow client is gone", Duration::from_secs(5), || {
        Ok(info(&mut control, "connected_clients")? == "1")
    })?;
    if !slow.closes_within(Duration::from_secs(5)) {
        return Err("the slow client is still connected".into());
    }
    if info(&mut control, "client_output_buffer_limit_disconnections")? != "1" {
        return Err("client_output_buffer_limit_disconnections does not count it".into());
    }
    let log = server.log_tail(5);
    if log.contains("overcoming of output buffer limits") {
        Ok(())
    } else {
        Err(format!("the log does not tell:\n{log}"))
    }
}

pub(crate) fn soft_limit() -> Result<(), String> {
    let (_server, mut control, mut slow) = unread("normal 0 8mb 1")?;
    std::thread::sleep(Duration::from_millis(300));
    if info(&mut control, "connected_clients")? != "2" {
        return Err("the slow client was closed at once".into());
    }
    until("the slow client is gone", Duration::from_secs(6), || {
        Ok(info(&mut control, "connected_clients")? == "1")
    })?;
    if slow.closes_within(Duration::from_secs(5)) { Ok(()) } else { Err("still connected".into()) }
}

pub(crate) fn below_limit() -> Result<(), String> {
    let (_server, mut control, mut slow) = unread("normal 256mb 0 0")?;
    std::thread::sleep(Duration::from_millis(1_500));
    if info(&mut control, "connected_clients")? != "2" {
        return Err("a client below its limit was closed".into());
    }
    for i in 0..ASKED {
        slow.read().map_err(|e| format!("reply {i}: {e}"))?;
    }
    Ok(())
}
