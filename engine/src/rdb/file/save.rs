//! Saving: a keyspace as a file.
//!
//! Nothing is changed on the way, not even an access clock: this runs in forked children, where every page that is
//! written to is copied.

use super::super::kind::{Version, opcode};
use super::super::value::{kind_of, version_of, write_value};
use super::super::writer::Writer;
use super::{FIRST_OF_VALKEY, REDIS, VALKEY};
use crate::REDIS_VERSION;
use crate::eviction::{Declaration, Measure};
use crate::keyspace::{Access, Database, Keyspace};
use crate::value::{Encoding, Entry};
use std::io::{self, Write};

/// How a file is written.
#[derive(Clone, Copy, Debug)]
pub struct SaveRules {
    /// Long strings are compressed (`rdbcompression`).
    pub compress: bool,
    /// The file ends with its checksum, not with 0 (`rdbchecksum`).
    pub checksum: bool,
    /// It is the base of an append-only file.
    pub journal_base: bool,
    /// Now, Unix time in seconds.
    pub now_s: i64,
    /// Bytes of memory in use.
    pub used_memory: u64,
    /// Whose access clocks are written, if any.
    pub policy: &'static Declaration,
}

/// What of an access clock is written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Clocks {
    None,
    Idle,
    Frequency,
}

impl SaveRules {
    fn clocks(&self) -> Clocks {
        match (self.policy.reads_clocks, self.policy.measure) {
            (true, Measure::Recency) => Clocks::Idle,
            (true, Measure::Frequency) => Clocks::Frequency,
            (false, _) | (_, Measure::Own) => Clocks::None,
        }
    }
}

/// Writes `keyspace` as a file into `sink`, and returns the number of bytes. After each key `saved` is told how many
/// there have been; an error of its own ends the work. O(bytes).
///
/// # Errors
/// The first of the sink, or of `saved`.
pub fn save<W: Write>(
    sink: W,
    keyspace: &Keyspace,
    rules: &SaveRules,
    mut saved: impl FnMut(u64) -> io::Result<()>,
) -> io::Result<u64> {
    let mut writer = Writer::new(sink, rules.compress);
    if rules.checksum {
        writer = writer.with_checksum();
    }
    begin(&mut writer, keyspace, rules);
    let mut count = 0;
    for (index, database) in keyspace.databases().iter().enumerate().filter(|(_, db)| !db.is_empty()) {
        writer.byte(opcode::SELECT);
        writer.length(index as u64);
        writer.byte(opcode::RESIZE);
        writer.length(database.len() as u64);
        writer.length(database.volatile() as u64);
        // Those too whose time has come.
        database.table().iter_prefetched().try_for_each(|entry| {
            put(&mut writer, entry, &keyspace.access, rules.clocks());
            count += 1;
            if writer.failed() {
                return writer.finish();
            }
            saved(count)
        })?;
    }
    for aux in keyspace.beside.module_aux.iter().filter(|aux| !aux.before_keys()) {
        aux.write(&mut writer);
    }
    writer.byte(opcode::END);
    let checksum = writer.checksum();
    writer.put(&checksum.to_le_bytes());
    writer.finish()?;
    Ok(writer.written())
}

/// The oldest version that can hold the data. O(databases), or O(keys) if some may hold streams.
pub fn version(keyspace: &Keyspace) -> Version {
    keyspace.databases().iter().map(version_of_database).max().unwrap_or(Version::OLDEST)
}

fn version_of_database(database: &Database) -> Version {
    if !database.deadlines.is_empty() {
        return Version::FIELDS;
    }
    if !database.may_hold_streams {
        return Version::OLDEST;
    }
    let streams = database.table().iter_prefetched().filter(|entry| Encoding::of(entry) == Encoding::Stream);
    streams.map(version_of).max().unwrap_or(Version::OLDEST)
}

/// Everything before the first database.
fn begin<W: Write>(writer: &mut Writer<W>, keyspace: &Keyspace, rules: &SaveRules) {
    let Version(version) = version(keyspace);
    if version >= FIRST_OF_VALKEY {
        writer.put(VALKEY);
        writer.put(format!("{version:03}").as_bytes());
    } else {
        writer.put(REDIS);
        writer.put(format!("{version:04}").as_bytes());
    }
    let mut aux = |name: &str, value: &dyn Fn(&mut Writer<W>)| {
        writer.byte(opcode::AUX);
        writer.string(name.as_bytes());
        value(writer);
    };
    aux("redis-ver", &|writer| writer.string(REDIS_VERSION.as_bytes()));
    aux("redis-bits", &|writer| writer.integer(i64::from(usize::BITS)));
    aux("ctime", &|writer| writer.integer(rules.now_s));
    aux("used-mem", &|writer| writer.integer(rules.used_memory as i64));
    aux("aof-base", &|writer| writer.integer(i64::from(rules.journal_base)));
    for aux in keyspace.beside.module_aux.iter().filter(|aux| aux.before_keys()) {
        aux.write(writer);
    }
    for code in &keyspace.beside.libraries {
        writer.byte(opcode::FUNCTION);
        writer.string(code);
    }
}

/// Writes a key with all that belongs to it.
#[inline]
fn put<W: Write>(writer: &mut Writer<W>, entry: &Entry, access: &Access, clocks: Clocks) {
    if let Some(at) = entry.expiry() {
        writer.byte(opcode::EXPIRY_MS);
        writer.time_ms(at);
    }
    match clocks {
        Clocks::None => {}
        Clocks::Idle => {
            writer.byte(opcode::IDLE);
            writer.length(access.idle_ms(entry) / 1000);
        }
        Clocks::Frequency => writer.put(&[opcode::FREQUENCY, access.frequency(entry)]),
    }
    writer.byte(kind_of(entry).0);
    writer.string(entry.key());
    write_value(writer, entry);
}
