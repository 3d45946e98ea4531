//! Sets: an intset as it is, everything else as count and members, which every version reads (a listpack as it is
//! only Redis 7.2 does).

use super::{FORESEEN, Rules, broken, element, packed};
use crate::rdb::{Error, Kind, Reader, Writer};
use crate::value::{Collection, Set, SetLimits};
use russet_structures::element::Element;
use russet_structures::intset::Intset;
use russet_structures::listpack::Listpack;
use russet_structures::map;
use std::collections::HashSet;
use std::io::{Read, Write};

pub(super) fn kind(set: &Set) -> Kind {
    match set {
        Set::Ints(_) => Kind::SET_INTSET,
        Set::Packed(_) | Set::Table(_) => Kind::SET,
    }
}

pub(super) fn write<W: Write>(writer: &mut Writer<W>, set: &Set) {
    if let Set::Ints(ints) = set {
        return writer.string(ints.as_bytes());
    }
    writer.length(set.len() as u64);
    set.members().for_each(|member| writer.element(member));
}

pub(super) fn read<R: Read>(
    reader: &mut Reader<R>,
    kind: Kind,
    rules: &Rules<'_>,
) -> Result<Option<Set>, Error> {
    let limits = SetLimits::new(rules.params, rules.hasher);
    let mut set = match kind {
        Kind::SET => return read_members(reader, &limits),
        Kind::SET_INTSET => Set::Ints(Intset::from_bytes(packed(reader)?).map_err(broken("Intset"))?),
        _ => {
            let pack = Listpack::from_bytes(packed(reader)?).map_err(broken("Set listpack"))?;
            // It will be saved member by member, and a file with a member twice is refused by every server: nobody may
            // bring one in that makes the next snapshot unreadable. So this is looked at however shallow the check.
            if !are_different(pack.iter()) {
                return Err(TWICE);
            }
            Set::Packed(pack)
        }
    };
    let members = set.len();
    set.expect(members, &limits);
    match set.len() {
        0 => Ok(None),
        len if len == members => Ok(Some(set)),
        _ => Err(TWICE),
    }
}

const TWICE: Error = Error::corrupt("Duplicate set members detected");

/// Reads count and members.
fn read_members<R: Read>(reader: &mut Reader<R>, limits: &SetLimits) -> Result<Option<Set>, Error> {
    let count = reader.count()?;
    if count == 0 {
        return Ok(None);
    }
    let mut seen = Seen::default();
    let mut set = None;
    for _ in 0..count {
        let member = element(reader)?;
        let set = set.get_or_insert_with(|| {
            // A set that is too large for an intset is a table at once, also where a listpack could hold it.
            if count > limits.ints {
                let (capacity, hasher) = (count.min(FORESEEN), limits.hasher.clone());
                return Set::Table(Box::new(map::Set::with_capacity_and_hasher(capacity, hasher)));
            }
            member.with_text(|first| Set::for_members(first, count, limits))
        });
        let new = match set {
            Set::Packed(_) if seen.is_new(member.with_text(|text| limits.hasher.hash(text))) => {
                set.append(member, limits);
                true
            }
            _ => set.insert(member, limits),
        };
        if !new {
            return Err(TWICE);
        }
    }
    Ok(set)
}

/// A filter of what has been added to a listpack, so that most members need not be searched for: a bit for the lowest
/// ten bits of a hash.
#[derive(Default)]
struct Seen([u64; 16]);

impl Seen {
    /// Whether certainly no other of this hash came before.
    fn is_new(&mut self, hash: u64) -> bool {
        let (word, bit) = (&mut self.0[hash as usize >> 6 & 15], 1 << (hash & 63));
        let new = *word & bit == 0;
        *word |= bit;
        new
    }
}

/// Whether no two elements have the same text. O(n).
pub(super) fn are_different<'a>(mut elements: impl Iterator<Item = Element<'a>>) -> bool {
    let mut seen = HashSet::new();
    elements.all(|element| seen.insert(element.to_vec()))
}
