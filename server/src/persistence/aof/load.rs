//! Loading: all files into memory, in order, some of it at a time, so that whoever loads can do other things in between.

use super::directory::{Directory, shown};
use super::manifest::{Manifest, Part};
use super::reader::{CommandReader, Piece};
use super::tail::Tail;
use crate::persistence::key_delay::KeyDelay;
use crate::persistence::loading::{note_empty, note_field, rules, tell};
use crate::persistence::now_s;
use crate::sys::os_text;
use russet_engine::args::{Args, Span};
use russet_engine::command::Registry;
use russet_engine::command::registry::Lookup;
use russet_engine::keyspace::Keyspace;
use russet_engine::params::Params;
use russet_engine::params::choice::PropagationError;
use russet_engine::persistence::Loading;
use russet_engine::rdb::file::{LoadRules, Loader};
use russet_engine::replay::Replay;
use russet_engine::{Core, Engine};
use std::collections::VecDeque;
use std::fs::File;
use std::io;
use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::path::PathBuf;
use std::time::Instant;

/// That a load has failed; the log says why.
pub(crate) use crate::persistence::loading::LoadFailed;

/// Commands that are looked up before the first of them runs, so that the memory that they need is on its way.
const GROUP: usize = 16;

/// Where the dataset goes.
pub(crate) struct Place<'a> {
    /// The data.
    pub keyspace: &'a mut Keyspace,
    /// Everything else.
    pub core: &'a mut Core,
    /// All commands.
    pub registry: &'a Registry,
}

impl<'a> Place<'a> {
    /// The place that an engine is.
    pub(crate) fn of(engine: &'a mut Engine) -> Self {
        Place { keyspace: &mut engine.keyspace, core: &mut engine.core, registry: &engine.registry }
    }
}

/// How large the files were that were loaded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Loaded {
    /// All of them.
    pub total: u64,
    /// The base.
    pub base: u64,
}

/// A load that was begun.
pub(crate) struct Load {
    directory: Directory,
    parts: VecDeque<(Part, bool)>,
    file: Option<Running>,
    now_ms: i64,
    loaded: Loaded,
    /// Bytes of the files that are done with.
    before: u64,
    delay: KeyDelay,
    batch: Batch,
}

/// The file that is being loaded.
struct Running {
    name: Vec<u8>,
    path: PathBuf,
    base: bool,
    begun: Instant,
    size: u64,
    replay: Replay,
    /// Where the last whole command ends.
    valid: u64,
    /// Where the last one ended before the open transaction.
    before_transaction: u64,
    content: Content,
}

enum Content {
    /// A snapshot.
    Snapshot(Box<Loader<File>>),
    /// Commands.
    Commands(CommandReader<File>),
    /// Nothing, for a moment.
    None,
}

/// Commands that have been taken apart and not been run.
#[derive(Default)]
struct Batch {
    spans: Vec<Span>,
    commands: Vec<Command>,
}

struct Command {
    spans: Range<usize>,
    lookup: Lookup,
    key: (u32, u64),
    /// Where in the file it ends.
    end: u64,
}

impl Load {
    /// Begins to load what a manifest names; `None` if it names nothing.
    ///
    /// # Errors
    /// If a file is missing.
    pub(super) fn begin(
        directory: &Directory,
        manifest: &Manifest,
        params: &Params,
        now_ms: i64,
    ) -> Result<Option<Self>, LoadFailed> {
        let base = manifest.base.is_some();
        let parts: VecDeque<(Part, bool)> =
            manifest.parts().enumerate().map(|(index, part)| (part.clone(), base && index == 0)).collect();
        if parts.is_empty() {
            return Ok(None);
        }
        let mut loaded = Loaded { total: 0, base: 0 };
        for (part, base) in &parts {
            let size = directory.size(&part.name).map_err(|_| LoadFailed)?;
            loaded.total += size;
            if *base {
                loaded.base = size;
            }
        }
        let delay = KeyDelay::new(params.key_load_delay());
        let directory = directory.clone();
        Ok(Some(Load {
            directory,
            parts,
            file: None,
            now_ms,
            loaded,
            before: 0,
            delay,
            batch: Batch::default(),
        }))
    }

