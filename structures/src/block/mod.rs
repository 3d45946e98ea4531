//! Block: a growable array of bytes behind one pointer.
//!
//! # What problem does it solve?
//!
//! A listpack or an intset is one run of bytes that grows and shrinks at any place. `Vec<u8>` would hold it, but
//! its handle is three words, and a handle stands in every key, every quicklist node and every hash field that
//! owns such a run. A block keeps length and capacity in front of its bytes, so its handle is one word:
//!
//! ```text
//!  handle            offset 0         4         8                 8 + length       8 + capacity
//!  +---------+       +---------+---------+----------- ··· ---+---- ··· ----+
//!  | pointer | ----> | length  | capacity| bytes             | unused      |
//!  +---------+       | u32     | u32     |                   |             |
//!                    +---------+---------+----------- ··· ---+---- ··· ----+
//! ```
//!
//! An empty block that never held anything points to a static header and owns no memory.
//!
//! # What does it cost?
//!
//! `8 + capacity` bytes on the heap. Capacity grows to what is needed, rounded up so that the whole is a multiple of
//! 16 bytes up to 128, and above one of four steps between two powers of two. Those are the size classes of jemalloc
//! and mimalloc, so the rounding costs nothing that would not be lost anyway. It makes at most one move per 20% of
//! growth; whoever knows better says so with [`Block::with_capacity`] or [`Block::reserve`].
//!
//! ![Heap bytes per byte of a Block and a Vec](../../../../docs/src/plots/structures/block-memory.svg)
//!
//! ![Time to append a byte](../../../../docs/src/plots/structures/block-append.svg)
//!
//! ```sh
//! cargo run --release -p russet-structures --example study -- plots block
//! ```
//!
//! # How is it used?
//!
//! ```
//! use russet_structures::block::Block;
//!
//! let mut block = Block::from_slice(b"Hello world");
//! block.splice(5..6, b", ");
//! assert_eq!(&block[..], b"Hello, world");
//! assert_eq!(size_of::<Block>(), size_of::<usize>());
//! ```
//!
//! # What is it bad at?
//!
//! Growing byte by byte takes half again to twice and a half a `Vec`'s time, since it moves at every size class. A length lies a cache
//! line away from the handle, and no block is longer than [`MAX_LEN`]. Redis has the same idea in its listpacks and intsets,
//! but asks the allocator how much it got instead of keeping a capacity.

mod raw;
#[cfg(test)]
mod tests;

use std::ops::Range;

pub use raw::Block;

/// The longest block, in bytes: what a `u32` counts, less the header and the rounding.
pub const MAX_LEN: usize = u32::MAX as usize - (1 << 30);

/// Bytes of the header: length and capacity.
const HEADER: usize = 8;

impl Block {
    /// An empty block with room for `capacity` bytes.
    ///
    /// # Panics
    /// Above [`MAX_LEN`].
    pub fn with_capacity(capacity: usize) -> Block {
        let mut block = Block::new();
        block.reserve(capacity);
        block
    }

    /// A block that holds a copy of `bytes`.
    ///
    /// # Panics
    /// Above [`MAX_LEN`] bytes.
    pub fn from_slice(bytes: &[u8]) -> Block {
        let mut block = Block::new();
        block.extend_from_slice(bytes);
        block
    }

    /// Makes room for `more` bytes beyond the length. O(length) if the block has to move.
    ///
    /// # Panics
    /// Where the length would exceed [`MAX_LEN`].
    #[inline]
    pub fn reserve(&mut self, more: usize) {
        if self.capacity() - self.len() < more {
            self.grow(more);
        }
    }

    /// Moves to a larger allocation.
    #[cold]
    fn grow(&mut self, more: usize) {
        let need = self.len().checked_add(more).filter(|need| *need <= MAX_LEN);
        let Some(need) = need else { panic!("a block of more than {MAX_LEN} bytes") };
        self.set_capacity(capacity_for(need));
    }

    /// Gives back what a fresh block of this length would not have. O(length) if it moves.
    pub fn shrink_to_fit(&mut self) {
        let capacity = capacity_for(self.len());
        if capacity < self.capacity() {
            self.set_capacity(capacity);
        }
    }

    /// Appends one byte. O(1) amortised.
    #[inline]
    pub fn push(&mut self, byte: u8) {
        self.extend_from_slice(&[byte]);
    }

    /// Appends bytes. O(their number), amortised.
    ///
    /// # Panics
    /// Where the length would exceed [`MAX_LEN`].
    #[inline]
    pub fn extend_from_slice(&mut self, bytes: &[u8]) {
        self.replace_end(0, [bytes]);
    }

    /// Puts `bytes` into the place of `range`. O(bytes after the range).
    ///
    /// # Panics
    /// When the range is not inside the block, or the length would exceed [`MAX_LEN`].
    pub fn splice(&mut self, range: Range<usize>, bytes: &[u8]) {
        let start = range.start;
        self.splice_gap(range, bytes.len());
        self[start..start + bytes.len()].copy_from_slice(bytes);
    }

    /// Makes `range` into a gap of `gap` bytes, whose contents are unspecified but initialised, and returns it.
    /// O(bytes after the range).
    ///
    /// # Panics
    /// When the range is not inside the block, or the length would exceed [`MAX_LEN`].
    pub fn splice_gap(&mut self, range: Range<usize>, gap: usize) -> &mut [u8] {
        let len = self.len();
        assert!(range.start <= range.end && range.end <= len, "{range:?} of {len} bytes");
        let (start, end) = (range.start, range.end);
        if gap > end - start {
            let more = gap - (end - start);
            self.append_gap(more);
            self.copy_within(end..len, start + gap);
        } else if gap < end - start {
            self.copy_within(end..len, start + gap);
            self.truncate(len - (end - start - gap));
        }
        &mut self[start..start + gap]
    }

    /// Shortens the block to `len` bytes, if it is longer. Keeps the capacity. O(1).
    #[inline]
    pub fn truncate(&mut self, len: usize) {
        if len < self.len() {
            self.shorten(len);
        }
    }

    /// Bytes on the heap, header included. O(1).
    pub fn memory(&self) -> usize {
        if self.capacity() == 0 { 0 } else { HEADER + self.capacity() }
    }
}

/// The capacity that a block of `len` bytes is given: with its header, one of four steps between powers of two.
fn capacity_for(len: usize) -> usize {
    if len == 0 {
        return 0;
    }
    let total = len + HEADER;
    let step = (total.next_power_of_two() / 8).max(16);
    total.next_multiple_of(step) - HEADER
}

impl std::fmt::Debug for Block {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "b\"{}\"", self.escape_ascii())
    }
}

impl Clone for Block {
    fn clone(&self) -> Block {
        Block::from_slice(self)
    }
}

impl Default for Block {
    fn default() -> Block {
        Block::new()
    }
}

impl PartialEq for Block {
    fn eq(&self, other: &Block) -> bool {
        self[..] == other[..]
    }
}

impl Eq for Block {}
