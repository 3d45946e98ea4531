//! Radix tree: a map whose keys are bytes, in order, with common beginnings stored once.
//!
//! # What problem does it solve?
//!
//! A stream holds its entries in packed runs and finds a run by the id of its first entry: 16 bytes, mostly the same
//! from one to the next. It needs the run that an id falls into (the largest key that is not larger), the first, the
//! last and the next. A hash table has no order. A tree that compares whole keys has it, but keeps every key in full and
//! compares again from the first byte at every level. A radix tree stores a beginning that keys share once, and a
//! lookup reads each byte of the key at most once, whatever the number of keys.
//!
//! In Redis the same tree holds the entries of a stream, its consumer groups, their pending entries, and the keys that
//! clients with CLIENT TRACKING have read. There it is called rax.
//!
//! # What was there before?
//!
//! A trie (Fredkin, 1960) has a node per byte. PATRICIA (Morrison, 1968) leaves out the nodes with only one way on. Redis's
//! rax keeps such a run of bytes in a *compressed* node of its own. ART (Leis and others, 2013) puts the run into the node
//! that follows it, its prefix, and chooses among four node layouts by the number of children. This tree has ART's
//! prefixes and a single layout.
//!
//! # What does it look like?
//!
//! The keys `user:1`, `user:10` and `usage`, with values a, b and c:
//!
//! ```text
//!                      +----------------+
//!                      | prefix "us"    |         no key ends here
//!                      |  'a'     'e'   |         two bytes lead on
//!                      +---|-------|----+
//!             +------------+       +--------------+
//!      +------v---------+              +----------v-----+
//!      | prefix "ge"    |              | prefix "r:1"   |
//!      | value c        |              | value a   '0'  |
//!      +----------------+              +------------|---+
//!                                          +--------v-------+
//!                                          | prefix ""      |
//!                                          | value b        |
//!                                          +----------------+
//! ```
//!
//! A key is what stands on the way: prefix, byte, prefix, byte, prefix. Each node is one allocation:
//!
//! ```text
//!  offset 0         4         6         8
//!  +---------+---------+---------+-------+----------------+--------------+----------------+
//!  | prefix  |children | shape   | value | child pointers | first bytes  | prefix         |
//!  | length  | u16     | u16     | if any| 8 * capacity   | capacity     | prefix length  |
//!  | u32     |         |         |       |                |              |                |
//!  +---------+---------+---------+-------+----------------+--------------+----------------+
//!  shape: bit 15 = there is a value; bits 0 to 8 = capacity, children that fit
//! ```
//!
//! The node of `us` is, in hex, its pointers left out: `02000000 0200 0200 -------- -------- -------- -------- 6165
//! 7573`, 28 bytes in all; with 8-byte values the others take 18, 28 and 16:
//!
//! ```
//! use russet_structures::rax::Rax;
//!
//! let mut tree = Rax::new();
//! for (key, value) in [("user:1", 1u64), ("user:10", 2), ("usage", 3)] {
//!     tree.insert(key.as_bytes(), value);
//! }
//! assert_eq!(tree.memory(), 28 + 18 + 28 + 16);
//! assert_eq!(tree.redis_nodes(), 7);
//! let keys: Vec<_> = tree.iter().map(|(key, _)| String::from_utf8_lossy(&key).into_owned()).collect();
//! assert_eq!(keys, ["usage", "user:1", "user:10"]);
//! ```
//!
//! # How does a key get in?
//!
//! Its bytes are followed down for as long as they agree with what stands there. There are four ways to end, shown for
//! the tree above:
//!
//! ```text
//!  insert "user:1"    a key ends here already     its value is replaced
//!  insert "us"        a node ends here            it gets a value
//!  insert "usual"     no child for the next byte  the node gets one for 'u', a leaf with the prefix "al"
//!  insert "user:2"    inside a prefix             the prefix is split where the two differ:
//!
//!    +----------------+              +----------------+
//!    | prefix "r:1"   |              | prefix "r:"    |
//!    | value a   '0'  |     --->     |   '1'    '2'   |
//!    +------------|---+              +----|------|----+
//!                 v               +-------+      +-------+
//!                          +------v---------+     +------v---------+
//!                          | prefix ""      |     | prefix ""      |
//!                          | value a   '0'  |     | the new value  |
//!                          +------------|---+     +----------------+
//!                                       v
//! ```
//!
//! # How does one get out?
//!
//! The value is taken away. A node that is left without a value and without children is removed from its parent. A node
//! that is left without a value and with a single child has no reason to be: it becomes one with the child, whose prefix
//! is then the node's, the byte between them, and its own. So which nodes there are depends on the keys alone, not on how
//! they came and went (room for children does: a node keeps some until half of it is empty).
//!
//! # How does a cursor find its way?
//!
//! A [`Cursor`] carries its key and the nodes above it. The order of the keys is: a node's own key first, then its
//! children by their bytes. The next key is down to the first child, or up to the nearest node with a child further
//! right, and down to its smallest. [`Seek::Ge`] follows the bytes down; where they stop agreeing, the whole subtree is
//! on one side of the key, and the answer is its smallest key or the first behind it.
//!
//! # What can it do, and at what cost?
//!
//! | operation | cost |
//! |---|---|
//! | [`get`](Rax::get), [`get_mut`](Rax::get_mut) | O(length of the key) |
//! | [`insert`](Rax::insert), [`remove`](Rax::remove) | O(length of the key) and a move of up to 256 pointers |
//! | [`seek`](Cursor::seek) to first, last, =, >=, >, <=, < | O(length of the key) |
//! | [`move_next`](Cursor::move_next), [`move_previous`](Cursor::move_previous) | O(1) amortised over all keys |
//! | [`first`](Rax::first), [`last`](Rax::last), [`last_mut`](Rax::last_mut) | O(length of the key) |
//! | [`random`](Rax::random) | O(length of the key), not uniform |
//! | [`len`](Rax::len), [`memory`](Rax::memory), [`redis_nodes`](Rax::redis_nodes) | O(1) |
//!
//! # What does it cost?
//!
//! A node takes `8 + value + 9 * capacity + prefix` bytes (the value padded to a multiple of 8 where there are children or
//! its alignment asks for it), and there are fewer than twice as many nodes as keys. For n random keys of l bytes, a tree
//! is about log256(n) levels deep; a key has a leaf of about `8 + value + l - log256(n)` bytes and 9 to 12 bytes in its
//! parent. Keys that count up differ in the last byte: 256 of them share a parent, a leaf is a header and a value, and a
//! key costs `17 + value` bytes however long it is.
//!
//! With values of 8 bytes, as the allocator counts them, beside the standard library's ordered map and the
//! [hash table](crate::map) of fields:
//!
//! ![Heap bytes per key of addresses with common beginnings, by number of keys](../../../../docs/src/plots/structures/rax-bytes-urls.svg)
//!
//! ![Heap bytes per key of ids of a stream's nodes, by number of keys](../../../../docs/src/plots/structures/rax-bytes-ids.svg)
//!
//! ![Heap bytes per key of random keys, by number of keys](../../../../docs/src/plots/structures/rax-bytes-random.svg)
//!
//! ```text
//! cargo run --release -p russet-structures --example study -- plots rax
//! ```
//!
//! Addresses of 60 bytes, of which most is common to many, take less than a third of what the other two need, since those keep
//! each in full. Ids of a stream's nodes part in the seventh or eighth byte of 16, and what comes behind, the sequence
//! number, is nearly always 0 and stands in every leaf all the same: that is more than in a hash table, and less
//! than in a B-tree. Random keys cost as much as in the hash table. Their line goes up and down because there are 256
//! ways on from a node, and a new level begins sparse.
//!
//! # How long does a lookup take?
//!
//! ![Time of a lookup of an address in random order, by number of keys](../../../../docs/src/plots/structures/rax-get-urls.svg)
//!
//! ![Time of a lookup of a stream's id in random order, by number of keys](../../../../docs/src/plots/structures/rax-get-ids.svg)
//!
//! ![Time of a lookup of a random key, by number of keys](../../../../docs/src/plots/structures/rax-get-random.svg)
//!
//! About half as long as in a B-tree, or less, for all three, from some thousand keys on. Each level of a tree is a cache miss once the keys outgrow the caches, and this
//! one has few, as a node may have 256 children. A B-tree of byte strings has more, and compares with a whole key behind
//! another pointer at each. A hash table takes half to two thirds of that, and has no order.
//!
//! # What is it bad at?
//!
//! - **A walk over all keys** goes up and down between nodes that are allocations of their own, and puts each key together
//!   from its pieces. A step takes up to several times as long as in a B-tree, whose leaves hold up to eleven keys side by
//!   side. For a stream that matters little, since each key leads to a run of many entries.
//!
//!   ![Time per key of a walk over all keys, by number of keys](../../../../docs/src/plots/structures/rax-walk.svg)
//!
//! - **Random keys**: no key is shorter for it, and the order of a hash table is not even missed.
//! - **Long tails.** Only beginnings are shared. What keys have in common at their ends is kept in each leaf.
//! - Keys are copied out by iterators, since they are nowhere in one piece. A cursor copies only what changes.
//! - No key is longer than 2^32 - 1 bytes.
//!
//! # How does it differ from Redis's?
//!
//! A compressed run is a node of its own in Redis, pointing to the node after it; here it is the prefix of that node, which
//! saves an allocation, a pointer and a miss per run. [`redis_nodes`](Rax::redis_nodes) counts the nodes that Redis would
//! have, which XINFO STREAM reports. Redis also leaves some runs in two pieces when the key of a node inside is removed, so the
//! numbers agree where no key is the beginning of another: in streams, always.
//!
//! Redis keeps bytes first and pointers behind, with padding; and for a set of keys only it stores no value pointer.
//! Here that is `Rax<()>`, whose values take no bytes.