    /// Tells everybody that nothing is whole until [`Load::end`], and lets nothing expire.
    pub(crate) fn announce(&self, place: &mut Place<'_>) {
        let loading = Loading { started_s: now_s(), total_bytes: self.loaded.total, ..Loading::default() };
        place.core.persistence.loading = Some(loading);
        place.keyspace.set_replaying(true);
    }

    /// Takes that back.
    pub(crate) fn end(self, place: &mut Place<'_>) -> Loaded {
        place.core.persistence.loading = None;
        place.keyspace.set_replaying(false);
        self.loaded
    }

    /// Loads some more. Returns whether that was all.
    ///
    /// # Errors
    /// If it cannot be loaded; the log says why.
    pub(crate) fn step(&mut self, place: &mut Place<'_>) -> Result<bool, LoadFailed> {
        let mut file = match self.file.take() {
            Some(file) => file,
            None => {
                let Some((part, base)) = self.parts.pop_front() else { return Ok(true) };
                match self.open(part, base, place)? {
                    Some(file) => file,
                    None => return Ok(self.parts.is_empty()),
                }
            }
        };
        let bytes = place.core.params.loading_process_events_interval_bytes() as u64;
        let last = self.parts.is_empty();
        let position = file.position() + bytes;
        let ended = loop {
            if file.step(place, &mut self.batch, &mut self.delay, bytes, last)? {
                break true;
            }
            if file.position() >= position {
                break false;
            }
        };
        if let Some(loading) = &mut place.core.persistence.loading {
            loading.loaded_bytes = self.before + file.position();
        }
        if !ended {
            self.file = Some(file);
            return Ok(false);
        }
        let (kind, name) = (if file.base { "base" } else { "incr" }, shown(&file.name));
        tracing::info!(
            "DB loaded from {kind} file {name}: {:.3} seconds",
            file.begun.elapsed().as_secs_f64()
        );
        self.before += file.size;
        Ok(self.parts.is_empty())
    }

    /// Opens a file; `None` if it is empty.
    fn open(&self, part: Part, base: bool, place: &Place<'_>) -> Result<Option<Running>, LoadFailed> {
        let path = self.directory.file(&part.name);
        let name = shown(&part.name);
        let opened = File::open(&path).and_then(|file| file.metadata().map(|about| (file, about.len())));
        let (file, size) = opened.map_err(|error| {
            let why = os_text(&error);
            if error.kind() == io::ErrorKind::NotFound {
                tracing::warn!("The append log file {name} doesn't exist: {why}");
            } else {
                tracing::warn!("Fatal error: can't open the append log file {name} for reading: {why}");
            }
            LoadFailed
        })?;
        if size == 0 {
            return Ok(None);
        }
        let mut magic = [0; 6];
        let read = file.read_at(&mut magic, 0).unwrap_or(0);
        let content = if magic[..read].starts_with(b"REDIS") || magic[..read].starts_with(b"VALKEY") {
            if part.name == self.directory.name {
                tracing::info!("Reading RDB preamble from AOF file...");
            } else {
                tracing::info!("Reading RDB base file on AOF loading...");
            }
            let rules = LoadRules { keep_expired: true, size, ..rules(&place.core.params) };
            let loader = Loader::begin(file, rules, place.keyspace);
            Content::Snapshot(Box::new(loader.map_err(|error| self.tell_snapshot(&part.name, &error, 0))?))
        } else {
            Content::Commands(CommandReader::new(file, Vec::new(), 0))
        };
        Ok(Some(Running {
            name: part.name,
            path,
            base,
            begun: Instant::now(),
            size,
            replay: Replay::new(self.now_ms),
            valid: 0,
            before_transaction: 0,
            content,
        }))
    }

