//! How the server ends when it is broken, and what its log says of that.

use std::os::unix::process::ExitStatusExt;
use std::time::{Duration, Instant};

use russet_tests::client::Client;
use russet_tests::launch::Running;
use russet_tests::peers::Server;
use rustix::process::{Pid, Signal, kill_process};

use crate::contains;

const PATIENCE: Duration = Duration::from_secs(15);
const START: &str = "=== REDIS BUG REPORT START: Cut & paste starting from here ===";
const END: &str = "=== REDIS BUG REPORT END. Make sure to include from START to END. ===";
const PARTS: [&str; 8] = [
    START,
    "------ STACK TRACE ------",
    "------ STACK TRACE DONE ------",
    "------ INFO OUTPUT ------",
    "------ CLIENT LIST OUTPUT ------",
    "------ MODULES INFO OUTPUT ------",
    "------ CONFIG DEBUG OUTPUT ------",
    END,
];

fn start(extra: &[&str]) -> Result<(Running, Client), String> {
    let server = Running::start(Server::Russet, extra)?;
    let client = server.connect().map_err(|e| e.to_string())?;
    Ok((server, client))
}

fn log(server: &Running) -> String {
    server.log_tail(usize::MAX)
}

/// Waits until the log contains `text`.
fn await_line(server: &Running, text: &str) -> Result<(), String> {
    let until = Instant::now() + PATIENCE;
    while !log(server).contains(text) {
        if Instant::now() > until {
            return Err(format!("{text:?} did not come:\n{}", server.log_tail(40)));
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    Ok(())
}

/// Waits until the log has so many complete traces.
fn await_traces(server: &Running, count: usize) -> Result<(), String> {
    let until = Instant::now() + PATIENCE;
    while log(server).matches("STACK TRACE DONE").count() < count {
        if Instant::now() > until {
            return Err(format!("{count} traces did not come:\n{}", server.log_tail(40)));
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    Ok(())
}

/// That `parts` come once each, in this order.
fn in_order(text: &str, parts: &[&str]) -> Result<(), String> {
    let mut from = 0;
    for part in parts {
        match text[from..].find(part) {
            Some(at) if text.matches(part).count() == 1 => from += at,
            Some(_) => return Err(format!("{part:?} comes more than once:\n{text}")),
            None => return Err(format!("{part:?} is missing, or not where it should be:\n{text}")),
        }
    }
    Ok(())
}

/// How many threads there are differs: some come when they are needed.
fn every_thread_told(text: &str) -> Result<(), String> {
    let line = text.lines().find_map(|line| line.strip_suffix(" expected stacktraces."));
    match line.and_then(|line| line.split_once('/')) {
        Some((told, asked)) if told == asked && told != "0" => Ok(()),
        _ => Err(format!("of the threads that were asked, so many told where they are: {line:?}")),
    }
}

fn lacks(text: &str, parts: &[&str]) -> Result<(), String> {
    match parts.iter().find(|part| text.contains(**part)) {
        None => Ok(()),
        Some(part) => Err(format!("{part:?} should not be in:\n{text}")),
    }
}

/// Lets the server break by a command, which is not answered.
fn break_by(client: &mut Client, words: &[&str]) -> Result<(), String> {
    match client.call(words) {
        Err(_) => Ok(()),
        Ok(reply) => Err(format!("{words:?} is answered {reply:?}")),
    }
}

pub(crate) fn every_signal() -> Result<(), String> {
    for signal in [Signal::SEGV, Signal::BUS, Signal::FPE, Signal::ILL, Signal::ABORT] {
        let (mut server, _client) = start(&["--pidfile", "x.pid", "--daemonize", "no"])?;
        server.signal(signal);
        let status = server.wait_end(PATIENCE)?;
        if status.signal() != Some(signal.as_raw()) {
            return Err(format!("{signal:?} ends it with {status}"));
        }
        let log = log(&server);
        in_order(&log, &PARTS)?;
        let number = signal.as_raw();
        contains(&log, &[&format!("crashed by signal: {number}, si_code: 0"), "Killed by PID: "])?;
        every_thread_told(&log)?;
    }
    Ok(())
}

pub(crate) fn what_broke_it() -> Result<(), String> {
    let (mut server, mut client) = start(&["--hide-user-data-from-log", "no"])?;
    client.line("CLIENT SETNAME somebody").map_err(|e| e.to_string())?;
    break_by(&mut client, &["DEBUG", "SEGFAULT", "a b"])?;
    let status = server.wait_end(PATIENCE)?;
    if status.signal() != Some(11) {
        return Err(format!("it ends with {status}"));
    }
    let log = log(&server);
    in_order(&log, &PARTS)?;
    in_order(
        &log,
        &["------ REGISTERS ------", "------ INFO OUTPUT ------", "------ CURRENT CLIENT INFO ------"],
    )?;
    // A write to a page that may not be written, told from no page at all.
    contains(
        &log,
        &[
            "crashed by signal: 11, si_code: 2",
            "Accessing address: 0x",
            "commands/src/server/debug.rs:",
            "argc: '3'\nargv[0]: '\"DEBUG\"'\nargv[1]: '\"SEGFAULT\"'\nargv[2]: '\"a b\"'\n",
            " name=somebody ",
            "cmdstat_client|setname:calls=1",
            "sanitize-dump-payload no",
        ],
    )
}

pub(crate) fn what_clients_sent_is_hidden() -> Result<(), String> {
    let (mut server, mut client) = start(&[])?;
    client.line("CLIENT SETNAME somebody").map_err(|e| e.to_string())?;
    break_by(&mut client, &["DEBUG", "SEGFAULT", "confidential"])?;
    server.wait_end(PATIENCE)?;
    let log = log(&server);
    in_order(&log, &PARTS)?;
    contains(&log, &["argv[2]: 12 bytes", " name=*redacted* ", "hide-user-data-from-log is on"])?;
    lacks(&log, &["confidential", "somebody"])
}

pub(crate) fn a_panic() -> Result<(), String> {
    let told = |command: &str| match command {
        "ASSERT" => ["=== ASSERTION FAILED ===", "'words == 0' is not true"],
        _ => [
            "!!! Software Failure. Press left mouse button to continue",
            "Guru Meditation: called at Unix time ",
        ],
    };
    for (command, setting, code, signal) in
        [("PANIC", "no", None, Some(6)), ("ASSERT", "no", None, Some(6)), ("ASSERT", "yes", Some(1), None)]
    {
        let (mut server, mut client) = start(&["--use-exit-on-panic", setting])?;
        break_by(&mut client, &["DEBUG", command])?;
        let status = server.wait_end(PATIENCE)?;
        if (status.code(), status.signal()) != (code, signal) {
            return Err(format!("{command} with use-exit-on-panic {setting} ends it with {status}"));
        }
        let log = log(&server);
        in_order(&log, &PARTS)?;
        contains(&log, &told(command))?;
        contains(&log, &["crash_report/commands.rs:", "debug.rs:", "------ CURRENT CLIENT INFO ------"])?;
        lacks(&log, &["crashed by signal", "panic_with_hook"])?;
    }
    Ok(())
}

pub(crate) fn without_a_report() -> Result<(), String> {
    let (mut server, mut client) = start(&[])?;
    client.line("CONFIG SET crash-log-enabled no").map_err(|e| e.to_string())?;
    break_by(&mut client, &["DEBUG", "SEGFAULT"])?;
    if server.wait_end(PATIENCE)?.signal() != Some(11) {
        return Err("the signal does something else".into());
    }
    lacks(&log(&server), &["BUG REPORT"])?;
    let (mut server, mut client) = start(&["--crash-log-enabled", "no"])?;
    break_by(&mut client, &["DEBUG", "PANIC"])?;
    server.wait_end(PATIENCE)?;
    in_order(&log(&server), &[START, "Guru Meditation", END])?;
    lacks(&log(&server), &["STACK TRACE", "INFO OUTPUT"])
}

pub(crate) fn the_watchdog_shows_where_it_stands() -> Result<(), String> {
    let (server, mut client) = start(&["--hz", "50"])?;
    // A thread more than at the start.
    for line in ["DEBUG POPULATE 100000 key 100", "FLUSHALL ASYNC", "CONFIG SET watchdog-period 1"] {
        client.line(line).map_err(|e| e.to_string())?;
    }
    let period = client.line("CONFIG GET watchdog-period").map_err(|e| e.to_string())?;
    contains(&String::from_utf8_lossy(&period.raw), &["\r\n40\r\n"])?;
    client.line("DEBUG SLEEP 0.5").map_err(|e| e.to_string())?;
    await_line(&server, "STACK TRACE DONE")?;
    let text = log(&server);
    in_order(
        &text,
        &[
            "--- WATCHDOG TIMER EXPIRED ---",
            "commands/src/server/debug/sleep.rs:",
            "lazy_free",
            " expected stacktraces.",
        ],
    )?;
    every_thread_told(&text)?;
    for line in ["CONFIG SET watchdog-period 0", "DEBUG SLEEP 0.2"] {
        client.line(line).map_err(|e| e.to_string())?;
    }
    in_order(&log(&server), &["--- WATCHDOG TIMER EXPIRED ---"])?;
    let peak = |client: &mut Client| -> Result<u64, String> {
        let report = client.line("INFO memory").map_err(|e| e.to_string())?;
        let report = String::from_utf8_lossy(&report.raw).into_owned();
        let peak = report.lines().find_map(|line| line.strip_prefix("used_memory_peak:")?.parse().ok());
        peak.ok_or_else(|| format!("no peak in {report}"))
    };
    client.line("CONFIG RESETSTAT").map_err(|e| e.to_string())?;
    let before = peak(&mut client)?;
    server.signal(Signal::ALARM);
    await_line(&server, "Received SIGALRM")?;
    // Names take memory to be found, for which no key may be evicted.
    await_traces(&server, 2)?;
    let more = peak(&mut client)? - before;
    if more > 1 << 20 {
        return Err(format!("a trace takes {more} bytes of the data's memory"));
    }
    client.line("PING").map_err(|e| e.to_string())?;
    lacks(&log(&server), &["BUG REPORT"])
}

pub(crate) fn a_child_that_breaks_is_told_of() -> Result<(), String> {
    let (mut server, mut client) = start(&["--rdb-key-save-delay", "1000000"])?;
    for line in ["SET a 1", "SET b 1", "BGSAVE"] {
        client.line(line).map_err(|e| e.to_string())?;
    }
    let children = format!("/proc/{0}/task/{0}/children", server.pid());
    let children = std::fs::read_to_string(&children).map_err(|e| format!("{children}: {e}"))?;
    let child = children.split_whitespace().next().and_then(|number| Pid::from_raw(number.parse().ok()?));
    kill_process(child.ok_or("there is no child")?, Signal::SEGV).map_err(|e| e.to_string())?;
    await_line(&server, "Background saving terminated by signal 11")?;
    let text = log(&server);
    in_order(
        &text,
        &[
            START,
            "crashed by signal: 11",
            "STACK TRACE DONE",
            END,
            "Background saving terminated by signal 11",
        ],
    )?;
    contains(&text, &["1/1 expected stacktraces."])?;
    client.line("PING").map_err(|e| e.to_string())?;
    client.line("SHUTDOWN NOSAVE").err().ok_or("it goes on")?;
    server.wait_end(PATIENCE).map(drop)
}
