//! Nobody may be forgotten: a poll that reports only changes is asked once, and whoever is not served then must be
//! served without being reported again.

use std::time::{Duration, Instant};

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use russet_tests::client::{Client, encode, talk};
use russet_tests::launch::Running;
use russet_tests::peers::Server;
use rustix::process::{Pid, Resource, Rlimit, getrlimit, prlimit};

use crate::{ask, info, raise_file_limit, until};

/// Long enough for any machine, short enough to tell a client that is never served.
const FORGOTTEN: Duration = Duration::from_secs(8);

fn text(error: impl std::fmt::Display) -> String {
    error.to_string()
}

/// What was sent before the end is answered, however much it is and whatever it waits for, as far as Redis answers it.
pub(crate) fn half_closed() -> Result<(), String> {
    let big = "x".repeat(100_000);
    let talks: Vec<(&str, Vec<u8>)> = vec![
        ("one command", b"PING\r\n".to_vec()),
        ("one command without its end", b"PING\r\nPIN".to_vec()),
        ("nothing", Vec::new()),
        ("more than one read", encode(&["ECHO", "twenty bytes, please"]).repeat(1_000)),
        ("more than a tick runs", b"PING\r\n".repeat(30_000)),
        ("a long word", encode(&["ECHO", &big]).repeat(3)),
        ("a last command", b"PING\r\nQUIT\r\nPING\r\n".to_vec()),
        ("a violation", b"PING\r\n*1\r\n:1\r\nPING\r\n".to_vec()),
        ("a transaction", b"MULTI\r\nPING\r\nEXEC\r\nMULTI\r\nPING\r\n".to_vec()),
    ];
    let (redis, russet) = (Running::start(Server::Redis, &[])?, Running::start(Server::Russet, &[])?);
    for (name, bytes) in talks {
        let right = talk(redis.address, &[&bytes]).map_err(|e| format!("{name}, Redis: {e}"))?;
        for round in 0..20 {
            let got = talk(russet.address, &[&bytes]).map_err(|e| format!("{name}, {round}: {e}"))?;
            if got != right {
                let start = String::from_utf8_lossy(&got[..got.len().min(200)]).into_owned();
                return Err(format!("{name}, {round}: {} of {} bytes: {start:?}", got.len(), right.len()));
            }
        }
    }
    // One that waits when the other side ends has nobody to answer.
    for server in [&redis, &russet] {
        let start = Instant::now();
        let said = talk(server.address, &[b"PING\r\nWAIT 1 3000\r\nPING\r\n"]).map_err(text)?;
        if said != b"+PONG\r\n" || start.elapsed() > Duration::from_secs(2) {
            return Err(format!("{}: {said:?} after {:?}", server.server, start.elapsed()));
        }
    }
    let mut control = russet.connect().map_err(text)?;
    until("all are forgotten", FORGOTTEN, || Ok(info(&mut control, "connected_clients")? == "1"))
}

/// Reads the replies to what `send` has sent, which must be `want`.
fn expect(client: &mut Client, want: &[u8]) -> Result<(), String> {
    let got = client.take(want.len(), FORGOTTEN);
    if got == want {
        return Ok(());
    }
    let same = got.iter().zip(want).take_while(|(a, b)| a == b).count();
    let shown =
        |bytes: &[u8]| String::from_utf8_lossy(&bytes[same..bytes.len().min(same + 100)]).into_owned();
    let (count, of) = (got.len(), want.len());
    Err(format!("{count} of {of} bytes, from {same} on {:?} for {:?}", shown(&got), shown(want)))
}