    fn tell_snapshot(&self, name: &[u8], error: &russet_engine::rdb::Error, offset: u64) -> LoadFailed {
        let failed = tell(error, offset);
        tell_snapshot(name, name == self.directory.name);
        failed
    }
}

fn tell_snapshot(name: &[u8], single: bool) {
    let name = shown(name);
    if single {
        tracing::warn!("Error reading the RDB preamble of the AOF file {name}, AOF loading aborted");
    } else {
        tracing::warn!("Error reading the RDB base file {name}, AOF loading aborted");
    }
}

impl Running {
    /// How much has been read.
    fn position(&self) -> u64 {
        match &self.content {
            Content::Snapshot(loader) => loader.position(),
            Content::Commands(reader) => reader.position(),
            Content::None => 0,
        }
    }

    /// Loads some more. Returns whether the file has ended.
    fn step(
        &mut self,
        place: &mut Place<'_>,
        batch: &mut Batch,
        delay: &mut KeyDelay,
        bytes: u64,
        last: bool,
    ) -> Result<bool, LoadFailed> {
        match &mut self.content {
            Content::Snapshot(loader) => {
                let sanitized = loader.loaded().sanitized;
                let ended = loader.step(place.keyspace, &place.core.params, bytes, || {
                    delay.wait();
                });
                place.core.persistence.sanitized += loader.loaded().sanitized - sanitized;
                for (name, value) in loader.take_fields() {
                    note_field(place.core.persistence.loading.as_mut(), &name, &value);
                }
                loader.take_empty().iter().for_each(|key| note_empty(key));
                let ended = ended.map_err(|error| {
                    let failed = tell(&error, loader.position());
                    tell_snapshot(&self.name, !self.name.ends_with(b".base.rdb"));
                    failed
                })?;
                if ended {
                    self.go_on_with_commands(place);
                }
                Ok(false)
            }
            Content::Commands(_) => self.commands(place, batch, delay, last),
            Content::None => Ok(true),
        }
    }

    /// What stands behind a snapshot is commands: in files of servers before Redis 7.
    fn go_on_with_commands(&mut self, place: &mut Place<'_>) {
        let Content::Snapshot(loader) = std::mem::replace(&mut self.content, Content::None) else { return };
        let (loaded, position) = (loader.loaded(), loader.position());
        let snapshots = &mut place.core.persistence.snapshots;
        (snapshots.keys_loaded, snapshots.keys_expired) = (loaded.keys, loaded.expired);
        tracing::info!("Done loading RDB, keys loaded: {}, keys expired: {}.", loaded.keys, loaded.expired);
        if position < self.size {
            tracing::info!("Reading the remaining AOF tail...");
        }
        let (rest, file) = loader.into_rest();
        self.content = Content::Commands(CommandReader::new(file, rest, position));
        (self.valid, self.before_transaction) = (position, position);
    }

