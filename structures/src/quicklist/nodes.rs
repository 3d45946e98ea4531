//! The sequence of nodes: chunks of up to 64, each with the number of elements below it.

use super::node::Node;
use std::collections::VecDeque;
use std::ops::ControlFlow;

/// Nodes in a chunk, at most.
const FULL: usize = 64;

/// Neighbours that have together no more nodes than this become one chunk.
const SPARSE: usize = FULL / 2;

#[derive(Clone)]
pub(super) struct Chunk {
    nodes: VecDeque<Node>,
    elements: usize,
}

/// All nodes of a list, in order.
#[derive(Clone, Default)]
pub(super) struct Nodes {
    chunks: VecDeque<Chunk>,
    nodes: usize,
    elements: usize,
}

/// Where a node stands, until nodes come or go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    chunk: usize,
    slot: usize,
}

impl Nodes {
    /// Number of nodes. O(1).
    #[inline]
    pub(super) fn len(&self) -> usize {
        self.nodes
    }

    /// Number of elements. O(1).
    #[inline]
    pub(super) fn elements(&self) -> usize {
        self.elements
    }

    /// Where the `n`-th node stands. O(chunks), from the nearer end.
    #[inline]
    pub(super) fn place(&self, n: usize) -> Option<Place> {
        if n >= self.nodes {
            return None;
        }
        if n <= self.nodes / 2 {
            let mut slot = n;
            for (chunk, it) in self.chunks.iter().enumerate() {
                if slot < it.nodes.len() {
                    return Some(Place { chunk, slot });
                }
                slot -= it.nodes.len();
            }
        } else {
            let mut behind = self.nodes - n;
            for (chunk, it) in self.chunks.iter().enumerate().rev() {
                if behind <= it.nodes.len() {
                    return Some(Place { chunk, slot: it.nodes.len() - behind });
                }
                behind -= it.nodes.len();
            }
        }
        None
    }

    /// The node that holds the element of this index: its number, its place, and how many elements stand before the
    /// wanted one in it. O(chunks), from the nearer end.
    pub(super) fn seek(&self, index: usize) -> Option<(usize, Place, usize)> {
        if index >= self.elements {
            return None;
        }
        let (mut number, mut chunk, mut offset);
        if index <= self.elements / 2 {
            (number, chunk, offset) = (0, 0, index);
            while offset >= self.chunks[chunk].elements {
                offset -= self.chunks[chunk].elements;
                number += self.chunks[chunk].nodes.len();
                chunk += 1;
            }
        } else {
            (number, chunk) = (self.nodes, self.chunks.len());
            let mut behind = self.elements - index;
            loop {
                chunk -= 1;
                number -= self.chunks[chunk].nodes.len();
                if behind <= self.chunks[chunk].elements {
                    break;
                }
                behind -= self.chunks[chunk].elements;
            }
            offset = self.chunks[chunk].elements - behind;
        }
        for (slot, node) in self.chunks[chunk].nodes.iter().enumerate() {
            if offset < node.count() {
                return Some((number + slot, Place { chunk, slot }, offset));
            }
            offset -= node.count();
        }
        None
    }

    /// The node at a place.
    #[inline]
    pub(super) fn at(&self, place: Place) -> &Node {
        &self.chunks[place.chunk].nodes[place.slot]
    }

    /// The `n`-th node.
    #[inline]
    pub(super) fn get(&self, n: usize) -> Option<&Node> {
        self.place(n).map(|place| self.at(place))
    }

    /// The place behind. O(1).
    pub(super) fn next(&self, place: Place) -> Option<Place> {
        if place.slot + 1 < self.chunks[place.chunk].nodes.len() {
            return Some(Place { slot: place.slot + 1, ..place });
        }
        (place.chunk + 1 < self.chunks.len()).then_some(Place { chunk: place.chunk + 1, slot: 0 })
    }

    /// The place before. O(1).
    pub(super) fn prev(&self, place: Place) -> Option<Place> {
        if let Some(slot) = place.slot.checked_sub(1) {
            return Some(Place { slot, ..place });
        }
        let chunk = place.chunk.checked_sub(1)?;
        Some(Place { chunk, slot: self.chunks[chunk].nodes.len() - 1 })
    }

