//! Snapshots on a disk that fails: the one from before stays, nothing is left of the failed one, and commands that write
//! are refused until one succeeds.

use std::fs;

use crate::disk::Disk;
use crate::scenes::{Result, Scene, VALUES};

pub(crate) const SCENES: &[(&str, Scene)] = &[
    ("snapshot::cannot_be_synced", sync),
    ("snapshot::full", full),
    ("snapshot::short_write", short),
    ("snapshot::in_a_directory_that_is_read_only", readonly),
    ("snapshot::cannot_be_renamed", rename),
    ("snapshot::in_a_directory_that_is_gone", gone),
    ("snapshot::fails_by_a_save_point", save_point),
];

const SAVED: &[&str] = &["--save", "10000 10000"];

/// A snapshot that is whole, then some that fail, then one that is whole again.
fn failing(disk: &mut Disk, matching: &str, how: &str, why: &str) -> Result {
    disk.start(matching, SAVED)?;
    disk.say(
        "SET a 1
        SAVE
        SET b 2",
    )?;
    disk.fail(how)?;
    disk.say("SAVE")?;
    disk.logged(why)?;
    disk.files("temp-")?;
    // Only a failure in the background counts.
    disk.say("SET c 3")?;
    disk.say("BGSAVE")?;
    disk.until("INFO persistence", "rdb_last_bgsave_status:err")?;
    disk.logged("Background saving error")?;
    disk.say(
        "SET c 4
        GET b
        PING
        MULTI
        INCR n
        EXEC
        CONFIG SET stop-writes-on-bgsave-error no
        SET c 3
        CONFIG SET stop-writes-on-bgsave-error yes
        SET d 4
        SHUTDOWN",
    )?;
    disk.files("temp-")?;
    disk.fail("")?;
    disk.kill()?;
    // The one from before is whole.
    disk.start(matching, SAVED)?;
    disk.say(VALUES)?;
    disk.fail(how)?;
    disk.say("BGSAVE")?;
    disk.until("INFO persistence", "rdb_last_bgsave_status:err")?;
    disk.fail("")?;
    disk.say("SET e 5")?;
    disk.say("BGSAVE")?;
    disk.until("INFO persistence", "rdb_last_bgsave_status:ok")?;
    disk.say(
        "SET e 5
        SAVE",
    )?;
    disk.kill()?;
    disk.start(matching, SAVED)?;
    disk.say(VALUES)
}

fn sync(disk: &mut Disk) -> Result {
    failing(disk, "temp-", "sync", "(fsync): Input/output error")
}

fn full(disk: &mut Disk) -> Result {
    failing(disk, "temp-", "full", "(rdbSaveRio): No space left on device")
}

fn short(disk: &mut Disk) -> Result {
    failing(disk, "temp-", "short", "(rdbSaveRio): No space left on device")
}

fn readonly(disk: &mut Disk) -> Result {
    failing(disk, ".rdb", "readonly", ") for saving: Read-only file system")
}

fn rename(disk: &mut Disk) -> Result {
    failing(disk, "dump.rdb$", "readonly", "Error moving temp DB file temp-")
}

fn gone(disk: &mut Disk) -> Result {
    let directory = disk.path().join("sub");
    let make = || fs::create_dir(&directory).map_err(|e| e.to_string());
    make()?;
    let path = directory.display().to_string();
    let settings = [SAVED, &["--dir", &path]].concat();
    disk.start("nothing", &settings)?;
    disk.say("SET a 1")?;
    fs::remove_dir(&directory).map_err(|e| e.to_string())?;
    disk.say("SAVE")?;
    disk.logged("(in server root dir unknown) for saving: No such file or directory")?;
    disk.say("BGSAVE")?;
    disk.until("INFO persistence", "rdb_last_bgsave_status:err")?;
    disk.say("SET b 2")?;
    // Another of that name is not the one that the process stands in.
    make()?;
    disk.say("SAVE")?;
    disk.say_with("CONFIG SET dir DIRECTORY", "DIRECTORY", &path)?;
    disk.say(
        "SAVE
        SET b 2
        BGSAVE",
    )?;
    disk.until("INFO persistence", "rdb_bgsave_in_progress:0")?;
    disk.kill()?;
    disk.start("nothing", &settings)?;
    disk.say(VALUES)
}

fn save_point(disk: &mut Disk) -> Result {
    disk.start("temp-", &["--save", "1 1"])?;
    disk.fail("full")?;
    disk.say("SET a 1")?;
    disk.until("INFO persistence", "rdb_last_bgsave_status:err")?;
    disk.say("SET b 2")?;
    disk.logged("1 changes in 1 seconds. Saving...")?;
    disk.fail("")?;
    // It is tried again by itself.
    disk.until("INFO persistence", "rdb_last_bgsave_status:ok")?;
    disk.say("SET b 2")
}
