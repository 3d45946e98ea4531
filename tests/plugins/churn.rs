//! A thousand times loaded and unloaded while clients are served: no error, no growth, no mapping left behind.

use super::libraries::{Libraries, text};
use super::talk::Talk;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

const TIMES: usize = 1000;

pub(crate) fn a_thousand_times(libraries: &Libraries) -> Result<(), String> {
    let mut talk = Talk::start(&[])?;
    let load = format!("MODULE LOAD {} => +OK", text(&libraries.hello));
    let round = |talk: &mut Talk| {
        talk.check(&[&load, "HELLO.GREET busy => *2 +Hello $1 1", "MODULE UNLOAD hello => +OK"])
    };
    talk.check(&["SET busy 1 => +OK"])?;
    for _ in 0..100 {
        round(&mut talk)?;
    }
    let (ended, served) = (AtomicBool::new(false), AtomicU64::new(0));
    let before = resident(&talk);
    let address = talk.server.address;
    let outcome = std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                let Ok(mut client) = russet_tests::client::Client::connect(address) else { return };
                while !ended.load(Ordering::Relaxed) {
                    // Either is right: the plugin is there, or it is not at this moment.
                    let greeted = client.call(&["HELLO.GREET", "busy"]);
                    let got = client.call(&["GET", "busy"]);
                    let (Ok(greeted), Ok(got)) = (greeted, got) else { return };
                    let is_right = greeted.raw == b"*2\r\n+Hello\r\n$1\r\n1\r\n"
                        || greeted.raw.starts_with(b"-ERR unknown command 'HELLO.GREET'");
                    if !is_right || got.raw != b"$1\r\n1\r\n" {
                        return;
                    }
                    served.fetch_add(1, Ordering::Relaxed);
                }
                served.fetch_add(1 << 40, Ordering::Relaxed);
            });
        }
        let outcome = (0..TIMES).try_for_each(|_| round(&mut talk));
        ended.store(true, Ordering::Relaxed);
        outcome
    });
    outcome?;
    let served = served.into_inner();
    if served >> 40 != 2 {
        return Err("a client was answered with something else".into());
    }
    let grown = resident(&talk).saturating_sub(before);
    // Some of what clients and the allocator keep; a library is four times as large.
    if grown > 1024 {
        return Err(format!("after {TIMES} times the server is {grown} KiB larger"));
    }
    match talk.mappings("memfd") {
        0 => Ok(()),
        left => Err(format!("{left} mappings are left")),
    }
}

/// The server's resident memory in KiB.
fn resident(talk: &Talk) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", talk.server.pid())).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or_default();
    line.trim().trim_end_matches(" kB").parse().unwrap_or_default()
}
