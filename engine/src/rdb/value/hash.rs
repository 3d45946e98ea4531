//! Hashes: a listpack as it is, else count, then fields and values; where fields expire, in Valkey 9's form, each with
//! its deadline or -1 behind it.

use super::set::are_different;
use super::{FORESEEN, Rules, ancient, broken, element, packed, zipmap};
use crate::rdb::{Error, Kind, Reader, Writer};
use crate::value::Collection;
use crate::value::hash::{Hash, Rules as Limits};
use russet_structures::listpack::Listpack;
use russet_structures::ziplist;
use std::io::{Read, Write};

/// The deadline of a field that does not expire, in Valkey's form.
pub(super) const NEVER: i64 = -1;

pub(super) fn kind(hash: &Hash) -> Kind {
    match hash {
        Hash::Packed(_) => Kind::HASH_LISTPACK,
        Hash::Table(_) if hash.next_expiry().is_some() => Kind::HASH_EXPIRING_VALKEY,
        Hash::Table(_) => Kind::HASH,
    }
}

pub(super) fn write<W: Write>(writer: &mut Writer<W>, hash: &Hash) {
    let table = match hash {
        Hash::Packed(pack) => return writer.string(pack.as_bytes()),
        Hash::Table(table) => table,
    };
    let expires = hash.next_expiry().is_some();
    writer.length(hash.len() as u64);
    table.iter().for_each(|pair| {
        let (field, value) = pair.parts();
        writer.string(field);
        writer.string(value);
        if expires {
            writer.time_ms(pair.expiry().unwrap_or(NEVER));
        }
    });
}

pub(super) fn read<R: Read>(
    reader: &mut Reader<R>,
    kind: Kind,
    rules: &Rules<'_>,
) -> Result<Option<Hash>, Error> {
    let limits = Limits::of(rules.params, rules.hasher);
    match kind {
        Kind::HASH => read_fields(reader, rules, &limits),
        Kind::HASH_ZIPMAP => read_zipmap(reader, rules, &limits),
        Kind::HASH_ZIPLIST => {
            let pack = ziplist::to_listpack(ancient(reader)?).map_err(broken("Hash ziplist"))?;
            of_listpack(pack, &Rules { deep: true, ..*rules }, &limits)
        }
        _ => of_listpack(
            Listpack::from_bytes(packed(reader)?).map_err(broken("Hash listpack"))?,
            rules,
            &limits,
        ),
    }
}

pub(super) const TWICE: Error = Error::corrupt("Duplicate hash fields detected");
const REPEATED: Error = Error::corrupt("Hash listpack integrity check failed: a field is there twice");

/// The hash of a listpack from elsewhere: fields and values.
pub(super) fn of_listpack(pack: Listpack, rules: &Rules<'_>, limits: &Limits) -> Result<Option<Hash>, Error> {
    let words = pack.len();
    if words == 0 {
        return Ok(None);
    }
    if !words.is_multiple_of(2) {
        return Err(Error::corrupt("Hash listpack integrity check failed: a field without a value"));
    }
    if rules.deep && !are_different(pack.pairs().map(|(field, _)| field)) {
        return Err(REPEATED);
    }
    let mut hash = Hash::Packed(pack);
    hash.make_shorter(limits);
    if hash.len() == words / 2 { Ok(Some(hash)) } else { Err(REPEATED) }
}

/// Reads count, fields and values.
fn read_fields<R: Read>(
    reader: &mut Reader<R>,
    rules: &Rules<'_>,
    limits: &Limits,
) -> Result<Option<Hash>, Error> {
    let count = reader.count()?;
    if count == 0 {
        return Ok(None);
    }
    let mut hash = Hash::for_fields(count, FORESEEN, limits);
    let mut field = Vec::new();
    for _ in 0..count {
        field.clear();
        element(reader)?.append_to(&mut field);
        if !element(reader)?.with_text(|value| hash.append(&field, value, limits)) {
            return Err(TWICE);
        }
    }
    finished(hash, count, rules)
}

/// A hash to which so many fields have been appended.
fn finished(hash: Hash, fields: usize, rules: &Rules<'_>) -> Result<Option<Hash>, Error> {
    let different = match &hash {
        Hash::Packed(pack) => !rules.deep || are_different(pack.pairs().map(|(field, _)| field)),
        // A field that was twice in the listpack became one when that became a table.
        Hash::Table(table) => table.len() == fields,
    };
    if different { Ok(Some(hash)) } else { Err(TWICE) }
}

/// Reads a zipmap.
fn read_zipmap<R: Read>(
    reader: &mut Reader<R>,
    rules: &Rules<'_>,
    limits: &Limits,
) -> Result<Option<Hash>, Error> {
    let pairs = zipmap::pairs(ancient(reader)?)?;
    let mut hash = Hash::for_fields(pairs.len(), FORESEEN, limits);
    let mut taken = pairs.iter().map(|(field, value)| hash.append(field, value, limits));
    if taken.any(|taken| !taken) {
        return Err(TWICE);
    }
    finished(hash, pairs.len(), &Rules { deep: true, ..*rules })
}