    /// Runs the next commands. Returns whether the file has ended.
    fn commands(
        &mut self,
        place: &mut Place<'_>,
        batch: &mut Batch,
        delay: &mut KeyDelay,
        last: bool,
    ) -> Result<bool, LoadFailed> {
        let Content::Commands(reader) = &mut self.content else { return Ok(true) };
        batch.spans.clear();
        batch.commands.clear();
        let mut piece = Piece::Command;
        while batch.commands.len() < GROUP {
            let start = batch.spans.len();
            piece = reader.next(&mut batch.spans);
            if piece != Piece::Command {
                break;
            }
            let (spans, end) = (start..batch.spans.len(), reader.position());
            batch.commands.push(Command { spans, lookup: Lookup::Unknown, key: (0, 0), end });
        }
        let Content::Commands(reader) = &self.content else { return Ok(true) };
        batch.resolve(reader.buffer(), place, self.replay.db());
        let hasher = place.keyspace.hasher().clone();
        for command in &batch.commands {
            let key = (command.key.0 > 0).then_some(command.key);
            let args = Args::new(reader.buffer(), &batch.spans[command.spans.clone()], &hasher, key);
            let was_open = self.replay.in_transaction();
            let run = self.replay.run(place.keyspace, place.core, place.registry, command.lookup, args);
            run.map_err(|error| {
                let text = String::from_utf8_lossy(error.text()).into_owned();
                let text = text.strip_prefix("ERR ").unwrap_or(&text);
                tracing::warn!("Error reading the append only file {}, error: {text}", shown(&self.name));
                LoadFailed
            })?;
            if !was_open && self.replay.in_transaction() {
                self.before_transaction = self.valid;
            }
            self.valid = command.end;
            delay.wait();
        }
        self.tell_failures(place)?;
        match piece {
            Piece::Command => Ok(false),
            Piece::Malformed => Err(self.tail(last).malformed()),
            Piece::Part => self.read_on(place.core.params.aof_load_truncated(), last),
        }
    }

    /// Reads more, or ends. Returns whether the file has ended.
    fn read_on(&mut self, cut: bool, last: bool) -> Result<bool, LoadFailed> {
        let Content::Commands(reader) = &mut self.content else { return Ok(true) };
        let more = reader.fill().map_err(|error| {
            let (name, why) = (shown(&self.name), os_text(&error));
            tracing::warn!("Unrecoverable error reading the append only file {name}: {why}");
            LoadFailed
        })?;
        if more {
            return Ok(false);
        }
        let whole = reader.is_at_end();
        if self.replay.in_transaction() {
            tracing::warn!("Revert incomplete MULTI/EXEC transaction in AOF file {}", shown(&self.name));
        } else if whole {
            return Ok(true);
        }
        self.tail(last).cut(cut)?;
        Ok(true)
    }

    fn tail(&self, last: bool) -> Tail<'_> {
        let valid = if self.replay.in_transaction() { self.before_transaction } else { self.valid };
        Tail { name: &self.name, path: &self.path, valid, last }
    }

    /// Tells of commands that were answered with an error: they were not when they ran before.
    fn tell_failures(&mut self, place: &mut Place<'_>) -> Result<(), LoadFailed> {
        let failures = Replay::take_failures(place.core, place.registry);
        for failure in &failures {
            let text = String::from_utf8_lossy(failure.error.text());
            tracing::warn!(
                "== CRITICAL == This server is sending an error to its AOF-loading-client: '{text}' after processing \
                 the command '{}'",
                failure.command
            );
        }
        if !failures.is_empty() && place.core.params.propagation_error_behavior() == PropagationError::Panic {
            tracing::warn!("This server panicked sending an error while processing a command from its AOF");
            return Err(LoadFailed);
        }
        Ok(())
    }
}

impl Batch {
    /// Looks the commands up and asks for the memory that they will need.
    fn resolve(&mut self, buffer: &[u8], place: &Place<'_>, db: usize) {
        for command in &mut self.commands {
            let spans = &self.spans[command.spans.clone()];
            let word =
                |index: usize| spans.get(index).map(|span| &buffer[span.start as usize..span.end as usize]);
            command.lookup = place.registry.lookup(word(0).unwrap_or_default(), word(1));
            if let Lookup::Found(id) = command.lookup {
                let index = place.registry.get(id).hashed_word;
                if index > 0
                    && let Some(key) = word(index as usize)
                {
                    command.key = (index, place.keyspace.hasher().hash(key));
                }
            }
        }
        let Some(database) = place.keyspace.databases().get(db) else { return };
        let keys = || self.commands.iter().filter(|command| command.key.0 > 0).map(|command| command.key.1);
        keys().for_each(|hash| database.table().prefetch(hash));
        keys().for_each(|hash| database.table().prefetch_candidate(hash));
    }
}