mod cursor;
mod pick;
mod range;
mod raw;
#[cfg(test)]
mod tests;
mod validate;

pub use cursor::{Cursor, Seek};
use cursor::{common, find_edge};
pub use range::Range;
use raw::{Change, Node};

/// A radix tree from byte strings to values. See the [module's page](self).
pub struct Rax<V> {
    /// Invariant: every node below has a value or at least two children.
    root: Option<Node<V>>,
    len: usize,
    nodes: usize,
    /// Nodes with a prefix that Redis would keep in a node of its own: the root, and those with a sibling.
    chains: usize,
    /// Bytes of all nodes.
    memory: usize,
}

impl<V> Rax<V> {
    /// An empty tree. Allocates nothing.
    pub const fn new() -> Rax<V> {
        Rax { root: None, len: 0, nodes: 0, chains: 0, memory: 0 }
    }

    /// Number of keys. O(1).
    #[inline]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there are no keys. O(1).
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Number of nodes. O(1).
    pub fn nodes(&self) -> usize {
        self.nodes
    }

    /// Number of nodes that Redis's rax would have for these keys, its always present root included; what XINFO STREAM
    /// calls `radix-tree-nodes`. O(1).
    pub fn redis_nodes(&self) -> usize {
        (self.nodes + self.chains).max(1)
    }

