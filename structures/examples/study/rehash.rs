//! A model of incremental rehashing as Redis's dict does it, to be measured beside the dict.
//!
//! A table of chains doubles by standing beside a second one of twice the size; every insertion moves one chain
//! from the old to the new, until the old one is empty and freed. Memory for a table is asked for as zeros, which
//! costs nothing until it is touched. Chain links are indexes into pieces that never move; Redis has pointers.

/// Nodes in a piece.
const PIECE: usize = 4096;
/// Empty chains that one step passes over, as in Redis.
const EMPTY_VISITS: usize = 10;

struct Node<T> {
    value: T,
    /// One more than the index of the next node; 0 at the end.
    next: usize,
}

/// The heads of all chains, as a node's `next`.
struct Heads(Vec<usize>);

impl Heads {
    fn of(&self, hash: u64) -> usize {
        hash as usize & (self.0.len() - 1)
    }
}

/// The table, or two while it grows.
pub(crate) struct TwoTables<T> {
    nodes: Vec<Vec<Node<T>>>,
    len: usize,
    old: Heads,
    new: Option<Heads>,
    /// Chains of the old table below this are empty.
    moved: usize,
}

impl<T> TwoTables<T> {
    pub(crate) fn new() -> TwoTables<T> {
        TwoTables { nodes: Vec::new(), len: 0, old: Heads(vec![0; 4]), new: None, moved: 0 }
    }

    fn node(&self, link: usize) -> &Node<T> {
        &self.nodes[(link - 1) / PIECE][(link - 1) % PIECE]
    }

    fn node_mut(&mut self, link: usize) -> &mut Node<T> {
        &mut self.nodes[(link - 1) / PIECE][(link - 1) % PIECE]
    }

    /// Moves one chain.
    fn step(&mut self, hasher: impl Fn(&T) -> u64) {
        let Some(mut new) = self.new.take() else { return };
        for _ in 0..EMPTY_VISITS {
            if self.old.0[self.moved] != 0 {
                break;
            }
            self.moved += 1;
            if self.moved == self.old.0.len() {
                (self.old, self.moved) = (new, 0);
                return;
            }
        }
        let mut link = std::mem::take(&mut self.old.0[self.moved]);
        while link != 0 {
            let chain = new.of(hasher(&self.node(link).value));
            let head = std::mem::replace(&mut new.0[chain], link);
            link = std::mem::replace(&mut self.node_mut(link).next, head);
        }
        self.new = Some(new);
    }

    pub(crate) fn insert(&mut self, hash: u64, value: T, hasher: impl Fn(&T) -> u64) {
        if self.new.is_none() && self.len == self.old.0.len() {
            self.new = Some(Heads(vec![0; self.len * 2]));
        }
        self.step(hasher);
        if self.nodes.last().is_none_or(|piece| piece.len() == PIECE) {
            self.nodes.push(Vec::with_capacity(PIECE));
        }
        self.len += 1;
        let link = self.len;
        let heads = self.new.as_mut().unwrap_or(&mut self.old);
        let chain = heads.of(hash);
        let next = std::mem::replace(&mut heads.0[chain], link);
        if let Some(piece) = self.nodes.last_mut() {
            piece.push(Node { value, next });
        }
    }

    pub(crate) fn find(&self, hash: u64, mut eq: impl FnMut(&T) -> bool) -> bool {
        [Some(&self.old), self.new.as_ref()].into_iter().flatten().any(|heads| {
            let mut link = heads.0[heads.of(hash)];
            while link != 0 {
                let node = self.node(link);
                if eq(&node.value) {
                    return true;
                }
                link = node.next;
            }
            false
        })
    }

    /// Bytes of both tables and of the nodes.
    pub(crate) fn memory(&self) -> usize {
        let heads = self.old.0.len() + self.new.as_ref().map_or(0, |new| new.0.len());
        heads * size_of::<usize>() + self.nodes.len() * PIECE * size_of::<Node<T>>()
    }
}
