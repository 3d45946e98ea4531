//! Blocks of a score and a member that a dict and an index point to, and the only code that follows those pointers.
#![expect(unsafe_code, reason = "one allocation that two containers point to")]

use std::alloc::{Layout, alloc, dealloc, handle_alloc_error};
use std::ptr::{self, NonNull};
use std::slice;

use crate::bptree::BPlusTree;
use crate::dict::{Dict, Entry, Slot, prefetch_line};
use crate::sorted_index::Member;

/// The length stands in the block, since it does not fit into the word.
const LONG: usize = 1;
/// Length of a member that fits into a pointer's upper bits.
const SHORT_MAX: usize = 0xffff;
const LENGTH_SHIFT: u32 = 48;
const ADDRESS_BITS: usize = (1 << LENGTH_SHIFT) - 1;

/// Bytes of the score that every block begins with, and its alignment.
const SCORE: usize = 8;
/// Bytes of a long member's length, behind the score.
const LENGTH: usize = 8;

/// A block's address and its member's length in one word.
///
/// Not `Clone`: that there are two of a kind is the business of [`Core`] alone, and only this file can make one.
///
/// Invariants that every block of code below leans on:
/// - [`Handle::block`] points to a live allocation of [`Handle::layout`], aligned to 8, in which the score, the length
///   (if long) and as many bytes as the length says are initialised;
/// - whoever can reach a handle can do so because a [`Scored`] or a [`Core`] lends it; it is live as long.
#[derive(PartialEq, Eq)]
pub(super) struct Handle {
    word: NonNull<u8>,
}

const _: () = assert!(size_of::<Handle>() == 8 && size_of::<Option<Handle>>() == 8);

// SAFETY: what a handle points to is written only by who borrows the owner mutably.
unsafe impl Send for Handle {}
// SAFETY: shared access only reads.
unsafe impl Sync for Handle {}

impl Handle {
    fn new(score: f64, member: &[u8]) -> Handle {
        Handle::allocate(score, member, if member.len() > SHORT_MAX { LONG } else { 0 })
    }

    fn allocate(score: f64, member: &[u8], kind: usize) -> Handle {
        let layout = layout(kind, member.len());
        // SAFETY: the layout has room for a score at least.
        let Some(block) = NonNull::new(unsafe { alloc(layout) }) else { handle_alloc_error(layout) };
        if kind == 0 && block.addr().get() & !ADDRESS_BITS != 0 {
            // An address that needs the upper bits itself: no system gives one unasked, but none promises it.
            // SAFETY: just allocated with this layout.
            unsafe { dealloc(block.as_ptr(), layout) };
            return Handle::allocate(score, member, LONG);
        }
        // SAFETY: the block is fresh, so nothing overlaps it, aligned to 8, and has room for all three.
        unsafe {
            block.cast::<f64>().write(score);
            if kind == LONG {
                block.add(SCORE).cast::<usize>().write(member.len());
            }
            ptr::copy_nonoverlapping(member.as_ptr(), block.add(front(kind)).as_ptr(), member.len());
        }
        #[cfg(test)]
        super::tests::allocated(block.addr().get());
        let length = if kind == LONG { 0 } else { member.len() << LENGTH_SHIFT };
        Handle { word: block.map_addr(|address| address | length | kind) }
    }

    /// Another handle of the same block.
    fn again(&self) -> Handle {
        Handle { word: self.word }
    }

    #[inline]
    fn kind(&self) -> usize {
        self.word.addr().get() & LONG
    }

    #[inline]
    fn block(&self) -> *mut u8 {
        let mask = if self.kind() == LONG { !LONG } else { ADDRESS_BITS };
        self.word.as_ptr().map_addr(|word| word & mask)
    }

    /// Bytes of the member.
    #[inline]
    fn len(&self) -> usize {
        if self.kind() == LONG {
            // SAFETY: a long member's length is initialised, behind the score, hence aligned.
            return unsafe { self.block().add(SCORE).cast::<usize>().read() };
        }
        self.word.addr().get() >> LENGTH_SHIFT
    }

    /// The score. O(1).
    #[inline]
    pub(super) fn score(&self) -> f64 {
        // SAFETY: a block begins with an initialised and aligned score.
        unsafe { self.block().cast::<f64>().read() }
    }

    fn set_score(&mut self, score: f64) {
        // SAFETY: as in `score`; no reference leads to the score, only to the member behind it.
        unsafe { self.block().cast::<f64>().write(score) }
    }

    /// The member. O(1).
    #[inline]
    pub(super) fn member(&self) -> &[u8] {
        // SAFETY: that many bytes are initialised behind the front, and live as long as the handle is lent.
        unsafe { slice::from_raw_parts(self.block().add(front(self.kind())), self.len()) }
    }

