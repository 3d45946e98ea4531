//! Stream: a log of entries.

mod append;
mod counters;
mod id;
mod node;
mod range;
#[cfg(test)]
mod tests;
mod trim;
mod validate;

pub use append::{AppendError, Limits};
pub use counters::SetIdError;
pub use id::{Id, NewId};
pub use node::{Entry, Fields};
pub use range::{Range, RangeBack};
pub use trim::{Threshold, Trim};
pub use validate::{Corrupt, Recorded};

use crate::listpack::Listpack;
use crate::rax::{Rax, Seek};
use counters::Counters;

/// A log of entries with ids, fields and values, and the groups that read it; see the [module's page](self).
#[derive(Clone, Default)]
pub struct Stream {
    /// Runs of entries by the id of their first.
    ///
    /// Invariant: entries that are not deleted ascend from node to node, each at least its node's key.
    nodes: Rax<Listpack>,
    /// The key of the last node; `0-0` if there is none.
    tail: Id,
    counters: Counters,
}

impl Stream {
    /// An empty stream. O(1), allocates nothing.
    pub fn new() -> Stream {
        Stream::default()
    }

    /// The nodes: what is written to disk. Each is a key and the bytes of a listpack. O(1) for each.
    pub fn nodes(&self) -> impl Iterator<Item = (Id, &[u8])> {
        let mut cursor = self.nodes.seek(Seek::First);
        std::iter::from_fn(move || {
            let (key, node) = cursor.entry()?;
            let key = Id::from_bytes(key.try_into().ok()?);
            cursor.move_next();
            Some((key, node.as_bytes()))
        })
    }

    /// Number of nodes: `radix-tree-keys`. O(1).
    pub fn node_count(&self) -> usize {
        self.nodes.len()
    }

    /// Number of nodes that Redis's radix tree would have: `radix-tree-nodes`. O(1).
    pub fn redis_tree_nodes(&self) -> usize {
        self.nodes.redis_nodes()
    }
}

impl std::fmt::Debug for Stream {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let entries = self.iter().map(|entry| (entry.id().to_string(), entry.fields().collect::<Vec<_>>()));
        f.debug_map().entries(entries).finish()
    }
}
