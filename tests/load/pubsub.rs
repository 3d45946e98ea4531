//! Many subscribers, one of whom does not read.

use std::time::{Duration, Instant};

use russet_tests::client::{Client, encode};
use russet_tests::launch::Running;
use russet_tests::peers::Server;

use crate::{ask, info, raise_file_limit, until};

const SUBSCRIBERS: usize = 1_000;
const MESSAGES: usize = 100;
const LENGTH: usize = 1_000;

/// `count` clients that listen to the channel `news`, the odd ones in RESP3.
fn subscribers(server: &Running, count: usize) -> Result<Vec<Client>, String> {
    let mut clients = Vec::with_capacity(count);
    for i in 0..count {
        let mut client = server.connect().map_err(|e| format!("subscriber {i}: {e}"))?;
        if i % 2 == 1 {
            client.line("HELLO 3").map_err(|e| e.to_string())?;
        }
        client.line("SUBSCRIBE news").map_err(|e| e.to_string())?;
        clients.push(client);
    }
    Ok(clients)
}

/// The number and the text of a message.
fn text(number: usize) -> String {
    format!("{number:0>LENGTH$}")
}

pub(crate) fn a_thousand_and_a_slow_one() -> Result<(), String> {
    raise_file_limit(SUBSCRIBERS as u64 + 500)?;
    let server = Running::start(Server::Russet, &["--client-output-buffer-limit", "pubsub 8mb 0 0"])?;
    let mut control = server.connect().map_err(|e| e.to_string())?;
    let mut all = subscribers(&server, SUBSCRIBERS)?;
    let mut slow = subscribers(&server, 1)?.pop().ok_or("no slow one")?;
    if info(&mut control, "pubsub_channels")? != "1" {
        return Err("the channel is not counted".into());
    }

    let start = Instant::now();
    let mut worst = Duration::ZERO;
    for number in 0..MESSAGES {
        let asked = Instant::now();
        let receivers = control.call(&["PUBLISH", "news", &text(number)]).map_err(|e| e.to_string())?;
        worst = worst.max(asked.elapsed());
        if receivers.value.integer() != Some(SUBSCRIBERS as i64 + 1) {
            return Err(format!("message {number} reached {receivers:?}"));
        }
        // All but the slow one keep up.
        for (i, client) in all.iter_mut().enumerate() {
            expect(client, number).map_err(|e| format!("subscriber {i}: {e}"))?;
        }
    }
    println!(
        "{SUBSCRIBERS} subscribers got {MESSAGES} messages of {LENGTH} bytes in {:?}, the slowest PUBLISH took {worst:?}",
        start.elapsed()
    );
    if info(&mut control, "connected_clients")? != (SUBSCRIBERS + 2).to_string() {
        return Err("somebody was closed below the limit".into());
    }
    all.truncate(10);
    until("the others have left", Duration::from_secs(10), || {
        Ok(info(&mut control, "connected_clients")? == "12")
    })?;

    // More than the kernel buffers and the limit allow: the slow one goes. Those who read between two pipelines stay.
    let big = "x".repeat(100_000);
    let pipeline = encode(&["PUBLISH", "news", &big]).repeat(20);
    for round in 0..20 {
        control.send_raw(&pipeline).map_err(|e| e.to_string())?;
        for client in &mut all {
            for _ in 0..20 {
                let got = client.read().map_err(|e| format!("pipeline {round}: {e}"))?;
                if got.value.items().is_none_or(|words| words[2].text() != Some(big.as_bytes())) {
                    return Err(format!("a big message came as {} bytes", got.raw.len()));
                }
            }
        }
        for _ in 0..20 {
            control.read().map_err(|e| format!("answer to pipeline {round}: {e}"))?;
        }
    }
    until("the slow one is gone", Duration::from_secs(5), || {
        Ok(info(&mut control, "connected_clients")? == "11")
    })?;
    if !slow.closes_within(Duration::from_secs(5)) {
        return Err("the slow one is still connected".into());
    }
    if info(&mut control, "client_output_buffer_limit_disconnections")? != "1" {
        return Err("client_output_buffer_limit_disconnections does not count it".into());
    }
    if !server.log_tail(5).contains("overcoming of output buffer limits") {
        return Err(format!("the log does not tell:\n{}", server.log_tail(5)));
    }
    ask(&mut control, "PUBLISH news end")
        .and_then(|n| if n == "10" { Ok(()) } else { Err(format!("{n} of 10 left")) })
}

fn expect(client: &mut Client, number: usize) -> Result<(), String> {
    let got = client.read().map_err(|e| e.to_string())?;
    let want = format!("3\r\n$7\r\nmessage\r\n$4\r\nnews\r\n${LENGTH}\r\n{}\r\n", text(number));
    if got.raw[1..] == *want.as_bytes() { Ok(()) } else { Err(format!("message {number} is {got:?}")) }
}

/// A hundred clients subscribe to a thousand channels each and leave: nothing of it stays.
pub(crate) fn subscriptions_cost_memory_only_while_they_last() -> Result<(), String> {
    const CLIENTS: usize = 100;
    const CHANNELS: usize = 1_000;
    let server = Running::start(Server::Russet, &[])?;
    let mut control = server.connect().map_err(|e| e.to_string())?;
    let before: i64 = info(&mut control, "used_memory")?.parse().map_err(|_| "no number")?;
    let mut clients = Vec::new();
    for i in 0..CLIENTS {
        let mut client = server.connect().map_err(|e| e.to_string())?;
        let names: Vec<String> = (0..CHANNELS).map(|channel| format!("channel:{i}:{channel}")).collect();
        let words: Vec<&str> = std::iter::once("SUBSCRIBE").chain(names.iter().map(String::as_str)).collect();
        client.send(&words).map_err(|e| e.to_string())?;
        for _ in 0..CHANNELS {
            client.read().map_err(|e| e.to_string())?;
        }
        clients.push(client);
    }
    if info(&mut control, "pubsub_channels")? != (CLIENTS * CHANNELS).to_string() {
        return Err("not all channels are there".into());
    }
    let with: i64 = info(&mut control, "used_memory")?.parse().map_err(|_| "no number")?;
    println!(
        "a subscription to a channel of its own takes {} bytes",
        (with - before) / (CLIENTS * CHANNELS) as i64
    );
    drop(clients);
    until("all are forgotten", Duration::from_secs(10), || {
        Ok(info(&mut control, "connected_clients")? == "1" && info(&mut control, "pubsub_channels")? == "0")
    })?;
    let after: i64 = info(&mut control, "used_memory")?.parse().map_err(|_| "no number")?;
    if after - before < 2 << 20 { Ok(()) } else { Err(format!("{} bytes stay behind", after - before)) }
}
