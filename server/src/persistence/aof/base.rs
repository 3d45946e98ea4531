//! The base: the dataset as it is, as a snapshot or as commands, in a file that stands whole or not at all.

use super::super::snapshot::{Observer, Sink, rules};
use super::{Failed, annotation};
use crate::sys::os_text;
use russet_engine::effects;
use russet_engine::keyspace::Keyspace;
use russet_engine::params::Params;
use russet_engine::rdb::file::{SaveRules, save};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// How a base is written: what the parameters say, of which a child has its own.
pub(super) struct Plan {
    /// As a snapshot; else as commands.
    preamble: bool,
    timestamps: bool,
    rules: SaveRules,
    sync_in_steps: bool,
}

impl Plan {
    /// What the parameters say.
    pub(super) fn of(params: &Params) -> Self {
        Plan {
            preamble: params.aof_use_rdb_preamble(),
            timestamps: params.aof_timestamp_enabled(),
            rules: SaveRules { journal_base: true, ..rules(params) },
            sync_in_steps: params.aof_rewrite_incremental_fsync(),
        }
    }

    /// Writes the base: under another name, then forced to disk and put in its place. O(bytes).
    ///
    /// # Errors
    /// If that fails, or the observer ends it; the log says why, and nothing is left.
    pub(super) fn write(
        &self,
        path: &Path,
        keyspace: &Keyspace,
        observer: &mut impl Observer,
    ) -> Result<(), Failed> {
        let temporary = unfinished_name(std::process::id() as i32);
        let file = super::directory::create_new(&temporary).map_err(|error| {
            let why = os_text(&error);
            tracing::warn!("Opening the temp file for AOF rewrite in rewriteAppendOnlyFile(): {why}");
            Failed
        })?;
        let mut sink = Sink::new(file, self.sync_in_steps);
        let filled = self.fill(&mut sink, keyspace, observer).and_then(|keys| {
            sink.complete()?;
            observer.complete(keys)
        });
        if let Err(error) = filled {
            tracing::warn!("Write error writing append only file on disk: {}", os_text(&error));
            let _ = fs::remove_file(&temporary);
            return Err(Failed);
        }
        fs::rename(&temporary, path).map_err(|error| {
            let why = os_text(&error);
            tracing::warn!("Error moving temp append only file on the final destination: {why}");
            let _ = fs::remove_file(&temporary);
            Failed
        })
    }

    fn fill(&self, sink: &mut Sink, keyspace: &Keyspace, observer: &mut impl Observer) -> io::Result<u64> {
        let mut keys = 0;
        let done = |count| {
            keys = count;
            observer.saved(count)
        };
        if self.preamble {
            save(sink, keyspace, &self.rules, done)?;
        } else {
            let annotation = if self.timestamps { annotation(self.rules.now_s) } else { String::new() };
            effects::rebuild(sink, keyspace, annotation.as_bytes(), done)?;
        }
        Ok(keys)
    }
}

/// What a base is called while process `pid` writes it.
fn unfinished_name(pid: i32) -> PathBuf {
    format!("temp-rewriteaof-{pid}.aof").into()
}

/// What a base is called that the child `pid` has written, until the parent puts it in its place.
pub(super) fn finished_name(pid: i32) -> PathBuf {
    format!("temp-rewriteaof-bg-{pid}.aof").into()
}

/// Removes what the child `pid` has left.
pub(super) fn remove_temporary(pid: i32) {
    super::remove_later(&finished_name(pid));
    super::remove_later(&unfinished_name(pid));
}
