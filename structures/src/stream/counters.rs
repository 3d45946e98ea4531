//! Counters: what a stream knows about its whole history, and what follows from it for a group's lag.

use super::{Id, Stream};

/// What a stream remembers besides its entries.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Counters {
    /// Entries that are there.
    pub(super) length: u64,
    /// Entries that ever were.
    pub(super) entries_added: u64,
    /// The greatest id that an entry ever had, or XSETID's.
    pub(super) last_id: Id,
    /// The first entry's id; `0-0` without entries.
    pub(super) first_id: Id,
    /// The greatest id that was deleted (not trimmed).
    pub(super) max_deleted_id: Id,
}

impl Counters {
    /// Whether a deleted entry may lie at `start` or behind it, among those that are there.
    pub(super) fn has_tombstone_from(&self, start: Id) -> bool {
        self.has_gaps() && start <= self.max_deleted_id
    }

    /// Whether a deleted entry may lie behind the first that is there.
    fn has_gaps(&self) -> bool {
        self.length > 0 && self.max_deleted_id != Id::MIN && self.first_id <= self.max_deleted_id
    }

    /// How many entries were ever added up to and with this id, where that is known for sure.
    pub(super) fn added_up_to(&self, id: Id) -> Option<u64> {
        if self.entries_added == 0 {
            return Some(0);
        }
        if self.length == 0 && id <= self.last_id {
            return Some(self.entries_added);
        }
        if id >= self.last_id {
            return (id == self.last_id).then_some(self.entries_added);
        }
        let before = self.entries_added.wrapping_sub(self.length);
        match id.cmp(&self.first_id) {
            _ if self.has_gaps() => None,
            std::cmp::Ordering::Less => Some(before),
            std::cmp::Ordering::Equal => Some(before.wrapping_add(1)),
            std::cmp::Ordering::Greater => None,
        }
    }

    /// How many entries a group that has read `entries_read` up to `last_id` has before it.
    pub(super) fn lag(&self, last_id: Id, entries_read: Option<u64>) -> Option<i64> {
        let behind = |read: u64| self.entries_added.wrapping_sub(read) as i64;
        match entries_read {
            _ if self.entries_added == 0 => Some(0),
            Some(read) if !self.has_tombstone_from(last_id) => Some(behind(read)),
            _ => self.added_up_to(last_id).map(behind),
        }
    }
}

/// Why XSETID is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SetIdError {
    /// The id is less than the one given as the greatest deleted.
    BelowGivenDeleted,
    /// The id is less than the greatest that was deleted.
    BelowDeleted,
    /// The id is less than the last entry's.
    BelowLast,
    /// There are more entries than were ever added.
    AddedBelowLength,
}

impl std::fmt::Display for SetIdError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            SetIdError::BelowGivenDeleted => "the id is less than the one given as the greatest deleted",
            SetIdError::BelowDeleted => "the id is less than the greatest that was deleted",
            SetIdError::BelowLast => "the id is less than the last entry's",
            SetIdError::AddedBelowLength => "there are more entries than were ever added",
        })
    }
}

impl std::error::Error for SetIdError {}

impl Stream {
    /// Number of entries: XLEN. O(1).
    #[inline]
    pub fn len(&self) -> u64 {
        self.counters.length
    }

    /// Whether there are no entries. O(1).
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.counters.length == 0
    }

    /// The last id that was given, even if its entry is gone. O(1).
    #[inline]
    pub fn last_id(&self) -> Id {
        self.counters.last_id
    }

    /// The first entry's id, `0-0` without entries: `recorded-first-entry-id`. O(1).
    #[inline]
    pub fn first_id(&self) -> Id {
        self.counters.first_id
    }

    /// The greatest id that was deleted, `0-0` if none was: `max-deleted-entry-id`. Trimming does not count. O(1).
    #[inline]
    pub fn max_deleted_id(&self) -> Id {
        self.counters.max_deleted_id
    }

    /// Entries that were ever added: `entries-added`. O(1).
    #[inline]
    pub fn entries_added(&self) -> u64 {
        self.counters.entries_added
    }

    /// How many entries were added up to and with this id, if that is known: it is at the ends of the stream, and
    /// nowhere that entries may have been deleted behind. Type 15 of RDB files says no `entries-read` of groups; this
    /// is what Redis takes. O(1).
    pub fn added_up_to(&self, id: Id) -> Option<u64> {
        self.counters.added_up_to(id)
    }

    /// Sets the last id, and if given, what was added and the greatest id that was deleted: XSETID. O(elements of a
    /// node).
    ///
    /// # Errors
    /// What does not go together; then the stream is as before.
    pub fn set_id(
        &mut self,
        last_id: Id,
        entries_added: Option<u64>,
        max_deleted_id: Option<Id>,
    ) -> Result<(), SetIdError> {
        if max_deleted_id.is_some_and(|id| last_id < id) {
            return Err(SetIdError::BelowGivenDeleted);
        }
        if last_id < self.counters.max_deleted_id {
            return Err(SetIdError::BelowDeleted);
        }
        if let Some(last) = self.last() {
            if last_id < last.id() {
                return Err(SetIdError::BelowLast);
            }
            if entries_added.is_some_and(|added| added < self.counters.length) {
                return Err(SetIdError::AddedBelowLength);
            }
        }
        self.counters.last_id = last_id;
        self.counters.entries_added = entries_added.unwrap_or(self.counters.entries_added);
        if let Some(id) = max_deleted_id.filter(|id| *id != Id::MIN) {
            self.counters.max_deleted_id = id;
        }
        Ok(())
    }
}