    /// Bytes on the heap, without what values own. O(1).
    pub fn memory(&self) -> usize {
        self.memory
    }

    /// Removes everything. O(nodes).
    pub fn clear(&mut self) {
        *self = Rax::new();
    }

    /// The value of a key. O(length of the key).
    pub fn get(&self, key: &[u8]) -> Option<&V> {
        let mut node = self.root.as_ref()?;
        let mut rest = key.strip_prefix(node.prefix())?;
        while let Some((byte, below)) = rest.split_first() {
            node = &node.children()[find_edge(node.edges(), *byte).ok()?];
            rest = below.strip_prefix(node.prefix())?;
        }
        node.value()
    }

    /// The value of a key, to be changed. O(length of the key).
    pub fn get_mut(&mut self, key: &[u8]) -> Option<&mut V> {
        let mut node = self.root.as_mut()?;
        let mut rest = key.strip_prefix(node.prefix())?;
        while let Some((byte, below)) = rest.split_first() {
            let child = find_edge(node.edges(), *byte).ok()?;
            node = &mut node.children_mut()[child];
            rest = below.strip_prefix(node.prefix())?;
        }
        node.value_mut()
    }

    /// Whether there is this key. O(length of the key).
    pub fn contains_key(&self, key: &[u8]) -> bool {
        self.get(key).is_some()
    }

