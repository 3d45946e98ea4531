//! Loading: what clients are told meanwhile, what is left out, and which files keep the server from starting.

use std::fs;
use std::time::Duration;

use russet_tests::launch::Running;
use russet_tests::peers::Server;
use rustix::process::Signal;

use crate::place::{Place, Talk, ends_with, kill, logged, until};

/// A place with a snapshot of some hundred keys, and settings with which loading it takes seconds.
fn slow(server: Server) -> Result<Place, String> {
    let place = Place::new(server)?;
    let (running, mut client) = place.start(&[])?;
    client.expect("DEBUG POPULATE 4000 key 200", "OK")?;
    client.expect("SAVE", "OK")?;
    kill(running)?;
    Ok(place)
}

const SLOWLY: &[&str] = &["--key-load-delay", "1000", "--loading-process-events-interval-bytes", "1024"];

/// Starts a server that loads slowly, and leaves it loading.
fn begin(place: &Place) -> Result<(Running, Talk), String> {
    place.start_loading(SLOWLY)
}

pub(crate) fn clients_are_told_to_wait(server: Server) -> Result<(), String> {
    let place = slow(server)?;
    let (running, mut client) = begin(&place)?;
    client.expect("GET key:1", "LOADING *")?;
    client.expect("PING", "LOADING *")?;
    client.expect("SAVE", "LOADING *")?;
    client.expect("MULTI", "OK")?;
    client.expect("SET a 1", "LOADING *")?;
    client.expect("EXEC", "EXECABORT *")?;
    for field in ["loading_start_time", "loading_total_bytes", "loading_loaded_bytes", "loading_loaded_perc"]
    {
        client.info(field)?;
    }
    if client.info("loading")? != "1" {
        return Err("INFO does not say that it loads".into());
    }
    client.await_info("loading", "0")?;
    client.expect("DBSIZE", "4000")?;
    client.await_info("rdb_last_load_keys_loaded", "4000")?;
    logged(&running, "DB loaded from disk: ")
}

pub(crate) fn a_stop_leaves_the_file(server: Server) -> Result<(), String> {
    let place = slow(server)?;
    let before = fs::read(place.snapshot()).map_err(|e| e.to_string())?;
    let (mut running, _client) = begin(&place)?;
    running.signal(Signal::TERM);
    ends_with(&mut running, 0)?;
    logged(&running, "Received shutdown signal during loading, ")?;
    let (mut running, mut client) = begin(&place)?;
    client.send("SHUTDOWN SAVE")?;
    ends_with(&mut running, 0)?;
    if fs::read(place.snapshot()).map_err(|e| e.to_string())? != before {
        return Err("what was loaded in part has taken the place of the whole".into());
    }
    Ok(())
}

pub(crate) fn expired_keys_are_left_out(server: Server) -> Result<(), String> {
    let place = Place::new(server)?;
    let (running, mut client) = place.start(&[])?;
    client.expect("SET stays 1 EX 1000", "OK")?;
    client.expect("SET goes 1 PX 100", "OK")?;
    client.expect("SAVE", "OK")?;
    kill(running)?;
    std::thread::sleep(Duration::from_millis(150));
    let (_running, mut client) = place.start(&[])?;
    client.expect("DBSIZE", "1")?;
    client.await_info("rdb_last_load_keys_expired", "1")?;
    client.await_info("rdb_last_load_keys_loaded", "1")
}

pub(crate) fn damaged_files(server: Server) -> Result<(), String> {
    let place = slow(server)?;
    let whole = fs::read(place.snapshot()).map_err(|e| e.to_string())?;
    let changed = |at: usize, byte: u8| {
        let mut bytes = whole.clone();
        bytes[at] = byte;
        bytes
    };
    let end = whole.len();
    for (bytes, says) in [
        (b"no snapshot".to_vec(), "Wrong signature trying to load DB from file"),
        (changed(5, b'9'), ""),
        (changed(end - 1, whole[end - 1] ^ 1), "RDB CRC error"),
        (whole[..end / 2].to_vec(), "Short read or OOM loading DB. Unrecoverable error, aborting now."),
    ] {
        fs::write(place.snapshot(), bytes).map_err(|e| e.to_string())?;
        match place.start(&[]) {
            Ok(_) => return Err(format!("it starts: {says}")),
            Err(message) if message.contains("exit status: 1") && message.contains(says) => {}
            Err(message) => return Err(format!("{says:?}: {message}")),
        }
    }
    fs::remove_file(place.snapshot()).map_err(|e| e.to_string())?;
    let (_running, mut client) = place.start(&[])?;
    until("it starts empty", || client.expect("DBSIZE", "0").map(|()| true))
}
