//! Cursor: a place in the order of the keys, which moves both ways.

use super::Rax;
use super::raw::Node;

/// Where a cursor is put.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seek<'k> {
    /// On the smallest key; `^` in Redis.
    First,
    /// On the largest key; `$` in Redis.
    Last,
    /// On this key; `=`.
    Eq(&'k [u8]),
    /// On the smallest key that is this one or larger; `>=`.
    Ge(&'k [u8]),
    /// On the smallest larger key; `>`.
    Gt(&'k [u8]),
    /// On the largest key that is this one or smaller; `<=`.
    Le(&'k [u8]),
    /// On the largest smaller key; `<`.
    Lt(&'k [u8]),
}

/// A place in a radix tree: on a key, or nowhere.
///
/// Holds the key that it stands on and the path to it, so a step costs only the nodes between two keys. It never
/// recurses; its path is on the heap.
pub struct Cursor<'a, V> {
    tree: &'a Rax<V>,
    /// The nodes above, each with the number of the child that was taken.
    path: Vec<(&'a Node<V>, usize)>,
    /// The node that the cursor stands on; while no method runs, one with a value.
    node: Option<&'a Node<V>>,
    /// The bytes from the root to the end of the node's prefix.
    key: Vec<u8>,
}

impl<V> Clone for Cursor<'_, V> {
    fn clone(&self) -> Self {
        Cursor { tree: self.tree, path: self.path.clone(), node: self.node, key: self.key.clone() }
    }
}

impl<'a, V> Cursor<'a, V> {
    pub(super) fn new(tree: &'a Rax<V>) -> Self {
        Cursor { tree, path: Vec::new(), node: None, key: Vec::new() }
    }

    /// The key that the cursor stands on. O(1).
    #[inline]
    pub fn key(&self) -> Option<&[u8]> {
        self.node.map(|_| &self.key[..])
    }

    /// The value that the cursor stands on. O(1).
    #[inline]
    pub fn value(&self) -> Option<&'a V> {
        self.node.and_then(Node::value)
    }

    /// Key and value. O(1).
    #[inline]
    pub fn entry(&self) -> Option<(&[u8], &'a V)> {
        Some((&self.key, self.value()?))
    }

    /// Puts the cursor on the key that `to` describes; says whether there is one. If not, the cursor stands nowhere.
    /// O(length of the key, and of the key found).
    pub fn seek(&mut self, to: Seek<'_>) -> bool {
        match to {
            Seek::First => {
                self.go_to_root();
                self.go_to_smallest();
            }
            Seek::Last => {
                self.go_to_root();
                self.go_to_largest();
            }
            Seek::Eq(key) => {
                if !self.seek_at_least(key) {
                    self.leave();
                }
            }
            Seek::Ge(key) => {
                self.seek_at_least(key);
            }
            Seek::Gt(key) => {
                if self.seek_at_least(key) {
                    self.move_next();
                }
            }
            Seek::Le(key) => {
                if !self.seek_at_least(key) {
                    self.step_back();
                }
            }
            Seek::Lt(key) => {
                self.seek_at_least(key);
                self.step_back();
            }
        }
        self.node.is_some()
    }

    /// Moves to the next larger key; says whether there is one. If not, or if the cursor stood nowhere, it stands
    /// nowhere. O(bytes in which the two keys differ), expected.
    pub fn move_next(&mut self) -> bool {
        match self.node {
            None => return false,
            Some(node) if node.count() > 0 => {
                self.descend(node, 0);
                self.go_to_smallest();
            }
            Some(_) => self.past_subtree(),
        }
        self.node.is_some()
    }

    /// Moves to the next smaller key; says whether there is one. If not, or if the cursor stood nowhere, it stands
    /// nowhere. O(bytes in which the two keys differ), expected.
    pub fn move_previous(&mut self) -> bool {
        while let Some((parent, child)) = self.ascend() {
            if child > 0 {
                self.descend(parent, child - 1);
                self.go_to_largest();
                return true;
            }
            if parent.has_value() {
                return true;
            }
        }
        self.leave();
        false
    }

    /// One key back from the end as well: from nowhere to the largest.
    fn step_back(&mut self) {
        if self.node.is_some() {
            self.move_previous();
        } else {
            self.seek(Seek::Last);
        }
    }

    fn leave(&mut self) {
        self.path.clear();
        self.key.clear();
        self.node = None;
    }

    fn go_to_root(&mut self) {
        self.leave();
        self.node = self.tree.root.as_ref();
        if let Some(node) = self.node {
            self.key.extend_from_slice(node.prefix());
        }
    }

    fn descend(&mut self, node: &'a Node<V>, child: usize) {
        self.path.push((node, child));
        self.key.push(node.edges()[child]);
        let below = &node.children()[child];
        self.key.extend_from_slice(below.prefix());
        self.node = Some(below);
    }

    /// To the parent, which is returned with the number of the child that the cursor came from.
    fn ascend(&mut self) -> Option<(&'a Node<V>, usize)> {
        let node = self.node?;
        let (parent, child) = self.path.pop()?;
        self.key.truncate(self.key.len() - node.prefix().len() - 1);
        self.node = Some(parent);
        Some((parent, child))
    }

    /// To the smallest key at or below the node.
    fn go_to_smallest(&mut self) {
        while let Some(node) = self.node
            && !node.has_value()
        {
            self.descend(node, 0);
        }
    }

    /// To the largest key at or below the node.
    fn go_to_largest(&mut self) {
        while let Some(node) = self.node
            && node.count() > 0
        {
            self.descend(node, node.count() - 1);
        }
    }

    /// To the smallest key that is larger than all at or below the node.
    fn past_subtree(&mut self) {
        while let Some((parent, child)) = self.ascend() {
            if child + 1 < parent.count() {
                self.descend(parent, child + 1);
                return self.go_to_smallest();
            }
        }
        self.leave();
    }

    /// To the smallest key that is not smaller than `key`; says whether it is `key` itself.
    fn seek_at_least(&mut self, key: &[u8]) -> bool {
        self.go_to_root();
        let mut rest = key;
        while let Some(node) = self.node {
            let prefix = node.prefix();
            let common = common(prefix, rest);
            rest = &rest[common..];
            if common < prefix.len() {
                // The whole subtree lies on one side of the key.
                match rest.first() {
                    Some(byte) if *byte > prefix[common] => self.past_subtree(),
                    _ => self.go_to_smallest(),
                }
                return false;
            }
            let Some((byte, below)) = rest.split_first() else {
                let found = node.has_value();
                self.go_to_smallest();
                return found;
            };
            match find_edge(node.edges(), *byte) {
                Ok(child) => self.descend(node, child),
                Err(child) if child < node.count() => {
                    self.descend(node, child);
                    self.go_to_smallest();
                    return false;
                }
                Err(_) => {
                    self.past_subtree();
                    return false;
                }
            }
            rest = below;
        }
        false
    }
}

/// How many bytes two runs have in common from the start.
#[inline]
pub(super) fn common(a: &[u8], b: &[u8]) -> usize {
    a.iter().zip(b).take_while(|(a, b)| a == b).count()
}

/// Which child `byte` leads to, or would lead to.
#[inline]
pub(super) fn find_edge(edges: &[u8], byte: u8) -> Result<usize, usize> {
    match edges.len() {
        256 => Ok(usize::from(byte)),
        0..=8 => match edges.iter().position(|edge| *edge >= byte) {
            Some(at) if edges[at] == byte => Ok(at),
            Some(at) => Err(at),
            None => Err(edges.len()),
        },
        _ => edges.binary_search(&byte),
    }
}