/// What was sent together with a command that waits, or while it waited, runs when the wait is over.
pub(crate) fn behind_a_wait() -> Result<(), String> {
    let server = Running::start(Server::Russet, &[])?;
    let mut clients = Vec::new();
    for _ in 0..300 {
        clients.push(server.connect().map_err(text)?);
    }
    for (number, client) in clients.iter_mut().enumerate() {
        let together =
            b"PING a\r\nWAIT 1 100\r\nPING \"b c\"\r\nWAIT 1 20\r\nSET k 'd e'\r\nGET k\r\n*1\r\n$4";
        let cut = number % together.len();
        client.send_raw(&together[..cut]).map_err(text)?;
        client.send_raw(&together[cut..]).map_err(text)?;
    }
    std::thread::sleep(Duration::from_millis(30));
    for client in &mut clients {
        client.send_raw(b"\r\nPING\r\nECHO 'late r'\r\n").map_err(text)?;
    }
    let want = b"$1\r\na\r\n:0\r\n$3\r\nb c\r\n:0\r\n+OK\r\n$3\r\nd e\r\n+PONG\r\n$6\r\nlate r\r\n";
    for (number, client) in clients.iter_mut().enumerate() {
        expect(client, want).map_err(|e| format!("client {number}: {e}"))?;
    }
    let mut control = server.connect().map_err(text)?;
    if info(&mut control, "blocked_clients")? == "0" { Ok(()) } else { Err("somebody still waits".into()) }
}

/// Thousands wait for a pause to end, with more behind; it ends by itself or by command.
pub(crate) fn paused() -> Result<(), String> {
    raise_file_limit(4_000)?;
    let server = Running::start(Server::Russet, &[])?;
    let mut control = server.connect().map_err(text)?;
    let mut clients = Vec::new();
    for _ in 0..2_000 {
        clients.push(server.connect().map_err(text)?);
    }
    // A pause of all commands is one of CLIENT UNPAUSE too.
    for (mode, ended_by_command) in [("WRITE", false), ("ALL", false), ("WRITE", true)] {
        let time = if ended_by_command { 60_000 } else { 700 };
        ask(&mut control, &format!("CLIENT PAUSE {time} {mode}"))?;
        let start = Instant::now();
        for (number, client) in clients.iter_mut().enumerate() {
            let sent = match number % 3 {
                0 => [encode(&["SET", "k", "v"]), encode(&["GET", "k"])].concat(),
                1 => b"SET k \"v\"\r\nGET 'k'\r\n".to_vec(),
                _ => b"MULTI\r\nSET k v\r\nGET k\r\nEXEC\r\n".to_vec(),
            };
            client.send_raw(&sent).map_err(text)?;
        }
        // Some give up while they wait.
        for _ in 0..20 {
            let mut gone = server.connect().map_err(text)?;
            gone.send_raw(b"SET never value\r\n").map_err(text)?;
        }
        if ended_by_command {
            std::thread::sleep(Duration::from_millis(200));
            control.send_raw(b"CLIENT UNPAUSE\r\n").map_err(text)?;
            expect(&mut control, b"+OK\r\n")?;
        }
        for (number, client) in clients.iter_mut().enumerate() {
            let want: &[u8] = match number % 3 {
                2 => b"+OK\r\n+QUEUED\r\n+QUEUED\r\n*2\r\n+OK\r\n$1\r\nv\r\n",
                _ => b"+OK\r\n$1\r\nv\r\n",
            };
            expect(client, want).map_err(|e| format!("{mode} {ended_by_command}, client {number}: {e}"))?;
        }
        if !ended_by_command && start.elapsed() < Duration::from_millis(650) {
            return Err(format!("the pause took {:?}", start.elapsed()));
        }
        ask(&mut control, "CLIENT UNPAUSE")?;
    }
    if ask(&mut control, "EXISTS never")? != "0" {
        return Err("a command of a client that had left was run".into());
    }
    if info(&mut control, "blocked_clients")? == "0" { Ok(()) } else { Err("somebody still waits".into()) }
}

/// Connections that pile up while a command runs are all taken, though nobody comes after them.
pub(crate) fn arrivals_in_a_burst() -> Result<(), String> {
    const BURST: usize = 2_500;
    raise_file_limit(4_000)?;
    let most = std::fs::read_to_string("/proc/sys/net/core/somaxconn").map_err(text)?;
    let burst = BURST.min(most.trim().parse::<usize>().map_err(text)?.saturating_sub(10));
    let server = Running::start(Server::Russet, &["--tcp-backlog", "4000"])?;
    let mut control = server.connect().map_err(text)?;
    control.send_raw(b"DEBUG SLEEP 1.5\r\n").map_err(text)?;
    std::thread::sleep(Duration::from_millis(100));
    let mut clients = Vec::new();
    for number in 0..burst {
        let mut client = server.connect().map_err(|e| format!("connection {number}: {e}"))?;
        client.send_raw(b"PING\r\n").map_err(text)?;
        clients.push(client);
    }
    for (number, client) in clients.iter_mut().enumerate() {
        expect(client, b"+PONG\r\n").map_err(|e| format!("client {number} of {burst}: {e}"))?;
    }
    Ok(())
}

