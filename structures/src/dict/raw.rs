//! The unsafe core of the dict: slots that may be empty, and segments that several directory entries share.
//!
//! Two types keep what the compiler cannot see, and everything outside this file uses them through
//! safe functions:
//!
//! - [`Bucket`]: a slot holds a value exactly when its tag is not 0.
//! - [`Directory`]: the entries of a segment of depth `d` are the `2^(bits-d)` neighbours that start at a
//!   multiple of that number; they all hold the same pointer, which came from a `Box<[Bucket<T>]>` of the
//!   length they state, and nobody else owns it.
#![expect(unsafe_code, reason = "slots may be uninitialised, and directory entries share segments")]

use std::marker::PhantomData;
use std::mem::MaybeUninit;
use std::num::NonZeroU8;
use std::ptr::NonNull;

use super::bucket::{Lanes, SLOTS, Word};
use super::segment::{Segment, SegmentMut, Shape};

/// One cache line: seven tags, a note of what is elsewhere, and seven slots.
#[repr(C, align(64))]
pub(super) struct Bucket<T> {
    word: Word,
    slots: [MaybeUninit<T>; SLOTS],
}

impl<T> Bucket<T> {
    const EMPTY: Self = {
        assert!(size_of::<T>() == 8, "a dict's entries are exactly 8 bytes");
        assert!(size_of::<Self>() == 64 && align_of::<Self>() == 64, "a bucket is one cache line");
        Bucket { word: Word::EMPTY, slots: [const { MaybeUninit::uninit() }; SLOTS] }
    };

    /// Tags and the note.
    #[inline]
    pub(super) fn word(&self) -> Word {
        self.word
    }

    /// Slots that hold a value.
    #[inline]
    pub(super) fn occupied(&self) -> Lanes {
        self.word.occupied()
    }

    /// The value in `slot`, if there is one.
    #[inline]
    pub(super) fn get(&self, slot: usize) -> Option<&T> {
        self.word.tag(slot)?;
        // SAFETY: the tag is not 0, so the slot holds a value.
        Some(unsafe { self.slots[slot].assume_init_ref() })
    }

    /// The value in `slot`, if there is one.
    #[inline]
    pub(super) fn get_mut(&mut self, slot: usize) -> Option<&mut T> {
        self.word.tag(slot)?;
        // SAFETY: the tag is not 0, so the slot holds a value.
        Some(unsafe { self.slots[slot].assume_init_mut() })
    }

    /// The first slot with this tag whose value satisfies `eq`.
    #[inline]
    pub(super) fn find(&self, tag: NonZeroU8, mut eq: impl FnMut(&T) -> bool) -> Option<usize> {
        // SAFETY: `matching` yields slots below `SLOTS` whose tag is `tag`, which is not 0, so they
        // hold values.
        self.word.matching(tag).find(|&slot| eq(unsafe { self.slots.get_unchecked(slot).assume_init_ref() }))
    }

    /// Puts a value into the first empty slot and returns the slot, or gives the value back where
    /// all are full.
    #[inline]
    pub(super) fn put(&mut self, tag: NonZeroU8, value: T) -> Result<usize, T> {
        let Some(slot) = self.word.vacant().next() else { return Err(value) };
        self.slots[slot].write(value);
        self.word.occupy(slot, tag);
        Ok(slot)
    }

    /// Takes the value out of `slot`, which is then empty.
    #[inline]
    pub(super) fn take(&mut self, slot: usize) -> Option<T> {
        self.word.tag(slot)?;
        self.word.vacate(slot);
        // SAFETY: the tag was not 0, so the slot held a value; it is 0 now, so nobody reads it again.
        Some(unsafe { self.slots[slot].assume_init_read() })
    }

    /// One more entry with this home is stored `distance` buckets later.
    #[inline]
    pub(super) fn note_away(&mut self, distance: usize) {
        self.word.note_away(distance);
    }

    /// One entry fewer with this home is stored elsewhere.
    #[inline]
    pub(super) fn forget_away(&mut self) {
        self.word.forget_away();
    }
}

impl<T> Drop for Bucket<T> {
    fn drop(&mut self) {
        if std::mem::needs_drop::<T>() {
            for slot in self.word.occupied() {
                drop(self.take(slot));
            }
        }
    }
}

/// `count` empty buckets.
pub(super) fn new_buckets<T>(count: usize) -> Box<[Bucket<T>]> {
    std::iter::repeat_with(|| Bucket::EMPTY).take(count).collect()
}

/// A directory entry: 16 bytes.
struct Entry<T> {
    /// From `Box::into_raw` of as many buckets as `shape` says.
    buckets: NonNull<Bucket<T>>,
    /// Values in the segment; kept in the segment's first entry, 0 in the others.
    len: u32,
    shape: Shape,
}

const _: () = assert!(size_of::<Entry<u64>>() == 16);

impl<T> Clone for Entry<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Entry<T> {}

impl<T> Entry<T> {
    /// Takes ownership of the buckets.
    fn new(buckets: Box<[Bucket<T>]>, depth: u32, len: usize) -> Self {
        let count = buckets.len();
        assert!(len <= count * SLOTS);
        let shape = Shape::new(count, depth);
        let pointer = NonNull::from(Box::leak(buckets)).cast();
        Entry { buckets: pointer, len: len as u32, shape }
    }

    fn depth(&self) -> u32 {
        self.shape.depth()
    }

    fn count(&self) -> usize {
        self.shape.count()
    }

