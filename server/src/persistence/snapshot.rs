//! A snapshot as a file: written under another name, forced to disk, and then put in the old one's place, so that at any
//! moment there is a whole one.

use super::key_delay::KeyDelay;
use super::now_s;
use crate::sys::{alloc, os_text};
use russet_engine::keyspace::Keyspace;
use russet_engine::params::Params;
use russet_engine::rdb::file::{SaveRules, save};
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// So many bytes are forced to disk at a time, where that is asked for: less than what stops everybody else's writes
/// when all of it goes at once.
const SYNCED_AT_ONCE: usize = 4 * 1024 * 1024;

/// Who hears how far the work is. An error ends it.
pub(crate) trait Observer {
    /// So many keys are written.
    fn saved(&mut self, keys: u64) -> io::Result<()>;
    /// All of them are written and on disk, and the file is about to take its place.
    fn complete(&mut self, keys: u64) -> io::Result<()>;
}

/// Nobody, but for a test that wants it to take long.
impl Observer for KeyDelay {
    #[inline]
    fn saved(&mut self, _: u64) -> io::Result<()> {
        self.wait();
        Ok(())
    }
    fn complete(&mut self, _: u64) -> io::Result<()> {
        Ok(())
    }
}

/// How a snapshot is written: what the parameters say, of which a child has its own.
pub(crate) struct Plan {
    name: PathBuf,
    rules: SaveRules,
    sync_in_steps: bool,
}

impl Plan {
    /// What the parameters say.
    pub(crate) fn of(params: &Params) -> Self {
        Plan {
            name: params.dbfilename().as_path().to_owned(),
            rules: rules(params),
            sync_in_steps: params.rdb_save_incremental_fsync(),
        }
    }

    /// Writes a snapshot. What goes wrong is in the log. O(bytes).
    ///
    /// # Errors
    /// Those of the system, or of the observer. Then the old snapshot stands, and of the new one nothing is left.
    pub(crate) fn write(&self, keyspace: &Keyspace, observer: &mut impl Observer) -> io::Result<()> {
        let temporary = temporary_name(std::process::id() as i32);
        let file = File::create(&temporary).inspect_err(|error| {
            tracing::warn!(
                "Failed opening the temp RDB file {} (in server root dir {}) for saving: {}",
                temporary.display(),
                working_dir(),
                os_text(error)
            );
        })?;
        let written = self.fill(file, keyspace, observer);
        let stood =
            written.and_then(|keys| observer.complete(keys)).and_then(|()| self.put_in_place(&temporary));
        if stood.is_err() {
            let _ = fs::remove_file(&temporary);
        }
        stood?;
        self.sync_directory()
    }

    /// Writes what the file holds, down to the disk. Returns the number of keys.
    fn fill(&self, file: File, keyspace: &Keyspace, observer: &mut impl Observer) -> io::Result<u64> {
        let failed = |step: &str, error: io::Error| {
            tracing::warn!("Write error while saving DB to the disk({step}): {}", os_text(&error));
            error
        };
        let mut sink = Sink::new(file, self.sync_in_steps);
        let mut keys = 0;
        let saved = |count| {
            keys = count;
            observer.saved(count)
        };
        save(&mut sink, keyspace, &self.rules, saved).map_err(|error| failed("rdbSaveRio", error))?;
        sink.complete().map_err(|error| failed("fsync", error))?;
        Ok(keys)
    }

    fn put_in_place(&self, temporary: &Path) -> io::Result<()> {
        fs::rename(temporary, &self.name).inspect_err(|error| {
            tracing::warn!(
                "Error moving temp DB file {} on the final destination {} (in server root dir {}): {}",
                temporary.display(),
                self.name.display(),
                working_dir(),
                os_text(error)
            );
        })
    }

    /// Forces to disk that the new file has the old one's name.
    fn sync_directory(&self) -> io::Result<()> {
        File::open(".").and_then(|directory| directory.sync_all()).inspect_err(|error| {
            tracing::warn!("Failed to fsync directory while saving DB: {}", os_text(error));
        })
    }
}

/// What the parameters say about what is written.
pub(super) fn rules(params: &Params) -> SaveRules {
    SaveRules {
        compress: params.rdbcompression(),
        checksum: params.rdbchecksum(),
        journal_base: false,
        now_s: now_s(),
        used_memory: alloc::used_memory() as u64,
        policy: params.maxmemory_policy(),
    }
}

/// What a snapshot is called while process `pid` writes it.
fn temporary_name(pid: i32) -> PathBuf {
    format!("temp-{pid}.rdb").into()
}

/// Removes what process `pid` has left behind that was ended while it wrote a snapshot.
pub(crate) fn remove_temporary(pid: i32) {
    let _ = fs::remove_file(temporary_name(pid));
}

fn working_dir() -> String {
    std::env::current_dir().map_or_else(|_| "unknown".into(), |dir| dir.display().to_string())
}

/// A file that is forced to disk while it grows.
pub(super) struct Sink {
    file: File,
    unsynced: usize,
    in_steps: bool,
}

impl Sink {
    /// Fills `file`, and forces it to disk in steps if that is asked for.
    pub(super) fn new(file: File, in_steps: bool) -> Self {
        Sink { file, unsynced: 0, in_steps }
    }

    /// Forces all of it to disk.
    pub(super) fn complete(&mut self) -> io::Result<()> {
        self.file.sync_all()
    }
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.unsynced += written;
        if self.in_steps && self.unsynced >= SYNCED_AT_ONCE {
            self.unsynced = 0;
            self.file.sync_data()?;
        }
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
