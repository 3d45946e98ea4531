//! Hashes: a listpack of fields and values while small, a table beyond.
//!
//! # Who sees which field?
//!
//! A field can have a time at which it ceases to be. One whose time has come stands until somebody writes over it or
//! the active expiry removes it, but no command may meet it: what reads goes through [`Live`], the hash as it is at a
//! moment. [`Collection::len`] alone counts such fields, as `HLEN` does.
//!
//! | file | what |
//! |---|---|
//! | `mod.rs` | setting and removing fields, and when a listpack becomes a table |
//! | [`live`] | reading: one field, all, some at a time, random ones |
//! | [`table`] | the table: fields found by hash, those that expire also by time |

mod live;
mod table;

pub use live::{Field, Fields, Live};
pub use table::{Stood, Table};

use super::{Collection, Encoding, stands_in};
use crate::hash::KeyHasher;
use crate::keyspace::Expiry;
use crate::params::Params;
use russet_structures::element::Element;
use russet_structures::listpack::Listpack;

/// Fields with values.
pub enum Hash {
    /// Field, value, field, value, in the order in which fields were first set. None of them expires.
    Packed(Listpack),
    /// Fields found by hash, in no order.
    Table(Box<Table>),
}

/// Up to which size a hash is a listpack, and what it hashes with beyond.
#[derive(Clone)]
pub struct Rules {
    entries: usize,
    value: usize,
    hasher: KeyHasher,
}

impl Rules {
    /// What the parameters ask for.
    pub fn of(params: &Params, hasher: &KeyHasher) -> Self {
        let entries = usize::try_from(params.hash_max_listpack_entries()).unwrap_or(usize::MAX);
        let value = usize::try_from(params.hash_max_listpack_value()).unwrap_or(usize::MAX);
        Rules { entries, value, hasher: hasher.clone() }
    }
}

impl Default for Hash {
    fn default() -> Self {
        Hash::Packed(Listpack::new())
    }
}

