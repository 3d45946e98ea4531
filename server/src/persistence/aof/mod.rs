//! The append-only file: everything that happens, in files that make it happen again.
//!
//! ```text
//!  appendonlydir/appendonly.aof.manifest       which files there are, in which order
//!                appendonly.aof.2.base.rdb     the dataset when it was last rewritten
//!                appendonly.aof.5.incr.aof     what has happened since
//! ```
//!
//! | file | what it is about |
//! |---|---|
//! | `manifest.rs` | which files, and their names |
//! | `directory.rs` | the files on disk |
//! | `writer.rs` | what has happened, on its way into the last file |
//! | `syncer.rs` | the thread that forces it to disk |
//! | `reader.rs` | a file of commands, taken apart |
//! | `load.rs` | all files into memory |
//! | `tail.rs` | what is done about a file that ends too early |
//! | `base.rs` | the dataset as a file to begin with |
//! | `rewrite.rs` | a new base, written by a child |
//! | `retry.rs` | how soon a rewrite that failed is tried again |
//! | `start.rs` | loading at the start, writing with each tick |
//! | `switch.rs` | `appendonly` changed while the server runs |
//!
//! # When is it on?
//!
//! What is in memory when it is switched on is in no file: the file is of no use until the first rewrite is complete.
//! Until then ([`State::Starting`]) what happens is collected in a temporary increment, which becomes a real one together
//! with the base.

mod base;
mod directory;
mod load;
mod manifest;
mod reader;
mod retry;
mod rewrite;
mod start;
mod switch;
mod syncer;
mod tail;
mod writer;

pub(crate) use directory::Failed;
pub(crate) use load::{Load, LoadFailed, Place};

use super::key_delay::KeyDelay;
use directory::{Directory, open_to_append, shown};
use manifest::Manifest;
use retry::Retry;
use russet_engine::host::Dataset;
use russet_engine::params::Params;
use russet_engine::persistence::{Persistence, Purpose};
use std::fs::{self, File};
use std::path::Path;
use std::time::Duration;
use writer::{Rules, Writer};

/// Whether what happens is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Off,
    /// The first rewrite is not complete.
    Starting,
    On,
}

/// The append-only file.
pub(crate) struct Aof {
    state: State,
    directory: Directory,
    manifest: Manifest,
    writer: Writer,
    retry: Retry,
    /// The base that the running child writes begins with a snapshot.
    preamble: bool,
    /// When the last annotation was written, Unix time in seconds.
    annotated_s: i64,
}

impl Aof {
    /// One that is off.
    pub(crate) fn new(params: &Params) -> Self {
        Aof {
            state: State::Off,
            directory: Directory::of(params),
            manifest: Manifest::default(),
            writer: Writer::default(),
            retry: Retry::default(),
            preamble: false,
            annotated_s: 0,
        }
    }

    /// Reads what is on disk, as far as it tells which files there are.
    ///
    /// # Errors
    /// If it cannot be used; the log says why.
    pub(crate) fn read_manifest(&mut self) -> Result<(), Failed> {
        self.manifest = self.directory.manifest()?;
        Ok(())
    }

    /// What loads all files. Takes over the single file of an old server before.
    ///
    /// # Errors
    /// If the files cannot be used; the log says why.
    pub(crate) fn load(&mut self, params: &Params, now_ms: i64) -> Result<Option<Load>, LoadFailed> {
        self.directory.upgrade(&mut self.manifest).map_err(|Failed| LoadFailed)?;
        Load::begin(&self.directory, &self.manifest, params, now_ms)
    }

    /// Begins to write, after everything was loaded: in the last increment, or a new one. A dataset that begins empty
    /// gets a base.
    ///
    /// # Errors
    /// If the files cannot be made or written; the log says why.
    pub(crate) fn open(&mut self, dataset: &mut Dataset<'_>) -> Result<(), Failed> {
        self.directory.create()?;
        let went_on = !self.manifest.increments.is_empty();
        let mut changed = false;
        if self.manifest.is_empty() {
            let preamble = dataset.params.aof_use_rdb_preamble();
            let name = self.manifest.new_base(&self.directory.name, preamble).to_vec();
            base::Plan::of(dataset.params).write(
                &self.directory.file(&name),
                dataset.keyspace,
                &mut KeyDelay::default(),
            )?;
            tracing::info!("Creating AOF base file {} on server start", shown(&name));
            changed = true;
        }
        let name = match self.manifest.increments.last() {
            Some(last) => last.name.clone(),
            None => {
                changed = true;
                self.manifest.new_increment(&self.directory.name).to_vec()
            }
        };
        let file =
            open_to_append(&self.directory.file(&name), false).map_err(|error| cannot_open(&name, &error))?;
        if changed {
            self.directory.persist(&self.manifest)?;
        }
        self.writer.switch_to(file, self.directory.size(&name)?);
        tracing::info!(
            "{} AOF incr file {} on server start",
            if went_on { "Opening" } else { "Creating" },
            shown(&name)
        );
        self.state = State::On;
        dataset.persistence.journal.enabled = true;
        dataset.keyspace.effects.attach(true);
        Ok(())
    }

