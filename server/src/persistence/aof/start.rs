//! The append-only file and the server: loading it at the start while clients are told to wait, writing it with each tick.

use super::{Aof, Failed, LoadFailed, Place};
use crate::host::ServerHost;
use crate::persistence::loading::Outcome;
use crate::server::Server;
use crate::start::Failure;
use russet_engine::host::Dataset;

/// What the process ends with; the log has said why.
const UNUSABLE: &str = "The append-only file can't be used. Exiting.";

impl Server {
    /// Finds out which files there are.
    ///
    /// # Errors
    /// If that cannot be found out.
    pub(crate) fn read_journal_manifest(&mut self) -> Result<(), Failure> {
        self.with_aof(|aof, _| aof.read_manifest()).map_err(|Failed| UNUSABLE.into())
    }

    /// Loads the files that the last process has left, and answers clients meanwhile.
    ///
    /// # Errors
    /// If they cannot be loaded; the log says why.
    pub(crate) fn load_journal(&mut self) -> Result<Outcome, LoadFailed> {
        let now_ms = self.engine.now_ms();
        let load = self.with_aof(|aof, dataset| aof.load(dataset.params, now_ms))?;
        let Some(mut load) = load else { return Ok(Outcome::Missing) };
        load.announce(&mut Place::of(&mut self.engine));
        let outcome = loop {
            if load.step(&mut Place::of(&mut self.engine))? {
                break Outcome::Loaded;
            }
            if self.tick().is_err() || self.follow_host().is_err() || self.ending {
                break Outcome::GivenUp;
            }
        };
        let loaded = load.end(&mut Place::of(&mut self.engine));
        let journal = &mut self.engine.core.persistence.journal;
        (journal.current_bytes, journal.base_bytes) = (loaded.total, loaded.base);
        Ok(outcome)
    }

    /// Begins to write what happens, if that is asked for, and deletes what is not needed any more.
    ///
    /// # Errors
    /// If the files cannot be made or written; the log says why.
    pub(crate) fn open_journal(&mut self) -> Result<(), Failure> {
        let opened = self.with_aof(|aof, mut dataset| {
            if dataset.params.appendonly() {
                aof.open(&mut dataset)?;
            }
            aof.delete_history(dataset.params);
            Ok(())
        });
        opened.map_err(|Failed| UNUSABLE.into())
    }

    /// Hands on what has happened since the last time.
    pub(crate) fn feed_journal(&mut self) {
        self.with_aof(|aof, mut dataset| match aof.is_on() {
            true => aof.journal(&mut dataset),
            false => dataset.keyspace.effects.forget(),
        });
    }

    fn with_aof<R>(&mut self, work: impl FnOnce(&mut Aof, Dataset<'_>) -> R) -> R {
        let (host, dataset) = self.engine.host_and_dataset();
        let host: &mut ServerHost = host.as_any().downcast_mut().expect("a server is its engine's host");
        work(&mut host.aof, dataset)
    }
}