    /// All nodes. O(1) a step.
    pub(super) fn iter(&self) -> impl DoubleEndedIterator<Item = &Node> {
        self.chunks.iter().flat_map(|chunk| &chunk.nodes)
    }

    /// Changes the `n`-th node, which must be there.
    #[inline]
    pub(super) fn change<R>(&mut self, n: usize, change: impl FnOnce(&mut Node) -> R) -> R {
        let Some(place) = self.place(n) else { panic!("node {n} of {}", self.nodes) };
        let chunk = &mut self.chunks[place.chunk];
        let node = &mut chunk.nodes[place.slot];
        let before = node.count();
        let result = change(node);
        let after = node.count();
        chunk.elements = chunk.elements + after - before;
        self.elements = self.elements + after - before;
        result
    }

    /// Inserts a node that becomes the `n`-th; `n` is at most the number of nodes. O(chunks).
    pub(super) fn insert(&mut self, n: usize, node: Node) {
        let count = node.count();
        let place = if n == self.nodes { self.end() } else { self.place(n) };
        let mut place = place.unwrap_or_else(|| panic!("no place {n} for a node among {}", self.nodes));
        if self.chunks.get(place.chunk).is_none_or(|chunk| chunk.nodes.len() == FULL) {
            place = self.room(place);
        }
        let chunk = &mut self.chunks[place.chunk];
        chunk.nodes.insert(place.slot, node);
        chunk.elements += count;
        self.nodes += 1;
        self.elements += count;
    }

    /// Behind the last node.
    fn end(&self) -> Option<Place> {
        let last = self.chunks.len().saturating_sub(1);
        Some(Place { chunk: last, slot: self.chunks.get(last).map_or(0, |chunk| chunk.nodes.len()) })
    }

    /// Makes room in a full chunk, or the first chunk; returns where the place then is.
    fn room(&mut self, place: Place) -> Place {
        let fresh = || Chunk { nodes: VecDeque::new(), elements: 0 };
        let Some(full) = self.chunks.get_mut(place.chunk) else {
            self.chunks.reserve_exact(1);
            self.chunks.push_back(fresh());
            return place;
        };
        // At the ends of the list chunks stay full: that is where lists grow.
        if place.slot == FULL {
            self.chunks.insert(place.chunk + 1, fresh());
            return Place { chunk: place.chunk + 1, slot: 0 };
        }
        if place == (Place { chunk: 0, slot: 0 }) {
            self.chunks.push_front(fresh());
            return place;
        }
        let nodes = full.nodes.split_off(FULL / 2);
        let elements = nodes.iter().map(Node::count).sum();
        full.elements -= elements;
        self.chunks.insert(place.chunk + 1, Chunk { nodes, elements });
        match place.slot.checked_sub(FULL / 2) {
            Some(slot) => Place { chunk: place.chunk + 1, slot },
            None => place,
        }
    }

    /// Takes the `n`-th node out, which must be there. O(chunks).
    pub(super) fn remove(&mut self, n: usize) -> Node {
        let Some(place) = self.place(n) else { panic!("node {n} of {}", self.nodes) };
        let chunk = &mut self.chunks[place.chunk];
        let Some(node) = chunk.nodes.remove(place.slot) else { panic!("node {n} of {}", self.nodes) };
        chunk.elements -= node.count();
        self.nodes -= 1;
        self.elements -= node.count();
        if chunk.nodes.is_empty() {
            self.chunks.remove(place.chunk);
        } else if chunk.nodes.len() <= SPARSE {
            self.join(place.chunk);
            if let Some(before) = place.chunk.checked_sub(1) {
                self.join(before);
            }
        }
        node
    }

    /// Makes one of a chunk and the next, if both are small.
    fn join(&mut self, chunk: usize) {
        let Some([left, right]) = self.chunks.get(chunk).zip(self.chunks.get(chunk + 1)).map(|(a, b)| [a, b])
        else {
            return;
        };
        if left.nodes.len() + right.nodes.len() > SPARSE {
            return;
        }
        if let Some(mut right) = self.chunks.remove(chunk + 1) {
            let left = &mut self.chunks[chunk];
            left.nodes.append(&mut right.nodes);
            left.elements += right.elements;
        }
    }

