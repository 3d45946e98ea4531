//! The unsafe core of the dict: segments that several directory entries share.
//!
//! The entries of a segment of depth `d` are the `2^(bits-d)` neighbours that start at a multiple of that number; they
//! all hold the same pointers, which came from a [`Memory`] of the count they state, and nobody else owns it.
//! Everything outside this file uses [`Directory`] through safe functions.
#![expect(unsafe_code, reason = "directory entries share segments")]

use std::marker::PhantomData;
use std::ptr::NonNull;

use super::Slot;
use super::probe;
use super::segment::{Segment, SegmentMut, Shape};
use crate::buckets::{Buckets, BucketsMut, Memory, SLOTS, Slots, Twin, Twins, Word, tag_of};

/// Bytes of a directory entry.
const ENTRY_SIZE: usize = 24;

/// Puts a twin into buckets of a segment of this depth.
#[inline]
fn settle<T>(buckets: &mut BucketsMut<'_, Twin<T>>, depth: u32, hash: u64, twin: Twin<T>) {
    let home = probe::home(hash, depth, buckets.len());
    probe::place(buckets, home, tag_of(hash), twin);
}

/// A directory entry: 24 bytes.
struct Entry<T> {
    /// Both from a [`Memory`] of as many buckets as `shape` says.
    words: NonNull<Word>,
    slots: NonNull<Slots<T>>,
    /// Values in the segment; kept in the segment's first entry, 0 in the others.
    len: u32,
    shape: Shape,
}

const _: () = assert!(size_of::<Entry<u64>>() == ENTRY_SIZE);

impl<T> Clone for Entry<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Entry<T> {}

impl<T> Entry<T> {
    /// Takes ownership of the memory.
    fn new(mut memory: Memory<T>, depth: u32, len: usize) -> Self {
        let count = memory.buckets_mut().len();
        assert!(len <= count * SLOTS);
        let (words, slots) = memory.into_raw();
        Entry { words, slots, len: len as u32, shape: Shape::new(count, depth) }
    }

    #[inline]
    fn depth(&self) -> u32 {
        self.shape.depth()
    }

    /// # Safety
    ///
    /// - The entry and its copies must not be used afterwards.
    unsafe fn into_memory(self) -> Memory<T> {
        // SAFETY: pointers and count are those of one memory, and the caller gives up all copies.
        unsafe { Memory::from_raw(self.words, self.slots, self.shape.count()) }
    }

    /// The memory, whose values live on elsewhere: dropping it drops none of them.
    ///
    /// # Safety
    ///
    /// - As for [`into_memory`](Self::into_memory).
    unsafe fn disowned(self) -> Memory<Twin<T>> {
        // SAFETY: `Twin` is transparent; as twins, the values have one owner fewer.
        unsafe { self.into_memory().cast() }
    }
}

/// Which segment holds which prefix of the hash. Owns the segments.
pub(super) struct Directory<T> {
    /// Empty, or `2^bits` entries.
    entries: Vec<Entry<T>>,
    bits: u32,
    owns: PhantomData<Memory<T>>,
}

// SAFETY: a directory owns its segments, as a `Vec<Memory<T>>` would; the shared pointers
// are all inside it.
unsafe impl<T: Send> Send for Directory<T> {}
// SAFETY: as above; a shared reference gives only shared references to the values.
unsafe impl<T: Sync> Sync for Directory<T> {}

impl<T> Directory<T> {
    /// No segment; allocates nothing.
    pub(super) const fn new() -> Self {
        Directory { entries: Vec::new(), bits: 0, owns: PhantomData }
    }

    /// How many leading bits of the hash choose an entry.
    #[inline]
    pub(super) fn bits(&self) -> u32 {
        self.bits
    }

    /// Number of entries: 0 or `2^bits`.
    pub(super) fn width(&self) -> usize {
        self.entries.len()
    }

    /// Bytes that the directory itself has allocated, without its segments.
    pub(super) fn memory(&self) -> usize {
        self.entries.capacity() * size_of::<Entry<T>>()
    }

    /// The entry for this hash (0 also where the directory is empty).
    #[inline]
    pub(super) fn index(&self, hash: u64) -> usize {
        ((hash >> 1) >> (63 - self.bits)) as usize
    }

    /// Asks for the word and the slots of the bucket that `home` chooses.
    #[inline]
    pub(super) fn prefetch_bucket(&self, hash: u64, home: impl FnOnce(u32, usize) -> usize) {
        if let Some(entry) = self.entries.get(self.index(hash)) {
            let count = entry.shape.count();
            let bucket = home(entry.depth(), count);
            prefetch_line(entry.words.as_ptr().wrapping_add(bucket).cast());
            prefetch_line(entry.slots.as_ptr().wrapping_add(bucket).cast());
        }
    }