impl Hash {
    /// The hash as it is at a moment: without the fields whose time has come.
    #[inline]
    pub fn at(&self, now_ms: i64) -> Live<'_> {
        Live::new(self, now_ms)
    }

    /// Becomes a table if these fields and values, one after the other, are too many or too long for a listpack. To
    /// be called with all of them before the first is set. O(words), or O(fields) once.
    pub fn expect<'w>(&mut self, words: impl ExactSizeIterator<Item = &'w [u8]>, rules: &Rules) {
        let Hash::Packed(pack) = self else { return };
        let fields = words.len() / 2;
        if fields > rules.entries {
            // Most of them are probably different.
            self.become_table(fields, rules);
            return;
        }
        let mut sum = 0;
        for word in words {
            if word.len() > rules.value {
                return self.become_table(0, rules);
            }
            sum += word.len();
        }
        if !pack.safe_to_add(sum) {
            self.become_table(0, rules);
        }
    }

    /// Sets a field and returns what stood there. O(1) for a table, O(fields) for a listpack.
    pub fn put(&mut self, field: &[u8], value: &[u8], expiry: Expiry, rules: &Rules, now_ms: i64) -> Stood {
        self.make_fit(field, value, rules);
        if let Expiry::At(_) = expiry {
            self.become_table(1, rules);
        }
        match self {
            Hash::Packed(pack) => {
                let stood = put_packed(pack, field, value);
                self.make_shorter(rules);
                stood
            }
            Hash::Table(table) => table.put(field, value, expiry, now_ms),
        }
    }

    /// Sets or clears the expiry of a field that is there. O(log fields that expire) for a table, which a listpack
    /// becomes.
    pub fn set_expiry(&mut self, field: &[u8], expiry: Option<i64>, rules: &Rules) {
        if expiry.is_some() {
            self.become_table(0, rules);
        }
        if let Hash::Table(table) = self {
            table.set_expiry(field, expiry);
        }
    }

    /// Removes a field and returns what stood there: one whose time has come stays. O(1) for a table, O(fields) for a
    /// listpack.
    pub fn remove(&mut self, field: &[u8], now_ms: i64) -> Stood {
        if let Hash::Table(table) = self
            && table.is_past(field, now_ms)
        {
            return Stood::Past;
        }
        if self.discard(field) { Stood::Live } else { Stood::Nothing }
    }

    /// Removes a field, even if its time has come, and returns whether it was there. As [`Hash::remove`].
    pub fn discard(&mut self, field: &[u8]) -> bool {
        match self {
            Hash::Packed(pack) => {
                let Some(position) = pack.find(field, 1) else { return false };
                pack.remove_at(position, 2);
                true
            }
            Hash::Table(table) => table.remove(field),
        }
    }

    /// Becomes a table for the sake of a field or a value that is too long for a listpack.
    fn make_fit(&mut self, field: &[u8], value: &[u8], rules: &Rules) {
        if let Hash::Packed(pack) = self {
            let long = field.len() > rules.value || value.len() > rules.value;
            if long || !pack.safe_to_add(field.len() + value.len()) {
                self.become_table(0, rules);
            }
        }
    }

    /// An empty hash of the form that suits `count` fields, with room for at most `foreseen` of them.
    pub(crate) fn for_fields(count: usize, foreseen: usize, rules: &Rules) -> Hash {
        let mut hash = Hash::default();
        if count > rules.entries {
            hash.become_table(count.min(foreseen), rules);
        }
        hash
    }

    /// Adds a field behind those of a listpack without looking for it there, and says whether the listpack, or the
    /// table that it has become, takes it: a table does not take a field twice. O(1), or O(fields) once.
    pub(crate) fn append(&mut self, field: &[u8], value: &[u8], rules: &Rules) -> bool {
        self.make_fit(field, value, rules);
        match self {
            Hash::Packed(pack) => {
                pack.push_back(Element::new(field));
                pack.push_back(Element::new(value));
                true
            }
            Hash::Table(table) => table.put(field, value, Expiry::Clear, i64::MIN) == Stood::Nothing,
        }
    }

    /// Becomes a table if there are too many fields for a listpack.
    pub(crate) fn make_shorter(&mut self, rules: &Rules) {
        if let Hash::Packed(pack) = self
            && pack.len() / 2 > rules.entries
        {
            self.become_table(0, rules);
        }
    }

    /// Becomes a table with room for `more` fields. O(fields) the first time.
    fn become_table(&mut self, more: usize, rules: &Rules) {
        if let Hash::Packed(pack) = self {
            *self = Hash::Table(Box::new(Table::of(pack, more, rules.hasher.clone())));
        }
    }
}

/// Sets a field of a listpack and returns what stood there.
fn put_packed(pack: &mut Listpack, field: &[u8], value: &[u8]) -> Stood {
    match pack.find(field, 1).and_then(|position| pack.next(position)) {
        Some(position) => {
            pack.replace(position, value);
            Stood::Live
        }
        None => {
            pack.push_back(Element::new(field));
            pack.push_back(Element::new(value));
            Stood::Nothing
        }
    }
}

impl Collection for Hash {
    stands_in!(Hash);

    fn encoding(&self) -> Encoding {
        match self {
            Hash::Packed(_) => Encoding::HashPacked,
            Hash::Table(_) => Encoding::HashTable,
        }
    }

    fn len(&self) -> usize {
        match self {
            Hash::Packed(pack) => pack.len() / 2,
            Hash::Table(table) => table.len(),
        }
    }

    fn vanishes(&self) -> bool {
        match self {
            Hash::Packed(pack) => pack.is_empty(),
            Hash::Table(table) => table.len() == 0,
        }
    }

    fn next_expiry(&self) -> Option<i64> {
        match self {
            Hash::Packed(_) => None,
            Hash::Table(table) => table.soonest(),
        }
    }

    fn duplicate(&self) -> Self {
        match self {
            Hash::Packed(pack) => Hash::Packed(pack.clone()),
            Hash::Table(table) => Hash::Table(table.clone()),
        }
    }
}

impl std::fmt::Debug for Hash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Hash({}, {} fields)", self.encoding().name(), self.len())
    }
}
