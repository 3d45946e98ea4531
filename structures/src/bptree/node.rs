//! The two kinds of nodes: how many fit, how runs of slots move between neighbours.

use crate::sorted_index::Member;

/// A node below which lies a part of the tree.
pub(super) enum Node<M, const LEAF: usize, const INNER: usize> {
    Leaf(Box<Leaf<M, LEAF>>),
    Inner(Box<Inner<M, LEAF, INNER>>),
}

/// Entries in order: scores side by side, so that a search reads them as one run, and members in the same order.
pub(super) struct Leaf<M, const LEAF: usize> {
    pub(super) len: usize,
    pub(super) scores: [f64; LEAF],
    pub(super) members: [Option<M>; LEAF],
}

/// Children in order, each with its number of entries and the beginning of its first entry.
pub(super) struct Inner<M, const LEAF: usize, const INNER: usize> {
    pub(super) len: usize,
    /// Score of the first entry below each child.
    pub(super) scores: [f64; INNER],
    /// The first eight bytes of the first member below each child; see [`prefix_of`].
    pub(super) prefixes: [u64; INNER],
    /// Number of entries below each child.
    pub(super) counts: [usize; INNER],
    pub(super) children: [Option<Node<M, LEAF, INNER>>; INNER],
}

/// Nodes of each kind, for [`memory`](super::BPlusTree::memory).
#[derive(Default, Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Tally {
    pub(super) leaves: usize,
    pub(super) inners: usize,
}

/// The first eight bytes as a big-endian number, zeros behind a shorter member.
///
/// If two prefixes differ, the members differ in the same direction; if they are equal, the members may be anything.
#[inline]
pub(super) fn prefix_of(member: &[u8]) -> u64 {
    if let Some(first) = member.first_chunk() {
        return u64::from_be_bytes(*first);
    }
    let mut bytes = [0; 8];
    bytes[..member.len()].copy_from_slice(member);
    u64::from_be_bytes(bytes)
}

/// Moves slots between neighbours so that the left one has `target` of them. Both slices are whole arrays, of which
/// `left_len` and `right_len` slots are in use; what is unused is moved about with the rest.
fn level<T>(left: &mut [T], left_len: usize, right: &mut [T], right_len: usize, target: usize) {
    if target < left_len {
        let moved = left_len - target;
        right[..right_len + moved].rotate_right(moved);
        left[target..left_len].swap_with_slice(&mut right[..moved]);
    } else {
        let moved = target - left_len;
        left[left_len..target].swap_with_slice(&mut right[..moved]);
        right[..right_len].rotate_left(moved);
    }
}

impl<M: Member, const LEAF: usize> Leaf<M, LEAF> {
    /// Below this, a leaf is merged with a neighbour or takes from it; only the first and the last leaf may have less.
    pub(super) const MIN: usize = LEAF / 3;

    pub(super) fn new() -> Box<Self> {
        Box::new(Leaf { len: 0, scores: [0.0; LEAF], members: [const { None }; LEAF] })
    }

    /// The entry at a position that is in use.
    #[inline]
    pub(super) fn entry(&self, at: usize) -> (f64, &M) {
        (self.scores[at], self.member(at))
    }

    #[inline]
    pub(super) fn member(&self, at: usize) -> &M {
        match &self.members[at] {
            Some(member) => member,
            None => unreachable!("slots below `len` are filled"),
        }
    }

    /// The leaf must have room.
    #[inline]
    pub(super) fn insert(&mut self, at: usize, score: f64, member: M) {
        self.scores.copy_within(at..self.len, at + 1);
        self.scores[at] = score;
        self.members[at..=self.len].rotate_right(1);
        self.members[at] = Some(member);
        self.len += 1;
    }

    #[inline]
    pub(super) fn remove(&mut self, at: usize) -> Option<M> {
        let member = self.members[at].take();
        self.scores.copy_within(at + 1..self.len, at);
        self.members[at..self.len].rotate_left(1);
        self.len -= 1;
        member
    }

    fn level(&mut self, right: &mut Self, target: usize) {
        let total = self.len + right.len;
        level(&mut self.scores, self.len, &mut right.scores, right.len, target);
        level(&mut self.members, self.len, &mut right.members, right.len, target);
        (self.len, right.len) = (target, total - target);
    }
}

/// A child with what its parent knows about it.
pub(super) struct Link<M, const LEAF: usize, const INNER: usize> {
    pub(super) score: f64,
    pub(super) prefix: u64,
    pub(super) count: usize,
    pub(super) node: Node<M, LEAF, INNER>,
}

impl<M: Member, const LEAF: usize, const INNER: usize> Link<M, LEAF, INNER> {
    /// Reads the node's first entry and its count. The node must not be empty.
    pub(super) fn to(node: Node<M, LEAF, INNER>) -> Self {
        let count = node.count();
        let (score, member) = node.first();
        Link { score, prefix: prefix_of(member.bytes()), count, node }
    }
}

impl<M: Member, const LEAF: usize, const INNER: usize> Inner<M, LEAF, INNER> {
    /// Below this, a node is merged with a neighbour or takes from it, the first and last of a level excepted; but two
    /// children has every one, so that there always is a neighbour.
    pub(super) const MIN: usize = if INNER / 3 < 2 { 2 } else { INNER / 3 };

    pub(super) fn new() -> Box<Self> {
        Box::new(Inner {
            len: 0,
            scores: [0.0; INNER],
            prefixes: [0; INNER],
            counts: [0; INNER],
            children: [const { None }; INNER],
        })
    }

    #[inline]
    pub(super) fn child(&self, at: usize) -> &Node<M, LEAF, INNER> {
        match &self.children[at] {
            Some(child) => child,
            None => unreachable!("slots below `len` are filled"),
        }
    }

