//! Rewrites of the append-only file on a disk that fails: the old files stay in use, and nothing of what happens is lost.

use std::fs;

use crate::disk::Disk;
use crate::scenes::{EVERYSEC, Result, Scene, VALUES, written};

pub(crate) const SCENES: &[(&str, Scene)] = &[
    ("rewrite::base_cannot_be_synced", |disk| base(disk, "sync", "yes")),
    ("rewrite::base_on_a_full_disk", |disk| base(disk, "full", "yes")),
    ("rewrite::base_as_commands_on_a_full_disk", |disk| base(disk, "full", "no")),
    ("rewrite::base_is_written_in_part", |disk| base(disk, "short", "yes")),
    ("rewrite::base_as_commands_is_written_in_part", |disk| base(disk, "short", "no")),
    ("rewrite::base_cannot_be_made", |disk| base(disk, "readonly", "yes")),
    ("rewrite::base_cannot_be_renamed", base_in_place),
    ("rewrite::something_has_the_name_of_the_base", obstructed),
    ("rewrite::manifest_cannot_be_synced", |disk| manifest(disk, "sync")),
    ("rewrite::manifest_on_a_full_disk", |disk| manifest(disk, "full")),
    ("rewrite::manifest_is_written_in_part", |disk| manifest(disk, "short")),
    ("rewrite::manifest_cannot_be_made", |disk| manifest(disk, "readonly")),
    ("rewrite::increment_cannot_be_made", increment),
    ("rewrite::last_manifest_cannot_be_synced", |disk| last_manifest(disk, "sync")),
    ("rewrite::last_manifest_on_a_full_disk", |disk| last_manifest(disk, "full")),
];

/// What Redis does not survive.
pub(crate) const OWN: &[(&str, Scene)] = &[
    ("rewrite::directory_cannot_be_synced", directory),
    ("rewrite::directory_cannot_be_synced_when_switched_on", directory_at_first),
];

const MANIFEST: &str = "temp-appendonly.aof.manifest";

/// Writes a value more, starts again, and rewrites once more, which succeeds.
fn goes_on(disk: &mut Disk, settings: &[&str]) -> Result {
    disk.say(
        "SET c 3
        INCR n",
    )?;
    written(disk)?;
    disk.whole()?;
    disk.files("temp-")?;
    disk.fail("")?;
    disk.kill()?;
    disk.start("nothing", settings)?;
    disk.say(VALUES)?;
    disk.say(
        "INCR n
        BGREWRITEAOF",
    )?;
    rewritten(disk)?;
    disk.say(
        "SET d 4
        INCR n",
    )?;
    written(disk)?;
    disk.whole()?;
    disk.kill()?;
    disk.start("nothing", settings)?;
    disk.say(VALUES)?;
    disk.say("GET n")
}

fn rewritten(disk: &mut Disk) -> Result {
    disk.until("INFO persistence", "aof_rewrite_in_progress:0")?;
    disk.until("INFO persistence", "aof_last_bgrewrite_status:ok")
}

fn failed(disk: &mut Disk) -> Result {
    disk.until("INFO persistence", "aof_last_bgrewrite_status:err")?;
    disk.until("INFO persistence", "aof_rewrite_in_progress:0")
}

/// The child cannot write the base.
fn base(disk: &mut Disk, how: &str, preamble: &str) -> Result {
    let settings = [EVERYSEC, &["--aof-use-rdb-preamble", preamble]].concat();
    disk.start("temp-rewriteaof", &settings)?;
    disk.say(
        "MSET a 1 b 2
        INCR n",
    )?;
    disk.fail(how)?;
    disk.say("BGREWRITEAOF")?;
    failed(disk)?;
    disk.logged("Background AOF rewrite terminated with error")?;
    goes_on(disk, &settings)
}

/// The server cannot put the base in its place.
fn base_in_place(disk: &mut Disk) -> Result {
    disk.start(".base.rdb$", EVERYSEC)?;
    disk.say("MSET a 1 b 2")?;
    disk.fail("readonly")?;
    disk.say("BGREWRITEAOF")?;
    failed(disk)?;
    disk.logged("Error trying to rename the temporary AOF base file temp-rewriteaof-bg-")?;
    goes_on(disk, EVERYSEC)
}

