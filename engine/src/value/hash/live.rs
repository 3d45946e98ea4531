//! A hash at a moment: what is read of it, without the fields whose time has come.

use super::table::{Table, is_past};
use super::{Collection, Hash};
use crate::error::Outcome;
use russet_structures::dict;
use russet_structures::element::Element;
use russet_structures::listpack::{Listpack, Pairs, Position};
use russet_structures::map::Pair;

/// Random draws that may meet fields whose time has come before the others are looked for one by one.
const TRIES: usize = 64;

/// How many random fields are drawn from a listpack in one pass.
const BATCH: usize = 1000;

/// A field and its value.
pub type Field<'a> = (Element<'a>, Element<'a>);

/// A hash at a moment.
#[derive(Clone, Copy)]
pub struct Live<'a> {
    hash: &'a Hash,
    now_ms: i64,
}

impl<'a> Live<'a> {
    pub(super) fn new(hash: &'a Hash, now_ms: i64) -> Self {
        Live { hash, now_ms }
    }

    /// The value of a field. O(1) for a table, O(fields) for a listpack.
    #[inline]
    pub fn get(self, field: &[u8]) -> Option<Element<'a>> {
        match self.hash {
            Hash::Packed(pack) => {
                let position = pack.next(pack.find(field, 1)?)?;
                Some(pack.get(position))
            }
            Hash::Table(table) => table.find(field, self.now_ms).map(|pair| Element::Bytes(pair.value())),
        }
    }

    /// When a field expires; `None` if there is no such field. As [`Live::get`].
    pub fn expiry(self, field: &[u8]) -> Option<Option<i64>> {
        match self.hash {
            Hash::Packed(pack) => pack.find(field, 1).map(|_| None),
            Hash::Table(table) => table.find(field, self.now_ms).map(Pair::expiry),
        }
    }

    /// Whether there is such a field. As [`Live::get`].
    pub fn contains(self, field: &[u8]) -> bool {
        match self.hash {
            Hash::Packed(pack) => pack.find(field, 1).is_some(),
            Hash::Table(table) => table.find(field, self.now_ms).is_some(),
        }
    }

    /// The number of fields. O(1), or O(fields whose time has come).
    #[expect(clippy::len_without_is_empty, reason = "nobody asks")]
    pub fn len(self) -> usize {
        match self.hash {
            Hash::Packed(_) => self.hash.len(),
            Hash::Table(table) => table.len() - table.past(self.now_ms),
        }
    }

    /// Every field with its value: in the order of a listpack, or in none. O(fields) for all of it.
    pub fn iter(self) -> Fields<'a> {
        Fields(match self.hash {
            Hash::Packed(pack) => Source::Packed(pack.pairs()),
            Hash::Table(table) => Source::Table(table.iter(), self.now_ms),
        })
    }

    /// Visits at least `count` fields from `cursor` on, and not many more; fewer only where there are no more, or where
    /// it has looked in vain for long. Returns the cursor to go on with: 0 when all have been visited. A listpack is
    /// visited as a whole. O(count).
    pub fn scan(self, cursor: u64, count: usize, mut visit: impl FnMut(Field<'_>)) -> u64 {
        let Hash::Table(table) = self.hash else {
            self.iter().for_each(visit);
            return 0;
        };
        table.map().scan_at_least(cursor, count, |pair| {
            if !is_past(pair.expiry(), self.now_ms) {
                visit(elements(pair));
            }
        })
    }

    /// Visits `count` random fields, each drawn from all. None where there is nothing to choose from. O(count) for a
    /// table, O(fields · count / 1000) for a listpack.
    pub fn sample_many(
        self,
        count: usize,
        mut random: impl FnMut() -> u64,
        mut visit: impl FnMut(Field<'a>) -> Outcome,
    ) -> Outcome {
        match self.hash {
            Hash::Packed(pack) => {
                let mut left = count;
                while left > 0 {
                    let drawn = pack.sample_many(left.min(BATCH), 1, &mut random);
                    if drawn.is_empty() {
                        break;
                    }
                    left -= drawn.len();
                    drawn.into_iter().try_for_each(|position| visit(pair_at(pack, position)))?;
                }
                Ok(())
            }
            Hash::Table(table) => self.sample_table(table, count, random, visit),
        }
    }

    /// Draws again where a field is met whose time has come, until that has been in vain for long: then those that
    /// are left are few, and are drawn from a list of them.
    fn sample_table(
        self,
        table: &'a Table,
        count: usize,
        mut random: impl FnMut() -> u64,
        mut visit: impl FnMut(Field<'a>) -> Outcome,
    ) -> Outcome {
        let mut drawn = 0;
        let mut in_vain = 0;
        while drawn < count && in_vain < TRIES {
            let Some(pair) = table.map().sample(&mut random) else { return Ok(()) };
            if is_past(pair.expiry(), self.now_ms) {
                in_vain += 1;
            } else {
                visit(elements(pair))?;
                (drawn, in_vain) = (drawn + 1, 0);
            }
        }
        if drawn < count {
            let left: Vec<Field<'a>> = self.iter().collect();
            if !left.is_empty() {
                return (drawn..count).try_for_each(|_| visit(left[below(random(), left.len())]));
            }
        }
        Ok(())
    }

    /// Visits `wanted` different random fields, or all where there are no more, every choice of so many alike likely.
    /// Those of a listpack come in their order. O(fields) for a listpack, O(wanted log wanted) for a table in which no
    /// field's time has come, else O(fields).
    pub fn sample_distinct(
        self,
        wanted: usize,
        mut random: impl FnMut() -> u64,
        mut visit: impl FnMut(Field<'a>) -> Outcome,
    ) -> Outcome {
        match self.hash {
            Hash::Packed(pack) => {
                let chosen = pack.sample_distinct(wanted, 1, random);
                chosen.into_iter().try_for_each(|position| visit(pair_at(pack, position)))
            }
            Hash::Table(table) if table.past(self.now_ms) == 0 => {
                let mut outcome = Ok(());
                table.map().sample_distinct(random, wanted, |pair| {
                    if outcome.is_ok() {
                        outcome = visit(elements(pair));
                    }
                });
                outcome
            }
            Hash::Table(_) => {
                // Each in turn, as likely as so many of those that are left are wanted (Knuth's algorithm S).
                let len = self.len();
                let mut missing = wanted.min(len);
                for (seen, field) in self.iter().enumerate() {
                    if below(random(), len - seen) < missing {
                        visit(field)?;
                        missing -= 1;
                    }
                }
                Ok(())
            }
        }
    }
}

/// A number below `bound` from 64 random bits; the bias is `bound / 2^64`.
fn below(random: u64, bound: usize) -> usize {
    ((u128::from(random) * bound as u128) >> 64) as usize
}

fn elements(pair: &Pair) -> Field<'_> {
    (Element::Bytes(pair.field()), Element::Bytes(pair.value()))
}

/// The field at a position of a listpack, and the value behind it.
fn pair_at(pack: &Listpack, position: Position) -> Field<'_> {
    let value = pack.next(position).map_or(Element::Bytes(b""), |position| pack.get(position));
    (pack.get(position), value)
}

enum Source<'a> {
    Packed(Pairs<'a>),
    Table(dict::Iter<'a, Pair>, i64),
}

/// The fields of a hash with their values.
pub struct Fields<'a>(Source<'a>);

impl<'a> Iterator for Fields<'a> {
    type Item = Field<'a>;

    #[inline]
    fn next(&mut self) -> Option<Field<'a>> {
        match &mut self.0 {
            Source::Packed(pairs) => pairs.next(),
            Source::Table(pairs, now_ms) => pairs.find(|pair| !is_past(pair.expiry(), *now_ms)).map(elements),
        }
    }
}
