//! The append-only file cut off or damaged: what is whole is loaded, what is not is refused.

use std::fs;
use std::path::PathBuf;

use russet_tests::client::encode;
use russet_tests::peers::Server;

use crate::place::{Place, kill, logged};

/// With `always`, since Redis writes nothing while an earlier fsync is running, and these servers are killed.
const ON: &[&str] =
    &["--appendonly", "yes", "--appendfsync", "always", "--save", "", "--enable-debug-command", "yes"];

fn increment(place: &Place) -> PathBuf {
    place.path().join("appendonlydir/appendonly.aof.1.incr.aof")
}

fn command(line: &str) -> Vec<u8> {
    let words: Vec<&[u8]> = line.split(' ').map(str::as_bytes).collect();
    encode(&words)
}

/// A place where a server has run, with these commands in its last increment.
fn with_commands(server: Server, bytes: &[u8]) -> Result<Place, String> {
    let place = Place::new(server)?;
    let (running, _) = place.start(ON)?;
    kill(running)?;
    fs::write(increment(&place), bytes).map_err(|e| e.to_string())?;
    Ok(place)
}

/// A file of increments, transactions and annotations.
#[derive(Default)]
struct Mixture {
    bytes: Vec<u8>,
    /// Where something ends that is whole, and how many increments stand before.
    wholes: Vec<(usize, u32)>,
    /// Where an annotation ends behind which a file may end.
    annotations: Vec<usize>,
}

impl Mixture {
    fn new() -> Self {
        let mut made = Mixture { wholes: vec![(0, 0)], ..Mixture::default() };
        let (mut count, mut open) = (0, false);
        let lines = "INCR n|MULTI|INCR n|SET k some-value|INCR n|EXEC|#TS:1700000000|SELECT 0|INCR n|#TS:1700000001|\
                     MULTI|#TS:1700000002|INCR n|#TS:1700000003|EXEC|#TS:1700000004|#TS:1700000005|INCR n|#TS:1700000006";
        for line in lines.split('|') {
            if line.starts_with('#') {
                made.bytes.extend_from_slice(format!("{line}\r\n").as_bytes());
                if !open {
                    made.annotations.push(made.bytes.len());
                }
                continue;
            }
            made.bytes.extend(command(line));
            count += u32::from(line == "INCR n");
            open = line == "MULTI" || open && line != "EXEC";
            if !open {
                made.wholes.push((made.bytes.len(), count));
            }
        }
        made
    }

    /// Of a file that is cut there: how long it is after it was loaded, and how many increments it holds.
    fn cut(&self, at: usize) -> (usize, u32) {
        let &(end, count) = self.wholes.iter().rfind(|&&(end, _)| end <= at).expect("the first is 0");
        (if self.annotations.contains(&at) { at } else { end }, count)
    }
}

/// Cuts the file at every byte; each time all commands are there that are whole, of a transaction all or none, and what is
/// written afterwards stands behind them.
pub(crate) fn every_cut_leaves_what_is_whole() -> Result<(), String> {
    let whole = Mixture::new();
    let place = with_commands(Server::Russet, b"")?;
    let (_running, mut client) = place.start(ON)?;
    for cut in 0..=whole.bytes.len() {
        fs::write(increment(&place), &whole.bytes[..cut]).map_err(|e| e.to_string())?;
        client.expect("DEBUG LOADAOF", "OK").map_err(|e| format!("cut at {cut}: {e}"))?;
        let (end, count) = whole.cut(cut);
        let said = client.ask("GET n")?;
        let expected = if count == 0 { "(nil)".to_owned() } else { count.to_string() };
        let length = fs::metadata(increment(&place)).map_err(|e| e.to_string())?.len();
        if said != expected || length != end as u64 {
            return Err(format!(
                "cut at {cut}: n is {said}, not {expected}; the file has {length} bytes, not {end}"
            ));
        }
        let next = (count + 1).to_string();
        client.expect("INCR n", &next)?;
        client.expect("DEBUG LOADAOF", "OK").map_err(|e| format!("cut at {cut}, and continued: {e}"))?;
        client.expect("GET n", &next).map_err(|e| format!("cut at {cut}, and continued: {e}"))?;
    }
    Ok(())
}

/// The same in one process after the other, since a process that starts has another way into the file. Redis 7.0 leaves a
/// transaction open that was cut in the middle of a command, and half of an annotation that was cut; what it writes behind
/// them is lost.
pub(crate) fn a_start_on_any_cut_goes_on() -> Result<(), String> {
    let whole = Mixture::new();
    for cut in (0..whole.bytes.len()).step_by(13) {
        let (_, count) = whole.cut(cut);
        let place = with_commands(Server::Russet, &whole.bytes[..cut])?;
        let (running, mut client) = place.start(ON)?;
        let next = (count + 1).to_string();
        client.expect("INCR n", &next).map_err(|e| format!("cut at {cut}: {e}"))?;
        client.await_info("aof_buffer_length", "0")?;
        kill(running)?;
        let (_running, mut client) = place.start(ON)?;
        client.expect("GET n", &next).map_err(|e| format!("cut at {cut}, and continued: {e}"))?;
    }
    Ok(())
}

