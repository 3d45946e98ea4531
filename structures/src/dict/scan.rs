//! SCAN: visiting entries a few at a time while the table changes in between.
//!
//! # What does a cursor promise?
//!
//! A cursor is a position, the top 48 bits of a hash. One call visits the entries whose *own*
//! position lies from the cursor up to the next cursor, wherever they are stored. Positions belong
//! to entries, not to the table's shape, so an entry that is there from the first call to the last
//! is visited **exactly once**, however often segments grow, shrink, split or merge in between.
//! (Redis promises at least once.)
//!
//! # What does it not promise?
//!
//! Nothing about entries that come or go meanwhile, except that one that is removed and never comes
//! back is visited at most once. Entries with equal positions are visited in the same call, however
//! many they are; with hashes that differ, a call with a budget of one bucket visits 6 or 7.

use super::Dict;
use super::probe::{self, POSITIONS};
use crate::buckets::SLOTS;

impl<T> Dict<T> {
    /// Visits the entries of about `budget` buckets from `cursor` on, and returns the cursor to continue
    /// with, 0 when all has been visited. Start with 0. O(budget).
    ///
    /// `hasher` must give each entry's hash: an entry that was pushed out of its bucket is visited with
    /// its own bucket. A budget of 0 is taken as 1. Any number is a valid cursor; only its low 48 bits count.
    pub fn scan(
        &self,
        cursor: u64,
        budget: usize,
        hasher: impl Fn(&T) -> u64,
        mut visit: impl FnMut(&T),
    ) -> u64 {
        let mut cursor = cursor % POSITIONS;
        let mut budget = budget.max(1);
        while budget > 0 {
            let hash = cursor << (64 - probe::POSITION_BITS);
            let Some(segment) = self.directory.segment(self.directory.index(hash)) else { return 0 };
            let (depth, count) = (segment.depth, segment.buckets.len());
            let home = probe::home(hash, depth, count);
            let end = count.min(home.saturating_add(budget));
            budget -= end - home;

            let start = cursor & !((POSITIONS >> depth) - 1);
            let next = start + probe::first_position(end, depth, count);
            let range = cursor..next;
            // Buckets to read: the range, and as far after it as its own entries may have been stored.
            let mut last = end - 1 - home;
            let (mut at, mut read) = (home, 0);
            while read <= last {
                for value in segment.buckets.values(at) {
                    if range.contains(&probe::position_of(hasher(value))) {
                        visit(value);
                    }
                }
                if read < end - home {
                    last = last.max(read + probe::reach(segment.buckets, at)).min(count - 1);
                }
                at = probe::next(at, count);
                read += 1;
            }
            cursor = next % POSITIONS;
            if cursor == 0 {
                break;
            }
        }
        cursor
    }

    /// Visits at least `count` entries from `cursor` on, and not many more; fewer only where there are no more, or where
    /// it has looked in vain for long: a table that has lost most of its entries has empty buckets. Otherwise as
    /// [`scan`](Self::scan). O(count).
    pub fn scan_at_least(
        &self,
        mut cursor: u64,
        count: usize,
        hasher: impl Fn(&T) -> u64,
        mut visit: impl FnMut(&T),
    ) -> u64 {
        let (mut seen, mut buckets_left) = (0, count.saturating_mul(10));
        loop {
            let budget = (count - seen).div_ceil(SLOTS).min(buckets_left).max(1);
            buckets_left = buckets_left.saturating_sub(budget);
            cursor = self.scan(cursor, budget, &hasher, |value| {
                seen += 1;
                visit(value);
            });
            if cursor == 0 || seen >= count || buckets_left == 0 {
                return cursor;
            }
        }
    }
}
