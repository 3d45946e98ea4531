//! Servers that do not start on a disk that fails, what they say and end with, and that they start as if nothing had
//! happened when it is mended.

use std::fs;

use crate::disk::Disk;
use crate::scenes::{EVERYSEC, Result, Scene, VALUES, written};

pub(crate) const SCENES: &[(&str, Scene)] = &[
    ("start::nothing_can_be_made", first),
    ("start::what_is_there_cannot_be_written", later),
    ("start::a_file_in_the_place_of_the_directory", in_the_way),
];

fn mended(disk: &mut Disk) -> Result {
    disk.start("nothing", EVERYSEC)?;
    disk.say("SET a 1")?;
    written(disk)?;
    disk.kill()?;
    disk.start("nothing", EVERYSEC)?;
    disk.say(VALUES)?;
    disk.manifest()?;
    disk.kill()
}

/// The first start of all.
fn first(disk: &mut Disk) -> Result {
    for (how, matching, why) in [
        (
            "readonly",
            "appendonlydir$",
            "Can't open or create append-only dir appendonlydir: Read-only file system",
        ),
        (
            "readonly",
            "temp-rewriteaof",
            "Opening the temp file for AOF rewrite in rewriteAppendOnlyFile(): Read-only file system",
        ),
        ("full", "temp-rewriteaof", "Write error writing append only file on disk: No space left on device"),
        ("sync", "temp-rewriteaof", "Write error writing append only file on disk: Input/output error"),
        (
            "readonly",
            ".base.rdb$",
            "Error moving temp append only file on the final destination: Read-only file system",
        ),
        (
            "readonly",
            ".incr.aof$",
            "Can't open the append-only file appendonly.aof.1.incr.aof: Read-only file system",
        ),
        (
            "readonly",
            "temp-appendonly.aof.manifest",
            "Can't open the AOF manifest file temp-appendonly.aof.manifest: Read-only file system",
        ),
        (
            "full",
            "temp-appendonly.aof.manifest",
            "Error trying to write the temporary AOF manifest file temp-appendonly.aof.manifest: No space left on device",
        ),
        (
            "sync",
            "temp-appendonly.aof.manifest",
            "Fail to fsync the temp AOF file temp-appendonly.aof.manifest: Input/output error.",
        ),
        ("readonly", "aof.manifest$", ""),
        (
            "sync",
            "appendonlydir$",
            "Fail to fsync AOF directory appendonlydir/appendonly.aof.manifest: Input/output error.",
        ),
    ] {
        disk.refuses(how, matching, EVERYSEC)?;
        disk.logged(why)?;
        disk.files("temp-")?;
        mended(disk)?;
        fs::remove_dir_all(disk.path().join("appendonlydir")).map_err(|e| e.to_string())?;
    }
    Ok(())
}

/// A start on files that are there.
fn later(disk: &mut Disk) -> Result {
    mended(disk)?;
    disk.refuses("readonly", ".incr.aof$", EVERYSEC)?;
    disk.refuses("readonly", "appendonlydir", EVERYSEC)?;
    mended(disk)
}

fn in_the_way(disk: &mut Disk) -> Result {
    let place = disk.path().join("appendonlydir");
    fs::write(&place, "no directory").map_err(|e| e.to_string())?;
    disk.refuses("", "nothing", EVERYSEC)?;
    fs::remove_file(&place).map_err(|e| e.to_string())?;
    mended(disk)
}
