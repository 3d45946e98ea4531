//! Effects: what reading and claiming for a group leaves for the journal, free of the clock and of who asked.
//!
//! Redis journals an `XCLAIM` for each entry that was handed out. One takes many ids, so here entries that are pending in
//! the same way share one. And what Redis does not journal, because it is made up for sooner or later, is journaled
//! here too: consumers that were made and got nothing yet, and deliveries of what was delivered before.

use super::entries::IdText;
use russet_engine::prelude::*;
use russet_structures::stream::{Group, Id};



/// Who has read what.
#[derive(Clone, Copy)]
pub(super) struct Reader<'a> {
    pub(super) key: Key<'a>,
    pub(super) group: &'a [u8],
    pub(super) consumer: &'a [u8],
}

/// Entries that are pending in the same way.
pub(super) struct Taken {
    pub(super) ids: Vec<Id>,
    pub(super) time: i64,
    pub(super) count: u64,
}

impl Taken {
    /// What is pending with these ids, each entry that differs from the one before it in a part of its own.
    pub(super) fn of(group: &Group, ids: impl Iterator<Item = Id>) -> Vec<Taken> {
        let mut all: Vec<Taken> = Vec::new();
        for pending in ids.filter_map(|id| group.pending(id, id, None).next()) {
            let (id, time, count) = (pending.id, pending.delivery_time, pending.delivery_count);
            match all.last_mut() {
                Some(last) if last.time == time && last.count == count => last.ids.push(id),
                _ => all.push(Taken { ids: vec![id], time, count }),
            }
        }
        all
    }
}

/// A count as an argument can say it. A client may have set it to the greatest that is read, from which it went on.
fn readable(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

impl Reader<'_> {
    /// A consumer was made.
    pub(super) fn journal_consumer(&self, cx: &mut Context<'_>) {
        let words: [&[u8]; 5] = [b"XGROUP", b"CREATECONSUMER", self.key.bytes, self.group, self.consumer];
        cx.journal(words);
    }

    /// Entries became pending for the consumer. `last_id` is the group's.
    pub(super) fn journal_taken(&self, cx: &mut Context<'_>, taken: &Taken, last_id: Id) {
        let ids: Vec<IdText> = taken.ids.iter().map(|id| IdText::new(*id)).collect();
        let (mut time, mut count) = (itoa::Buffer::new(), itoa::Buffer::new());
        let (time, count) = (time.format(taken.time).as_bytes(), count.format(readable(taken.count)).as_bytes());
        let last_id = IdText::new(last_id);
        let begin: [&[u8]; 5] = [b"XCLAIM", self.key.bytes, self.group, self.consumer, b"0"];
        let end: [&[u8]; 8] =
            [b"TIME", time, b"RETRYCOUNT", count, b"FORCE", b"JUSTID", b"LASTID", last_id.as_bytes()];
        cx.journal(begin.into_iter().chain(ids.iter().map(IdText::as_bytes)).chain(end));
    }

    /// Entries are pending no more, because they are gone.
    pub(super) fn journal_gone(&self, cx: &mut Context<'_>, ids: &[Id]) {
        let ids: Vec<IdText> = ids.iter().map(|id| IdText::new(*id)).collect();
        let begin: [&[u8]; 3] = [b"XACK", self.key.bytes, self.group];
        cx.journal(begin.into_iter().chain(ids.iter().map(IdText::as_bytes)));
    }

    /// The group has moved on.
    pub(super) fn journal_place(&self, cx: &mut Context<'_>, last_id: Id, entries_read: Option<u64>) {
        let read = entries_read.map_or(-1, readable).to_string();
        let id = IdText::new(last_id);
        let words: [&[u8]; 7] =
            [b"XGROUP", b"SETID", self.key.bytes, self.group, id.as_bytes(), b"ENTRIESREAD", read.as_bytes()];
        cx.journal(words);
    }
}
