//! Loading: a file into a keyspace, some of it at a time, so that whoever loads can do other things in between.

use super::super::error::Error;
use super::super::kind::{Kind, Version, opcode};
use super::super::reader::Reader;
use super::super::value::{self, read_entry};
use super::{Beside, FIRST_OF_VALKEY, ModuleAux, VALKEY};
use crate::args::Key;
use crate::eviction::Measure;
use crate::hash::KeyHasher;
use crate::keyspace::Keyspace;
use crate::params::Params;
use crate::scripting::functions::library_name;
use crate::value::Entry;
use russet_structures::dict::Dict;
use russet_structures::element::Element;
use std::io::Read;

/// The last version that Redis itself is known to write (7.4).
const LAST_OF_REDIS: u16 = 12;
/// The first version with a checksum.
const FIRST_WITH_CHECKSUM: u16 = 5;
/// So many of the keys are told of that are left out because they hold nothing.
const EMPTY_TOLD: u64 = 10;
/// A key takes so many bytes of a file at least: the type, two lengths and one byte.
const LEAST_BYTES: u64 = 4;
/// Keys that are put in together: while some are read, the buckets of those before are on their way.
const GROUP: usize = 32;

/// How a file is loaded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LoadRules {
    /// Keys whose time has come are put in as well: the commands behind a journal's base mean the keyspace as it was.
    pub keep_expired: bool,
    /// A key replaces one of its name that is there; else that is an error.
    pub replace: bool,
    /// The checksum is looked at (`rdbchecksum`).
    pub checksum: bool,
    /// A newer version is tried as well (`rdb-version-check relaxed`).
    pub newer: bool,
    /// Values are checked more closely (`sanitize-dump-payload`).
    pub deep: bool,
    /// Bytes that there are to read, as far as known: it bounds what is believed of announced sizes.
    pub size: u64,
}

/// What a file has brought.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Loaded {
    /// Keys that were put in.
    pub keys: u64,
    /// Keys whose time had come, so that they were not.
    pub expired: u64,
    /// Keys with values that hold nothing, which old servers have written.
    pub empty: u64,
    /// Packed structures that were checked more closely: none unless the rules say so.
    pub sanitized: u64,
    /// The file was saved without a checksum, so that none could be checked.
    pub unchecked: bool,
}

/// What stands before a key and belongs to it.
#[derive(Default)]
struct Ahead {
    expiry: Option<i64>,
    idle_s: Option<u64>,
    frequency: Option<u8>,
}

/// Puts a file into a keyspace.
pub struct Loader<R> {
    reader: Reader<R>,
    rules: LoadRules,
    version: u16,
    hasher: KeyHasher,
    db: usize,
    ahead: Ahead,
    key: Vec<u8>,
    /// Keys of `db` that have been read and wait for their buckets, with their hashes.
    waiting: Vec<(u64, Entry)>,
    beside: Beside,
    /// What the file says about itself, as far as it has not been taken.
    fields: Vec<(Vec<u8>, Vec<u8>)>,
    /// The first keys that held nothing, as far as they have not been taken.
    empty: Vec<Vec<u8>>,
    loaded: Loaded,
}

impl<R: Read> Loader<R> {
    /// Begins with a file: its magic and version.
    ///
    /// # Errors
    /// If it is no such file, or of a version that is not known.
    pub fn begin(source: R, rules: LoadRules, keyspace: &Keyspace) -> Result<Self, Error> {
        let reader = Reader::new(source);
        let mut reader = if rules.checksum { reader.with_checksum() } else { reader };
        let version = version(&reader.array()?, rules.newer)?;
        Ok(Loader {
            reader,
            rules,
            version,
            hasher: keyspace.hasher().clone(),
            db: 0,
            ahead: Ahead::default(),
            key: Vec::new(),
            waiting: Vec::with_capacity(GROUP),
            beside: Beside::default(),
            fields: Vec::new(),
            empty: Vec::new(),
            loaded: Loaded::default(),
        })
    }

    /// Loads at least `bytes` more if there are so many, and no more than the key that they end in. Returns whether the
    /// file has ended. `each` is called after each key. O(bytes).
    ///
    /// # Errors
    /// If the bytes end too early or are not what the format says. What was loaded before stays.
    pub fn step(
        &mut self,
        keyspace: &mut Keyspace,
        params: &Params,
        bytes: u64,
        each: impl FnMut(),
    ) -> Result<bool, Error> {
        let outcome = self.read(keyspace, params, bytes, each);
        self.put_in(keyspace)?; // a complaint about what came before comes first
        outcome
    }