    /// The buckets and the depth of the segment at this entry: the part of
    /// [`segment`](Self::segment) that a lookup needs.
    #[inline]
    pub(super) fn buckets(&self, index: usize) -> Option<(Buckets<'_, T>, u32)> {
        let entry = self.entries.get(index)?;
        // SAFETY: the directory owns the memory (module invariant) and is borrowed for as long as the buckets.
        let buckets = unsafe { Buckets::from_raw(entry.words, entry.slots, entry.shape.count()) };
        Some((buckets, entry.depth()))
    }

    /// The first entry of the segment at `index`.
    #[inline]
    fn first(&self, index: usize) -> usize {
        index & !((1 << (self.bits - self.entries[index].depth())) - 1)
    }

    /// The segment at this entry.
    #[inline]
    pub(super) fn segment(&self, index: usize) -> Option<Segment<'_, T>> {
        let (buckets, depth) = self.buckets(index)?;
        let first = self.first(index);
        Some(Segment { buckets, depth, first, len: self.entries[first].len as usize })
    }

    /// The segment at this entry.
    #[inline]
    pub(super) fn segment_mut(&mut self, index: usize) -> Option<SegmentMut<'_, T>> {
        if index >= self.entries.len() {
            return None;
        }
        let first = self.first(index);
        let entry = &mut self.entries[first];
        // SAFETY: the directory owns the memory (module invariant) and is borrowed mutably for as
        // long as the buckets.
        let buckets = unsafe { BucketsMut::from_raw(entry.words, entry.slots, entry.shape.count()) };
        Some(SegmentMut::new(buckets, &mut entry.len, &mut entry.shape))
    }

    /// The segments in the order of their hashes.
    pub(super) fn segments(&self) -> impl Iterator<Item = Segment<'_, T>> {
        let mut index = 0;
        std::iter::from_fn(move || {
            let segment = self.segment(index)?;
            index += self.span(segment.depth);
            Some(segment)
        })
    }

    /// How many entries a segment of this depth has.
    #[inline]
    pub(super) fn span(&self, depth: u32) -> usize {
        1 << (self.bits - depth)
    }

    /// Whether two entries lead to the same buckets and agree on their number and depth.
    pub(super) fn same_segment(&self, a: usize, b: usize) -> bool {
        let (a, b) = (&self.entries[a], &self.entries[b]);
        a.words == b.words && a.shape.unworn() == b.shape.unworn()
    }

    /// The `len` field of an entry, as it stands: only a segment's first entry may hold anything but 0.
    pub(super) fn len_field(&self, index: usize) -> u32 {
        self.entries[index].len
    }

    /// Fills an empty directory with `2^bits` segments of `count` empty buckets each.
    pub(super) fn fill(&mut self, bits: u32, count: usize) {
        assert!(self.entries.is_empty());
        let mut entries = Vec::with_capacity(1 << bits);
        entries.extend((0..1usize << bits).map(|_| Entry::new(Memory::new(count), bits, 0)));
        (self.entries, self.bits) = (entries, bits);
    }

    /// Points the entries `first..first + span` at `entry`.
    fn install(&mut self, first: usize, entry: Entry<T>) {
        let span = self.span(entry.depth());
        debug_assert_eq!(first % span, 0);
        self.entries[first..first + span].fill(Entry { len: 0, ..entry });
        self.entries[first].len = entry.len;
    }

    /// Twice as many entries for the same segments.
    fn double(&mut self) {
        let mut wider = Vec::with_capacity(self.entries.len() * 2);
        for &entry in &self.entries {
            wider.extend([entry, Entry { len: 0, shape: entry.shape.unworn(), ..entry }]);
        }
        self.entries = wider;
        self.bits += 1;
    }

    /// Half as many entries for the same segments, none of which may be as deep as the directory.
    pub(super) fn halve(&mut self) {
        assert!(self.bits > 0 && self.entries.iter().all(|entry| entry.depth() < self.bits));
        self.entries = self.entries.iter().copied().step_by(2).collect();
        self.bits -= 1;
    }
}