/// A connection that found no file descriptor left is taken when there is one again, though nobody comes after it.
pub(crate) fn arrival_without_descriptor() -> Result<(), String> {
    let server = Running::start(Server::Russet, &[])?;
    let mut control = server.connect().map_err(text)?;
    ask(&mut control, "PING")?;
    let pid = Pid::from_raw(server.pid() as i32);
    let entries = std::fs::read_dir(format!("/proc/{}/fd", server.pid())).map_err(text)?;
    let open: Vec<u64> = entries.flatten().filter_map(|e| e.file_name().to_str()?.parse().ok()).collect();
    let current = (0..).find(|number| !open.contains(number));
    // The hard limit is inherited, so ours is the server's too.
    let maximum = getrlimit(Resource::Nofile).maximum;
    let before = prlimit(pid, Resource::Nofile, Rlimit { current, maximum }).map_err(text)?;
    let mut waiting = server.connect().map_err(text)?;
    waiting.send_raw(b"PING\r\n").map_err(text)?;
    waiting.set_patience(Duration::from_millis(300));
    if let Ok(reply) = waiting.read() {
        return Err(format!("the limit was not felt: {reply:?}"));
    }
    ask(&mut control, "PING")?;
    prlimit(pid, Resource::Nofile, before).map_err(text)?;
    expect(&mut waiting, b"+PONG\r\n")
}

/// What stands behind a command that waits is not parsed anew for each such command.
pub(crate) fn pipelines_of_waits() -> Result<(), String> {
    const WAITS: usize = 500;
    let server = Running::start(Server::Russet, &[])?;
    let mut clients = Vec::new();
    for _ in 0..8 {
        let mut client = server.connect().map_err(text)?;
        client
            .send_raw(&[b"WAIT 1 1\r\n".repeat(WAITS), encode(&["PING"]).repeat(3_500)].concat())
            .map_err(text)?;
        clients.push(client);
    }
    let want = [b":0\r\n".repeat(WAITS), b"+PONG\r\n".repeat(3_500)].concat();
    for client in &mut clients {
        expect(client, &want)?;
    }
    let used = processor_time(&server)?;
    println!("{} waits and what stood behind them took {used:?} of processor time", 8 * WAITS);
    if used > Duration::from_millis(300) { Err(format!("they took {used:?}")) } else { Ok(()) }
}

/// Many clients that send in pieces, wait, read late and ask for much: each gets exactly its replies.
pub(crate) fn everything_at_once() -> Result<(), String> {
    let server = Running::start(Server::Russet, &[])?;
    let mut control = server.connect().map_err(text)?;
    let big = "y".repeat(300_000);
    control.call(&["SET", "big", &big]).map_err(text)?;
    let threads: Vec<_> = (0..24)
        .map(|seed| {
            let (address, big) = (server.address, big.clone());
            std::thread::spawn(move || {
                restless(address, seed, &big).map_err(|e| format!("client {seed}: {e}"))
            })
        })
        .collect();
    let end = Instant::now() + Duration::from_secs(4);
    while Instant::now() < end {
        ask(&mut control, "CLIENT PAUSE 20 ALL")?;
        std::thread::sleep(Duration::from_millis(60));
    }
    threads.into_iter().try_for_each(|thread| thread.join().map_err(|_| "a client panicked".to_string())?)
}

