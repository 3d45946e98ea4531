//! Nodes as they are written to files, and lists from what was read; the check of all invariants.

use super::Quicklist;
use super::node::{Node, View};
use super::read::open;
use crate::block::Block;
use crate::element::Element;
use crate::listpack::{Corrupt, Listpack};

/// A node as it is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stored<'a> {
    /// Whether it is a listpack; otherwise it is the text of one element. Redis calls these containers 2 and 1.
    pub packed: bool,
    /// The bytes.
    pub bytes: Bytes<'a>,
}

/// The bytes of a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bytes<'a> {
    /// As they are.
    Raw(&'a [u8]),
    /// [LZF](crate::lzf) data, and how many bytes they give.
    Lzf(&'a [u8], usize),
}

impl Quicklist {
    /// All nodes, as they are stored. O(1) a step.
    pub fn stored(&self) -> impl DoubleEndedIterator<Item = Stored<'_>> {
        self.0.nodes.iter().map(|node| {
            let bytes = match node.stored() {
                (bytes, None) => Bytes::Raw(bytes),
                (lzf, Some(len)) => Bytes::Lzf(lzf, len),
            };
            Stored { packed: node.is_packed(), bytes }
        })
    }

    /// Appends a node that holds this listpack, whatever its size; none if it is empty. O(1), and O(bytes) of a node
    /// that is compressed.
    pub fn append_listpack(&mut self, pack: Listpack) {
        if !pack.is_empty() {
            self.insert_node(self.0.nodes.len(), Node::packed(pack));
        }
    }

    /// Appends a node that holds a listpack from elsewhere, after checking it. O(bytes).
    ///
    /// # Errors
    /// What is wrong with the listpack; the list is as it was.
    pub fn append_packed(&mut self, bytes: &[u8]) -> Result<(), Corrupt> {
        self.append_listpack(Listpack::from_bytes(bytes)?);
        Ok(())
    }

    /// Appends a plain node that holds this element, whatever its size. O(bytes).
    ///
    /// # Panics
    /// Above the longest [block](crate::block::MAX_LEN).
    pub fn append_plain(&mut self, bytes: &[u8]) {
        self.insert_node(self.0.nodes.len(), Node::Plain(Block::from_slice(bytes)));
    }

    /// The listpack of a list that is one listpack; any other list comes back. O(1).
    ///
    /// # Errors
    /// The list, if it has no node, or a plain one, or several.
    pub fn into_listpack(mut self) -> Result<Listpack, Quicklist> {
        if self.0.nodes.len() != 1 {
            return Err(self);
        }
        match self.0.nodes.remove(0) {
            Node::Packed(pack, _) => Ok(pack),
            other => {
                self.0.nodes.insert(0, other);
                Err(self)
            }
        }
    }

    /// Checks every invariant: counts, nodes that are not empty, which are compressed. O(bytes).
    ///
    /// # Errors
    /// What is wrong: a bug in this module.
    pub fn validate(&self) -> Result<(), String> {
        self.0.nodes.validate()?;
        for (n, node) in self.0.nodes.iter().enumerate() {
            let wrong = |what: &str| Err(format!("node {n} of {}: {what}", self.0.nodes.len()));
            let sound = open(node, |view| match view {
                View::Packed(pack) => {
                    pack.validate().is_ok() && pack.len() == node.count() && !pack.is_empty()
                }
                View::Plain(_) => true,
            });
            if !sound {
                return wrong("a listpack that is empty, or not valid, or has another number of elements");
            }
            if self.is_outer(n) && node.is_compressed() {
                return wrong("compressed so near an end");
            }
            let mut same = node.clone();
            same.compress();
            if !self.is_outer(n) && same.is_compressed() != node.is_compressed() {
                return wrong("not compressed, but would be shorter");
            }
        }
        Ok(())
    }
}

/// Two lists are equal if their elements are, wherever nodes begin.
impl PartialEq for Quicklist {
    fn eq(&self, other: &Quicklist) -> bool {
        let (mut left, mut right) = (self.iter(), other.iter());
        loop {
            match (left.next(), right.next()) {
                (None, None) => return true,
                (Some(a), Some(b)) if a == b || text_eq(a, b) => {}
                _ => return false,
            }
        }
    }
}

impl Eq for Quicklist {}

fn text_eq(a: Element<'_>, b: Element<'_>) -> bool {
    a.with_text(|a| b.with_text(|b| a == b))
}
