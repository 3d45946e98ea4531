//! Snapshots: written at once and in the background, by themselves, and when they cannot be written.

use std::fs;

use russet_tests::peers::Server;
use rustix::process::{Pid, Signal, kill_process};

use crate::place::{Place, Talk, kill, logged, until};

/// Some keys of every type.
fn fill(client: &mut Talk) -> Result<(), String> {
    for line in [
        "SET string abc",
        "SET integer -17 PX 10000000",
        "RPUSH list a b 1",
        "SADD set a b",
        "SADD integers 1 2 3",
        "HSET hash field value",
        "ZADD sorted 1.5 member 2 other",
        "XADD stream 1-1 field value",
        "XGROUP CREATE stream group 0",
        "XREADGROUP GROUP group consumer STREAMS stream >",
        "SELECT 3",
        "SET elsewhere 1",
        "SELECT 0",
        "DEBUG POPULATE 1000 filler 100",
    ] {
        let said = client.ask(line)?;
        if said.starts_with("ERR") {
            return Err(format!("{line}: {said}"));
        }
    }
    Ok(())
}

pub(crate) fn what_is_saved_is_there_after_a_kill(server: Server) -> Result<(), String> {
    let place = Place::new(server)?;
    let (running, mut client) = place.start(&[])?;
    fill(&mut client)?;
    let digest = client.ask("DEBUG DIGEST")?;
    client.expect("SAVE", "OK")?;
    client.expect("SET later 1", "OK")?;
    kill(running)?;
    let (running, mut client) = place.start(&[])?;
    client.expect("DEBUG DIGEST", &digest)?;
    logged(&running, "DB loaded from disk: ")?;
    logged(&running, "Done loading RDB, keys loaded: 1009, keys expired: 0.")?;
    if place.files() != ["dump.rdb"] {
        return Err(format!("there is more than the snapshot: {:?}", place.files()));
    }
    client.expect("SAVE now", "ERR wrong number of arguments for 'save' command")?;
    client.expect("BGSAVE now", "ERR syntax error")
}

pub(crate) fn clients_are_served_meanwhile(server: Server) -> Result<(), String> {
    let place = Place::new(server)?;
    let (running, mut client) = place.start(&["--rdb-key-save-delay", "300"])?;
    fill(&mut client)?;
    let digest = client.ask("DEBUG DIGEST")?;
    client.expect("BGSAVE", "Background saving started")?;
    for (line, answer) in [
        ("BGSAVE", "ERR Background save already in progress"),
        ("BGSAVE SCHEDULE", "ERR Background save already in progress"),
        ("SAVE", "ERR Background save already in progress"),
        ("SET later 1", "OK"),
        ("DEL string", "1"),
    ] {
        client.expect(line, answer)?;
    }
    if client.info("rdb_bgsave_in_progress")? != "1" || client.info("current_save_keys_total")? != "1009" {
        return Err("INFO does not tell of the save".into());
    }
    client.await_info("rdb_bgsave_in_progress", "0")?;
    client.await_info("rdb_changes_since_last_save", "2")?;
    client.await_info("total_forks", "1")?;
    for line in ["Background saving started by pid ", "Background saving terminated with success"] {
        logged(&running, line)?;
    }
    kill(running)?;
    let (_running, mut client) = place.start(&[])?;
    client.expect("DEBUG DIGEST", &digest)
}

pub(crate) fn save_points(server: Server) -> Result<(), String> {
    let place = Place::new(server)?;
    let (running, mut client) = place.start(&[])?;
    let started = client.ask("LASTSAVE")?;
    client.expect("CONFIG SET save \"1 3\"", "OK")?;
    client.expect("MSET a 1 b 2 c 3", "OK")?;
    until("a save point", || Ok(client.ask("LASTSAVE")? != started))?;
    logged(&running, "3 changes in 1 seconds. Saving...")?;
    client.await_info("rdb_changes_since_last_save", "0")?;
    kill(running)?;
    let (_running, mut client) = place.start(&[])?;
    client.expect("DBSIZE", "3")
}

/// A directory that has the snapshot's name and is not empty: nothing can take its place.
fn obstruct(place: &Place) -> Result<(), String> {
    fs::create_dir_all(place.snapshot().join("in the way")).map_err(|e| e.to_string())
}

pub(crate) fn failures_stop_writes(server: Server) -> Result<(), String> {
    const REFUSED: &str = "MISCONF Redis is configured to save RDB snapshots, but it's currently unable to persist to \
                           disk. Commands that may modify the data set are disabled, because this instance is \
                           configured to report errors during writes if RDB snapshotting fails \
                           (stop-writes-on-bgsave-error option). Please check the Redis logs for details about the RDB \
                           error.";
    let place = Place::new(server)?;
    let (running, mut client) = place.start(&[])?;
    client.expect("CONFIG SET save \"3600 1000\"", "OK")?;
    client.expect("SET a 1", "OK")?;
    obstruct(&place)?;
    client.expect("SAVE", "ERR")?;
    client.expect("SET a 2", "OK")?; // only a failure in the background counts
    client.expect("BGSAVE", "Background saving started")?;
    client.await_info("rdb_last_bgsave_status", "err")?;
    logged(&running, "Background saving error")?;
    logged(&running, "Error moving temp DB file temp-")?;
    client.expect("SET a 3", REFUSED)?;
    client.expect("PING", REFUSED)?;
    client.expect("GET a", "2")?;
    client.expect("MULTI", "OK")?;
    client.expect("GET a", "QUEUED")?;
    client.expect("DEL a", REFUSED)?;
    client.expect("EXEC", "EXECABORT Transaction discarded because of previous errors.")?;
    client.expect("CONFIG SET stop-writes-on-bgsave-error no", "OK")?;
    client.expect("MULTI", "OK")?;
    client.expect("SET a 4", "QUEUED")?;
    let mut other = Talk::to(&running)?;
    other.expect("CONFIG SET stop-writes-on-bgsave-error yes", "OK")?;
    client.expect("EXEC", &format!("EXECABORT Transaction discarded because of: {REFUSED}"))?;
    client.expect("CONFIG SET save \"\"", "OK")?;
    client.expect("SET a 5", "OK")?;
    client.expect("CONFIG SET save \"3600 1000\"", "OK")?;
    client.expect("SET a 6", REFUSED)?;
    if place.files() != ["dump.rdb"] {
        return Err(format!("a failed save leaves something: {:?}", place.files()));
    }
    fs::remove_dir_all(place.snapshot()).map_err(|e| e.to_string())?;
    client.expect("BGSAVE", "Background saving started")?;
    client.await_info("rdb_last_bgsave_status", "ok")?;
    client.expect("SET a 7", "OK")
}

