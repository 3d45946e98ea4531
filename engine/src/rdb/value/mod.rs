//! Values: what stands behind a key, in the form that the oldest reader of it understands, and in every form in which
//! it was ever written.
//!
//! | file | what it is about |
//! |---|---|
//! | `string.rs` | strings |
//! | `list.rs` | lists |
//! | `set.rs` | sets |
//! | `sorted_set.rs` | sorted sets |
//! | `hash.rs`, `expiring.rs` | hashes, without fields that expire and with them |
//! | `zipmap.rs` | how hashes were packed before 2.6 |
//! | `stream.rs` | streams and their groups |
//! | `module.rs` | values of modules |
//!
//! # Which encoding does a value get that is read?
//!
//! The one that Redis's loader gives it: the parameters of the reader decide, not what the writer had, and where a
//! packed structure is read as a whole only the number of its elements is asked for.
//!
//! # What is believed?
//!
//! Nothing that could break a structure: every packed one is checked from its first byte to its last. What Redis
//! checks only where `sanitize-dump-payload` asks for it ([`Rules::deep`]) is whether members are there twice.

mod expiring;
mod hash;
mod list;
mod module;
mod set;
mod sorted_set;
mod stream;
mod string;
#[cfg(test)]
mod tests;
mod zipmap;

pub use module::read_parts;

use super::{Error, Kind, Reader, Version, Writer};
use crate::hash::KeyHasher;
use crate::params::Params;
use crate::value::{Entry, Object};
use russet_structures::block;
use russet_structures::element::Element;
use russet_structures::record::{Payload, Value};
use std::io::{Read, Write};

/// Memory is prepared for so many elements at most before they have arrived.
const FORESEEN: usize = 1 << 16;

/// What a value becomes that is read.
#[derive(Clone, Copy)]
pub struct Rules<'a> {
    /// Where the small encodings end.
    pub params: &'a Params,
    /// What tables hash with.
    pub hasher: &'a KeyHasher,
    /// Fields of hashes whose time has come by then are left out; Unix time in milliseconds.
    pub now_ms: i64,
    /// Packed structures are searched for members that are there twice (`sanitize-dump-payload`).
    pub deep: bool,
}

/// The type under which a value is written. O(1), or O(consumers) for a stream.
pub fn kind_of(entry: &Entry) -> Kind {
    match Object::of(entry) {
        None | Some(Object::Blob(_)) => Kind::STRING,
        Some(Object::List(_)) => Kind::LIST_QUICKLIST,
        Some(Object::Set(set)) => set::kind(set),
        Some(Object::SortedSet(set)) => sorted_set::kind(set),
        Some(Object::Hash(hash)) => hash::kind(hash),
        Some(Object::Stream(stream)) => stream::kind(stream),
        Some(Object::Module(_)) => Kind::MODULE,
    }
}

/// The oldest version that has the type under which a value is written. O(1), or O(consumers) for a stream.
pub fn version_of(entry: &Entry) -> Version {
    match kind_of(entry) {
        Kind::STREAM => Version::CONSUMERS,
        Kind::HASH_EXPIRING_VALKEY => Version::FIELDS,
        _ => Version::OLDEST,
    }
}

/// Writes a value, without its [kind](kind_of). O(bytes).
pub fn write_value<W: Write>(writer: &mut Writer<W>, entry: &Entry) {
    match entry.payload() {
        Payload::Int(value) => writer.integer(value),
        Payload::Inline(bytes) => writer.string(bytes),
        Payload::Owned(Object::Blob(blob)) => writer.string(blob),
        Payload::Owned(Object::List(list)) => list::write(writer, list),
        Payload::Owned(Object::Set(set)) => set::write(writer, set),
        Payload::Owned(Object::SortedSet(set)) => sorted_set::write(writer, set),
        Payload::Owned(Object::Hash(hash)) => hash::write(writer, hash),
        Payload::Owned(Object::Stream(stream)) => stream::write(writer, stream),
        Payload::Owned(Object::Module(value)) => module::write(writer, value),
    }
}

/// Reads a value of a kind and gives it its key, which must be shorter than 4 GiB; `None` if it is empty, so that its key
/// is to be left out. O(bytes).
///
/// # Errors
/// If the bytes end, or are not what the kind says, or the kind is not known.
pub fn read_entry<R: Read>(
    reader: &mut Reader<R>,
    kind: Kind,
    key: &[u8],
    expiry: Option<i64>,
    rules: &Rules<'_>,
) -> Result<Option<Entry>, Error> {
    if u32::try_from(key.len()).is_err() {
        return Err(Error::corrupt("a key of 4 GiB or more"));
    }
    let object = match kind {
        Kind::STRING => return string::read(reader, key, expiry).map(Some),
        Kind::LIST | Kind::LIST_ZIPLIST | Kind::LIST_QUICKLIST_1 | Kind::LIST_QUICKLIST => {
            list::read(reader, kind, rules)?.map(Object::List)
        }
        Kind::SET | Kind::SET_INTSET | Kind::SET_LISTPACK => set::read(reader, kind, rules)?.map(Object::Set),
        Kind::SORTED_SET_1 | Kind::SORTED_SET_ZIPLIST | Kind::SORTED_SET | Kind::SORTED_SET_LISTPACK => {
            sorted_set::read(reader, kind, rules)?.map(Object::SortedSet)
        }
        Kind::HASH | Kind::HASH_ZIPMAP | Kind::HASH_ZIPLIST | Kind::HASH_LISTPACK => {
            hash::read(reader, kind, rules)?.map(Object::Hash)
        }
        Kind::HASH_EXPIRING_VALKEY | Kind::HASH_EXPIRING | Kind::HASH_EXPIRING_LISTPACK => {
            expiring::read(reader, kind, rules)?.map(Object::Hash)
        }
        Kind::STREAM_1 | Kind::STREAM_2 | Kind::STREAM => {
            Some(Object::Stream(Box::new(stream::read(reader, kind)?)))
        }
        Kind::MODULE => Some(Object::Module(Box::new(module::read(reader)?))),
        Kind(unknown) => return Err(Error::Unknown(format!("unknown type of a value: {unknown}").into())),
    };
    Ok(object.map(|object| Entry::new(key, object.encoding() as u8, expiry, Value::Owned(object))))
}

/// A string that is an element of a structure: one that fits into it.
fn element<R: Read>(reader: &mut Reader<R>) -> Result<Element<'_>, Error> {
    let element = reader.string()?;
    if matches!(element, Element::Bytes(bytes) if bytes.len() > block::MAX_LEN / 2) {
        return Err(Error::corrupt("an element that is too long"));
    }
    Ok(element)
}

/// A string that is a packed structure, as servers of today write one.
fn packed<R: Read>(reader: &mut Reader<R>) -> Result<&[u8], Error> {
    reader.note_pack();
    ancient(reader)
}

/// A string that is a packed structure: one that stands as bytes. Those that only old servers have written (ziplists, zipmaps)
/// become others here, and Redis too has always looked at them closely: it does not count them.
fn ancient<R: Read>(reader: &mut Reader<R>) -> Result<&[u8], Error> {
    match reader.string()? {
        Element::Bytes(bytes) if bytes.len() <= block::MAX_LEN => Ok(bytes),
        _ => Err(Error::corrupt("a packed structure whose integrity check failed: it cannot be one")),
    }
}

/// Why bytes are no structure, in the words that Redis's log has for it, and more exactly.
fn broken<E: std::fmt::Display>(what: &'static str) -> impl Fn(E) -> Error {
    move |why| Error::Corrupt(format!("{what} integrity check failed: {why}").into())
}
