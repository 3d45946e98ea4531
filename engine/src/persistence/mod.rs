//! Persistence as commands see it: what is being loaded, how the last save ended, whether writes have to be refused.
//!
//! The files themselves are the server's, which keeps this up to date; `INFO`, `LASTSAVE` and the dispatch pipeline read
//! it. An engine without a server never saves and never loads, and this says so.

mod child;
mod journal;
mod loading;
mod snapshots;

pub use child::{Child, Forks, Purpose};
pub use journal::Journal;
pub use loading::Loading;
pub use snapshots::Snapshots;

use crate::error::Error;
use crate::observe::Waits;
use crate::params::Params;

/// What is kept about files.
#[derive(Debug)]
pub struct Persistence {
    /// The dataset is being loaded: commands are refused until it is whole.
    pub loading: Option<Loading>,
    /// Snapshots: the last one, the one that is being written.
    pub snapshots: Snapshots,
    /// The append-only file.
    pub journal: Journal,
    /// The child that writes one of them.
    pub child: Option<Child>,
    /// How often the process was forked.
    pub forks: Forks,
    /// Packed structures that `sanitize-dump-payload` has had checked more closely.
    pub sanitized: u64,
    /// What took long in this tick.
    pub waits: Waits,
}

impl Persistence {
    /// As it is at the start.
    pub(crate) fn at(now_s: i64) -> Self {
        Persistence {
            loading: None,
            snapshots: Snapshots::at(now_s),
            journal: Journal::default(),
            child: None,
            forks: Forks::default(),
            sanitized: 0,
            waits: Waits::default(),
        }
    }

    /// Why commands that write are refused, if they are: what they did might be lost.
    pub(crate) fn refuses_writes(&self, params: &Params) -> Result<(), Error> {
        let failed = !self.snapshots.last_succeeded;
        if failed && params.stop_writes_on_bgsave_error() && !params.save().is_empty() {
            return Err(Error::new(
                "MISCONF Redis is configured to save RDB snapshots, but it's currently unable to persist to disk. \
                 Commands that may modify the data set are disabled, because this instance is configured to report \
                 errors during writes if RDB snapshotting fails (stop-writes-on-bgsave-error option). Please check the \
                 Redis logs for details about the RDB error.",
            ));
        }
        if self.journal.enabled && !self.journal.last_write_succeeded {
            let why = &self.journal.write_error;
            return Err(Error::owned(format!("MISCONF Errors writing to the AOF file: {why}")));
        }
        Ok(())
    }

    /// Whether a script that may write is refused because nothing can be persisted.
    pub(crate) fn refuses_scripts(&self, params: &Params) -> Result<(), Error> {
        let Err(error) = self.refuses_writes(params) else { return Ok(()) };
        const ADVICE: &str = "Writable scripts are blocked. Use 'no-writes' flag for read only scripts.";
        Err(Error::owned(if error.text().starts_with(b"MISCONF Redis") {
            format!(
                "MISCONF Redis is configured to save RDB snapshots, but it's currently unable to persist to disk. {ADVICE}"
            )
        } else {
            let why = &self.journal.write_error;
            format!(
                "MISCONF Redis is configured to persist data to AOF, but it's currently unable to persist to disk. \
                 {ADVICE} AOF error: {why}"
            )
        }))
    }

    /// Sets what is counted since the start to zero: `CONFIG RESETSTAT`.
    pub fn reset_counts(&mut self) {
        self.forks = Forks::default();
        self.snapshots.begun = 0;
        self.sanitized = 0;
        (self.journal.rewrites, self.journal.failed_rewrites, self.journal.delayed_syncs) = (0, 0, 0);
    }
}
