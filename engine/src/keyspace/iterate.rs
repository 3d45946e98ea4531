//! Visiting many keys: all of them at once, or some at a time with a cursor.

use super::database::rehash;
use super::db::Db;
use crate::value::Entry;

/// Records that are on their way from memory while others are looked at.
const AHEAD: usize = 16;

impl Db<'_> {
    /// Visits every entry that has not expired, in no order that means anything, and removes none. O(n).
    pub fn for_each(&self, mut visit: impl FnMut(&Entry)) {
        let mut entries = self.database().table().iter();
        let mut batch = [None; AHEAD];
        loop {
            let mut filled = 0;
            for (place, entry) in batch.iter_mut().zip(&mut entries) {
                entry.prefetch();
                *place = Some(entry);
                filled += 1;
            }
            batch[..filled].iter().flatten().filter(|e| !self.is_expired(e)).for_each(|e| visit(e));
            if filled < AHEAD {
                return;
            }
        }
    }

    /// Visits at least `count` entries from `cursor` on, expired ones included, and not many more; fewer only
    /// where there are no more, or where it has looked in vain for long. Returns the cursor to go on with: 0
    /// when all have been visited. O(count).
    ///
    /// An entry that stands from the first call to the last is visited once, whatever happens in between.
    pub fn scan(&self, cursor: u64, count: usize, visit: impl FnMut(&Entry)) -> u64 {
        self.database().table.scan_at_least(cursor, count, rehash(&self.ks.hasher), visit)
    }
}
