//! One node: a listpack or one large element, as it is or compressed.

use crate::block::Block;
use crate::element::Element;
use crate::listpack::Listpack;
use crate::lzf;

/// Nodes of fewer bytes are not compressed.
const LEAST: usize = 48;

/// Bytes that compression has to save.
const SAVING: usize = 9;

/// A node. Where it is compressed, the length of the original, in 4 bytes little endian, stands before the LZF data.
#[derive(Clone)]
pub(super) enum Node {
    /// A listpack and how many elements it has.
    Packed(Listpack, u32),
    /// One element.
    Plain(Block),
    /// A compressed listpack and how many elements it has.
    PackedLzf(Block, u32),
    /// One compressed element.
    PlainLzf(Block),
}

// Redis's node takes 32 bytes.
const _: () = assert!(size_of::<Node>() == 16);

/// A node that is open to reading: that of the list, or what its compressed bytes gave.
pub(super) enum View<'a> {
    /// A listpack.
    Packed(&'a Listpack),
    /// One element.
    Plain(&'a [u8]),
}

impl Node {
    /// A node that holds this listpack.
    pub(super) fn packed(pack: Listpack) -> Node {
        let count = pack.len() as u32;
        Node::Packed(pack, count)
    }

    /// A node that holds one element.
    pub(super) fn single(element: Element<'_>, large: bool) -> Node {
        if large {
            return Node::Plain(element.with_text(Block::from_slice));
        }
        let mut pack = Listpack::new();
        pack.push_back(element);
        Node::Packed(pack, 1)
    }

    /// Number of elements. O(1).
    #[inline]
    pub(super) fn count(&self) -> usize {
        match self {
            Node::Packed(_, count) | Node::PackedLzf(_, count) => *count as usize,
            Node::Plain(_) | Node::PlainLzf(_) => 1,
        }
    }

    /// Whether it holds a listpack, compressed or not.
    pub(super) fn is_packed(&self) -> bool {
        matches!(self, Node::Packed(..) | Node::PackedLzf(..))
    }

    /// Whether it is compressed.
    pub(super) fn is_compressed(&self) -> bool {
        matches!(self, Node::PackedLzf(..) | Node::PlainLzf(_))
    }

    /// Bytes of the listpack or the element, as they are when not compressed. O(1).
    pub(super) fn bytes(&self) -> usize {
        match self {
            Node::Packed(pack, _) => pack.bytes(),
            Node::Plain(block) => block.len(),
            Node::PackedLzf(block, _) | Node::PlainLzf(block) => split(block).0,
        }
    }

    /// Bytes on the heap. O(1).
    pub(super) fn memory(&self) -> usize {
        match self {
            Node::Packed(pack, _) => pack.memory(),
            Node::Plain(block) | Node::PackedLzf(block, _) | Node::PlainLzf(block) => block.memory(),
        }
    }

    /// Bytes of the listpack or the element if they are not compressed, otherwise the LZF data.
    pub(super) fn stored(&self) -> (&[u8], Option<usize>) {
        match self {
            Node::Packed(pack, _) => (pack.as_bytes(), None),
            Node::Plain(block) => (block, None),
            Node::PackedLzf(block, _) | Node::PlainLzf(block) => {
                let (len, lzf) = split(block);
                (lzf, Some(len))
            }
        }
    }

    /// Compresses the node, if that saves enough. O(bytes).
    pub(super) fn compress(&mut self) {
        let (bytes, None) = self.stored() else { return };
        if bytes.len() < LEAST {
            return;
        }
        let most = bytes.len() - SAVING;
        let mut out = Vec::with_capacity(4 + most);
        out.extend_from_slice(&(bytes.len() as u32).to_le_bytes());
        if lzf::compress(bytes, most, &mut out).is_none() {
            return;
        }
        let block = Block::from_slice(&out);
        *self = match self {
            Node::Packed(_, count) => Node::PackedLzf(block, *count),
            _ => Node::PlainLzf(block),
        };
    }

    /// The node as it is when not compressed; `None` if it is not compressed. O(bytes).
    pub(super) fn opened(&self) -> Option<Node> {
        let (lzf, Some(len)) = self.stored() else { return None };
        let mut bytes = Block::new();
        let sound = lzf::decompress_into(lzf, bytes.append_gap(len));
        assert!(sound.is_ok(), "a node that was compressed here");
        Some(match self {
            Node::PackedLzf(_, count) => Node::Packed(Listpack::trusted(bytes), *count),
            _ => Node::Plain(bytes),
        })
    }

    /// Decompresses the node if it is compressed. O(bytes).
    pub(super) fn open(&mut self) {
        if let Some(node) = self.opened() {
            *self = node;
        }
    }

    /// What a node holds that is not compressed.
    #[inline]
    pub(super) fn view(&self) -> Option<View<'_>> {
        match self {
            Node::Packed(pack, _) => Some(View::Packed(pack)),
            Node::Plain(block) => Some(View::Plain(block)),
            Node::PackedLzf(..) | Node::PlainLzf(_) => None,
        }
    }

    /// Changes the listpack, decompressed if need be. A plain node has none, and stays as it is: `None`.
    #[inline]
    pub(super) fn change<R>(&mut self, change: impl FnOnce(&mut Listpack) -> R) -> Option<R> {
        self.open();
        let Node::Packed(pack, count) = self else { return None };
        let result = change(pack);
        *count = pack.len() as u32;
        Some(result)
    }
}

/// The length of the original and the LZF data.
fn split(block: &[u8]) -> (usize, &[u8]) {
    match block.split_first_chunk() {
        Some((len, lzf)) => (u32::from_le_bytes(*len) as usize, lzf),
        None => (0, &[]),
    }
}