    /// A cursor that stands nowhere yet. O(1).
    pub fn cursor(&self) -> Cursor<'_, V> {
        Cursor::new(self)
    }

    /// A cursor put where `to` says: on a key, or nowhere. O(length of the key).
    pub fn seek(&self, to: Seek<'_>) -> Cursor<'_, V> {
        let mut cursor = self.cursor();
        cursor.seek(to);
        cursor
    }

    /// Sets the value of a key and returns the one that it had. O(length of the key), and a move of up to 256 pointers.
    ///
    /// # Panics
    /// When the key has 2^32 bytes or more.
    pub fn insert(&mut self, key: &[u8], value: V) -> Option<V> {
        assert!(u32::try_from(key.len()).is_ok(), "a key of {} bytes", key.len());
        let Rax { root, len, nodes, chains, memory } = self;
        let Some(mut node) = root.as_mut() else {
            let leaf = Node::new(key, 0, Some(value));
            (*len, *nodes, *chains, *memory) = (1, 1, usize::from(!key.is_empty()), leaf.memory());
            *root = Some(leaf);
            return None;
        };
        let mut rest = key;
        // Whether the node is the only child, so that Redis has its prefix in the parent's node.
        let mut only = false;
        loop {
            let before = node.memory();
            let common = common(node.prefix(), rest);
            rest = &rest[common..];
            if common < node.prefix().len() {
                let whole = std::mem::replace(node, Node::new(&node.prefix()[..common], 2, None));
                let byte = whole.prefix()[common];
                let mut lower = whole;
                let (start, end, children) = (common + 1, lower.prefix().len(), lower.count());
                lower.rebuild([&[], &[]], start..end, children, Change::Keep);
                *memory += lower.memory();
                *chains -= usize::from(!only);
                *chains += usize::from(!only && common > 0);
                *nodes += 1;
                let lower_chain = end > start;
                node.insert_child(0, byte, lower);
                if let Some((first, below)) = rest.split_first() {
                    let leaf = Node::new(below, 0, Some(value));
                    *memory += leaf.memory();
                    *chains += usize::from(lower_chain) + usize::from(!below.is_empty());
                    *nodes += 1;
                    node.insert_child(usize::from(*first > byte), *first, leaf);
                } else {
                    node.rebuild([&[], &[]], 0..common, 1, Change::Set(value));
                }
                *memory = *memory + node.memory() - before;
                *len += 1;
                return None;
            }
            let Some((byte, below)) = rest.split_first() else {
                if let Some(old) = node.value_mut() {
                    return Some(std::mem::replace(old, value));
                }
                node.rebuild([&[], &[]], 0..common, node.count(), Change::Set(value));
                *memory = *memory + node.memory() - before;
                *len += 1;
                return None;
            };
            match find_edge(node.edges(), *byte) {
                Ok(child) => {
                    only = node.count() == 1;
                    node = &mut node.children_mut()[child];
                    rest = below;
                }
                Err(at) => {
                    let leaf = Node::new(below, 0, Some(value));
                    *memory += leaf.memory();
                    match node.children() {
                        [] => {}
                        [sibling] => {
                            *chains +=
                                usize::from(!sibling.prefix().is_empty()) + usize::from(!below.is_empty());
                        }
                        _ => *chains += usize::from(!below.is_empty()),
                    }
                    node.insert_child(at, *byte, leaf);
                    *memory = *memory + node.memory() - before;
                    *nodes += 1;
                    *len += 1;
                    return None;
                }
            }
        }
    }

    /// The value of a key, which is set to what `make` returns if there is none. O(length of the key).
    ///
    /// # Panics
    /// When the key has 2^32 bytes or more.
    pub fn get_or_insert_with(&mut self, key: &[u8], make: impl FnOnce() -> V) -> &mut V {
        if !self.contains_key(key) {
            self.insert(key, make());
        }
        match self.get_mut(key) {
            Some(value) => value,
            None => unreachable!("the key was inserted"),
        }
    }

    /// Takes a key out and returns its value. O(length of the key), and a move of up to 256 pointers.
    pub fn remove(&mut self, key: &[u8]) -> Option<V> {
        let Rax { root, len, nodes, chains, memory } = self;
        let mut node = root.as_mut()?;
        let mut rest = key.strip_prefix(node.prefix())?;
        let mut only = false;
        loop {
            let Some((byte, below)) = rest.split_first() else {
                node.value()?;
                if node.count() == 0 {
                    // Only the root is found here: other leaves are removed by their parents.
                    let value = node.rebuild([&[], &[]], 0..0, 0, Change::Take);
                    self.clear();
                    return value;
                }
                let before = node.memory();
                let (prefix, count) = (node.prefix().len(), node.count());
                let value = node.rebuild([&[], &[]], 0..prefix, count, Change::Take);
                *memory = *memory + node.memory() - before;
                *len -= 1;
                if count == 1 {
                    join(node, only, nodes, chains, memory);
                }
                return value;
            };
            let at = find_edge(node.edges(), *byte).ok()?;
            let child = &node.children()[at];
            rest = below.strip_prefix(child.prefix())?;
            if !rest.is_empty() || child.count() > 0 {
                only = node.count() == 1;
                node = &mut node.children_mut()[at];
                continue;
            }
            let before = node.memory();
            let (_, mut leaf) = node.remove_child(at);
            *memory = *memory + node.memory() - before - leaf.memory();
            *len -= 1;
            *nodes -= 1;
            if node.count() > 0 {
                *chains -= usize::from(!leaf.prefix().is_empty());
            }
            if let [sibling] = node.children() {
                *chains -= usize::from(!sibling.prefix().is_empty());
                if !node.has_value() {
                    join(node, only, nodes, chains, memory);
                }
            }
            return leaf.rebuild([&[], &[]], 0..0, 0, Change::Take);
        }
    }
}

