//! Insertion, removal and change of single entries.

use super::BPlusTree;
use super::node::{Inner, Link, Node, Tally};
use super::search::Target;
use crate::sorted_index::Member;

/// Which ends of the tree a subtree lies at.
#[derive(Clone, Copy)]
struct Ends {
    first: bool,
    last: bool,
}

impl<M: Member, const LEAF: usize, const INNER: usize> Node<M, LEAF, INNER> {
    fn is_full(&self) -> bool {
        self.slots() == self.capacity()
    }

    /// Whether the target goes to the first or the last slot of this node.
    fn goes_to(&self, target: Target<'_>) -> Ends {
        match self {
            Node::Leaf(leaf) => {
                let (Ok(at) | Err(at)) = leaf.find(target);
                Ends { first: at == 0, last: at == leaf.len }
            }
            Node::Inner(inner) => {
                let at = inner.find(target);
                Ends { first: at == 0, last: at + 1 == inner.len }
            }
        }
    }

    /// Where a full node is split: in the middle, but at the very end of the tree near its end, so that entries that
    /// come in order leave full nodes behind.
    fn split_point(&self, target: Target<'_>, ends: Ends) -> usize {
        let goes = self.goes_to(target);
        let rest = if matches!(self, Node::Leaf(_)) { 1 } else { 2 };
        match () {
            () if ends.last && goes.last => self.slots() - rest,
            () if ends.first && goes.first => rest,
            () => self.slots() / 2,
        }
    }
}

impl<M: Member, const LEAF: usize, const INNER: usize> Inner<M, LEAF, INNER> {
    /// Makes room in a full child: shares with a neighbour that has some, or splits. This node must have room.
    fn relieve_child(&mut self, at: usize, target: Target<'_>, ends: Ends, tally: &mut Tally) {
        let capacity = self.child(at).capacity();
        let roomy = capacity - capacity / 8;
        for left in [Some(at), at.checked_sub(1)].into_iter().flatten() {
            if left + 1 == self.len {
                continue;
            }
            let total = self.child(left).slots() + self.child(left + 1).slots();
            if total < capacity + roomy && total / 2 + 1 < capacity {
                self.level_children(left, total / 2);
                return;
            }
        }
        let split = self.child(at).split_point(target, ends);
        self.split_child(at, split, tally);
    }

    /// Inserts below this node, which has room. Gives the member back if an equal one is there.
    fn insert_below(
        &mut self,
        score: f64,
        prefix: u64,
        member: M,
        ends: Ends,
        tally: &mut Tally,
    ) -> Result<(), M> {
        let target = Target { score, prefix, member: member.bytes() };
        let mut at = self.find(target);
        let ends_at =
            |at: usize, len: usize| Ends { first: ends.first && at == 0, last: ends.last && at + 1 == len };
        if self.child(at).is_full() {
            self.relieve_child(at, target, ends_at(at, self.len), tally);
            at = self.find(target);
        }
        let below = ends_at(at, self.len);
        let is_first = match self.child_mut(at) {
            Node::Leaf(leaf) => match leaf.find(target) {
                Ok(_) => return Err(member),
                Err(place) => {
                    leaf.insert(place, score, member);
                    place == 0
                }
            },
            Node::Inner(inner) => {
                inner.insert_below(score, prefix, member, below, tally)?;
                false
            }
        };
        self.counts[at] += 1;
        // Only at the very front can an entry come before the first of a subtree.
        if is_first || (at == 0 && score <= self.scores[0]) {
            self.refresh_first(at);
        }
        Ok(())
    }

    /// Removes an entry below this node, and mends the child it was in.
    fn remove_below(&mut self, target: Target<'_>, tally: &mut Tally) -> Option<M> {
        let at = self.find(target);
        let removed = match self.child_mut(at) {
            Node::Leaf(leaf) => {
                let place = leaf.find(target).ok()?;
                leaf.remove(place)?
            }
            Node::Inner(inner) => inner.remove_below(target, tally)?,
        };
        self.settle(at, target.score, tally);
        Some(removed)
    }

    /// Removes the entry of this rank below this node, which there is.
    fn remove_at_below(&mut self, rank: usize, tally: &mut Tally) -> Option<(f64, M)> {
        let (at, within) = self.child_at(rank);
        let (score, member) = match self.child_mut(at) {
            Node::Leaf(leaf) => (leaf.scores[within], leaf.remove(within)?),
            Node::Inner(inner) => inner.remove_at_below(within, tally)?,
        };
        self.settle(at, score, tally);
        Some((score, member))
    }

