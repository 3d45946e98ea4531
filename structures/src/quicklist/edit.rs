//! Changes: at both ends, at an index, of a range, by value.

use super::Quicklist;
use super::node::Node;
use crate::element::{Element, Text};
use crate::listpack::Listpack;
use std::ops::ControlFlow;

impl Quicklist {
    /// Whether the `n`-th node exists and takes this element too.
    fn admits(&self, n: Option<usize>, element: Element<'_>) -> bool {
        let node = n.and_then(|n| self.0.nodes.get(n));
        node.is_some_and(|node| node.is_packed() && self.0.rules.admits(node.bytes(), node.count(), element))
    }

    /// Changes the listpack of the `n`-th node, and leaves it as it has to be there.
    fn change<R>(&mut self, n: usize, change: impl FnOnce(&mut Listpack) -> R) -> Option<R> {
        let result = self.0.nodes.change(n, |node| node.change(change));
        self.settle(n);
        result
    }

    /// Appends an element. O(length), amortised.
    pub fn push_back<'a>(&mut self, element: impl Into<Element<'a>>) {
        let element = element.into();
        let large = self.0.rules.is_large(element);
        let last = self.0.nodes.len().checked_sub(1);
        match last.filter(|_| !large && self.admits(last, element)) {
            Some(last) => drop(self.0.nodes.change(last, |node| node.change(|pack| pack.push_back(element)))),
            None => self.insert_node(self.0.nodes.len(), Node::single(element, large)),
        }
    }

    /// Inserts an element before all others. O(length + size of a node).
    pub fn push_front<'a>(&mut self, element: impl Into<Element<'a>>) {
        let element = element.into();
        let large = self.0.rules.is_large(element);
        if !large && self.admits(Some(0), element) {
            self.0.nodes.change(0, |node| node.change(|pack| pack.push_front(element)));
        } else {
            self.insert_node(0, Node::single(element, large));
        }
    }

    /// Inserts an element before the one with this index, if there is one. O(log n + size of a node).
    pub fn insert_before<'a>(&mut self, index: usize, element: impl Into<Element<'a>>) -> bool {
        self.insert(index, element.into(), false)
    }

    /// Inserts an element behind the one with this index, if there is one.
    ///
    /// Where that is the last of its node, it may come to stand elsewhere than with [`insert_before`](Quicklist::insert_before)
    /// of the next one, as in Redis.
    pub fn insert_after<'a>(&mut self, index: usize, element: impl Into<Element<'a>>) -> bool {
        self.insert(index, element.into(), true)
    }

    fn insert(&mut self, index: usize, element: Element<'_>, after: bool) -> bool {
        let Some((n, place, offset)) = self.0.nodes.seek(index) else { return false };
        let at_end = offset == if after { self.0.nodes.at(place).count() - 1 } else { 0 };
        let large = self.0.rules.is_large(element);
        let neighbour = if after { Some(n + 1) } else { n.checked_sub(1) };
        if !large && self.admits(Some(n), element) {
            self.change(n, |pack| {
                if let Some(position) = pack.seek(offset as i64) {
                    if after {
                        pack.insert_after(position, element)
                    } else {
                        pack.insert_before(position, element)
                    };
                }
            });
        } else if let Some(neighbour) =
            neighbour.filter(|_| at_end && !large && self.admits(neighbour, element))
        {
            self.change(
                neighbour,
                |pack| if after { pack.push_front(element) } else { pack.push_back(element) },
            );
        } else if at_end {
            self.insert_node(n + usize::from(after), Node::single(element, large));
        } else {
            self.insert_splitting(n, offset + usize::from(after), element, large, after);
        }
        true
    }

    /// Splits the `n`-th node before its element `offset`, and puts an element between.
    fn insert_splitting(&mut self, n: usize, offset: usize, element: Element<'_>, large: bool, after: bool) {
        let split = |pack: &mut Listpack| pack.seek(offset as i64).map(|position| pack.split_off(position));
        let Some(Some(mut right)) = self.0.nodes.change(n, |node| node.change(split)) else { return };
        if !large && after {
            right.push_front(element);
        } else if !large {
            self.0.nodes.change(n, |node| node.change(|pack| pack.push_back(element)));
        }
        self.insert_raw(n + 1, Node::packed(right));
        if large {
            self.insert_raw(n + 1, Node::single(element, true));
        } else {
            self.join_around(if after { n } else { n + 1 });
        }
        (n.saturating_sub(2)..n + 4).for_each(|n| self.settle(n));
    }

    /// Makes one of neighbours around the `n`-th node where they have room for each other: the two before it, the
    /// two behind it, then it and what it then has as neighbours.
    fn join_around(&mut self, mut n: usize) {
        if n >= 2 && self.join(n - 2) {
            n -= 1;
        }
        self.join(n + 1);
        if n >= 1 && self.join(n - 1) {
            n -= 1;
        }
        self.join(n);
    }

    /// Makes one of the `n`-th node and the next, if both are there and that is no more than a node may hold.
    fn join(&mut self, n: usize) -> bool {
        let nodes = &self.0.nodes;
        let Some((left, right)) = nodes.get(n).zip(nodes.get(n + 1)) else { return false };
        let (bytes, count) = (left.bytes() + right.bytes(), left.count() + right.count());
        if !left.is_packed() || !right.is_packed() || !self.0.rules.joins(bytes, count) {
            return false;
        }
        let mut right = self.0.nodes.remove(n + 1);
        right.change(|right| self.0.nodes.change(n, |left| left.change(|left| left.append_all(right))));
        self.settle_after_removal(n + 1);
        true
    }

    /// Replaces the element with this index, if there is one. O(log n + size of a node).
    pub fn replace<'a>(&mut self, index: usize, element: impl Into<Element<'a>>) -> bool {
        let element = element.into();
        let Some((n, place, offset)) = self.0.nodes.seek(index) else { return false };
        if self.0.rules.is_large(element) || !self.0.nodes.at(place).is_packed() {
            self.insert(index, element, true);
            self.remove(index);
        } else {
            self.change(n, |pack| pack.seek(offset as i64).map(|position| pack.replace(position, element)));
        }
        true
    }

    /// Removes the element with this index, if there is one. O(log n + size of a node).
    pub fn remove(&mut self, index: usize) -> bool {
        let Some((n, place, offset)) = self.0.nodes.seek(index) else { return false };
        if self.0.nodes.at(place).count() == 1 {
            self.0.nodes.remove(n);
            self.settle_after_removal(n);
        } else {
            self.change(n, |pack| pack.seek(offset as i64).map(|position| pack.remove(position)));
        }
        true
    }

    /// Removes the first element after showing it to `see`. O(length + size of a node).
    pub fn pop_front<R>(&mut self, see: impl FnOnce(Element<'_>) -> R) -> Option<R> {
        let seen = see(self.front()?);
        self.remove(0);
        Some(seen)
    }

    /// Removes the last element after showing it to `see`. O(length).
    pub fn pop_back<R>(&mut self, see: impl FnOnce(Element<'_>) -> R) -> Option<R> {
        let seen = see(self.back()?);
        self.remove(self.len() - 1);
        Some(seen)
    }

    /// Moves the last element to the front. O(length + size of a node).
    pub fn rotate_right(&mut self) {
        if let Some(text) = self.pop_back(|element| element.to_vec()) {
            self.push_front(&text[..]);
        }
    }

    /// Moves the first element to the back. O(length + size of a node).
    pub fn rotate_left(&mut self) {
        if let Some(text) = self.pop_front(|element| element.to_vec()) {
            self.push_back(&text[..]);
        }
    }

    /// Removes up to `count` elements from `start` on; returns how many. O(nodes that go + size of two nodes).
    pub fn remove_range(&mut self, start: usize, count: usize) -> usize {
        let wanted = count.min(self.len().saturating_sub(start));
        let mut left = wanted;
        while left > 0 {
            let Some((n, place, offset)) = self.0.nodes.seek(start) else { break };
            let here = self.0.nodes.at(place).count();
            if offset > 0 || left < here {
                let gone = left.min(here - offset);
                self.change(n, |pack| {
                    pack.seek(offset as i64).map(|position| pack.remove_at(position, gone))
                });
                left -= gone;
                continue;
            }
            // Whole nodes go at once.
            let (mut nodes, mut next) = (0, Some(place));
            while let Some(place) = next.filter(|place| self.0.nodes.at(*place).count() <= left) {
                left -= self.0.nodes.at(place).count();
                nodes += 1;
                next = self.0.nodes.next(place);
            }
            self.0.nodes.remove_run(n, nodes);
            self.settle_ends();
        }
        wanted
    }

    /// Keeps `count` elements from `start` on, and removes all others. O(nodes that go + size of two nodes).
    pub fn keep_range(&mut self, start: usize, count: usize) {
        let end = start.saturating_add(count);
        self.remove_range(end, usize::MAX);
        self.remove_range(0, start);
    }

    /// Removes elements with this text: the first `count` of them, or with a negative `count` the last, or all of them
    /// with 0. Returns how many. O(n).
    pub fn remove_value(&mut self, text: &[u8], count: i64) -> usize {
        let most =
            if count == 0 { usize::MAX } else { usize::try_from(count.unsigned_abs()).unwrap_or(usize::MAX) };
        let text = Text::new(text);
        let (mut removed, forward, compresses) = (0, count >= 0, self.0.rules.depth > 0);
        self.0.nodes.sweep(forward, |node| {
            let found = super::count_in(node, text);
            let gone = found.min(most - removed);
            if gone > 0 {
                removed += gone;
                remove_in(node, text, if forward { 0 } else { found - gone }, gone);
                // Also one that was as it is before: what could not become shorter may be able to now. Those at the
                // ends are decompressed again when all is done.
                if compresses {
                    node.compress();
                }
            }
            if removed == most { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        if removed > 0 {
            self.settle_ends();
        }
        removed
    }
}

/// Removes `count` of the elements with this text, passing over `skip` of them before.
fn remove_in(node: &mut Node, text: Text<'_>, mut skip: usize, mut count: usize) {
    let keep = |element: Element<'_>| {
        if !text.is(element) || count == 0 {
            return true;
        }
        if skip > 0 {
            skip -= 1;
            return true;
        }
        count -= 1;
        false
    };
    if node.change(|pack| pack.retain(keep)).is_none() {
        *node = Node::packed(Listpack::new());
    }
}
