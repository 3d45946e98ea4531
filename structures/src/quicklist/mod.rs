//! Quicklist: a long list of short listpacks.
//!
//! # What problem does it solve?
//!
//! A Redis list is pushed and popped at both ends, millions of times, and now and then read by index or changed in the middle.
//! A linked list of elements does the first well and pays for it with two pointers, a length and an allocation for every
//! element: integers of up to five digits take more than ten times as much in it as in a [listpack](crate::listpack). A
//! single listpack has almost no overhead, but inserting in front moves everything behind.
//!
//! ![Bytes per element of a list of integers by their digits: a quicklist takes 2 to 6, a VecDeque of Vec 34 to 42, a LinkedList of Vec 56 to 64](../../../../docs/src/plots/structures/quicklist-memory.svg)
//!
//! A quicklist is the compromise: a list of listpacks, each small enough (8 KiB, unless configured otherwise) that moving its
//! bytes costs a fraction of a microsecond. Redis stores a list in one once it has outgrown a single listpack
//! (`OBJECT ENCODING` says `quicklist`).
//!
//! # What was there before?
//!
//! Redis had a `ziplist` for short lists and a doubly linked list for long ones until 3.2, when Matt Stancliff put the first
//! into the nodes of the second. The idea is older: it is the *unrolled linked list*, and with nodes that split and
//! join it is the bottom level of a B+ tree.
//!
//! # What does it look like?
//!
//! ```text
//!  handle          body                      chunk: up to 64 nodes
//!  +---------+     +------------------+      +---------------------------+
//!  | pointer | --> | chunks (deque)   | ---> | nodes (deque) | elements  |
//!  +---------+     | nodes, elements  |      +---------------------------+
//!                  | fill, depth      |        |
//!                  +------------------+        v
//!                  node, 16 bytes:    +------+---------+----------+    +----------------------+
//!                                     | kind | count   | pointer  | -> | listpack             |
//!                                     | 1    | u32     | 8        |    +----------------------+
//!                                     +------+---------+----------+
//!                                     | kind |         | pointer  | -> | one large element    |
//!                                     +------+---------+----------+    +----------+-----------+
//!                                     | kind | count   | pointer  | -> | length   | LZF data  |
//!                                     +------+---------+----------+    | u32      |           |
//!                                                                      +----------+-----------+
//! ```
//!
//! Chunks are what Redis does not have. Its nodes are linked by pointers, so that `LINDEX` in the middle of a list walks over half
//! of the nodes, with a cache miss at each. Here a chunk knows how many elements are below it: a search passes over 64 nodes with one
//! addition, then over at most 64 counts that lie side by side, then through one listpack. Both deques give O(1) at their ends.
//!
//! # Why not a tree?
//!
//! A tree of counts would find any index in O(log n). Chunks are the lowest two levels of such a tree, and the level above them is
//! one deque that is gone through from the nearer end: n / (64 · e) / 2 steps, at e elements a node. For ten million elements
//! of 10 bytes that is 115 additions at most, over less than 5 KiB of memory, less than the walk through the one listpack at the end,
//! which no tree would save. What a third level would gain begins beyond a billion elements; what two levels spare is
//! rebalancing, and depth at the ends, where lists live.
//!
//! ![Time to read a random index by length of the list: the same for linked nodes and for chunks up to some hundred thousand elements, from there on linked nodes grow and chunks hardly do](../../../../docs/src/plots/structures/quicklist-index.svg)
//!
//! The plots of this page are made by
//!
//! ```sh
//! cargo run --release -p russet-structures --example study -- plots quicklist
//! ```
//!
//! # When is a node full?
//!
//! [`Rules::fill`] (`list-max-listpack-size`) says. Redis's defaults and estimates are kept to the byte, so that the same pushes
//! give the same nodes:
//!
//! | fill | a node takes another element while |
//! |---|---|
//! | -1, -2, -3, -4, -5 | its bytes, the element's and 8 more are at most 4, 8, 16, 32, 64 KiB |
//! | n > 0 | there are at most n with it, and its bytes, the element's and 8 more are at most 8 KiB |
//!
//! An element that is larger than a whole node still gets a node: a listpack with one element, or from [`Rules::plain`] bytes on
//! (1 GiB in Redis 7.0; Valkey 8 has one byte more than the limit of a node) a *plain* node, which is just its bytes.
//!
//! ```
//! use russet_structures::quicklist::{Quicklist, Rules};
//!
//! let mut list = Quicklist::new(Rules { fill: 3, ..Rules::default() });
//! list.extend([1, 2, 3, 4, 5, 6, 7]);
//! assert_eq!(list.node_count(), 3); // 1 2 3 | 4 5 6 | 7
//! list.insert_after(1, 25); //         the node is full and 2 is in its middle: it splits, 1 2 | 25 3 | 4 5 6 | 7
//! assert_eq!(list.node_count(), 4);
//! list.insert_before(0, 0); //         0 1 2 | 25 3 | 4 5 6 | 7
//! assert_eq!(list.node_count(), 4);
//! assert_eq!(format!("{list:?}"), "[Int(0), Int(1), Int(2), Int(25), Int(3), Int(4), Int(5), Int(6), Int(7)]");
//! ```
//!
//! # Which fill is best?
//!
//! Small nodes cost memory: a node of one element has about 40 bytes beside it, one of 16 elements 5 for each short one. From 8 KiB on
//! what is left is the 2 to 5 bytes that a listpack and the allocator's size classes add.
//!
//! ![Bytes per element beside its text, by elements in a node: about 40 where a node has one, 5 for 16 short ones, 2 to 3 for nodes limited by bytes](../../../../docs/src/plots/structures/quicklist-fill-memory.svg)
//!
//! Time has two sides. Few elements in a node make many nodes to pass over and to insert among; many make a long way through
//! a listpack, and many bytes to move. The valley between is wide, and the default of -2, 8 KiB, lies in it.
//!
//! ![Time of an insertion at a random place by elements in a node: highest for one or two, lowest for some hundred, and rising again towards 64 KiB](../../../../docs/src/plots/structures/quicklist-fill-time.svg)
//!
//! # How does an insertion in the middle go?
//!
//! 1. The node has room: the listpack makes a gap.
//! 2. It is full, but the place is at its edge and the neighbour there has room: into the neighbour.
//! 3. It is full and the place is at its edge: a new node between both.
//! 4. It is full and the place is inside: the node splits there, the element goes to the edge of one half, and then up to
//!    five nodes around are joined where two of them fit into one. Without that, lists that are changed in the middle would
//!    crumble.
//!
//! Removal does not join: a node goes when its last element does.
//!
//! # Which nodes are compressed?
//!
//! With [`Rules::depth`] (`list-compress-depth`) above 0, all but so many at each end, with [LZF](crate::lzf). The ends
//! are where the work is, so they stay as they are. A node below 48 bytes stays too, and one that would not become at least 9 bytes
//! shorter. Which nodes are compressed depends on nothing else, hence [`validate`](Quicklist::validate) can demand it.
//! Reading never changes the list: a compressed node is decompressed to one side and forgotten. Redis
//! decompresses in place and compresses again afterwards.
//!
//! Events in JSON shrink to little more than a third, so the memory of a list grows in step with the number of nodes that are left as they are:
//!
//! ![Bytes per element by compression depth: from little more than a third where one node at each end is left as it is, in a straight line to the whole where all are](../../../../docs/src/plots/structures/quicklist-depth-memory.svg)
//!
//! The price is paid where the list is read or changed inside: decompressing a node takes some microseconds, and
//! compressing it again twice as long, where a node that is open takes a fraction of one. The ends do not notice, except
//! that each node is compressed once on its way inwards.
//!
//! ![Time of an operation by compression depth: insertion at a random place up to eighty times slower where nearly all nodes are compressed, reading some forty times, and pushing and popping at the ends hardly changed](../../../../docs/src/plots/structures/quicklist-depth-time.svg)
//!
//! # A node in hex
//!
//! What `DUMP` and RDB files hold of a list (type 18) is the number of nodes, then for each its container (1 is plain, 2 is packed) and
//! its bytes as a string. They are those of [`Quicklist::stored`]:
//!
//! ```text
//!  RPUSH list a 2 ccc
//!
//!  01                       one node
//!  02                       packed
//!  11                       17 bytes:
//!     11 00 00 00  03 00      total length, 3 elements
//!     81 61 02                string of 1 byte, 'a'; back length
//!     02 01                   the integer 2; back length
//!     83 63 63 63 04          string of 3 bytes, "ccc"; back length
//!     ff                      end
//! ```
//!
//! ```
//! use russet_structures::quicklist::{Bytes, Quicklist};
//!
//! let mut list = Quicklist::default();
//! list.extend([&b"a"[..], b"2", b"ccc"]);
//! let node = list.stored().next().expect("a node");
//! let bytes = b"\x11\0\0\0\x03\0\x81a\x02\x02\x01\x83ccc\x04\xff";
//! assert!(node.packed && node.bytes == Bytes::Raw(bytes));
//! ```
//!
//! # What do operations cost?
//!
//! Let s be the bytes of a node, m the number of nodes, and seek the m / 128 + 64 additions above.
//!
//! | operation | for | time |
//! |---|---|---|
//! | [`push_back`](Quicklist::push_back), [`pop_back`](Quicklist::pop_back), [`back`](Quicklist::back) | `RPUSH`, `RPOP` | O(1) |
//! | [`push_front`](Quicklist::push_front), [`pop_front`](Quicklist::pop_front) | `LPUSH`, `LPOP` | O(s): one `memmove` |
//! | [`get`](Quicklist::get), [`replace`](Quicklist::replace), [`insert_before`](Quicklist::insert_before), [`remove`](Quicklist::remove) | `LINDEX`, `LSET`, `LINSERT` | seek + O(s) |
//! | [`range`](Quicklist::range), [`iter_from`](Quicklist::iter_from), [`rev_from`](Quicklist::rev_from) | `LRANGE`, `SORT` | seek + O(s) + O(1) each |
//! | [`find`](Quicklist::find), [`position`](Quicklist::position), [`remove_value`](Quicklist::remove_value) | `LPOS`, `LINSERT`, `LREM` | O(n) |
//! | [`remove_range`](Quicklist::remove_range), [`keep_range`](Quicklist::keep_range) | `LTRIM`, `LPOP` with a count | O(nodes that go) + O(s) |
//! | [`rotate_right`](Quicklist::rotate_right) | `LMOVE` to itself | O(s) |
//! | [`stored`](Quicklist::stored), [`append_packed`](Quicklist::append_packed), [`append_plain`](Quicklist::append_plain) | `DUMP`, `RESTORE`, RDB | O(bytes) |
//!
//! Where a node is compressed, O(s) includes decompressing it, and compressing it again if it was changed.
//!
//! # What does it cost in bytes?
//!
//! 16 bytes a node, and 40 for each 64 of them; lists that grow at an end have full chunks behind them, others between half
//! full and full ones. The rest is listpacks: 7 bytes each, and 2 bytes for each string of up to 63 bytes; small
//! integers take 2 bytes altogether. Redis's node takes 32 bytes.
//!
//! # What is it bad at?
//!
//! Insertion in the middle moves bytes, half a node on average; a large fill makes that slow, a small one wastes memory on
//! headers. A list that is read in the middle should not be compressed: each read decompresses a whole node. Removing in many
//! places leaves half-empty nodes until insertions join them. And an element cannot be handed out by reference where it may stand in a
//! compressed node: [`get`](Quicklist::get) and [`range`](Quicklist::range) show it to a closure instead.
//!
//! # How does it differ from Redis's?
//!
//! The nodes are the same, byte for byte, after the same operations; tests compare them with those of real servers by `DUMP`, and
//! `RESTORE` ours. Different are: chunks with counts instead of links (LINDEX in the middle, and half of the overhead); no
//! reader changes the list; no bookmarks, which Redis needs to defragment its memory step by step; `LREM` passes over a listpack
//! once, however many elements it removes.

