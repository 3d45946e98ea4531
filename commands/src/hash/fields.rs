//! What commands on fields of hashes share: the list `FIELDS numfields field ...`, and telling of fields that have
//! expired when something is written over them.

use russet_engine::prelude::*;
use russet_engine::value::hash;

/// The fields that a command names: from a word on to the end.
#[derive(Clone, Copy)]
pub(super) struct List<'a> {
    args: Args<'a>,
    /// Index of the first field.
    pub(super) from: usize,
    /// How many there should be.
    number: i64,
}

/// The number of fields is not what it should be.
pub(super) const MISMATCH: Error =
    Error::new("ERR numfields should be greater than 0 and match the provided number of fields");

impl<'a> List<'a> {
    /// The list whose `FIELDS` is word `at`.
    ///
    /// # Errors
    /// If there is another word, or no number behind it.
    pub(super) fn at(args: Args<'a>, at: usize) -> Result<Self, Error> {
        if !args.is(at, "FIELDS") {
            return Err(Error::SYNTAX);
        }
        Ok(List { args, from: at + 2, number: args.int(at + 1)? })
    }

    /// Where the first `FIELDS` stands that has a word behind it, from word `from` on.
    ///
    /// # Errors
    /// If there is none.
    pub(super) fn find(args: Args<'a>, from: usize) -> Result<usize, Error> {
        (from..args.len() - 1).find(|&at| args.is(at, "FIELDS")).ok_or(MISMATCH)
    }

    /// The same list, if it holds as many words as it says, `width` for each field.
    ///
    /// # Errors
    /// `error` if it does not.
    pub(super) fn checked(self, width: usize, error: Error) -> Result<Self, Error> {
        let words = self.args.len().saturating_sub(self.from);
        let right = words.is_multiple_of(width) && self.number > 0 && words / width == self.number as usize;
        if right { Ok(self) } else { Err(error) }
    }

    /// The words of the list.
    pub(super) fn iter(self) -> impl ExactSizeIterator<Item = &'a [u8]> + Clone + use<'a> {
        self.args.iter_from(self.from)
    }

    /// Fields with their values.
    pub(super) fn pairs(self) -> impl Iterator<Item = (&'a [u8], &'a [u8])> + Clone + use<'a> {
        let args = self.args;
        (self.from..args.len()).step_by(2).map(move |at| (args.word(at), args.word(at + 1)))
    }
}

/// What stood where fields were set.
#[derive(Default)]
pub(super) struct Stood {
    /// How many fields are new.
    pub(super) new: usize,
    /// Something had expired.
    past: bool,
}

impl Stood {
    /// Of a single field.
    pub(super) fn one(stood: hash::Stood) -> Self {
        let mut all = Stood::default();
        all.count(stood);
        all
    }

    /// Adds a field.
    pub(super) fn count(&mut self, stood: hash::Stood) {
        self.new += usize::from(stood != hash::Stood::Live);
        self.past |= stood == hash::Stood::Past;
    }

    /// Tells, before the event of the command, that what it has written over had expired.
    pub(super) fn tell(&self, cx: &mut Context<'_>, key: Key<'_>) {
        if self.past {
            cx.db.note(key, Event::HExpired);
        }
    }
}

/// Journals a command on some fields: its name, the key and its options; then `FIELDS`, their number, and the fields, with
/// or without values.
pub(super) fn journal(cx: &mut Context<'_>, command: &[&[u8]], number: usize, fields: &[&[u8]]) {
    let mut digits = itoa::Buffer::new();
    let list = [&b"FIELDS"[..], digits.format(number).as_bytes()];
    cx.journal(command.iter().copied().chain(list).chain(fields.iter().copied()));
}

/// Removes fields for good, tells of it as `event` and of the key if nothing is left, and journals it.
pub(super) fn removed(cx: &mut Context<'_>, key: Key<'_>, event: Event, fields: &[&[u8]], emptied: bool) {
    if fields.is_empty() {
        return;
    }
    cx.db.reduced(key, event, emptied);
    cx.db.count_changes(fields.len() - 1);
    cx.journal([&b"HDEL"[..], key.bytes].into_iter().chain(fields.iter().copied()));
}

/// Tells that fields expire at a moment, and journals it.
pub(super) fn expire_at(cx: &mut Context<'_>, key: Key<'_>, at_ms: i64, fields: &[&[u8]]) {
    if fields.is_empty() {
        return;
    }
    cx.db.changed(key, Event::HExpire);
    cx.db.count_changes(fields.len() - 1);
    let moment = at_ms.to_string();
    journal(cx, &[b"HPEXPIREAT", key.bytes, moment.as_bytes()], fields.len(), fields);
}

/// Tells that fields no longer expire, and journals it.
pub(super) fn persisted(cx: &mut Context<'_>, key: Key<'_>, fields: &[&[u8]]) {
    if fields.is_empty() {
        return;
    }
    cx.db.changed(key, Event::HPersist);
    cx.db.count_changes(fields.len() - 1);
    journal(cx, &[b"HPERSIST", key.bytes], fields.len(), fields);
}