    /// Deletes the files that are not needed any more, unless they are to be kept.
    pub(crate) fn delete_history(&mut self, params: &Params) {
        if params.aof_disable_auto_gc() || self.manifest.history.is_empty() {
            return;
        }
        for part in std::mem::take(&mut self.manifest.history) {
            tracing::info!("Removing the history file {} in the background", shown(&part.name));
            remove_later(&self.directory.file(&part.name));
        }
        // What fails is in the log, and the next time it is tried again.
        let _ = self.directory.persist(&self.manifest);
    }

    /// Takes over what has happened since the last time, and writes it if it is time.
    pub(crate) fn journal(&mut self, dataset: &mut Dataset<'_>) {
        if self.state != State::Off {
            self.collect(dataset);
            self.flush(false, dataset.params, dataset.persistence);
        }
    }

    /// Writes everything, and forces it to disk: before the process ends, or reads its files again.
    pub(crate) fn finish(&mut self, dataset: &mut Dataset<'_>) {
        if self.state != State::Off {
            tracing::info!("Calling fsync() on the AOF file.");
            self.write_all(dataset);
            self.writer.sync_now();
        }
    }

    /// Writes everything, as far as the system takes it.
    pub(crate) fn write_all(&mut self, dataset: &mut Dataset<'_>) {
        self.collect(dataset);
        self.flush(true, dataset.params, dataset.persistence);
    }

    /// Whether it is on, or about to be.
    pub(crate) fn is_on(&self) -> bool {
        self.state != State::Off
    }

    /// Whether the process must not end, since what is in memory is in no file yet.
    pub(crate) fn is_starting(&self) -> bool {
        self.state == State::Starting
    }

    /// Sets the pause before each write: `DEBUG AOF-FLUSH-SLEEP`.
    pub(crate) fn pause_before_writes(&mut self, time: Duration) {
        self.writer.delay = time;
    }

    /// Takes over what has happened since the last time. What happened before the first rewrite began is in its base.
    fn collect(&mut self, dataset: &mut Dataset<'_>) {
        let effects = &mut dataset.keyspace.effects;
        let rewriting = dataset.persistence.child.is_some_and(|child| child.purpose == Purpose::Rewrite);
        if self.state == State::Starting && !rewriting {
            return effects.forget();
        }
        if dataset.params.aof_timestamp_enabled() && !effects.complete().is_empty() {
            let now_s = super::now_s();
            if now_s > self.annotated_s {
                self.annotated_s = now_s;
                self.writer.buffer.extend_from_slice(annotation(now_s).as_bytes());
            }
        }
        dataset.keyspace.effects.take_into(&mut self.writer.buffer);
    }

    fn flush(&mut self, forced: bool, params: &Params, persistence: &mut Persistence) {
        let hold = params.no_appendfsync_on_rewrite() && persistence.child.is_some();
        let rules = Rules { policy: params.appendfsync(), hold, child: persistence.child.is_some() };
        self.writer.flush(forced, rules, &mut persistence.journal, &mut persistence.waits);
    }
}

/// A line that tells when what follows has happened.
fn annotation(now_s: i64) -> String {
    format!("#TS:{now_s}\r\n")
}

/// Says that a file cannot be opened.
fn cannot_open(name: &[u8], error: &std::io::Error) -> Failed {
    tracing::warn!("Can't open the append-only file {}: {}", shown(name), crate::sys::os_text(error));
    Failed
}

/// Removes a file. What the system has to do to free a large one it does when the last descriptor is closed, and that
/// happens where nobody waits.
fn remove_later(path: &Path) {
    let open = File::open(path);
    let removed = fs::remove_file(path);
    if let (Ok(file), Ok(())) = (open, removed) {
        let close = std::thread::Builder::new().name("close_file".into());
        // If there is no thread to be had the file has been closed here.
        let _ = close.spawn(move || drop(file));
    }
}
