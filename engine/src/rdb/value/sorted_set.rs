//! Sorted sets: a listpack as it is, else count, then members and scores from the highest to the lowest.

use super::set::are_different;
use super::{FORESEEN, Rules, ancient, broken, element, packed};
use crate::number;
use crate::rdb::{Error, Kind, Reader, Writer};
use crate::value::sorted_set::Limits;
use crate::value::{Collection, SortedSet};
use russet_structures::listpack::Listpack;
use russet_structures::sorted_set::Scored;
use russet_structures::ziplist;
use std::io::{Read, Write};

pub(super) fn kind(set: &SortedSet) -> Kind {
    match set {
        SortedSet::Packed(_) => Kind::SORTED_SET_LISTPACK,
        SortedSet::Sorted(_) => Kind::SORTED_SET,
    }
}

pub(super) fn write<W: Write>(writer: &mut Writer<W>, set: &SortedSet) {
    match set {
        SortedSet::Packed(pack) => writer.string(pack.as_bytes()),
        SortedSet::Sorted(set) => {
            writer.length(set.len() as u64);
            for (member, score) in set.iter().rev() {
                writer.string(member);
                writer.double(score);
            }
        }
    }
}

pub(super) fn read<R: Read>(
    reader: &mut Reader<R>,
    kind: Kind,
    rules: &Rules<'_>,
) -> Result<Option<SortedSet>, Error> {
    match kind {
        Kind::SORTED_SET => read_elements(reader, Reader::double, rules),
        Kind::SORTED_SET_1 => read_elements(reader, read_text_score, rules),
        Kind::SORTED_SET_ZIPLIST => {
            let pack = ziplist::to_listpack(ancient(reader)?).map_err(broken("Zset ziplist"))?;
            of_listpack(pack, &Rules { deep: true, ..*rules })
        }
        _ => {
            let pack = Listpack::from_bytes(packed(reader)?).map_err(broken("Zset listpack"))?;
            of_listpack(pack, rules)
        }
    }
}

const TWICE: Error = Error::corrupt("Duplicate zset fields detected");
const NOT_A_NUMBER: Error = Error::corrupt("Zset with NAN score detected");

/// The set of a listpack from elsewhere: members and scores.
fn of_listpack(pack: Listpack, rules: &Rules<'_>) -> Result<Option<SortedSet>, Error> {
    let words = pack.len();
    if words == 0 {
        return Ok(None);
    }
    if !words.is_multiple_of(2) {
        return Err(Error::corrupt("Zset listpack integrity check failed: a member without a score"));
    }
    if rules.deep && !are_different(pack.pairs().map(|(member, _)| member)) {
        return Err(TWICE);
    }
    let mut set = SortedSet::Packed(pack);
    set.expect(words / 2, Limits::of(rules.params), rules.hasher);
    if set.len() == words / 2 { Ok(Some(set)) } else { Err(TWICE) }
}

/// Reads a score that is text behind its length, or one of three numbers that stand for what is no finite number.
fn read_text_score<R: Read>(reader: &mut Reader<R>) -> Result<f64, Error> {
    match reader.byte()? {
        255 => Ok(f64::NEG_INFINITY),
        254 => Ok(f64::INFINITY),
        253 => Err(NOT_A_NUMBER),
        length => number::parse_double(reader.take(length.into())?).ok_or(NOT_A_NUMBER),
    }
}

/// Reads count, members and scores.
fn read_elements<R: Read>(
    reader: &mut Reader<R>,
    read_score: impl Fn(&mut Reader<R>) -> Result<f64, Error>,
    rules: &Rules<'_>,
) -> Result<Option<SortedSet>, Error> {
    let count = reader.count()?;
    if count == 0 {
        return Ok(None);
    }
    let (mut elements, mut member) = (Vec::with_capacity(count.min(FORESEEN)), Vec::new());
    for _ in 0..count {
        member.clear();
        element(reader)?.append_to(&mut member);
        let score = read_score(reader)?;
        if score.is_nan() {
            return Err(NOT_A_NUMBER);
        }
        elements.push(Scored::new(&member, score));
    }
    SortedSet::of_scored(elements, Limits::of(rules.params), rules.hasher).ok_or(TWICE).map(Some)
}
