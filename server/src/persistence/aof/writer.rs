//! The writer: what has happened, on its way into the last increment.
//!
//! ```text
//!  effects ──> buffer ── write(2), once per tick ──> the system ── fdatasync ──> the disk
//!                                                      always: in the tick, before any reply
//!                                                      everysec: once a second, by a thread of its own
//! ```
//!
//! # What if the thread is slow?
//!
//! While it forces the file to disk, a write to the same file may block. So with `everysec` the buffer waits until the
//! thread is done, for up to two seconds; then it is written whatever it costs.
//!
//! # What if a write fails?
//!
//! What stands in the buffer has happened, and some of it was acknowledged. With `always` nothing may be acknowledged that
//! is not on disk, so the process ends, before any reply. Otherwise the buffer is kept and tried again with every tick,
//! and meanwhile the engine refuses commands that write. Of a write that was cut short the file is freed at once: it ends
//! with a whole command as long as the system lets it.

use super::syncer::Syncer;
use crate::sys::os_text;
use russet_engine::observe::Waits;
use russet_engine::params::choice::AppendFsync;
use russet_engine::persistence::Journal;
use std::fs::File;
use std::io::{self, Write};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How long a write waits for the thread.
const PATIENCE: Duration = Duration::from_secs(2);
const SYNC_EVERY: Duration = Duration::from_secs(1);
/// Time between two lines about errors.
const LOG_EVERY: Duration = Duration::from_secs(30);
/// An emptied buffer above this size is given back.
const KEEP: usize = 1024 * 1024;

/// When the file is forced to disk.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rules {
    /// `appendfsync`.
    pub policy: AppendFsync,
    /// Not now: a child writes, and `no-appendfsync-on-rewrite` is set.
    pub hold: bool,
    /// A child writes.
    pub child: bool,
}

/// The increment that is being written.
pub(crate) struct Writer {
    /// What is still to be written: whole commands, but for the first where an attempt could not be taken back.
    pub buffer: Vec<u8>,
    file: Option<Arc<File>>,
    /// Bytes in the file, as far as they are whole commands or could not be taken back.
    size: u64,
    /// How many of them the disk was asked to keep.
    synced: u64,
    last_sync: Instant,
    postponed: Option<Instant>,
    error: Option<io::Error>,
    logged: Option<Instant>,
    syncer: Syncer,
    /// A pause before each write, for tests: `DEBUG AOF-FLUSH-SLEEP`.
    pub delay: Duration,
}

impl Default for Writer {
    fn default() -> Self {
        Writer {
            buffer: Vec::new(),
            file: None,
            size: 0,
            synced: 0,
            last_sync: Instant::now(),
            postponed: None,
            error: None,
            logged: None,
            syncer: Syncer::default(),
            delay: Duration::ZERO,
        }
    }
}

impl Writer {
    /// Goes on in another file, of so many bytes. The one before is forced to disk in the background.
    pub(crate) fn switch_to(&mut self, file: File, size: u64) {
        if let Some(before) = self.file.replace(Arc::new(file)) {
            self.syncer.finish(before);
            self.last_sync = Instant::now();
        }
        (self.size, self.synced) = (size, size);
    }

    /// Whether there is a file.
    pub(crate) fn is_open(&self) -> bool {
        self.file.is_some()
    }

    /// Bytes in the file.
    pub(crate) fn size(&self) -> u64 {
        self.size
    }

    /// Forces to disk what has been written, and closes the file. What could not be written is forgotten.
    pub(crate) fn close(&mut self) {
        if let Some(file) = self.file.take() {
            match file.sync_data() {
                Ok(()) => self.last_sync = Instant::now(),
                Err(error) => tracing::warn!("Fail to fsync the AOF file: {}", os_text(&error)),
            }
        }
        self.buffer = Vec::new();
        self.postponed = None;
        (self.size, self.synced) = (0, 0);
    }

    /// Forces to disk what has been written, here and now.
    pub(crate) fn sync_now(&mut self) {
        if let Some(file) = &self.file
            && let Err(error) = file.sync_data()
        {
            tracing::warn!("Fail to fsync the AOF file: {}.", os_text(&error));
        }
    }

    /// Forgets errors: a new file is begun.
    pub(crate) fn forgive(&mut self, journal: &mut Journal) {
        self.last_sync = Instant::now();
        if self.syncer.error().is_some() {
            tracing::warn!("AOF reopen, just ignore the AOF fsync error in bio job");
            self.syncer.forgive();
        }
        if self.error.take().is_some() {
            tracing::warn!("AOF reopen, just ignore the last error.");
        }
        self.tell(journal);
    }

    /// Writes the buffer, if there is anything in it and it is time, or in any case if it is `forced`.
    pub(crate) fn flush(&mut self, forced: bool, rules: Rules, journal: &mut Journal, waits: &mut Waits) {
        let (began, size) = (Instant::now(), self.size);
        let may_sync = self.file.is_some() && self.write(forced, rules.policy, journal);
        if self.size != size {
            let took = began.elapsed();
            waits.note("aof-write", took);
            waits.note(self.circumstances(rules), took);
        }
        if may_sync {
            self.sync(rules, waits);
        }
        self.tell(journal);
    }