fn obstructed(disk: &mut Disk) -> Result {
    disk.start("nothing", EVERYSEC)?;
    disk.say("MSET a 1 b 2")?;
    let place = disk.path().join("appendonlydir/appendonly.aof.2.base.rdb");
    fs::create_dir_all(place.join("in the way")).map_err(|e| e.to_string())?;
    disk.say("BGREWRITEAOF")?;
    failed(disk)?;
    fs::remove_dir_all(place).map_err(|e| e.to_string())?;
    goes_on(disk, EVERYSEC)
}

/// The rewrite cannot begin, since the manifest cannot name the new increment.
fn manifest(disk: &mut Disk, how: &str) -> Result {
    disk.start(MANIFEST, EVERYSEC)?;
    disk.say("MSET a 1 b 2")?;
    disk.fail(how)?;
    disk.say("BGREWRITEAOF")?;
    failed(disk)?;
    goes_on(disk, EVERYSEC)
}

fn increment(disk: &mut Disk) -> Result {
    disk.start(".2.incr.aof$", EVERYSEC)?;
    disk.say("MSET a 1 b 2")?;
    disk.fail("readonly")?;
    disk.say("BGREWRITEAOF")?;
    failed(disk)?;
    disk.logged("Can't open the append-only file appendonly.aof.2.incr.aof: Read-only file system")?;
    goes_on(disk, EVERYSEC)
}

/// Begins a rewrite that takes a while.
fn begin_slowly(disk: &mut Disk) -> Result {
    disk.say(
        "CONFIG SET rdb-key-save-delay 300000
        BGREWRITEAOF",
    )?;
    disk.until("INFO persistence", "aof_rewrite_in_progress:1")?;
    // That of the beginning has been written.
    disk.say("CONFIG SET rdb-key-save-delay 0")
}

/// The base is there and the manifest cannot name it.
fn last_manifest(disk: &mut Disk, how: &str) -> Result {
    disk.start(MANIFEST, EVERYSEC)?;
    disk.say("MSET a 1 b 2")?;
    begin_slowly(disk)?;
    disk.say("INCR n")?;
    disk.fail(how)?;
    failed(disk)?;
    goes_on(disk, EVERYSEC)
}

/// The manifest has its place, and whether that is on disk nobody knows: the files of either must stay.
fn directory(disk: &mut Disk) -> Result {
    for late in [false, true] {
        disk.start("appendonlydir$", EVERYSEC)?;
        disk.say("MSET a 1 b 2")?;
        if late {
            begin_slowly(disk)?;
        }
        disk.say("INCR n")?;
        disk.fail("sync")?;
        if !late {
            disk.say("BGREWRITEAOF")?;
        }
        failed(disk)?;
        disk.logged("Fail to fsync AOF directory ")?;
        disk.say("INCR n")?;
        written(disk)?;
        disk.whole()?;
        // Without another word: whatever is there is loaded.
        disk.kill()?;
        disk.start("appendonlydir$", EVERYSEC)?;
        disk.holds("GET n", if late { "4" } else { "2" })?;
        disk.holds("GET b", "2")?;
        // And again, now with a rewrite that succeeds behind the one that has failed.
        disk.fail("sync")?;
        disk.say("BGREWRITEAOF")?;
        failed(disk)?;
        disk.fail("")?;
        disk.say("BGREWRITEAOF")?;
        rewritten(disk)?;
        disk.whole()?;
        disk.kill()?;
        disk.start("nothing", EVERYSEC)?;
        disk.holds("GET n", if late { "4" } else { "2" })?;
        disk.kill()?;
    }
    // Nothing is left over but base, increment and manifest.
    let left = fs::read_dir(disk.path().join("appendonlydir")).map_err(|e| e.to_string())?.count();
    if left == 3 { Ok(()) } else { Err(format!("there are {left} files")) }
}

fn directory_at_first(disk: &mut Disk) -> Result {
    disk.start("appendonlydir$", &["--save", ""])?;
    disk.say(
        "MSET a 1 b 2
        CONFIG SET rdb-key-save-delay 300000
        CONFIG SET appendonly yes",
    )?;
    disk.say("CONFIG SET rdb-key-save-delay 0")?;
    disk.fail("sync")?;
    failed(disk)?;
    disk.say("INCR n")?;
    disk.whole()?;
    disk.fail("")?;
    // By itself it would be tried again after a minute.
    disk.say("BGREWRITEAOF")?;
    rewritten(disk)?;
    disk.say("INCR n")?;
    written(disk)?;
    disk.whole()?;
    disk.kill()?;
    disk.start("nothing", EVERYSEC)?;
    disk.holds("GET n", "2")?;
    disk.holds("GET b", "2")
}
