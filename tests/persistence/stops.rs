//! Stops: what is saved before the end, and when there is none.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use russet_tests::client::encode;
use russet_tests::peers::Server;
use rustix::process::Signal;

use crate::place::{Place, ends_with, kill, logged, until};

const POINT: &[&str] = &["--save", "3600 1000"];
const NONE: &[&str] = &["--save", ""];

pub(crate) fn save_as_configured(server: Server) -> Result<(), String> {
    /// What ends it.
    enum By {
        Signal(Signal),
        Line(&'static str),
    }
    let ways = [
        (By::Signal(Signal::TERM), POINT, true),
        (By::Signal(Signal::INT), POINT, true),
        (By::Signal(Signal::TERM), NONE, false),
        (By::Signal(Signal::TERM), &["--save", "3600 1000", "--shutdown-on-sigterm", "nosave now"], false),
        (By::Signal(Signal::INT), &["--save", "", "--shutdown-on-sigint", "save"], true),
        (By::Line("SHUTDOWN"), POINT, true),
        (By::Line("SHUTDOWN"), NONE, false),
        (By::Line("SHUTDOWN NOSAVE"), POINT, false),
        (By::Line("SHUTDOWN SAVE"), NONE, true),
        (By::Line("SHUTDOWN SAVE NOW FORCE"), NONE, true),
    ];
    for (at, (by, settings, saved)) in ways.iter().enumerate() {
        let place = Place::new(server)?;
        let (mut running, mut client) = place.start(settings)?;
        client.expect("SET k v", "OK")?;
        match by {
            By::Signal(signal) => running.signal(*signal),
            By::Line(line) => client.send(line)?,
        }
        ends_with(&mut running, 0)?;
        logged(&running, "User requested shutdown...")?;
        logged(&running, "is now ready to exit, bye bye...")?;
        if place.snapshot().exists() != *saved {
            return Err(format!("way {at}: there is {:?}", place.files()));
        }
        if *saved {
            logged(&running, "Saving the final RDB snapshot before exiting.")?;
        }
        let (_running, mut client) = place.start(&[])?;
        client.expect("DBSIZE", if *saved { "1" } else { "0" })?;
    }
    Ok(())
}

pub(crate) fn refused_unless_forced(server: Server) -> Result<(), String> {
    let place = Place::new(server)?;
    let (mut running, mut client) = place.start(POINT)?;
    client.expect("SET k v", "OK")?;
    fs::create_dir_all(place.snapshot().join("in the way")).map_err(|e| e.to_string())?;
    client.expect("SHUTDOWN", "ERR Errors trying to SHUTDOWN. Check logs.")?;
    logged(&running, "Error trying to save the DB, can't exit.")?;
    logged(&running, "Errors trying to shut down the server. Check the logs for more information.")?;
    for signal in [Signal::TERM, Signal::INT, Signal::TERM] {
        let before = running.log_tail(usize::MAX).matches("can't exit.").count();
        running.signal(signal);
        until("the refusal", || Ok(running.log_tail(usize::MAX).matches("can't exit.").count() > before))?;
    }
    client.expect("GET k", "v")?;
    client.expect("SHUTDOWN ABORT", "ERR No shutdown in progress.")?;
    client.send("SHUTDOWN FORCE")?;
    ends_with(&mut running, 0)?;
    logged(&running, "Error trying to save the DB. Exit anyway.")
}

pub(crate) fn a_child_is_killed(server: Server) -> Result<(), String> {
    let place = Place::new(server)?;
    let settings = [POINT, &["--rdb-key-save-delay", "100000"]].concat();
    let (mut running, mut client) = place.start(&settings)?;
    client.expect("MSET a 1 b 2 c 3 d 4 e 5 f 6 g 7", "OK")?;
    client.expect("BGSAVE", "Background saving started")?;
    client.expect("SET later 1", "OK")?;
    // Without the pause: the parent's own save is not to take long.
    client.expect("CONFIG SET rdb-key-save-delay 0", "OK")?;
    until("the child writes", || Ok(place.files().iter().any(|name| name.starts_with("temp-"))))?;
    running.signal(Signal::TERM);
    ends_with(&mut running, 0)?;
    logged(&running, "There is a child saving an .rdb. Killing it!")?;
    until("only the snapshot is left", || Ok(place.files() == ["dump.rdb"]))?;
    let (_running, mut client) = place.start(&[])?;
    client.expect("DBSIZE", "8")
}

/// Numbered writes arrive faster than they are run; every one that was answered is in the file.
pub(crate) fn what_was_answered_is_saved(server: Server) -> Result<(), String> {
    for round in 0..4 {
        let place = Place::new(server)?;
        let (mut running, mut client) = place.start(POINT)?;
        let talkers: Vec<_> = (0..4)
            .map(|number| {
                let address = running.address;
                std::thread::spawn(move || count(address, number))
            })
            .collect();
        std::thread::sleep(Duration::from_millis(100 + round * 31));
        match round % 2 {
            0 => running.signal(Signal::TERM),
            _ => client.send("SHUTDOWN")?,
        }
        ends_with(&mut running, 0)?;
        let (running, mut client) = place.start(&[])?;
        for (number, talker) in talkers.into_iter().enumerate() {
            let answered = talker.join().map_err(|_| "a talker panicked")??;
            let stored: u64 = client.ask(&format!("GET n{number}"))?.parse().unwrap_or(0);
            if answered == 0 || stored < answered {
                return Err(format!("{answered} were answered, {stored} are there"));
            }
        }
        kill(running)?;
    }
    Ok(())
}

/// Sends increments until the server ends, and returns the last that was answered.
fn count(address: std::net::SocketAddr, number: usize) -> Result<u64, String> {
    let mut stream = TcpStream::connect(address).map_err(|e| e.to_string())?;
    let mut writer = stream.try_clone().map_err(|e| e.to_string())?;
    let batch = encode(&["INCR", &format!("n{number}")]).repeat(20);
    let sender = std::thread::spawn(move || while writer.write_all(&batch).is_ok() {});
    let mut said = Vec::new();
    // It may end with a reset: more has arrived than was run.
    let _ = stream.read_to_end(&mut said);
    drop(stream);
    let _ = sender.join();
    let text = String::from_utf8_lossy(&said);
    let whole = text.rsplit_once("\r\n").map_or("", |(whole, _)| whole);
    let last = whole.rsplit("\r\n").find_map(|line| line.strip_prefix(':')?.parse().ok());
    Ok(last.unwrap_or(0))
}