pub(crate) fn a_killed_child(server: Server) -> Result<(), String> {
    let place = Place::new(server)?;
    let (running, mut client) = place.start(&["--rdb-key-save-delay", "100000"])?;
    client.expect("MSET a 1 b 2 c 3 d 4 e 5 f 6 g 7 h 8 i 9 j 10", "OK")?;
    for (signal, number, status) in [(Signal::USR1, 10, "ok"), (Signal::KILL, 9, "err")] {
        client.expect("BGSAVE", "Background saving started")?;
        let log = running.log_tail(usize::MAX);
        let pid = log.lines().rev().find_map(|line| line.split("Background saving started by pid ").nth(1));
        let pid = pid.and_then(|pid| Pid::from_raw(pid.trim().parse().ok()?)).ok_or("no pid in the log")?;
        until("the child writes", || Ok(place.files().iter().any(|name| name.starts_with("temp-"))))?;
        kill_process(pid, signal).map_err(|e| e.to_string())?;
        client.await_info("rdb_bgsave_in_progress", "0")?;
        logged(&running, &format!("Background saving terminated by signal {number}"))?;
        client.await_info("rdb_last_bgsave_status", status)?;
        until("nothing is left of it", || Ok(place.files().is_empty()))?;
    }
    Ok(())
}

pub(crate) fn flushall(server: Server) -> Result<(), String> {
    let place = Place::new(server)?;
    let (running, mut client) = place.start(&["--rdb-key-save-delay", "100000"])?;
    client.expect("CONFIG SET save \"3600 1000\"", "OK")?;
    client.expect("MSET a 1 b 2 c 3 d 4", "OK")?;
    client.expect("SAVE", "OK")?;
    client.expect("BGSAVE", "Background saving started")?;
    client.expect("FLUSHALL", "OK")?;
    client.expect("SET after 1", "OK")?;
    client.await_info("rdb_bgsave_in_progress", "0")?;
    client.await_info("rdb_changes_since_last_save", "1")?;
    client.await_info("rdb_last_bgsave_status", "ok")?;
    kill(running)?;
    let (running, mut client) = place.start(&[])?;
    client.expect("DBSIZE", "0")?;
    client.expect("SET a 1", "OK")?;
    client.expect("SAVE", "OK")?;
    client.expect("FLUSHALL", "OK")?; // without save points the file stays
    kill(running)?;
    let (_running, mut client) = place.start(&[])?;
    client.expect("DBSIZE", "1")
}

pub(crate) fn in_a_transaction(server: Server) -> Result<(), String> {
    let place = Place::new(server)?;
    let (_running, mut client) = place.start(&[])?;
    client.expect("MULTI", "OK")?;
    client.expect("SET a 1", "QUEUED")?;
    client.expect("BGSAVE", "QUEUED")?;
    client.expect("SAVE", "ERR Command not allowed inside a transaction")?;
    client.expect("DISCARD", "OK")?;
    client.expect("MULTI", "OK")?;
    client.expect("SET a 1", "QUEUED")?;
    client.expect("BGSAVE", "QUEUED")?;
    client.expect("SET a 2", "QUEUED")?;
    client.expect("EXEC", "OK Background saving scheduled OK*")?;
    client.await_info("rdb_saves", "1")?;
    client.await_info("rdb_changes_since_last_save", "0")
}

pub(crate) fn reload(server: Server) -> Result<(), String> {
    let place = Place::new(server)?;
    let (running, mut client) = place.start(&[])?;
    fill(&mut client)?;
    let digest = client.ask("DEBUG DIGEST")?;
    client.expect("DEBUG RELOAD", "OK")?;
    client.expect("DEBUG DIGEST", &digest)?;
    logged(&running, "DB reloaded by DEBUG RELOAD")?;
    client.expect("SET later 1", "OK")?;
    client.expect("SET string changed", "OK")?;
    client.expect("DEBUG RELOAD NOSAVE NOFLUSH MERGE", "OK")?;
    client.expect("GET later", "1")?;
    client.expect("GET string", "abc")?;
    client.expect("DEBUG RELOAD nosave", "OK")?;
    client.expect("DEBUG DIGEST", &digest)?;
    client.expect("EXISTS later", "0")?;
    client.expect(
        "DEBUG RELOAD NOW",
        "ERR DEBUG RELOAD only supports the MERGE, NOFLUSH and NOSAVE options.",
    )?;
    fs::remove_file(place.snapshot()).map_err(|e| e.to_string())?;
    client.expect("DEBUG RELOAD NOSAVE NOFLUSH", "ERR Error trying to load the RDB dump*")?;
    client.expect("DEBUG DIGEST", &digest)
}
