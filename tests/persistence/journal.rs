//! The append-only file: which files there are, what is in them, and that it is there again after a kill.

use std::fs;
use std::process::Command;

use russet_tests::peers::Server;

use crate::place::{Place, Talk, kill, logged, until};

/// With `always`, since Redis writes nothing while an earlier fsync is running, and these servers are killed.
const ON: &[&str] =
    &["--appendonly", "yes", "--appendfsync", "always", "--save", "", "--enable-debug-command", "yes"];

/// The names of the files in the directory, in order.
fn files(place: &Place) -> Vec<String> {
    let entries = fs::read_dir(place.path().join("appendonlydir")).into_iter().flatten().flatten();
    let mut names: Vec<String> =
        entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

fn read(place: &Place, name: &str) -> Result<String, String> {
    let bytes =
        fs::read(place.path().join("appendonlydir").join(name)).map_err(|e| format!("{name}: {e}"))?;
    Ok(bytes.escape_ascii().to_string().replace("\\r\\n", " ").replace("\\n", " "))
}

/// Waits until an increment says this: with `everysec` a write waits while the disk is asked to keep the one before.
fn incremented(place: &Place, name: &str, expected: &str) -> Result<(), String> {
    until(&format!("the increment says {expected}"), || Ok(read(place, name)? == expected))
}

fn wants(what: &str, said: &str, expected: &str) -> Result<(), String> {
    if said == expected { Ok(()) } else { Err(format!("{what}: {said:?}, not {expected:?}")) }
}

/// Waits until no rewrite runs or is to run.
fn rewritten(client: &mut Talk) -> Result<(), String> {
    client.await_info("aof_rewrite_scheduled", "0")?;
    client.await_info("aof_rewrite_in_progress", "0")?;
    client.await_info("aof_last_bgrewrite_status", "ok")
}

pub(crate) fn what_is_written(server: Server) -> Result<(), String> {
    let place = Place::new(server)?;
    let (running, mut client) = place.start(ON)?;
    let names = ["appendonly.aof.1.base.rdb", "appendonly.aof.1.incr.aof", "appendonly.aof.manifest"];
    wants("files", &files(&place).join(" "), &names.join(" "))?;
    let manifest = "file appendonly.aof.1.base.rdb seq 1 type b file appendonly.aof.1.incr.aof seq 1 type i ";
    wants("manifest", &read(&place, names[2])?, manifest)?;
    for line in
        ["SET a 1", "GET a", "SET b 2 NX", "SET b 3 NX", "SELECT 3", "INCR c", "MULTI", "INCR c", "LPUSH l x"]
    {
        client.ask(line)?;
    }
    client.expect("EXEC", "2 1")?;
    let increment = "*2 $6 SELECT $1 0 *3 $3 SET $1 a $1 1 *4 $3 SET $1 b $1 2 $2 NX *2 $6 SELECT $1 3 \
                     *2 $4 INCR $1 c *1 $5 MULTI *2 $4 INCR $1 c *3 $5 LPUSH $1 l $1 x *1 $4 EXEC ";
    incremented(&place, names[1], increment)?;
    kill(running)?;
    let (_running, mut client) = place.start(ON)?;
    client.expect("MGET a b", "1 2")?;
    client.ask("SELECT 3")?;
    client.expect("GET c", "2")
}

pub(crate) fn rewrites(server: Server) -> Result<(), String> {
    for (preamble, base) in [("yes", "appendonly.aof.2.base.rdb"), ("no", "appendonly.aof.2.base.aof")] {
        let place = Place::new(server)?;
        let settings = [ON, &["--aof-use-rdb-preamble", preamble]].concat();
        let (running, mut client) = place.start(&settings)?;
        client.ask("DEBUG POPULATE 1000 k 20")?;
        for line in [
            "RPUSH l a 1 b",
            "SADD s 1 2 3",
            "SADD t x y 1",
            "ZADD z 1.5 a -inf b 3 c",
            "HSET h f v 1 2",
            "XADD x 1-1 f v",
            "XADD x 2-0 g w h x",
            "XGROUP CREATE x group 0",
            "XREADGROUP GROUP group ada COUNT 1 STREAMS x >",
            "XDEL x 2-0",
            "SET e v PX 10000000",
            "SETRANGE big 5000 x",
            "SELECT 9",
            "SET n 12345",
        ] {
            client.ask(line)?;
        }
        let digest = client.ask("DEBUG DIGEST")?;
        client.expect("BGREWRITEAOF", "Background append only file rewriting started")?;
        rewritten(&mut client)?;
        client.expect("INCR n", "12346")?;
        client.expect("DECR n", "12345")?;
        let names = [base, "appendonly.aof.2.incr.aof", "appendonly.aof.manifest"];
        until("the old files are gone", || Ok(files(&place) == names))?;
        let changes = "*2 $6 SELECT $1 9 *2 $4 INCR $1 n *2 $4 DECR $1 n ";
        incremented(&place, names[1], changes)?;
        logged(&running, "Background AOF rewrite finished successfully")?;
        client.expect("DEBUG LOADAOF", "OK")?;
        client.expect("DEBUG DIGEST", &digest)?;
        kill(running)?;
        let (_running, mut client) = place.start(&settings)?;
        client.expect("DEBUG DIGEST", &digest)?;
        accepted_by_the_tool(&place)?;
    }
    Ok(())
}

/// In a transaction the file is read again without what the transaction has done so far; that is gone from memory then, and still
/// written with the rest.
pub(crate) fn loaded_again_in_a_transaction(server: Server) -> Result<(), String> {
    let place = Place::new(server)?;
    let (_running, mut client) = place.start(ON)?;
    for line in ["SET b 1", "MULTI", "SET a 1", "SET b 2", "DEBUG LOADAOF", "SET c 3"] {
        client.ask(line)?;
    }
    client.expect("EXEC", "OK OK OK OK")?;
    client.expect("MGET a b c", "(nil) 1 3")?;
    let increment = "*2 $6 SELECT $1 0 *3 $3 SET $1 b $1 1 *1 $5 MULTI *3 $3 SET $1 a $1 1 *3 $3 SET $1 b $1 2 \
                     *3 $3 SET $1 c $1 3 *1 $4 EXEC ";
    incremented(&place, "appendonly.aof.1.incr.aof", increment)
}

/// That `redis-check-aof` finds nothing wrong.
fn accepted_by_the_tool(place: &Place) -> Result<(), String> {
    let manifest = place.path().join("appendonlydir/appendonly.aof.manifest");
    let said = Command::new("redis-check-aof")
        .arg(manifest)
        .output()
        .map_err(|e| format!("redis-check-aof: {e}"))?;
    let text = String::from_utf8_lossy(&said.stdout).into_owned();
    if said.status.success() && text.contains("All AOF files and manifest are valid") {
        Ok(())
    } else {
        Err(text)
    }
}

pub(crate) fn grows_and_is_rewritten(server: Server) -> Result<(), String> {
    let place = Place::new(server)?;
    let settings =
        [ON, &["--auto-aof-rewrite-percentage", "100", "--auto-aof-rewrite-min-size", "20000"]].concat();
    let (running, mut client) = place.start(&settings)?;
    for number in 0..1000 {
        client.ask(&format!("SET k {number}"))?;
    }
    until("a rewrite", || Ok(client.info("aof_rewrites")? != "0"))?;
    rewritten(&mut client)?;
    logged(&running, "Starting automatic rewriting of AOF on ")?;
    kill(running)?;
    let (_running, mut client) = place.start(&settings)?;
    client.expect("GET k", "999")
}

pub(crate) fn switched_on_and_off(server: Server) -> Result<(), String> {
    let place = Place::new(server)?;
    let (running, mut client) = place.start(&["--save", "", "--appendfsync", "always"])?;
    client.expect("SET before 1", "OK")?;
    client.expect("CONFIG SET appendonly yes rdb-key-save-delay 200000", "OK")?;
    client.expect("SET meanwhile 2", "OK")?;
    client.expect("CONFIG SET rdb-key-save-delay 0", "OK")?;
    rewritten(&mut client)?;
    client.expect("SET after 3", "OK")?;
    let names = ["appendonly.aof.1.base.rdb", "appendonly.aof.1.incr.aof", "appendonly.aof.manifest"];
    until("files", || Ok(files(&place) == names))?;
    kill(running)?;
    let (running, mut client) = place.start(ON)?;
    client.expect("MGET before meanwhile after", "1 2 3")?;
    client.expect("CONFIG SET appendonly no", "OK")?;
    client.expect("SET after 4", "OK")?;
    wants("aof_enabled", &client.info("aof_enabled")?, "0")?;
    kill(running)?;
    let (_running, mut client) = place.start(ON)?;
    client.expect("GET after", "3")
}

pub(crate) fn cannot_be_switched_on(server: Server) -> Result<(), String> {
    let place = Place::new(server)?;
    let (running, mut client) = place.start(&["--save", ""])?;
    fs::write(place.path().join("appendonlydir"), "in the way").map_err(|e| e.to_string())?;
    let refusal = "ERR CONFIG SET failed (possibly related to argument 'appendonly') - Unable to turn on AOF. Check server logs.";
    client.expect("CONFIG SET appendonly yes", refusal)?;
    client.expect("CONFIG GET appendonly", "appendonly no")?;
    client.expect("SET k v", "OK")?;
    let refusal =
        "ERR Can't execute an AOF background rewriting. Please check the server logs for more information.";
    client.expect("BGREWRITEAOF", refusal)?;
    logged(&running, "Can't open or create append-only dir appendonlydir: ")
}

pub(crate) fn an_old_file_is_taken_over(server: Server) -> Result<(), String> {
    let place = Place::new(server)?;
    let old = "*2\r\n$6\r\nSELECT\r\n$1\r\n0\r\n*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$1\r\nv\r\n";
    fs::write(place.path().join("appendonly.aof"), old).map_err(|e| e.to_string())?;
    for round in 0..2 {
        let (running, mut client) = place.start(ON)?;
        client.expect("GET k", "v")?;
        client.expect("INCR n", &(round + 1).to_string())?;
        let names = ["appendonly.aof", "appendonly.aof.1.incr.aof", "appendonly.aof.manifest"];
        wants("files", &files(&place).join(" "), &names.join(" "))?;
        let manifest = "file appendonly.aof seq 1 type b file appendonly.aof.1.incr.aof seq 1 type i ";
        wants("manifest", &read(&place, names[2])?, manifest)?;
        if place.path().join("appendonly.aof").exists() {
            return Err("the old file is still where it was".into());
        }
        kill(running)?;
    }
    Ok(())
}

pub(crate) fn annotations(server: Server) -> Result<(), String> {
    let place = Place::new(server)?;
    let settings = [ON, &["--aof-timestamp-enabled", "yes", "--aof-use-rdb-preamble", "no"]].concat();
    let (running, mut client) = place.start(&settings)?;
    client.expect("SET k v", "OK")?;
    client.expect("SET k w", "OK")?;
    client.expect("BGREWRITEAOF", "Background append only file rewriting started")?;
    rewritten(&mut client)?;
    let base = read(&place, "appendonly.aof.2.base.aof")?;
    if !base.starts_with("#TS:1") {
        return Err(format!("the base begins with {base:?}"));
    }
    accepted_by_the_tool(&place)?;
    kill(running)?;
    let (_running, mut client) = place.start(&settings)?;
    client.expect("GET k", "w")
}

pub(crate) fn what_time_did_is_replayed(server: Server) -> Result<(), String> {
    let place = Place::new(server)?;
    let (running, mut client) = place.start(ON)?;
    // What has expired when the file is loaded must be there for the commands that met it.
    client.ask("SET k 5 PX 1500")?;
    client.ask("INCR k")?;
    client.ask("COPY k copy")?;
    client.ask("PERSIST copy")?;
    client.ask("RPUSH l a")?;
    client.ask("PEXPIRE l 1500")?;
    client.ask("RENAME l m")?;
    client.ask("PERSIST m")?;
    client.await_info("aof_buffer_length", "0")?;
    kill(running)?;
    std::thread::sleep(std::time::Duration::from_millis(1700));
    let (_running, mut client) = place.start(ON)?;
    client.expect("GET copy", "6")?;
    client.expect("LRANGE m 0 -1", "a")?;
    until("the key is gone", || Ok(client.ask("EXISTS k")? == "0"))
}