fn restless(address: std::net::SocketAddr, seed: u64, big: &str) -> Result<(), String> {
    let mut random = StdRng::seed_from_u64(seed);
    let mut client = Client::connect(address).map_err(text)?;
    let end = Instant::now() + Duration::from_secs(4);
    while Instant::now() < end {
        let (mut sent, mut want) = (Vec::new(), Vec::new());
        for number in 0..random.random_range(1..200) {
            match random.random_range(0..60) {
                0 => {
                    sent.extend(b"WAIT 1 3\r\n");
                    want.extend(b":0\r\n");
                }
                1 => {
                    sent.extend(encode(&["GET", "big"]));
                    want.extend(format!("${}\r\n{big}\r\n", big.len()).into_bytes());
                }
                2 => {
                    sent.extend(b"ECHO \"quo\\\"ted\"\r\n");
                    want.extend(b"$7\r\nquo\"ted\r\n");
                }
                3 => {
                    let long = "z".repeat(random.random_range(10_000..60_000));
                    sent.extend(encode(&["ECHO", &long]));
                    want.extend(format!("${}\r\n{long}\r\n", long.len()).into_bytes());
                }
                _ => {
                    let word = format!("{seed}:{number}");
                    sent.extend(encode(&["ECHO", &word]));
                    want.extend(format!("${}\r\n{word}\r\n", word.len()).into_bytes());
                }
            }
        }
        // All of it is sent before anything is read: the sockets' buffers hold what is asked for here, or the server
        // keeps it.
        let mut rest = &sent[..];
        while !rest.is_empty() {
            let (piece, later) = rest.split_at(random.random_range(1..=rest.len().min(20_000)));
            client.send_raw(piece).map_err(text)?;
            if random.random_bool(0.1) {
                std::thread::sleep(Duration::from_micros(random.random_range(0..2_000)));
            }
            rest = later;
        }
        expect(&mut client, &want)?;
    }
    Ok(())
}

/// Processor time that the server has used.
fn processor_time(server: &Running) -> Result<Duration, String> {
    let stat = std::fs::read_to_string(format!("/proc/{}/stat", server.pid())).map_err(text)?;
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks: u64 = [11, 12].iter().filter_map(|&n| fields.get(n)?.parse::<u64>().ok()).sum();
    Ok(Duration::from_millis(ticks * 10)) // a hundred to the second on Linux
}

/// Whoever cannot be served now is not asked for again and again.
pub(crate) fn waiting_costs_nothing() -> Result<(), String> {
    let server = Running::start(Server::Russet, &[])?;
    let mut control = server.connect().map_err(text)?;
    control.call(&["SET", "big", &"b".repeat(1 << 20)]).map_err(text)?;
    let more = b"PING\r\n".repeat(100_000);
    let unread = encode(&["GET", "big"]).repeat(32);
    let talks: [(&str, Vec<u8>); 6] = [
        ("blocked", [&b"WAIT 1 0\r\n"[..], &more].concat()),
        ("ended, with replies that nobody reads", [&unread[..], b"QUIT\r\n", &more].concat()),
        ("violating, with replies that nobody reads", [&unread[..], b"*1\r\n:1\r\n", &more].concat()),
        ("silent, with replies that nobody reads", unread.clone()),
        (
            "in the middle of a long word",
            [b"*2\r\n$4\r\nECHO\r\n$5000000\r\n".to_vec(), more.clone()].concat(),
        ),
        ("in the middle of a line", vec![b'x'; 60_000]),
    ];
    let mut clients = Vec::new();
    for (name, sent) in talks {
        let mut client = server.connect().map_err(text)?;
        client.send_raw(&sent).map_err(|e| format!("{name}: {e}"))?;
        std::thread::sleep(Duration::from_millis(300));
        let before = processor_time(&server)?;
        std::thread::sleep(Duration::from_millis(1_000));
        let used = processor_time(&server)? - before;
        if used > Duration::from_millis(200) {
            return Err(format!("a client that is {name} costs {used:?} in a second"));
        }
        clients.push(client);
    }
    ask(&mut control, "CLIENT PAUSE 2000")?;
    let mut paused = server.connect().map_err(text)?;
    paused.send_raw(&more).map_err(text)?;
    std::thread::sleep(Duration::from_millis(300));
    let before = processor_time(&server)?;
    std::thread::sleep(Duration::from_millis(1_000));
    let used = processor_time(&server)? - before;
    if used > Duration::from_millis(200) {
        return Err(format!("a pause costs {used:?} in a second"));
    }
    drop((clients, paused));
    until("all are forgotten", FORGOTTEN, || Ok(info(&mut control, "connected_clients")? == "1"))
}