/// Makes a node without a value one with its only child.
fn join<V>(node: &mut Node<V>, only: bool, nodes: &mut usize, chains: &mut usize, memory: &mut usize) {
    let before = node.memory();
    let had_chain = !only && !node.prefix().is_empty();
    let (byte, mut lower) = node.remove_child(0);
    let freed = before + lower.memory();
    let (len, count) = (lower.prefix().len(), lower.count());
    lower.rebuild([node.prefix(), &[byte]], 0..len, count, Change::Keep);
    *node = lower;
    *memory = *memory + node.memory() - freed;
    *chains = *chains + usize::from(!only) - usize::from(had_chain);
    *nodes -= 1;
}

impl<V> Default for Rax<V> {
    fn default() -> Self {
        Rax::new()
    }
}

impl<V: Clone> Clone for Rax<V> {
    fn clone(&self) -> Self {
        let mut copy = Rax::new();
        let mut cursor = self.seek(Seek::First);
        while let Some((key, value)) = cursor.entry() {
            copy.insert(key, value.clone());
            cursor.move_next();
        }
        copy
    }
}

impl<V: std::fmt::Debug> std::fmt::Debug for Rax<V> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let text = self.iter().map(|(key, value)| (key.escape_ascii().to_string(), value));
        f.debug_map().entries(text).finish()
    }
}