pub(crate) fn a_cut_file_is_continued(server: Server) -> Result<(), String> {
    let whole = [command("SELECT 0"), command("INCR n"), command("INCR n")].concat();
    let place = with_commands(server, &whole[..whole.len() - 3])?;
    let (running, mut client) = place.start(ON)?;
    client.expect("GET n", "1")?;
    client.expect("INCR n", "2")?;
    let name = "appendonly.aof.1.incr.aof";
    logged(&running, &format!("!!! Warning: short read while loading the AOF file {name}!!!"))?;
    let kept = whole.len() - command("INCR n").len();
    logged(&running, &format!("!!! Truncating the AOF {name} at offset {kept} !!!"))?;
    logged(&running, &format!("AOF {name} loaded anyway because aof-load-truncated is enabled"))?;
    kill(running)?;
    let (_running, mut client) = place.start(ON)?;
    client.expect("GET n", "2")
}

/// That a server does not start, and says so.
fn refused(place: &Place, extra: &[&str], why: &str) -> Result<(), String> {
    match place.start(&[ON, extra].concat()) {
        Ok(_) => Err(format!("it started, although: {why}")),
        Err(log) if log.contains(why) && log.contains("exit status: 1") => Ok(()),
        Err(log) => Err(format!("{why:?} is not in {log}")),
    }
}

pub(crate) fn what_is_refused(server: Server) -> Result<(), String> {
    let file = |lines: &[&str]| lines.iter().flat_map(|line| command(line)).collect::<Vec<u8>>();
    let good = file(&["SELECT 0", "SET k v"]);
    let with = |bytes: &[u8]| [&good, bytes].concat();
    let name = "the append only file appendonly.aof.1.incr.aof";
    let cut = with(&command("SET k w")[..9]);
    let no = &["--aof-load-truncated", "no"][..];
    refused(&with_commands(server, &cut)?, no, &format!("Unexpected end of file reading {name}. You can: "))?;
    let open = with(&file(&["MULTI", "SET k w"]));
    refused(
        &with_commands(server, &open)?,
        no,
        "Revert incomplete MULTI/EXEC transaction in AOF file appendonly.aof.1.incr.aof",
    )?;
    for bad in [&b"!!!"[..], b"*0\r\n", b"*1\r\n*1\r\n"] {
        let bytes = with(&[bad, &good].concat());
        refused(
            &with_commands(server, &bytes)?,
            &[],
            &format!("Bad file format reading {name}: make a backup of"),
        )?;
    }
    let place = with_commands(server, b"")?;
    fs::remove_file(increment(&place)).map_err(|e| e.to_string())?;
    refused(
        &place,
        &[],
        "Unable to obtain the AOF file appendonly.aof.1.incr.aof length. stat: No such file or directory",
    )?;
    let place = with_commands(server, b"")?;
    let manifest = place.path().join("appendonlydir/appendonly.aof.manifest");
    fs::write(manifest, "file appendonly.aof.1.incr.aof seq 1 type z\n").map_err(|e| e.to_string())?;
    refused(&place, &[], "Unknown AOF file type")
}

/// Redis 7.0 has other words for it than 7.2.
pub(crate) fn what_is_no_command_is_refused() -> Result<(), String> {
    let why = "Error reading the append only file appendonly.aof.1.incr.aof, error: ";
    for (line, error) in [
        ("NOSUCH k v", "unknown command 'NOSUCH', with args beginning with: 'k' 'v' "),
        ("CONFIG NOSUCH", "unknown subcommand 'NOSUCH'. Try CONFIG HELP."),
        ("GET", "wrong number of arguments for 'get' command"),
    ] {
        let bytes = [command("SET k v"), command(line)].concat();
        refused(&with_commands(Server::Russet, &bytes)?, &[], &format!("{why}{error}"))?;
    }
    Ok(())
}

/// What an older Redis has written, which a client may not say: it is obeyed.
pub(crate) fn what_is_obeyed(server: Server) -> Result<(), String> {
    let lines = [
        "SELECT 0",
        "XADD s MAXLEN = 1 LIMIT 10 1-1 f v",
        "XADD s MAXLEN = 1 LIMIT 10 2-1 f v",
        "SET k v PX 100000",
        "BLPOP l 0",
    ];
    let bytes: Vec<u8> = lines.iter().flat_map(|line| command(line)).collect();
    let place = with_commands(server, &bytes)?;
    let (_running, mut client) =
        place.start(&[ON, &["--maxmemory", "1", "--maxmemory-policy", "noeviction"]].concat())?;
    client.expect("XLEN s", "1")?;
    client.expect("GET k", "v")
}