    /// As [`Loader::step`], and some of the keys may still wait.
    fn read(
        &mut self,
        keyspace: &mut Keyspace,
        params: &Params,
        bytes: u64,
        mut each: impl FnMut(),
    ) -> Result<bool, Error> {
        let until = self.reader.position().saturating_add(bytes);
        while self.reader.position() < until {
            match self.reader.byte()? {
                opcode::EXPIRY_MS => self.ahead.expiry = Some(self.reader.time_ms()?),
                opcode::EXPIRY_SECONDS => {
                    let seconds = i32::from_le_bytes(self.reader.array()?);
                    self.ahead.expiry = Some(i64::from(seconds) * 1000);
                }
                opcode::FREQUENCY => self.ahead.frequency = Some(self.reader.byte()?),
                opcode::IDLE => self.ahead.idle_s = Some(self.reader.length()?),
                opcode::SELECT => self.select(keyspace)?,
                opcode::RESIZE => self.resize(keyspace)?,
                opcode::AUX => {
                    let name = self.reader.bytes()?;
                    self.fields.push((name, self.reader.bytes()?));
                }
                opcode::MODULE_AUX => self.beside.module_aux.push(ModuleAux::read(&mut self.reader)?),
                opcode::FUNCTION => self.library(keyspace)?,
                opcode::FUNCTION_1 => {
                    return Err(Error::Unknown("Pre-release function format not supported.".into()));
                }
                opcode::END => {
                    self.put_in(keyspace)?;
                    self.end(keyspace)?;
                    return Ok(true);
                }
                kind => {
                    self.entry(keyspace, params, Kind(kind))?;
                    each();
                }
            }
        }
        Ok(false)
    }

    /// Bytes read so far.
    pub fn position(&self) -> u64 {
        self.reader.position()
    }

    /// What has been loaded so far.
    pub fn loaded(&self) -> Loaded {
        let sanitized = if self.rules.deep { self.reader.packs() } else { 0 };
        Loaded { sanitized, ..self.loaded }
    }

    /// The key that was read last: the one whose value an error is about.
    pub fn key(&self) -> &[u8] {
        &self.key
    }

    /// What the file says about itself: names and values that have been read since the last call.
    pub fn take_fields(&mut self) -> Vec<(Vec<u8>, Vec<u8>)> {
        std::mem::take(&mut self.fields)
    }

    /// Keys that were left out since the last call because they hold nothing; of many only the first.
    pub fn take_empty(&mut self) -> Vec<Vec<u8>> {
        std::mem::take(&mut self.empty)
    }

    /// What of the source has been taken and not been read, and the source: what stands behind the end of the file.
    pub fn into_rest(self) -> (Vec<u8>, R) {
        self.reader.into_rest()
    }

    fn select(&mut self, keyspace: &mut Keyspace) -> Result<(), Error> {
        self.put_in(keyspace)?;
        let (index, databases) = (self.reader.length()?, keyspace.databases().len());
        if index >= databases as u64 {
            return Err(Error::Unknown(
                format!(
                    "FATAL: Data file was created with a Redis server configured to handle more than {databases} \
                     databases. Exiting"
                )
                .into(),
            ));
        }
        self.db = index as usize;
        Ok(())
    }

    /// Makes room for as many keys as are announced, if they can come at all.
    fn resize(&mut self, keyspace: &mut Keyspace) -> Result<(), Error> {
        self.put_in(keyspace)?;
        let (keys, volatile) = (self.reader.length()?, self.reader.length()?);
        let left = self.rules.size.saturating_sub(self.reader.position());
        let possible = |count: u64| count.min(left / LEAST_BYTES) as usize;
        let database = &mut keyspace.dbs[self.db];
        if database.table.is_empty() {
            database.table = Dict::with_capacity(possible(keys));
        }
        if database.volatile.is_empty() {
            database.volatile = Dict::with_capacity(possible(volatile));
        }
        Ok(())
    }