mod edit;
mod node;
mod nodes;
mod read;
mod rules;
mod store;
#[cfg(test)]
mod tests;

use crate::element::Element;
use node::Node;
use nodes::Nodes;
use read::count_in;

pub use read::Iter;
pub use rules::Rules;
pub use store::{Bytes, Stored};

/// A list of strings and integers in nodes; see the [module's page](self).
#[derive(Clone)]
pub struct Quicklist(Box<Body>);

const _: () = assert!(size_of::<Quicklist>() == size_of::<usize>());

#[derive(Clone)]
struct Body {
    nodes: Nodes,
    rules: Rules,
}

impl Quicklist {
    /// An empty list. O(1).
    pub fn new(rules: Rules) -> Quicklist {
        Quicklist(Box::new(Body { nodes: Nodes::default(), rules }))
    }

    /// Number of elements. O(1).
    #[inline]
    pub fn len(&self) -> usize {
        self.0.nodes.elements()
    }

    /// Whether there are no elements. O(1).
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Number of nodes. O(1).
    pub fn node_count(&self) -> usize {
        self.0.nodes.len()
    }

    /// The rules that nodes follow.
    pub fn rules(&self) -> Rules {
        self.0.rules
    }

    /// Other rules from now on: nodes stay as large as they are, and are compressed and decompressed at
    /// once. O(nodes), and O(bytes) of those that change.
    pub fn set_rules(&mut self, rules: Rules) {
        let depth = std::mem::replace(&mut self.0.rules, rules).depth;
        if depth != rules.depth {
            (0..self.0.nodes.len()).for_each(|n| self.settle(n));
        }
    }

