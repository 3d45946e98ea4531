//! Checks that lanes, spans and backward pointers tell the same order.

use super::{MAX_LEVEL, SkipList};
use crate::sorted_index::Member;

impl<M: Member> SkipList<M> {
    /// Checks all invariants. O(n).
    ///
    /// # Errors
    ///
    /// Says which invariant is broken.
    pub fn validate(&self) -> Result<(), String> {
        let nodes: Vec<_> = self.list.level(0).map(|(_, place)| place).collect();
        if nodes.len() != self.len() {
            return Err(format!("{} nodes, but len is {}", nodes.len(), self.len()));
        }
        for pair in nodes.windows(2) {
            let (before, node) = (pair[0].node(), pair[1].node());
            if !before.compare(node.score, node.member().bytes()).is_lt() {
                return Err(format!(
                    "({}, {:?}) is not below what follows",
                    before.score,
                    before.member().bytes()
                ));
            }
            if pair[1].previous() != Some(pair[0]) {
                return Err(format!("({}, {:?}) leads back elsewhere", node.score, node.member().bytes()));
            }
        }
        if nodes.first().is_some_and(|first| first.previous().is_some()) {
            return Err("the first node leads back".into());
        }
        if let Some(last) = nodes.last()
            && self.list.at(nodes.len() - 1) != Some(*last)
        {
            return Err("the tail is not the last node".into());
        }
        if nodes.iter().any(|place| place.node().score.is_nan()) {
            return Err("a score is NaN".into());
        }
        let highest = nodes.iter().map(|place| place.height()).max().unwrap_or(1);
        if highest != self.list.level || highest > MAX_LEVEL {
            return Err(format!("the highest tower has {highest} levels, noted were {}", self.list.level));
        }
        for level in 1..highest {
            let lane: Vec<usize> = self.list.level(level).map(|(rank, _)| rank).collect();
            let expected = nodes.iter().enumerate().filter(|(_, place)| place.height() > level);
            if lane != expected.map(|(rank, _)| rank + 1).collect::<Vec<_>>() {
                return Err(format!("the spans of level {level} lead elsewhere than its nodes stand"));
            }
            if self.list.level(level).any(|(rank, place)| nodes[rank - 1] != place) {
                return Err(format!("level {level} leads to other nodes than its spans say"));
            }
            let (rank, rest) = self.list.rest(level);
            if rank + rest != nodes.len() {
                return Err(format!("the last span of level {level} does not reach the end"));
            }
        }
        Ok(())
    }
}
