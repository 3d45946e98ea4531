//! Loading a snapshot: at the start, while clients are told to wait, and for `DEBUG RELOAD`.

use super::key_delay::KeyDelay;
use super::{now_ms, now_s};
use crate::server::Server;
use crate::start::Failure;
use crate::sys::os_text;
use russet_engine::host::Dataset;
use russet_engine::params::Params;
use russet_engine::params::choice::{SanitizeDump, VersionCheck};
use russet_engine::persistence::Loading;
use russet_engine::rdb;
use russet_engine::rdb::file::{LoadRules, Loader};
use std::fs::File;
use std::io;
use std::time::Instant;

/// How a load has ended that was not hindered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// It is whole.
    Loaded,
    /// There is no file.
    Missing,
    /// It was given up, because the process is to end.
    GivenUp,
}

/// A load that was begun.
struct Running<R> {
    loader: Loader<R>,
    delay: KeyDelay,
}

impl Server {
    /// Loads the dataset that the last process has left, and answers clients meanwhile.
    ///
    /// # Errors
    /// If it cannot be loaded whole; the log says why.
    pub(crate) fn load_dataset(&mut self) -> Result<Outcome, Failure> {
        let begun = Instant::now();
        self.signals.set_loading(true);
        let journal = self.engine.core.params.appendonly();
        let outcome = if journal { self.load_journal() } else { self.load_snapshot() };
        self.signals.set_loading(false);
        match outcome {
            Ok(Outcome::Loaded) => {
                let from = if journal { "append only file" } else { "disk" };
                tracing::info!("DB loaded from {from}: {:.3} seconds", begun.elapsed().as_secs_f64());
                Ok(Outcome::Loaded)
            }
            Ok(other) => Ok(other),
            Err(LoadFailed) => Err("Fatal error loading the DB, check server logs. Exiting.".into()),
        }
    }

    fn load_snapshot(&mut self) -> Result<Outcome, LoadFailed> {
        let (_, mut dataset) = self.engine.host_and_dataset();
        let Some(mut running) = begin(&mut dataset, false)? else { return Ok(Outcome::Missing) };
        let outcome = loop {
            let (_, mut dataset) = self.engine.host_and_dataset();
            if running.step(&mut dataset).inspect_err(|LoadFailed| {
                dataset.persistence.loading = None;
                tracing::warn!("Terminating server after rdb file reading failure.");
            })? {
                break Outcome::Loaded;
            }
            if self.tick().is_err() || self.follow_host().is_err() || self.ending {
                break Outcome::GivenUp;
            }
        };
        self.engine.core.persistence.loading = None;
        Ok(outcome)
    }
}

/// Loads the snapshot at once: `DEBUG RELOAD`. Everybody waits.
///
/// # Errors
/// If it cannot be loaded whole; the log says why.
pub(super) fn load_now(dataset: &mut Dataset<'_>, replace: bool) -> Result<Outcome, LoadFailed> {
    let Some(mut running) = begin(dataset, replace)? else { return Ok(Outcome::Missing) };
    let outcome = loop {
        match running.step(dataset) {
            Ok(true) => break Ok(Outcome::Loaded),
            Ok(false) => {}
            Err(failed) => break Err(failed),
        }
    };
    dataset.persistence.loading = None;
    outcome
}

/// That a load has failed; the log says why.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LoadFailed;

/// Begins to load the snapshot, if there is one.
fn begin(dataset: &mut Dataset<'_>, replace: bool) -> Result<Option<Running<File>>, LoadFailed> {
    let name = dataset.params.dbfilename().as_path();
    let file = match File::open(name) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        opened => opened.map_err(|error| {
            let why = os_text(&error);
            tracing::warn!("Fatal error: can't open the RDB file {} for reading: {why}", name.display());
            LoadFailed
        })?,
    };
    let size = file.metadata().map_or(0, |about| about.len());
    let snapshots = &mut dataset.persistence.snapshots;
    (snapshots.keys_loaded, snapshots.keys_expired) = (0, 0);
    let rules = LoadRules { replace, size, ..rules(dataset.params) };
    let loader = Loader::begin(file, rules, dataset.keyspace).map_err(|error| tell(&error, 0))?;
    let started = Loading { started_s: now_s(), total_bytes: size, ..Loading::default() };
    dataset.persistence.loading = Some(started);
    Ok(Some(Running { loader, delay: KeyDelay::new(dataset.params.key_load_delay()) }))
}

/// What the parameters say about loading.
pub(crate) fn rules(params: &Params) -> LoadRules {
    LoadRules {
        checksum: params.rdbchecksum(),
        newer: params.rdb_version_check() == VersionCheck::Relaxed,
        deep: params.sanitize_dump_payload() == SanitizeDump::Yes,
        ..LoadRules::default()
    }
}

