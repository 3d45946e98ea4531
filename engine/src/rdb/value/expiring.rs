//! Hashes with fields that expire, in all forms in which they are written.
//!
//! | type | by | what |
//! |---|---|---|
//! | 22 | Valkey 9 | count; then field, value, deadline (-1: never) |
//! | 24 | Redis 7.4 | first deadline, count; then how much later the field expires plus 1 (0: never), field, value |
//! | 25 | Redis 7.4 | first deadline; then a listpack of field, value, deadline (0: never) |
//!
//! Release candidates of Redis 7.4 gave 22 and 23 other meanings; theirs cannot be read.

use super::hash::{NEVER, TWICE};
use super::{FORESEEN, Rules, broken, element, packed};
use crate::keyspace::Expiry;
use crate::rdb::{Error, Kind, Reader};
use crate::value::Collection;
use crate::value::hash::{Hash, Rules as Limits, Stood, Table};
use russet_structures::element::Element;
use russet_structures::listpack::Listpack;
use std::io::Read;

const BEFORE_TIME: Error = Error::corrupt("a field of a hash that expires before 1970");

pub(super) fn read<R: Read>(
    reader: &mut Reader<R>,
    kind: Kind,
    rules: &Rules<'_>,
) -> Result<Option<Hash>, Error> {
    match kind {
        Kind::HASH_EXPIRING_VALKEY => read_deadlines(reader, rules),
        Kind::HASH_EXPIRING => read_differences(reader, rules),
        _ => read_listpack(reader, rules),
    }
}

/// A table that is being filled.
struct Filling<'a> {
    table: Table,
    rules: &'a Rules<'a>,
}

impl<'a> Filling<'a> {
    fn new(count: usize, rules: &'a Rules<'a>) -> Self {
        Filling { table: Table::with_capacity(count.min(FORESEEN), rules.hasher.clone()), rules }
    }

    /// Adds a field, unless its time has come.
    fn add(&mut self, field: &[u8], value: &[u8], deadline: Option<i64>) -> Result<(), Error> {
        let expiry = match deadline {
            None => Expiry::Clear,
            Some(..0) => return Err(BEFORE_TIME),
            Some(at) if at < self.rules.now_ms => return Ok(()),
            Some(at) => Expiry::At(at),
        };
        match self.table.put(field, value, expiry, i64::MIN) {
            Stood::Nothing => Ok(()),
            Stood::Past | Stood::Live => Err(TWICE),
        }
    }

    /// The hash: one in which no field expires may be small.
    fn finish(self) -> Option<Hash> {
        let hash = Hash::Table(Box::new(self.table));
        match hash.len() {
            0 => None,
            fields if hash.next_expiry().is_none() => {
                let limits = Limits::of(self.rules.params, self.rules.hasher);
                let mut small = Hash::for_fields(fields, FORESEEN, &limits);
                for (field, value) in hash.at(i64::MIN).iter() {
                    field.with_text(|field| value.with_text(|value| small.append(field, value, &limits)));
                }
                Some(small)
            }
            _ => Some(hash),
        }
    }
}

fn read_deadlines<R: Read>(reader: &mut Reader<R>, rules: &Rules<'_>) -> Result<Option<Hash>, Error> {
    let count = reader.count()?;
    let mut filling = Filling::new(count, rules);
    let (mut field, mut value) = (Vec::new(), Vec::new());
    for _ in 0..count {
        field.clear();
        element(reader)?.append_to(&mut field);
        value.clear();
        element(reader)?.append_to(&mut value);
        let deadline = Some(reader.time_ms()?).filter(|at| *at != NEVER);
        filling.add(&field, &value, deadline)?;
    }
    Ok(filling.finish())
}

fn read_differences<R: Read>(reader: &mut Reader<R>, rules: &Rules<'_>) -> Result<Option<Hash>, Error> {
    let (first, count) = (reader.time_ms()?, reader.count()?);
    let mut filling = Filling::new(count, rules);
    let mut field = Vec::new();
    for _ in 0..count {
        let deadline = match reader.length()? {
            0 => None,
            later => Some(first.checked_add_unsigned(later - 1).ok_or(BEFORE_TIME)?),
        };
        field.clear();
        element(reader)?.append_to(&mut field);
        element(reader)?.with_text(|value| filling.add(&field, value, deadline))?;
    }
    Ok(filling.finish())
}

fn read_listpack<R: Read>(reader: &mut Reader<R>, rules: &Rules<'_>) -> Result<Option<Hash>, Error> {
    let _first = reader.time_ms()?;
    let pack = Listpack::from_bytes(packed(reader)?).map_err(broken("Hash listpack"))?;
    let mut filling = Filling::new(pack.len() / 3, rules);
    let mut elements = pack.iter();
    while let Some(field) = elements.next() {
        let (Some(value), Some(Element::Int(deadline))) = (elements.next(), elements.next()) else {
            return Err(Error::corrupt(
                "Hash listpack integrity check failed: a field without a value or a deadline",
            ));
        };
        let deadline = Some(deadline).filter(|at| *at != 0);
        field.with_text(|field| value.with_text(|value| filling.add(field, value, deadline)))?;
    }
    Ok(filling.finish())
}