    /// Elements of so many bytes or more get a plain node from now on; those that are there stay where they are. O(1).
    pub fn set_plain(&mut self, bytes: u32) {
        self.0.rules.plain = bytes;
    }

    /// Removes all elements. O(nodes).
    pub fn clear(&mut self) {
        self.0.nodes = Nodes::default();
    }

    /// Bytes on the heap. O(nodes).
    pub fn memory(&self) -> usize {
        size_of::<Body>() + self.0.nodes.memory()
    }

    /// Whether the `n`-th node has to be as it is, not compressed.
    fn is_outer(&self, n: usize) -> bool {
        let depth = usize::from(self.0.rules.depth);
        depth == 0 || n < depth || n + depth >= self.0.nodes.len()
    }

    /// Compresses or decompresses the `n`-th node, if there is one, as its place demands.
    fn settle(&mut self, n: usize) {
        if n < self.0.nodes.len() {
            let outer = self.is_outer(n);
            if !outer || self.0.rules.depth > 0 || self.0.nodes.get(n).is_some_and(Node::is_compressed) {
                self.0.nodes.change(n, |node| if outer { node.open() } else { node.compress() });
            }
        }
    }

    /// Puts a node among the others, and leaves it as it is.
    fn insert_raw(&mut self, n: usize, node: Node) {
        self.0.nodes.insert(n, node);
        let (depth, len) = (usize::from(self.0.rules.depth), self.0.nodes.len());
        // Of those that were outermost the innermost one may not be any more.
        if depth > 0 && n < depth {
            self.settle(depth);
        }
        if depth > 0 && n + depth >= len && len > depth {
            self.settle(len - 1 - depth);
        }
    }