    /// Whether the member is this one. Where the lengths differ, the block of most handles is not read.
    #[inline]
    pub(super) fn is(&self, member: &[u8]) -> bool {
        self.len() == member.len() && self.member() == member
    }

    fn layout(&self) -> Layout {
        layout(self.kind(), self.len())
    }

    /// Bytes that were asked of the allocator. O(1).
    pub(super) fn allocated(&self) -> usize {
        self.layout().size()
    }

    /// Frees the block.
    ///
    /// # Safety
    ///
    /// There is no other handle of this block, or none that is ever used again.
    unsafe fn free(self) {
        let layout = self.layout();
        // SAFETY: the block was allocated with this layout and, says the caller, is not used again.
        unsafe { dealloc(self.block(), layout) }
    }
}

/// Bytes before the member.
#[inline]
fn front(kind: usize) -> usize {
    if kind == LONG { SCORE + LENGTH } else { SCORE }
}

fn layout(kind: usize, len: usize) -> Layout {
    match Layout::from_size_align(front(kind) + len, SCORE) {
        Ok(layout) => layout,
        Err(_) => unreachable!("the member is in memory already, so it is not that long"),
    }
}

impl Member for Handle {
    #[inline]
    fn bytes(&self) -> &[u8] {
        self.member()
    }
}

impl Slot for Handle {
    #[inline]
    fn prefetch(&self) {
        prefetch_line(self.block());
    }
}

/// A score and a member in one allocation, behind one word; see the [module's page](super).
pub struct Scored {
    /// The only handle of its block.
    handle: Handle,
}

impl Scored {
    /// Allocates `8 + member` bytes, or 16 more than the member's where that is 64 KiB or longer.
    pub fn new(member: &[u8], score: f64) -> Scored {
        Scored { handle: Handle::new(score, member) }
    }

    /// The score. O(1).
    #[inline]
    pub fn score(&self) -> f64 {
        self.handle.score()
    }

    /// The member. O(1).
    #[inline]
    pub fn member(&self) -> &[u8] {
        self.handle.member()
    }

    /// Bytes that were asked of the allocator. O(1).
    pub fn allocated(&self) -> usize {
        self.handle.allocated()
    }

    /// The block as it is in memory.
    pub(super) fn image(&self) -> &[u8] {
        // SAFETY: score, length and member are initialised and fill the layout; nobody writes while this is lent.
        unsafe { slice::from_raw_parts(self.handle.block(), self.allocated()) }
    }
}

/// What a set can be built of.
pub(super) trait Source {
    fn member(&self) -> &[u8];
    fn score(&self) -> f64;
    fn into_handle(self) -> Handle;
}

impl<B: AsRef<[u8]>> Source for (B, f64) {
    fn member(&self) -> &[u8] {
        self.0.as_ref()
    }

    fn score(&self) -> f64 {
        self.1
    }

    fn into_handle(self) -> Handle {
        Handle::new(self.1, self.0.as_ref())
    }
}

impl Source for Scored {
    fn member(&self) -> &[u8] {
        Scored::member(self)
    }

    fn score(&self) -> f64 {
        Scored::score(self)
    }

    fn into_handle(self) -> Handle {
        // The block stays: its only handle goes on.
        std::mem::ManuallyDrop::new(self).handle.again()
    }
}

impl Member for Scored {
    #[inline]
    fn bytes(&self) -> &[u8] {
        self.member()
    }
}

impl Drop for Scored {
    fn drop(&mut self) {
        // SAFETY: this was the only handle of the block.
        unsafe { self.handle.again().free() }
    }
}

/// A dict and an index over the same blocks.
///
/// The one invariant: a handle stands at most once in the dict and at most once in the index, and its block is freed
/// only by who has taken it out of both. Neither container frees blocks when it drops handles, so the worst that a
/// hasher can do which panics or changes its mind is to leave a block that nobody finds any more.
pub(super) struct Core {
    dict: Dict<Handle>,
    index: BPlusTree<Handle>,
    /// Bytes of all blocks.
    blocks: usize,
}

/// A score before and after; see [`Core::update`].
pub(super) type Change = (Option<f64>, Option<f64>);

impl Core {
    pub(super) fn with_capacity(capacity: usize) -> Core {
        Core { dict: Dict::with_capacity(capacity), index: BPlusTree::new(), blocks: 0 }
    }

    #[inline]
    pub(super) fn dict(&self) -> &Dict<Handle> {
        &self.dict
    }

    #[inline]
    pub(super) fn index(&self) -> &BPlusTree<Handle> {
        &self.index
    }

    #[inline]
    pub(super) fn blocks(&self) -> usize {
        self.blocks
    }

