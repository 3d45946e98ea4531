//! A small file system that is really full: a `tmpfs` of a megabyte. Only root may mount one; elsewhere these are left out.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::disk::Disk;
use crate::scenes::{EVERYSEC, Result, Scene, written};

pub(crate) const SCENES: &[(&str, Scene)] =
    &[("small_disk::snapshot", snapshot), ("small_disk::journal", journal), ("small_disk::rewrite", rewrite)];

/// A file system that is unmounted with the value.
struct Small(PathBuf);

impl Small {
    fn mount(directory: &Path) -> std::result::Result<Small, String> {
        fs::create_dir_all(directory).map_err(|e| e.to_string())?;
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", "size=1m", "tmpfs"]).arg(directory);
        let done = mount.output().map_err(|e| format!("mount: {e}"))?;
        if done.status.success() {
            Ok(Small(directory.to_owned()))
        } else {
            Err(String::from_utf8_lossy(&done.stderr).into_owned())
        }
    }

    /// Takes so many bytes away.
    fn fill(&self, bytes: usize) -> Result {
        fs::write(self.0.join("filler"), vec![1; bytes]).map_err(|e| e.to_string())
    }

    /// Gives them back.
    fn empty(&self) -> Result {
        fs::remove_file(self.0.join("filler")).map_err(|e| e.to_string())
    }

    fn files(&self) -> Vec<String> {
        let entries = fs::read_dir(&self.0).into_iter().flatten().flatten();
        let mut names: Vec<String> =
            entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }
}

impl Drop for Small {
    fn drop(&mut self) {
        // Lazily: a server that has not ended yet may stand in it.
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

/// Whether a file system can be mounted here.
pub(crate) fn possible() -> bool {
    tempfile::tempdir().is_ok_and(|directory| Small::mount(directory.path()).is_ok())
}

/// Starts a server whose files lie on a small disk.
fn start(disk: &mut Disk, settings: &[&str]) -> std::result::Result<(), String> {
    let directory = disk.path().join("small").display().to_string();
    disk.start("nothing", &[&["--dir", &directory], settings].concat())
}

fn snapshot(disk: &mut Disk) -> Result {
    const SETTINGS: &[&str] = &["--save", "10000 10000", "--rdbcompression", "no"];
    let small = Small::mount(&disk.path().join("small"))?;
    start(disk, SETTINGS)?;
    disk.say(
        "SET a 1
        SAVE
        DEBUG POPULATE 20000 key 100
        SAVE",
    )?;
    disk.logged("(rdbSaveRio): No space left on device")?;
    disk.say("BGSAVE")?;
    disk.until("INFO persistence", "rdb_last_bgsave_status:err")?;
    disk.say("SET b 2")?;
    if small.files() != ["dump.rdb"] {
        return Err(format!("a failed save leaves something: {:?}", small.files()));
    }
    disk.kill()?;
    start(disk, SETTINGS)?;
    disk.say(
        "DBSIZE
        GET a",
    )?;
    // The old and the new one fit beside each other.
    disk.say("DEBUG POPULATE 3000 key 100")?;
    disk.say("SAVE")?;
    disk.kill()?;
    start(disk, SETTINGS)?;
    disk.say("DBSIZE")?;
    disk.kill()
}

/// Pushes elements of some kilobytes until that is refused; returns how many were acknowledged.
fn push_until_refused(disk: &mut Disk) -> std::result::Result<u32, String> {
    let element = "x".repeat(7000);
    for count in 0..1000 {
        let answer = disk.ask(&format!("RPUSH list {element}"))?;
        if answer.starts_with(b"-MISCONF Errors writing to the AOF file: No space left on device") {
            return Ok(count);
        }
        if answer != format!(":{}\r\n", count + 1).as_bytes() {
            return Err(format!("after {count}: {}", answer.escape_ascii()));
        }
        written_or_failed(disk)?;
    }
    Err("the disk is never full".into())
}

/// Waits until what was answered is written, or it is known that it cannot be.
fn written_or_failed(disk: &mut Disk) -> Result {
    for _ in 0..500 {
        let info = disk.ask("INFO persistence")?;
        let info = String::from_utf8_lossy(&info).into_owned();
        if info.contains("aof_buffer_length:0") || info.contains("aof_last_write_status:err") {
            return Ok(());
        }
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    Err("nothing is written".into())
}

fn journal(disk: &mut Disk) -> Result {
    let small = Small::mount(&disk.path().join("small"))?;
    small.fill(700_000)?;
    start(disk, EVERYSEC)?;
    let pushed = push_until_refused(disk)?;
    disk.logged("Short write while writing to the AOF file: (nwritten=")?;
    small.empty()?;
    disk.until("INFO persistence", "aof_last_write_status:ok")?;
    let element = "y".repeat(7000);
    disk.ask(&format!("RPUSH list {element}"))?;
    written(disk)?;
    disk.kill()?;
    start(disk, &[EVERYSEC, &["--aof-load-truncated", "no"]].concat())?;
    let length = disk.ask("LLEN list")?;
    disk.kill()?;
    if length == format!(":{}\r\n", pushed + 1).as_bytes() {
        Ok(())
    } else {
        Err(format!("{} of {} elements", length.escape_ascii(), pushed + 1))
    }
}

fn rewrite(disk: &mut Disk) -> Result {
    let small = Small::mount(&disk.path().join("small"))?;
    start(disk, &[EVERYSEC, &["--rdbcompression", "no"]].concat())?;
    let element = "z".repeat(7000);
    for _ in 0..50 {
        disk.ask(&format!("RPUSH list {element}"))?;
    }
    written(disk)?;
    small.fill(600_000)?;
    disk.say("BGREWRITEAOF")?;
    disk.until("INFO persistence", "aof_last_bgrewrite_status:err")?;
    disk.say("SET k v")?;
    written(disk)?;
    if small.files() != ["appendonlydir", "filler"] {
        return Err(format!("a failed rewrite leaves something: {:?}", small.files()));
    }
    disk.kill()?;
    start(disk, EVERYSEC)?;
    disk.say(
        "LLEN list
        GET k",
    )?;
    small.empty()?;
    disk.say("BGREWRITEAOF")?;
    disk.until("INFO persistence", "aof_rewrite_in_progress:0")?;
    disk.until("INFO persistence", "aof_last_bgrewrite_status:ok")?;
    disk.kill()?;
    start(disk, EVERYSEC)?;
    disk.say(
        "LLEN list
        GET k",
    )?;
    disk.kill()
}