    /// Puts a node among the others.
    fn insert_node(&mut self, n: usize, node: Node) {
        self.insert_raw(n, node);
        self.settle(n);
    }

    /// After the `n`-th node was removed: those that became outermost are decompressed.
    fn settle_after_removal(&mut self, n: usize) {
        let (depth, len) = (usize::from(self.0.rules.depth), self.0.nodes.len());
        if depth > 0 && n < depth {
            self.settle(depth - 1);
        }
        if depth > 0 && n + depth > len && len >= depth {
            self.settle(len - depth);
        }
    }

    /// After many nodes were removed: those that became outermost are decompressed.
    fn settle_ends(&mut self) {
        let (depth, len) = (usize::from(self.0.rules.depth), self.0.nodes.len());
        (0..depth.min(len)).for_each(|n| self.settle(n));
        (len.saturating_sub(depth)..len).for_each(|n| self.settle(n));
    }
}

impl Default for Quicklist {
    fn default() -> Quicklist {
        Quicklist::new(Rules::default())
    }
}

impl std::fmt::Debug for Quicklist {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut list = f.debug_list();
        let mut iter = self.iter();
        while let Some(element) = iter.next() {
            list.entry(&element);
        }
        list.finish()
    }
}

impl<'a, E: Into<Element<'a>>> Extend<E> for Quicklist {
    fn extend<I: IntoIterator<Item = E>>(&mut self, elements: I) {
        elements.into_iter().for_each(|element| self.push_back(element));
    }
}