impl<T: Slot> Directory<T> {
    /// Gives the segment that starts at `first` `count` new buckets. Where `hasher` panics, nothing changes.
    pub(super) fn rebuild(&mut self, first: usize, count: usize, hasher: impl Fn(&T) -> u64) {
        assert_eq!(first, self.first(first));
        let twins = Twins::of(self.segment(first).map(|segment| segment.buckets).as_slice(), hasher);
        let (old, len) = (self.entries[first], twins.hashes().len());
        let mut memory = Memory::new(count);
        let mut buckets = memory.buckets_mut();
        twins.each().for_each(|(hash, twin)| settle(&mut buckets, old.depth(), hash, twin));
        // SAFETY: `install` overwrites all entries of the old segment, which is disowned.
        unsafe {
            self.install(first, Entry::new(memory.cast(), old.depth(), len));
            drop(old.disowned());
        }
    }

    /// Replaces the segment that starts at `first` by two, one bit deeper, with as many buckets as `counts` says
    /// for the lengths of the two, and returns these counts. The directory doubles where it has to. Where `hasher`
    /// panics, nothing changes.
    pub(super) fn split(
        &mut self,
        first: usize,
        hasher: impl Fn(&T) -> u64,
        counts: impl Fn(usize) -> usize,
    ) -> [usize; 2] {
        assert_eq!(first, self.first(first));
        let twins = Twins::of(self.segment(first).map(|segment| segment.buckets).as_slice(), hasher);
        let old = self.entries[first];
        let depth = old.depth() + 1;
        let half = |hash: u64| (hash << (depth - 1) >> 63) as usize;
        let high = twins.hashes().iter().map(|&hash| half(hash)).sum::<usize>();
        let lens = [twins.hashes().len() - high, high];
        let counts = lens.map(counts);
        let mut halves = counts.map(Memory::new);
        let mut buckets = halves.each_mut().map(Memory::buckets_mut);
        twins.each().for_each(|(hash, twin)| settle(&mut buckets[half(hash)], depth, hash, twin));
        let mut first = first;
        if depth > self.bits {
            self.double();
            first *= 2;
        }
        let [low, high] = halves;
        let span = self.span(depth);
        // SAFETY: the two halves overwrite all entries of the old segment, which is disowned.
        unsafe {
            self.install(first, Entry::new(low.cast(), depth, lens[0]));
            self.install(first + span, Entry::new(high.cast(), depth, lens[1]));
            drop(old.disowned());
        }
        counts
    }

    /// Replaces the segment that starts at `first` and the one after it, of equal depth, by one of `count` buckets
    /// that is one bit shallower. Where `hasher` panics, nothing changes.
    pub(super) fn merge(&mut self, first: usize, count: usize, hasher: impl Fn(&T) -> u64) {
        let low = self.entries[first];
        let depth = low.depth();
        assert!(depth > 0 && first.is_multiple_of(2 * self.span(depth)));
        let second = first + self.span(depth);
        let high = self.entries[second];
        assert_eq!(high.depth(), depth);
        let both: Vec<_> =
            [first, second].into_iter().filter_map(|at| Some(self.segment(at)?.buckets)).collect();
        let twins = Twins::of(&both, hasher);
        let len = twins.hashes().len();
        let mut memory = Memory::new(count);
        let mut buckets = memory.buckets_mut();
        twins.each().for_each(|(hash, twin)| settle(&mut buckets, depth - 1, hash, twin));
        // SAFETY: the new segment overwrites all entries of the two old ones, which are disowned.
        unsafe {
            self.install(first, Entry::new(memory.cast(), depth - 1, len));
            drop([low.disowned(), high.disowned()]);
        }
    }
}

impl<T> Drop for Directory<T> {
    fn drop(&mut self) {
        let mut index = 0;
        while let Some(&entry) = self.entries.get(index) {
            index += self.span(entry.depth());
            // SAFETY: `index` steps from segment to segment, so each is freed once; nothing reads
            // the entries again.
            drop(unsafe { entry.into_memory() });
        }
    }
}

/// Asks for the cache line at `address`, whatever the address is, and does not wait for it.
#[inline]
pub fn prefetch_line(address: *const u8) {
    #[cfg(target_arch = "x86_64")]
    // SAFETY: a prefetch is a hint; it reads nothing and cannot fault.
    unsafe {
        std::arch::x86_64::_mm_prefetch::<{ std::arch::x86_64::_MM_HINT_T0 }>(address.cast());
    }
    #[cfg(target_arch = "aarch64")]
    // SAFETY: a prefetch is a hint; it reads nothing and cannot fault.
    unsafe {
        std::arch::asm!("prfm pldl1keep, [{0}]", in(reg) address, options(nostack, preserves_flags, readonly));
    }
    #[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
    let _ = address;
}