    /// Reads a key and its value, which then wait to be put in.
    fn entry(&mut self, keyspace: &mut Keyspace, params: &Params, kind: Kind) -> Result<(), Error> {
        self.key.clear();
        match self.reader.string()? {
            Element::Bytes(bytes) => self.key.extend_from_slice(bytes),
            integer => self.key = integer.to_vec(),
        }
        let Ahead { expiry, idle_s, frequency } = std::mem::take(&mut self.ahead);
        let now_ms = keyspace.now_ms();
        // Within the base of a journal fields stay like keys: what comes behind it may still make them stay.
        let fields_until = if self.rules.keep_expired { i64::MIN } else { now_ms };
        let rules =
            value::Rules { params, hasher: &self.hasher, now_ms: fields_until, deep: self.rules.deep };
        let Some(mut entry) = read_entry(&mut self.reader, kind, &self.key, expiry, &rules)? else {
            if self.loaded.empty < EMPTY_TOLD {
                self.empty.push(self.key.clone());
            }
            self.loaded.empty += 1;
            return Ok(());
        };
        if !self.rules.keep_expired && expiry.is_some_and(|at| at < now_ms) {
            self.loaded.expired += 1;
            return Ok(());
        }
        let hash = self.hasher.hash(&self.key);
        let access = &mut keyspace.access;
        let clock = match (access.measure(), idle_s, frequency) {
            (Measure::Recency, Some(seconds), _) => access.clock_idle_for(seconds),
            (Measure::Frequency, _, Some(counter)) => access.clock_used(counter),
            _ => access.fresh(self.db, hash),
        };
        entry.set_clock(clock);
        keyspace.dbs[self.db].prefetch(hash, &entry);
        self.waiting.push((hash, entry));
        if self.waiting.len() == GROUP { self.put_in(keyspace) } else { Ok(()) }
    }

    /// Puts in the keys that wait.
    fn put_in(&mut self, keyspace: &mut Keyspace) -> Result<(), Error> {
        let database = &mut keyspace.dbs[self.db];
        for (hash, entry) in self.waiting.drain(..) {
            let key = Key { bytes: entry.key(), hash };
            if database.table.find(hash, |there| there.key() == key.bytes).is_some() {
                if !self.rules.replace {
                    let key = String::from_utf8_lossy(key.bytes);
                    let text = format!("RDB has duplicated key '{key}' in DB {}", self.db);
                    return Err(Error::Corrupt(text.into()));
                }
                database.take(key, &self.hasher);
            }
            database.put(hash, entry, &self.hasher);
            self.loaded.keys += 1;
        }
        Ok(())
    }

    /// Reads a library, whose name must not be taken unless it may be replaced.
    fn library(&mut self, keyspace: &Keyspace) -> Result<(), Error> {
        let code = self.reader.bytes()?;
        let name = library_name(&code);
        if let Some(name) = name {
            let is_there = |code: &[u8]| library_name(code).as_ref() == Some(&name);
            let read = &mut self.beside.libraries;
            if self.rules.replace {
                read.retain(|code| !is_there(code));
            } else if read.iter().chain(&keyspace.beside.libraries).any(|code| is_there(code)) {
                return Err(Error::Corrupt(format!("Library '{name}' already exists").into()));
            }
        }
        self.beside.libraries.push(code.into());
        Ok(())
    }

    /// The checksum, and what stands beside the keys.
    fn end(&mut self, keyspace: &mut Keyspace) -> Result<(), Error> {
        if self.version >= FIRST_WITH_CHECKSUM {
            let expected = self.reader.checksum();
            let found = u64::from_le_bytes(self.reader.array()?);
            if self.rules.checksum && found == 0 {
                self.loaded.unchecked = true;
            } else if self.rules.checksum && found != expected {
                return Err(Error::Checksum { expected, found });
            }
        }
        let new = std::mem::take(&mut self.beside);
        let names: Vec<_> = new.libraries.iter().map(|code| library_name(code)).collect();
        let mut libraries = std::mem::take(&mut keyspace.beside.libraries);
        libraries.retain(|code| !names.contains(&library_name(code)));
        libraries.extend(new.libraries);
        keyspace.beside = Beside { libraries, ..new };
        Ok(())
    }
}

/// The version that a file's first nine bytes name. With `newer` it may be one of Valkey's that nobody here has seen.
fn version(magic: &[u8; 9], newer: bool) -> Result<u16, Error> {
    let of_valkey = magic.starts_with(VALKEY);
    if !of_valkey && !magic.starts_with(b"REDIS0") {
        return Err(Error::corrupt("Wrong signature trying to load DB from file"));
    }
    let digits = std::str::from_utf8(&magic[6..]).ok().and_then(|digits| digits.parse::<u16>().ok());
    let version = digits.unwrap_or(0);
    let known = if of_valkey {
        version >= FIRST_OF_VALKEY && (newer || version <= Version::NEWEST.0)
    } else {
        (1..=LAST_OF_REDIS).contains(&version)
    };
    if known {
        Ok(version)
    } else {
        Err(Error::Unknown(format!("Can't handle RDB format version {version}").into()))
    }
}