    #[inline]
    pub(super) fn child_mut(&mut self, at: usize) -> &mut Node<M, LEAF, INNER> {
        match &mut self.children[at] {
            Some(child) => child,
            None => unreachable!("slots below `len` are filled"),
        }
    }

    /// Writes anew what this node knows about the first entry below a child.
    #[inline]
    pub(super) fn refresh_first(&mut self, at: usize) {
        let (score, member) = self.child(at).first();
        let prefix = prefix_of(member.bytes());
        (self.scores[at], self.prefixes[at]) = (score, prefix);
    }

    /// Writes anew all that this node knows about a child.
    fn refresh(&mut self, at: usize) {
        self.counts[at] = self.child(at).count();
        self.refresh_first(at);
    }

    /// The node must have room.
    pub(super) fn insert(&mut self, at: usize, link: Link<M, LEAF, INNER>) {
        self.scores[at..=self.len].rotate_right(1);
        self.prefixes[at..=self.len].rotate_right(1);
        self.counts[at..=self.len].rotate_right(1);
        self.children[at..=self.len].rotate_right(1);
        (self.scores[at], self.prefixes[at], self.counts[at]) = (link.score, link.prefix, link.count);
        self.children[at] = Some(link.node);
        self.len += 1;
    }

    pub(super) fn remove(&mut self, at: usize) -> Option<Node<M, LEAF, INNER>> {
        let node = self.children[at].take();
        self.scores[at..self.len].rotate_left(1);
        self.prefixes[at..self.len].rotate_left(1);
        self.counts[at..self.len].rotate_left(1);
        self.children[at..self.len].rotate_left(1);
        self.len -= 1;
        node
    }

    fn level(&mut self, right: &mut Self, target: usize) {
        let total = self.len + right.len;
        level(&mut self.scores, self.len, &mut right.scores, right.len, target);
        level(&mut self.prefixes, self.len, &mut right.prefixes, right.len, target);
        level(&mut self.counts, self.len, &mut right.counts, right.len, target);
        level(&mut self.children, self.len, &mut right.children, right.len, target);
        (self.len, right.len) = (target, total - target);
    }

    /// Shares the slots of two neighbouring children, `left` and the next, so that the left one has `target`.
    pub(super) fn level_children(&mut self, left: usize, target: usize) {
        let (before, behind) = self.children.split_at_mut(left + 1);
        match (&mut before[left], &mut behind[0]) {
            (Some(Node::Leaf(left)), Some(Node::Leaf(right))) => left.level(right, target),
            (Some(Node::Inner(left)), Some(Node::Inner(right))) => left.level(right, target),
            _ => unreachable!("all children are of one kind"),
        }
        for at in [left, left + 1] {
            if self.child(at).slots() > 0 {
                self.refresh(at);
            }
        }
    }

    /// Splits a child in two, of which the left one has `target` slots. This node must have room.
    pub(super) fn split_child(&mut self, at: usize, target: usize, tally: &mut Tally) {
        let node = match self.child_mut(at) {
            Node::Leaf(leaf) => {
                let mut right = Leaf::new();
                leaf.level(&mut right, target);
                tally.leaves += 1;
                Node::Leaf(right)
            }
            Node::Inner(inner) => {
                let mut right = Inner::new();
                inner.level(&mut right, target);
                tally.inners += 1;
                Node::Inner(right)
            }
        };
        self.insert(at + 1, Link::to(node));
        self.counts[at] -= self.counts[at + 1];
    }

    /// Brings a child that has too few slots in order, with the help of a neighbour: both become one if that leaves
    /// room in it, otherwise they share evenly. This node must have two children.
    pub(super) fn mend_child(&mut self, at: usize, tally: &mut Tally) {
        let left = if at + 1 < self.len { at } else { at - 1 };
        let total = self.child(left).slots() + self.child(left + 1).slots();
        let capacity = self.child(left).capacity();
        if total > capacity * 3 / 4 {
            self.level_children(left, total / 2);
            return;
        }
        self.level_children(left, total);
        match self.remove(left + 1) {
            Some(Node::Leaf(_)) => tally.leaves -= 1,
            Some(Node::Inner(_)) => tally.inners -= 1,
            None => unreachable!("slots below `len` are filled"),
        }
    }
}

impl<M: Member, const LEAF: usize, const INNER: usize> Node<M, LEAF, INNER> {
    /// Entries below this node.
    pub(super) fn count(&self) -> usize {
        match self {
            Node::Leaf(leaf) => leaf.len,
            Node::Inner(inner) => inner.counts[..inner.len].iter().sum(),
        }
    }

    /// Slots in use in this node itself.
    #[inline]
    pub(super) fn slots(&self) -> usize {
        match self {
            Node::Leaf(leaf) => leaf.len,
            Node::Inner(inner) => inner.len,
        }
    }

    #[inline]
    pub(super) fn capacity(&self) -> usize {
        match self {
            Node::Leaf(_) => LEAF,
            Node::Inner(_) => INNER,
        }
    }

    /// Fewer slots than a node should have.
    #[inline]
    pub(super) fn is_meagre(&self) -> bool {
        match self {
            Node::Leaf(leaf) => leaf.len < Leaf::<M, LEAF>::MIN.max(1),
            Node::Inner(inner) => inner.len < Inner::<M, LEAF, INNER>::MIN,
        }
    }

    /// The first entry below this node, which must not be empty.
    pub(super) fn first(&self) -> (f64, &M) {
        let mut node = self;
        loop {
            match node {
                Node::Leaf(leaf) => return leaf.entry(0),
                Node::Inner(inner) => node = inner.child(0),
            }
        }
    }
}