    /// Gives the member the score that `decide` returns for the one it has; says both. The new score must not be NaN.
    pub(super) fn update(
        &mut self,
        member: &[u8],
        hash: impl Fn(&[u8]) -> u64,
        decide: impl FnOnce(Option<f64>) -> Option<f64>,
    ) -> Change {
        match self.dict.entry(hash(member), |handle| handle.is(member)) {
            Entry::Occupied(mut entry) => {
                let old = entry.get().score();
                let new = decide(Some(old));
                if let Some(score) = new.filter(|score| *score != old)
                    && self.index.update(old, member, score)
                {
                    entry.get_mut().set_score(score);
                }
                (Some(old), new)
            }
            Entry::Vacant(entry) => {
                let new = decide(None);
                if let Some(score) = new {
                    assert!(!score.is_nan(), "a score is a number");
                    let handle = Handle::new(score, member);
                    let for_index = entry.insert(handle, |handle| hash(handle.member())).again();
                    self.blocks += for_index.allocated();
                    // Refused is only what the dict has, yet did not find: then the new block is not in the index.
                    let _ = self.index.insert(score, for_index);
                }
                (None, new)
            }
        }
    }

    /// Takes the member out.
    pub(super) fn remove(&mut self, member: &[u8], hash: impl Fn(&[u8]) -> u64) -> Option<Scored> {
        let hashed = hash(member);
        let kept = self.dict.remove(hashed, |handle| handle.is(member), |handle| hash(handle.member()))?;
        let found = self.index.remove(kept.score(), member)?;
        self.release(found, Some(kept))
    }

    /// Takes the entry of this rank out.
    pub(super) fn remove_at(&mut self, rank: usize, hash: impl Fn(&[u8]) -> u64) -> Option<Scored> {
        let (_, found) = self.index.remove_at(rank)?;
        let kept = take(&mut self.dict, &found, hash);
        self.release(found, kept)
    }

    /// Takes the entries of these ranks out, in order.
    pub(super) fn remove_range(
        &mut self,
        ranks: std::ops::Range<usize>,
        hash: impl Fn(&[u8]) -> u64,
        mut sink: impl FnMut(Scored),
    ) {
        // Meanwhile the index is not ours: if `sink` panics, what is left of it must not be walked by `drop`.
        let mut index = std::mem::take(&mut self.index);
        index.remove_range(ranks, |_, found| {
            let kept = take(&mut self.dict, &found, &hash);
            if let Some(scored) = self.release(found, kept) {
                sink(scored);
            }
        });
        self.index = index;
    }

    /// Makes an owner of two handles that were taken out of index and dict, if they are of one block.
    fn release(&mut self, found: Handle, kept: Option<Handle>) -> Option<Scored> {
        if kept.as_ref() != Some(&found) {
            return None;
        }
        self.blocks -= found.allocated();
        Some(Scored { handle: found })
    }

    /// Builds both from entries in order; `None` where they are not, a score is NaN, or a member comes twice.
    pub(super) fn from_sorted<E: Source>(
        entries: impl Iterator<Item = E>,
        hash: impl Fn(&[u8]) -> u64,
    ) -> Option<Core> {
        let mut dict: Dict<Handle> = Dict::with_capacity(entries.size_hint().0.min(1 << 16));
        let (mut blocks, mut twice) = (0, false);
        let index = BPlusTree::from_sorted(entries.map_while(|entry| {
            let (hash_of_entry, score) = (hash(entry.member()), entry.score());
            match dict.entry(hash_of_entry, |handle| handle.is(entry.member())) {
                Entry::Occupied(_) => {
                    twice = true;
                    None
                }
                Entry::Vacant(vacant) => {
                    let handle = vacant.insert(entry.into_handle(), |handle| hash(handle.member()));
                    blocks += handle.allocated();
                    Some((score, handle.again()))
                }
            }
        }));
        match index {
            Some(index) => {
                let core = Core { dict, index, blocks };
                if twice { None } else { Some(core) }
            }
            None => {
                // SAFETY: the index that was begun is gone, so these are the only handles.
                dict.drain().for_each(|handle| unsafe { handle.free() });
                None
            }
        }
    }
}

/// Takes the handle of this very block out of the dict.
fn take(dict: &mut Dict<Handle>, found: &Handle, hash: impl Fn(&[u8]) -> u64) -> Option<Handle> {
    dict.remove(hash(found.member()), |handle| handle == found, |handle| hash(handle.member()))
}

impl Drop for Core {
    fn drop(&mut self) {
        // SAFETY: the dict is dropped next, which does not follow its handles, and nothing else has any.
        self.index.remove_range(0..usize::MAX, |_, handle| unsafe { handle.free() });
    }
}