    /// What a write that took long may have waited for, as the name of an event.
    fn circumstances(&self, rules: Rules) -> &'static str {
        match () {
            () if self.syncer.pending() > 0 => "aof-write-pending-fsync",
            () if rules.child => "aof-write-active-child",
            () => "aof-write-alone",
        }
    }

    /// Says what commands and `INFO` are to know.
    fn tell(&self, journal: &mut Journal) {
        let failed = self.syncer.error();
        let error = self.error.as_ref().or(failed.as_ref());
        if journal.last_write_succeeded != error.is_none() {
            journal.last_write_succeeded = error.is_none();
            journal.write_error = error.map(os_text).unwrap_or_default();
        }
        journal.buffer_bytes = self.buffer.len() as u64;
        journal.buffer_room = self.buffer.capacity() as u64;
        journal.pending_syncs = self.syncer.pending() as u64;
    }

    /// Writes, and returns whether the disk may be asked for something.
    fn write(&mut self, forced: bool, policy: AppendFsync, journal: &mut Journal) -> bool {
        let Some(file) = &self.file else { return false };
        if self.buffer.is_empty() {
            return self.synced != self.size;
        }
        if policy == AppendFsync::Everysec && !forced && self.syncer.pending() > 0 {
            let since = *self.postponed.get_or_insert_with(Instant::now);
            if since.elapsed() < PATIENCE {
                return false;
            }
            journal.delayed_syncs += 1;
            tracing::info!(
                "Asynchronous AOF fsync is taking too long (disk is busy?). Writing the AOF buffer without waiting \
                 for fsync to complete, this may slow down Redis."
            );
        }
        if !self.delay.is_zero() {
            std::thread::sleep(self.delay);
        }
        self.postponed = None;
        let (mut written, failure) = write_all(file, &self.buffer);
        let Some(failure) = failure else {
            if self.error.take().is_some() {
                tracing::info!("AOF write error looks solved. Redis can write again.");
            }
            self.grew(written, journal);
            if self.buffer.capacity() > KEEP {
                self.buffer = Vec::new();
            } else {
                self.buffer.clear();
            }
            return true;
        };
        let log = self.logged.is_none_or(|at| at.elapsed() > LOG_EVERY);
        if log {
            self.logged = Some(Instant::now());
        }
        if written == 0 {
            if log {
                tracing::warn!("Error writing to the AOF file: {}", os_text(&failure));
            }
            self.error = Some(failure);
        } else {
            if log {
                let expected = self.buffer.len();
                tracing::warn!(
                    "Short write while writing to the AOF file: (nwritten={written}, expected={expected})"
                );
            }
            match file.set_len(self.size) {
                Ok(()) => written = 0,
                Err(error) if log => tracing::warn!(
                    "Could not remove short write from the append-only file.  Redis may refuse to load the AOF the \
                     next time it starts.  ftruncate: {}",
                    os_text(&error)
                ),
                Err(_) => {}
            }
            self.error = Some(io::Error::from_raw_os_error(libc::ENOSPC));
        }
        if policy == AppendFsync::Always {
            tracing::warn!(
                "Can't recover from AOF write error when the AOF fsync policy is 'always'. Exiting..."
            );
            std::process::exit(1);
        }
        // What could not be taken back must not be written a second time.
        self.grew(written, journal);
        self.buffer.drain(..written);
        false
    }

    fn grew(&mut self, bytes: usize, journal: &mut Journal) {
        self.size += bytes as u64;
        journal.current_bytes += bytes as u64;
    }

    /// Has the disk keep what was written, if it is time.
    fn sync(&mut self, rules: Rules, waits: &mut Waits) {
        let Some(file) = &self.file else { return };
        if rules.hold {
            return;
        }
        match rules.policy {
            AppendFsync::No => {}
            AppendFsync::Always => {
                let began = Instant::now();
                let synced = file.sync_data();
                waits.note("aof-fsync-always", began.elapsed());
                if let Err(error) = synced {
                    let why = os_text(&error);
                    tracing::warn!(
                        "Can't persist AOF for fsync error when the AOF fsync policy is 'always': {why}. Exiting..."
                    );
                    std::process::exit(1);
                }
                self.synced = self.size;
                self.last_sync = Instant::now();
            }
            AppendFsync::Everysec => {
                if self.last_sync.elapsed() < SYNC_EVERY {
                    return;
                }
                if self.syncer.pending() == 0 {
                    self.syncer.sync(file);
                    self.synced = self.size;
                }
                self.last_sync = Instant::now();
            }
        }
    }
}

/// Writes as much as the system takes, and says why it did not take more.
fn write_all(mut file: &File, bytes: &[u8]) -> (usize, Option<io::Error>) {
    let mut written = 0;
    while written < bytes.len() {
        match file.write(&bytes[written..]) {
            Ok(0) => return (written, Some(io::ErrorKind::WriteZero.into())),
            Ok(count) => written += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return (written, Some(error)),
        }
    }
    (written, None)
}
