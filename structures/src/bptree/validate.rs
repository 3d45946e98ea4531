//! Checks everything that the other files rely on.

use super::BPlusTree;
use super::node::{Node, Tally, prefix_of};
use crate::sorted_index::{Member, compare};

/// What is true of a subtree.
struct Seen {
    count: usize,
    height: usize,
}

impl<M: Member, const LEAF: usize, const INNER: usize> BPlusTree<M, LEAF, INNER> {
    /// Checks all invariants. O(n).
    ///
    /// # Errors
    ///
    /// Says which invariant is broken.
    pub fn validate(&self) -> Result<(), String> {
        let mut tally = Tally::default();
        let seen = check(&self.root, true, true, &mut tally)?;
        if matches!(&self.root, Node::Inner(inner) if inner.len < 2) {
            return Err("the root is an inner node with a single child".into());
        }
        if seen.count != self.len {
            return Err(format!("{} entries, but len is {}", seen.count, self.len));
        }
        if tally != self.tally {
            return Err(format!("{tally:?}, but counted were {:?}", self.tally));
        }
        let mut entries = self.iter();
        let Some((mut score, mut member)) = entries.next() else { return Ok(()) };
        for (next_score, next) in entries {
            if compare(score, member.bytes(), next_score, next.bytes()).is_ge() {
                return Err(format!(
                    "({score}, {:?}) stands before ({next_score}, {:?})",
                    member.bytes(),
                    next.bytes()
                ));
            }
            (score, member) = (next_score, next);
        }
        Ok(())
    }
}

fn check<M: Member, const LEAF: usize, const INNER: usize>(
    node: &Node<M, LEAF, INNER>,
    first: bool,
    last: bool,
    tally: &mut Tally,
) -> Result<Seen, String> {
    let at_an_end = first || last;
    if !at_an_end && node.is_meagre() {
        return Err(format!("a node in the middle has only {} slots in use", node.slots()));
    }
    let inner = match node {
        Node::Leaf(leaf) => {
            tally.leaves += 1;
            if leaf.len > LEAF
                || leaf.members.iter().take_while(|member| member.is_some()).count() != leaf.len
            {
                return Err(format!("a leaf's len is {}, but its members are others", leaf.len));
            }
            if leaf.members[leaf.len..].iter().any(Option::is_some) {
                return Err("a member behind a leaf's end".into());
            }
            if leaf.len == 0 && !(first && last) {
                return Err("an empty leaf".into());
            }
            if leaf.scores[..leaf.len].iter().any(|score| score.is_nan()) {
                return Err("a score is NaN".into());
            }
            return Ok(Seen { count: leaf.len, height: 0 });
        }
        Node::Inner(inner) => inner,
    };
    tally.inners += 1;
    if inner.len < 2 {
        return Err(format!("an inner node has {} children", inner.len));
    }
    if inner.children[inner.len..].iter().any(Option::is_some) {
        return Err("a child behind an inner node's end".into());
    }
    let (mut count, mut height) = (0, None);
    for at in 0..inner.len {
        let Some(child) = &inner.children[at] else { return Err("a child is missing".into()) };
        let seen = check(child, first && at == 0, last && at + 1 == inner.len, tally)?;
        if seen.count != inner.counts[at] {
            return Err(format!("{} entries below a child, but {} were noted", seen.count, inner.counts[at]));
        }
        if height.is_some_and(|height| height != seen.height) {
            return Err("children of different height".into());
        }
        let (score, member) = child.first();
        if score != inner.scores[at] || prefix_of(member.bytes()) != inner.prefixes[at] {
            return Err(format!(
                "a child begins with ({score}, {:?}), noted was another entry",
                member.bytes()
            ));
        }
        count += seen.count;
        height = Some(seen.height);
    }
    Ok(Seen { count, height: height.unwrap_or(0) + 1 })
}