    /// After an entry with this score was removed below a child.
    fn settle(&mut self, at: usize, score: f64, tally: &mut Tally) {
        self.counts[at] -= 1;
        if self.child(at).is_meagre() {
            self.mend_child(at, tally);
        } else if score <= self.scores[at] {
            self.refresh_first(at);
        }
    }
}

impl<M: Member, const LEAF: usize, const INNER: usize> BPlusTree<M, LEAF, INNER> {
    /// Adds an entry. O(log n).
    ///
    /// # Errors
    ///
    /// Gives the member back if the same member with the same score is there already.
    ///
    /// # Panics
    ///
    /// If the score is NaN.
    pub fn insert(&mut self, score: f64, member: M) -> Result<(), M> {
        assert!(!score.is_nan(), "a score is a number");
        let prefix = super::node::prefix_of(member.bytes());
        let target = Target { score, prefix, member: member.bytes() };
        let ends = Ends { first: true, last: true };
        if self.root.is_full() {
            if let Node::Leaf(leaf) = &self.root
                && leaf.find(target).is_ok()
            {
                return Err(member);
            }
            let split = self.root.split_point(target, ends);
            let old = std::mem::replace(&mut self.root, Node::Inner(Inner::new()));
            self.tally.inners += 1;
            if let Node::Inner(root) = &mut self.root {
                root.insert(0, Link::to(old));
                root.split_child(0, split, &mut self.tally);
            }
        }
        match &mut self.root {
            Node::Leaf(leaf) => match leaf.find(target) {
                Ok(_) => return Err(member),
                Err(place) => leaf.insert(place, score, member),
            },
            Node::Inner(root) => root.insert_below(score, prefix, member, ends, &mut self.tally)?,
        }
        self.len += 1;
        Ok(())
    }

    /// Takes out an entry. O(log n).
    pub fn remove(&mut self, score: f64, member: &[u8]) -> Option<M> {
        let target = Target::new(score, member);
        let removed = match &mut self.root {
            Node::Leaf(leaf) => {
                let place = leaf.find(target).ok()?;
                leaf.remove(place)?
            }
            Node::Inner(inner) => inner.remove_below(target, &mut self.tally)?,
        };
        self.len -= 1;
        self.lower_root();
        Some(removed)
    }

    /// Takes out the entry of this rank. O(log n).
    pub fn remove_at(&mut self, rank: usize) -> Option<(f64, M)> {
        if rank >= self.len {
            return None;
        }
        let removed = match &mut self.root {
            Node::Leaf(leaf) => (leaf.scores[rank], leaf.remove(rank)?),
            Node::Inner(inner) => inner.remove_at_below(rank, &mut self.tally)?,
        };
        self.len -= 1;
        self.lower_root();
        Some(removed)
    }

    /// Takes out the first entry. O(log n).
    pub fn pop_first(&mut self) -> Option<(f64, M)> {
        self.remove_at(0)
    }

    /// Takes out the last entry. O(log n).
    pub fn pop_last(&mut self) -> Option<(f64, M)> {
        self.remove_at(self.len.checked_sub(1)?)
    }

    /// Gives a member another score; says whether it was there. O(log n).
    ///
    /// An entry that stays between its neighbours is changed where it stands.
    ///
    /// # Panics
    ///
    /// If the new score is NaN.
    pub fn update(&mut self, score: f64, member: &[u8], new_score: f64) -> bool {
        assert!(!new_score.is_nan(), "a score is a number");
        if self.update_in_place(Target::new(score, member), new_score) {
            return true;
        }
        let Some(member) = self.remove(score, member) else { return false };
        let inserted = self.insert(new_score, member);
        debug_assert!(inserted.is_ok(), "a member stands once");
        true
    }

    /// Changes the score if the entry is neither first nor last of its leaf and stays between its neighbours.
    fn update_in_place(&mut self, target: Target<'_>, new_score: f64) -> bool {
        let mut node = &mut self.root;
        loop {
            match node {
                Node::Inner(inner) => {
                    let at = inner.find(target);
                    node = inner.child_mut(at);
                }
                Node::Leaf(leaf) => {
                    let Ok(at) = leaf.find(target) else { return false };
                    if at == 0 || at + 1 >= leaf.len {
                        return false;
                    }
                    let stays = leaf.scores[at - 1] < new_score && new_score < leaf.scores[at + 1];
                    if stays {
                        leaf.scores[at] = new_score;
                    }
                    return stays;
                }
            }
        }
    }

    /// A root with a single child gives way to it.
    pub(super) fn lower_root(&mut self) {
        while let Node::Inner(inner) = &mut self.root
            && inner.len == 1
            && let Some(child) = inner.remove(0)
        {
            self.root = child;
            self.tally.inners -= 1;
        }
    }
}