    /// Takes `count` nodes out, beginning with the `n`-th; all must be there. O(count + chunks).
    pub(super) fn remove_run(&mut self, n: usize, count: usize) {
        let ends = count.checked_sub(1).and_then(|more| self.place(n).zip(self.place(n + more)));
        let Some((first, last)) = ends else { return };
        for number in first.chunk..=last.chunk {
            let chunk = &mut self.chunks[number];
            let from = if number == first.chunk { first.slot } else { 0 };
            let to = if number == last.chunk { last.slot + 1 } else { chunk.nodes.len() };
            let gone: usize = chunk.nodes.drain(from..to).map(|node| node.count()).sum();
            chunk.elements -= gone;
            self.elements -= gone;
        }
        self.nodes -= count;
        self.tidy();
    }

    /// Calls `step` with every node, from the first or from the last on, until it breaks. Nodes that are left without
    /// elements are removed. O(nodes).
    pub(super) fn sweep(&mut self, forward: bool, mut step: impl FnMut(&mut Node) -> ControlFlow<()>) {
        let (mut flow, mut number, chunks) = (ControlFlow::Continue(()), 0, self.chunks.len());
        while number < chunks && flow.is_continue() {
            let chunk = &mut self.chunks[if forward { number } else { chunks - 1 - number }];
            let len = chunk.nodes.len();
            let elements = chunk.elements;
            let mut slot = 0;
            while slot < chunk.nodes.len() && flow.is_continue() {
                let at = if forward { slot } else { chunk.nodes.len() - 1 - slot };
                let before = chunk.nodes[at].count();
                flow = step(&mut chunk.nodes[at]);
                let after = chunk.nodes[at].count();
                chunk.elements = chunk.elements + after - before;
                if after == 0 {
                    chunk.nodes.remove(at);
                } else {
                    slot += 1;
                }
            }
            self.nodes -= len - chunk.nodes.len();
            self.elements = self.elements + chunk.elements - elements;
            number += 1;
        }
        self.tidy();
    }

    /// Removes empty chunks and makes one of two where both are small. O(chunks).
    fn tidy(&mut self) {
        self.chunks.retain(|chunk| !chunk.nodes.is_empty());
        let mut number = 0;
        while number < self.chunks.len() {
            let before = self.chunks.len();
            self.join(number);
            number += usize::from(self.chunks.len() == before);
        }
    }

    /// Bytes on the heap, nodes included. O(nodes).
    pub(super) fn memory(&self) -> usize {
        let chunk = |chunk: &Chunk| chunk.nodes.capacity() * size_of::<Node>();
        let chunks: usize = self.chunks.iter().map(chunk).sum();
        self.chunks.capacity() * size_of::<Chunk>() + chunks + self.iter().map(Node::memory).sum::<usize>()
    }

    /// Checks counts and sizes of chunks. O(nodes).
    ///
    /// # Errors
    /// What is wrong.
    pub(super) fn validate(&self) -> Result<(), String> {
        let (mut nodes, mut elements, mut before) = (0, 0, FULL);
        for (number, chunk) in self.chunks.iter().enumerate() {
            let (len, sum) = (chunk.nodes.len(), chunk.nodes.iter().map(Node::count).sum::<usize>());
            if len == 0 || len > FULL || sum != chunk.elements {
                return Err(format!("chunk {number}: {len} nodes, {sum} elements, {} noted", chunk.elements));
            }
            if number > 0 && len + before <= SPARSE {
                return Err(format!(
                    "chunk {number} has {len} nodes, the one before it {before}: one would do"
                ));
            }
            (nodes, elements, before) = (nodes + len, elements + sum, len);
        }
        match (nodes, elements) == (self.nodes, self.elements) {
            true => Ok(()),
            false => {
                Err(format!("{nodes} nodes, {elements} elements; noted: {}, {}", self.nodes, self.elements))
            }
        }
    }
}