impl<R: io::Read> Running<R> {
    /// Loads some more. Returns whether that was all.
    fn step(&mut self, dataset: &mut Dataset<'_>) -> Result<bool, LoadFailed> {
        let bytes = dataset.params.loading_process_events_interval_bytes() as u64;
        let Running { loader, delay } = self;
        let sanitized = loader.loaded().sanitized;
        let ended = loader.step(dataset.keyspace, dataset.params, bytes, || {
            delay.wait();
        });
        let loaded = loader.loaded();
        dataset.persistence.sanitized += loaded.sanitized - sanitized;
        let snapshots = &mut dataset.persistence.snapshots;
        (snapshots.keys_loaded, snapshots.keys_expired) = (loaded.keys, loaded.expired);
        for (name, value) in loader.take_fields() {
            note_field(dataset.persistence.loading.as_mut(), &name, &value);
        }
        loader.take_empty().iter().for_each(|key| note_empty(key));
        let ended = ended.map_err(|error| {
            let failed = tell(&error, loader.position());
            tracing::warn!("--- RDB ERROR DETECTED ---");
            tracing::warn!("[offset {}] {error}", loader.position());
            let (loaded, key) = (loader.loaded(), String::from_utf8_lossy(loader.key()));
            tracing::warn!("[additional info] Reading key '{key}', behind {} keys read", loaded.keys);
            failed
        })?;
        if let Some(loading) = &mut dataset.persistence.loading {
            loading.loaded_bytes = loader.position();
        }
        if ended {
            if loaded.unchecked {
                tracing::info!("RDB file was saved with checksum disabled: no check performed.");
            }
            let skipped = match loaded.empty {
                0 => String::new(),
                empty => format!(", empty keys skipped: {empty}"),
            };
            tracing::info!(
                "Done loading RDB, keys loaded: {}, keys expired: {}{skipped}.",
                loaded.keys,
                loaded.expired
            );
        }
        Ok(ended)
    }
}

/// Says which key is left out.
pub(crate) fn note_empty(key: &[u8]) {
    tracing::info!("rdbLoadObject skipping empty key: {}", String::from_utf8_lossy(key));
}

/// Says what a file tells about itself.
pub(crate) fn note_field(loading: Option<&mut Loading>, name: &[u8], value: &[u8]) {
    let text = String::from_utf8_lossy(value);
    let number = text.trim().parse::<i64>().unwrap_or(0);
    match name {
        b"redis-ver" => tracing::info!("Loading RDB produced by version {text}"),
        b"valkey-ver" => tracing::info!("Loading RDB produced by Valkey version {text}"),
        b"ctime" => tracing::info!("RDB age {} seconds", (now_ms() / 1000 - number).max(0)),
        b"used-mem" => {
            tracing::info!("RDB memory usage when created {:.2} Mb", number as f64 / (1 << 20) as f64);
            if let Some(loading) = loading {
                loading.used_memory = number.max(0) as u64;
            }
        }
        b"aof-preamble" if number != 0 => tracing::info!("RDB has an AOF tail"),
        b"aof-base" if number != 0 => tracing::info!("RDB is base AOF"),
        b"aof-preamble" | b"aof-base" | b"redis-bits" | b"lua" => {}
        b"repl-stream-db" | b"repl-id" | b"repl-offset" => {}
        [b'%', ..] => tracing::info!("RDB '{}': {text}", String::from_utf8_lossy(name)),
        _ => tracing::trace!("Unrecognized RDB AUX field: '{}'", String::from_utf8_lossy(name)),
    }
}

/// Says why a file cannot be loaded, found out at `offset`.
pub(crate) fn tell(error: &rdb::Error, offset: u64) -> LoadFailed {
    use rdb::Error;
    let reason = match error {
        Error::Truncated | Error::Io(_) => {
            tracing::warn!("Short read or OOM loading DB. Unrecoverable error, aborting now.");
            match error {
                Error::Io(error) => os_text(error),
                _ => "Unexpected EOF reading RDB file".into(),
            }
        }
        Error::Checksum { .. } => {
            tracing::warn!("{error}");
            "RDB CRC error".into()
        }
        Error::Corrupt(_) | Error::Unknown(_) if offset == 0 => {
            // It is no such file, or one of a version that is not known.
            tracing::warn!("{error}");
            return LoadFailed;
        }
        Error::Corrupt(why) | Error::Unknown(why) => why.to_string(),
    };
    tracing::warn!("Internal error in RDB reading offset {offset} -> {reason}");
    LoadFailed
}
