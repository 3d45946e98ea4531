//! Prefetch: ask for the memory that the next requests will need, so that the misses overlap.
//!
//! In two passes over a group: first the table's buckets, then the records that they point to. A group is
//! small enough that what it brings into the first-level cache is still there when its last request runs.

use super::Work;
use russet_engine::keyspace::Database;
use std::ops::Range;

/// Requests that are prefetched together. Sixteen keep the memory system's miss buffers busy.
pub(super) const GROUP: usize = 16;

/// Prefetches for the requests in `range`, all of which are taken to work on `database`: a wrong guess after
/// a `SELECT` costs a useless hint.
pub(super) fn prefetch(work: &Work, range: Range<usize>, database: &Database) {
    let requests = &work.requests[range];
    let keys = || requests.iter().filter(|request| request.key.0 > 0).map(|request| request.key.1);
    keys().for_each(|hash| database.table().prefetch(hash));
    keys().for_each(|hash| database.table().prefetch_candidate(hash));
}
