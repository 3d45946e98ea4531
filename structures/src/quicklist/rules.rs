//! When a node is full, when two become one, when an element gets a node of its own.

use crate::element::Element;

/// What a node takes beside the elements of its listpack: header and end.
const FRAME: usize = 7;

/// What an element may take beside its text, by estimate, as Redis estimates it.
const AROUND: usize = 8;

/// Where a fill factor counts elements, nodes still do not grow beyond this many bytes.
const SAFE: usize = 8192;

/// How a quicklist lays out its nodes: Redis's `list-max-listpack-size` and `list-compress-depth`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rules {
    /// Above 0: at most so many elements in a node, and 8 KiB. -1 to -5: at most 4, 8, 16, 32, 64 KiB. 0 is
    /// taken as 1, what is below -5 as -5.
    pub fill: i16,
    /// How many nodes at each end stay uncompressed; 0: all do.
    pub depth: u16,
    /// Elements of so many bytes or more get a plain node of their own.
    pub plain: u32,
}

impl Default for Rules {
    /// What Redis 7.2 does unless told otherwise: nodes of 8 KiB, no compression, plain nodes from 1 GiB on.
    fn default() -> Rules {
        Rules { fill: -2, depth: 0, plain: 1 << 30 }
    }
}

impl Rules {
    /// Whether a node of so many bytes and elements is larger than it may become. Of the only listpack of a short list,
    /// so that it becomes a quicklist, Redis asks the same.
    pub fn exceeded(&self, bytes: usize, count: usize) -> bool {
        match self.fill {
            ..0 => bytes > 4096 << (-1 - i32::from(self.fill)).min(4),
            fill => bytes > SAFE || count > (fill as usize).max(1),
        }
    }

    /// Whether a listpack of so many bytes and elements may take this element too.
    pub(super) fn admits(&self, bytes: usize, count: usize, element: Element<'_>) -> bool {
        !self.exceeded(bytes + element.text_len() + AROUND, count + 1)
    }

    /// Whether two listpacks of so many bytes and elements together may be one.
    pub(super) fn joins(&self, bytes: usize, count: usize) -> bool {
        !self.exceeded(bytes - FRAME, count)
    }

    /// Whether this element is too large for a listpack.
    pub(super) fn is_large(&self, element: Element<'_>) -> bool {
        matches!(element, Element::Bytes(bytes) if bytes.len() >= self.plain as usize)
    }
}
