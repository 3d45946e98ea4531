//! What the STORE commands do with what they have made.

use russet_engine::prelude::*;
use russet_engine::value::{Collection, SortedSet};

/// Puts a set at a key, whatever that held, and answers with its length. An empty one, or none, removes the key.
pub(crate) fn store(cx: &mut Context<'_>, key: Key<'_>, set: Option<SortedSet>, event: Event) -> Outcome {
    let len = set.as_ref().map_or(0, SortedSet::len);
    match set.filter(|_| len > 0) {
        Some(set) => {
            cx.db.replace(key, set);
            cx.db.changed(key, event);
        }
        None => {
            cx.db.delete(key);
        }
    }
    cx.reply.count(len)
}