    fn slice(&self) -> NonNull<[Bucket<T>]> {
        NonNull::slice_from_raw_parts(self.buckets, self.count())
    }

    /// # Safety
    ///
    /// - The entry and its copies must not be used afterwards.
    unsafe fn into_box(self) -> Box<[Bucket<T>]> {
        // SAFETY: pointer and count are those of the box that `new` leaked, and the caller gives up
        // all copies.
        unsafe { Box::from_raw(self.slice().as_ptr()) }
    }
}

/// Which segment holds which prefix of the hash. Owns the segments.
pub(super) struct Directory<T> {
    /// Empty, or `2^bits` entries.
    entries: Vec<Entry<T>>,
    bits: u32,
    owns: PhantomData<Box<[Bucket<T>]>>,
}

// SAFETY: a directory owns its segments, as a `Vec<Box<[Bucket<T>]>>` would; the shared pointers
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

    /// Where the address of the bucket that `home` chooses lies, without touching the bucket.
    #[inline]
    pub(super) fn prefetch_bucket(&self, hash: u64, home: impl FnOnce(u32, usize) -> usize) {
        if let Some(entry) = self.entries.get(self.index(hash)) {
            let bucket = home(entry.depth(), entry.count());
            debug_assert!(bucket < entry.count());
            prefetch_line(entry.buckets.as_ptr().wrapping_add(bucket).cast());
        }
    }

    /// The buckets and the depth of the segment at this entry: the part of
    /// [`segment`](Self::segment) that a lookup needs.
    #[inline]
    pub(super) fn buckets(&self, index: usize) -> Option<(&[Bucket<T>], u32)> {
        let entry = self.entries.get(index)?;
        // SAFETY: the directory owns the buckets (module invariant) and is borrowed for as long as the slice.
        Some((unsafe { entry.slice().as_ref() }, entry.depth()))
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
        // SAFETY: the directory owns the buckets (module invariant) and is borrowed mutably for as
        // long as the slice.
        let buckets = unsafe { entry.slice().as_mut() };
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
        a.buckets == b.buckets && a.shape.unworn() == b.shape.unworn()
    }

    /// The `len` field of an entry, as it stands: only a segment's first entry may hold anything but 0.
    pub(super) fn len_field(&self, index: usize) -> u32 {
        self.entries[index].len
    }

    /// Fills an empty directory with `2^bits` segments, made by `make` with 0 values each.
    pub(super) fn fill(&mut self, bits: u32, mut make: impl FnMut() -> Box<[Bucket<T>]>) {
        assert!(self.entries.is_empty());
        let mut entries = Vec::with_capacity(1 << bits);
        entries.extend((0..1usize << bits).map(|_| Entry::new(make(), bits, 0)));
        (self.entries, self.bits) = (entries, bits);
    }

    /// Points the entries `first..first + span` at `entry`.
    fn install(&mut self, first: usize, entry: Entry<T>) {
        let span = self.span(entry.depth());
        debug_assert_eq!(first % span, 0);
        self.entries[first..first + span].fill(Entry { len: 0, ..entry });
        self.entries[first].len = entry.len;
    }

    /// Gives the segment that starts at `first` other buckets and returns the old ones.
    pub(super) fn replace(
        &mut self,
        first: usize,
        buckets: Box<[Bucket<T>]>,
        len: usize,
    ) -> Box<[Bucket<T>]> {
        assert_eq!(first, self.first(first));
        let old = self.entries[first];
        self.install(first, Entry::new(buckets, old.depth(), len));
        // SAFETY: `install` overwrote all entries of the old segment.
        unsafe { old.into_box() }
    }

    /// Replaces the segment that starts at `first` by two, one bit deeper. The directory must be wide enough.
    pub(super) fn split(&mut self, first: usize, halves: [(Box<[Bucket<T>]>, usize); 2]) -> Box<[Bucket<T>]> {
        let old = self.entries[first];
        assert!(first == self.first(first) && old.depth() < self.bits);
        let depth = old.depth() + 1;
        let [low, high] = halves.map(|(buckets, len)| Entry::new(buckets, depth, len));
        let span = self.span(depth);
        self.install(first, low);
        self.install(first + span, high);
        // SAFETY: the two halves overwrote all entries of the old segment.
        unsafe { old.into_box() }
    }

    /// Replaces the segment that starts at `first` and the one after it, of equal depth, by one
    /// that is one bit shallower.
    pub(super) fn merge(
        &mut self,
        first: usize,
        buckets: Box<[Bucket<T>]>,
        len: usize,
    ) -> [Box<[Bucket<T>]>; 2] {
        let low = self.entries[first];
        let depth = low.depth();
        assert!(depth > 0 && first.is_multiple_of(2 * self.span(depth)));
        let high = self.entries[first + self.span(depth)];
        assert_eq!(high.depth(), depth);
        self.install(first, Entry::new(buckets, depth - 1, len));
        // SAFETY: the new segment overwrote all entries of the two old ones.
        unsafe { [low.into_box(), high.into_box()] }
    }

    /// Twice as many entries for the same segments.
    pub(super) fn double(&mut self) {
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

impl<T> Drop for Directory<T> {
    fn drop(&mut self) {
        let mut index = 0;
        while let Some(&entry) = self.entries.get(index) {
            index += self.span(entry.depth());
            // SAFETY: `index` steps from segment to segment, so each is freed once; nothing reads
            // the entries again.
            drop(unsafe { entry.into_box() });
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
