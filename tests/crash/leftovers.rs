//! Leftovers: files that nobody needs after a kill. Whoever lives on removes its own.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use russet_tests::launch::Running;
use rustix::process::Pid;

/// A child that finds no parent any more ends within a second or so.
const PATIENCE: Duration = Duration::from_secs(10);

/// What a child has completed for a parent that is dead.
const FOR_THE_PARENT: &str = "temp-rewriteaof-bg-";

/// Waits until there are no temporary files but those of the processes that were killed, or that they would have taken, and
/// removes these, which nobody else does, as with Redis.
pub(crate) fn of(killed: &[Pid], directory: &Path) -> Result<(), String> {
    let end = Instant::now() + PATIENCE;
    loop {
        let entries = fs::read_dir(directory).map_err(|e| e.to_string())?;
        let names = entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned());
        let mut temporary: Vec<String> = names.filter(|name| name.starts_with("temp-")).collect();
        let own: Vec<String> = killed.iter().map(|pid| format!("-{}.", pid.as_raw_nonzero())).collect();
        let of_the_dead =
            |name: &mut String| name.starts_with(FOR_THE_PARENT) || own.iter().any(|own| name.contains(own));
        for name in temporary.extract_if(.., of_the_dead) {
            fs::remove_file(directory.join(&name)).map_err(|e| format!("{name}: {e}"))?;
        }
        if temporary.is_empty() {
            return Ok(());
        }
        if Instant::now() > end {
            return Err(format!("{temporary:?} is left by somebody who was not killed"));
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Rewrites once more: then there is nothing in the directory but what the manifest names.
pub(crate) fn of_rewrites(running: &Running) -> Result<(), String> {
    let mut client = running.connect().map_err(|e| e.to_string())?;
    let end = Instant::now() + PATIENCE;
    let mut asked = false;
    loop {
        let mut names: Vec<String> = fs::read_dir(running.directory().join("appendonlydir"))
            .map_err(|e| e.to_string())?
            .flatten()
            .map(|entry| entry.file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        let ends = [".base.rdb", ".incr.aof", ".manifest"];
        if asked && names.len() == ends.len() && names.iter().zip(ends).all(|(name, end)| name.ends_with(end))
        {
            return Ok(());
        }
        if Instant::now() > end {
            return Err(format!("after a rewrite there is {names:?}"));
        }
        let reply = client.line("BGREWRITEAOF").map_err(|e| e.to_string())?;
        asked |= !reply.value.is_error();
        std::thread::sleep(Duration::from_millis(200));
    }
}
