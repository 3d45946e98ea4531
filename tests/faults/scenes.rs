//! The append-only file on a disk that fails: what is said meanwhile, and what is there afterwards.

use std::time::Duration;

use crate::disk::Disk;

/// What is done to a server and its disk.
pub(crate) type Scene = fn(&mut Disk) -> Result;

pub(crate) const SCENES: &[(&str, Scene)] = &[
    ("journal::full_with_everysec", full_everysec),
    ("journal::full_with_always", full_always),
    ("journal::short_write_with_everysec", short_everysec),
    ("journal::short_write_with_always", short_always),
    ("journal::sync_fails_with_everysec", sync_everysec),
    ("journal::sync_fails_with_always", sync_always),
    ("journal::what_is_done_twice_shows", twice),
];

const ALWAYS: &[&str] = &["--appendonly", "yes", "--appendfsync", "always"];
pub(crate) const EVERYSEC: &[&str] = &["--appendonly", "yes", "--appendfsync", "everysec"];
const JOURNAL: &str = "incr.aof";
pub(crate) const VALUES: &str = "MGET a b c d e";

pub(crate) type Result = std::result::Result<(), String>;

/// A restart after a crash, without any fault.
fn again(disk: &mut Disk, settings: &[&str]) -> Result {
    disk.kill()?;
    disk.start(JOURNAL, settings)?;
    disk.say(VALUES)
}

/// Commands of which one more or less would show, while the disk fails in between and comes back.
fn twice(disk: &mut Disk) -> Result {
    const COUNTS: &str = "MGET n text\nLRANGE list 0 -1\nSCARD set";
    disk.start(JOURNAL, EVERYSEC)?;
    for how in ["full", "short", "full", "short"] {
        disk.say(
            "INCR n
            RPUSH list a b",
        )?;
        written(disk)?;
        disk.fail(how)?;
        // Answered before it is known that it cannot be written: it must be there in the end, once.
        disk.say("INCR n")?;
        disk.until("INFO persistence", "aof_last_write_status:err")?;
        disk.say(
            "INCR n
            APPEND text x
            MULTI
            RPUSH list never
            EXEC
            GET n",
        )?;
        disk.fail("")?;
        disk.until("INFO persistence", "aof_last_write_status:ok")?;
        disk.say(
            "MULTI
            INCR n
            APPEND text y
            SADD set 1 2
            LLEN list
            EXEC",
        )?;
        written(disk)?;
        disk.kill()?;
        disk.start(JOURNAL, &[EVERYSEC, &["--aof-load-truncated", "no"]].concat())?;
        disk.say(COUNTS)?;
    }
    Ok(())
}

/// Waits until what was answered is written: with `everysec` a sync on its way can delay that.
pub(crate) fn written(disk: &mut Disk) -> Result {
    disk.until("INFO persistence", "aof_buffer_length:0")
}

fn full_everysec(disk: &mut Disk) -> Result {
    disk.start(JOURNAL, EVERYSEC)?;
    disk.say("SET a 1")?;
    disk.fail("full")?;
    // The first is not known to fail before it is answered.
    disk.say("SET b 2")?;
    disk.until("INFO persistence", "aof_last_write_status:err")?;
    disk.say(
        "SET c 3
        MULTI
        SET c 3
        EXEC
        GET b
        PING
        DEL a",
    )?;
    disk.logged("No space left on device")?;
    disk.fail("")?;
    disk.until("INFO persistence", "aof_last_write_status:ok")?;
    disk.say("SET d 4")?;
    written(disk)?;
    again(disk, EVERYSEC)
}

fn full_always(disk: &mut Disk) -> Result {
    disk.start(JOURNAL, ALWAYS)?;
    disk.say("SET a 1")?;
    disk.fail("full")?;
    disk.say("SET b 2")?;
    disk.ends()?;
    disk.logged("Can't recover from AOF write error when the AOF fsync policy is 'always'. Exiting...")?;
    again(disk, ALWAYS)
}

fn short_everysec(disk: &mut Disk) -> Result {
    disk.start(JOURNAL, EVERYSEC)?;
    disk.say("SET a 1")?;
    disk.fail("short")?;
    disk.say("SET b 2")?;
    disk.until("INFO persistence", "aof_last_write_status:err")?;
    disk.say("SET c 3")?;
    // What was written of it has been taken back: nothing is cut off at the start.
    disk.kill()?;
    disk.start(JOURNAL, &[EVERYSEC, &["--aof-load-truncated", "no"]].concat())?;
    disk.say(VALUES)?;
    disk.fail("short")?;
    disk.say("SET b 2")?;
    disk.until("INFO persistence", "aof_last_write_status:err")?;
    disk.fail("")?;
    disk.until("INFO persistence", "aof_last_write_status:ok")?;
    disk.say("SET d 4")?;
    written(disk)?;
    again(disk, &[EVERYSEC, &["--aof-load-truncated", "no"]].concat())
}

fn short_always(disk: &mut Disk) -> Result {
    disk.start(JOURNAL, ALWAYS)?;
    disk.say("SET a 1")?;
    disk.fail("short")?;
    disk.say("SET b 2")?;
    disk.ends()?;
    again(disk, &[ALWAYS, &["--aof-load-truncated", "no"]].concat())
}

fn sync_everysec(disk: &mut Disk) -> Result {
    disk.start(JOURNAL, EVERYSEC)?;
    disk.say("SET a 1")?;
    disk.fail("sync")?;
    disk.say("SET b 2")?;
    disk.until("INFO persistence", "aof_last_write_status:err")?;
    disk.say("SET c 3")?;
    disk.logged("Fail to fsync the AOF file: Input/output error")?;
    // Nothing is written any more that could be synced, so it stays so.
    disk.fail("")?;
    std::thread::sleep(Duration::from_millis(1500));
    disk.say("SET c 3")?;
    again(disk, EVERYSEC)
}

fn sync_always(disk: &mut Disk) -> Result {
    disk.start(JOURNAL, ALWAYS)?;
    disk.say("SET a 1")?;
    disk.fail("sync")?;
    disk.say("SET b 2")?;
    disk.ends()?;
    disk.logged("Can't persist AOF for fsync error when the AOF fsync policy is 'always'")?;
    disk.logged("Input/output error")?;
    // It was written, though nobody was told so.
    again(disk, ALWAYS)
}
