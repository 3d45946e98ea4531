//! The unsafe core of buckets: slots that may be empty.
//!
//! Three types keep what the compiler cannot see, and everything outside this file uses them through
//! safe functions:
//!
//! - [`Memory`] owns the words and, apart from them, the slots of some buckets.
//! - [`Buckets`] and [`BucketsMut`] look at it: a slot holds a value exactly when its tag is not 0.
#![expect(unsafe_code, reason = "slots may be uninitialised")]

use std::mem::{ManuallyDrop, MaybeUninit};
use std::num::NonZeroU8;
use std::ptr::NonNull;

use super::{SLOTS, Word};
use crate::dict::{Slot, prefetch_line};

/// The slots of a bucket: a cache line.
#[repr(C, align(64))]
pub(crate) struct Slots<T>([MaybeUninit<T>; SLOTS]);

/// Bytes of a bucket: its word and its slots.
pub(crate) const BUCKET_SIZE: usize = 72;

const _: () = assert!(size_of::<Word>() + size_of::<Slots<u64>>() == BUCKET_SIZE);

/// The buckets of one segment.
pub(crate) struct Buckets<'a, T> {
    words: &'a [Word],
    slots: &'a [Slots<T>],
}

impl<T> Clone for Buckets<'_, T> {
    #[inline]
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Buckets<'_, T> {}

impl<'a, T> Buckets<'a, T> {
    /// The buckets of a memory that was given away.
    ///
    /// # Safety
    ///
    /// - All must come from [`Memory::into_raw`], and nobody may change the memory or take it back during `'a`.
    #[inline]
    pub(crate) unsafe fn from_raw(words: NonNull<Word>, slots: NonNull<Slots<T>>, count: usize) -> Self {
        // SAFETY: as the caller says.
        unsafe { Buckets { words: whole(words, count).as_ref(), slots: whole(slots, count).as_ref() } }
    }

    /// How many buckets there are.
    #[inline]
    pub(crate) fn len(self) -> usize {
        self.words.len()
    }

    /// Tags and notes of a bucket.
    #[inline]
    pub(crate) fn word(self, at: usize) -> Word {
        self.words[at]
    }

    /// The value in `slot` of bucket `at`, if there is one.
    #[inline]
    pub(crate) fn get(self, at: usize, slot: usize) -> Option<&'a T> {
        self.words[at].tag(slot)?;
        // SAFETY: the tag is not 0, so the slot holds a value.
        Some(unsafe { self.slots[at].0[slot].assume_init_ref() })
    }

    /// The values in bucket `at`.
    #[inline]
    pub(crate) fn values(self, at: usize) -> impl Iterator<Item = &'a T> {
        self.words[at].occupied().filter_map(move |slot| self.get(at, slot))
    }

    /// The first slot of bucket `at` with this tag whose value satisfies `eq`.
    #[inline]
    pub(crate) fn find(self, at: usize, tag: NonZeroU8, mut eq: impl FnMut(&T) -> bool) -> Option<usize> {
        let slots = &self.slots[at].0;
        // SAFETY: `matching` yields slots below `SLOTS` whose tag is `tag`, which is not 0, so they
        // hold values.
        self.words[at].matching(tag).find(|&slot| eq(unsafe { slots.get_unchecked(slot).assume_init_ref() }))
    }

    /// Asks for the lines of a bucket's word and slots.
    #[inline]
    pub(crate) fn prefetch(self, at: usize) {
        prefetch_line(self.words.as_ptr().wrapping_add(at).cast());
        self.prefetch_slots(at);
    }

    /// Asks for the line of a bucket's slots.
    #[inline]
    pub(crate) fn prefetch_slots(self, at: usize) {
        prefetch_line(self.slots.as_ptr().wrapping_add(at).cast());
    }
}

/// The buckets of one segment, to change.
pub(crate) struct BucketsMut<'a, T> {
    words: &'a mut [Word],
    slots: &'a mut [Slots<T>],
}

impl<'a, T> BucketsMut<'a, T> {
    /// The buckets of a memory that was given away, to change.
    ///
    /// # Safety
    ///
    /// - As for [`Buckets::from_raw`], and nobody else may look at them.
    #[inline]
    pub(crate) unsafe fn from_raw(words: NonNull<Word>, slots: NonNull<Slots<T>>, count: usize) -> Self {
        // SAFETY: as the caller says.
        unsafe { BucketsMut { words: whole(words, count).as_mut(), slots: whole(slots, count).as_mut() } }
    }

    /// How many buckets there are.
    #[inline]
    pub(crate) fn len(&self) -> usize {
        self.words.len()
    }

    /// Tags and notes of a bucket.
    #[inline]
    pub(crate) fn word(&self, at: usize) -> Word {
        self.words[at]
    }

    /// The value in `slot` of bucket `at`, if there is one.
    #[inline]
    pub(crate) fn get(&self, at: usize, slot: usize) -> Option<&T> {
        Buckets { words: self.words, slots: self.slots }.get(at, slot)
    }

    /// The value in `slot` of bucket `at`, if there is one.
    #[inline]
    pub(crate) fn into_mut(self, at: usize, slot: usize) -> Option<&'a mut T> {
        self.words[at].tag(slot)?;
        // SAFETY: the tag is not 0, so the slot holds a value.
        Some(unsafe { self.slots[at].0[slot].assume_init_mut() })
    }

    /// Puts a value into the first empty slot of bucket `at` and returns the slot, or gives the value back
    /// where all are full.
    #[inline]
    pub(crate) fn put(&mut self, at: usize, tag: NonZeroU8, value: T) -> Result<usize, T> {
        let Some(slot) = self.words[at].vacant().next() else { return Err(value) };
        self.slots[at].0[slot].write(value);
        self.words[at].occupy(slot, tag);
        Ok(slot)
    }

    /// Takes the value out of `slot` of bucket `at`, which is then empty.
    #[inline]
    pub(crate) fn take(&mut self, at: usize, slot: usize) -> Option<T> {
        self.words[at].tag(slot)?;
        self.words[at].vacate(slot);
        // SAFETY: the tag was not 0, so the slot held a value; it is 0 now, so nobody reads it again.
        Some(unsafe { self.slots[at].0[slot].assume_init_read() })
    }

    /// An entry with this tag whose home is bucket `home` is stored `distance` buckets later.
    #[inline]
    pub(crate) fn note_away(&mut self, home: usize, tag: NonZeroU8, distance: usize) {
        self.words[home].note_away(tag, distance);
    }
}

/// The memory of a segment, and the values in it.
pub(crate) struct Memory<T> {
    words: Box<[Word]>,
    slots: Box<[Slots<T>]>,
}

impl<T> Memory<T> {
    /// `count` empty buckets.
    pub(crate) fn new(count: usize) -> Self {
        const { assert!(size_of::<T>() == 8, "a dict's entries are exactly 8 bytes") };
        let mut slots = Vec::with_capacity(count);
        slots.extend((0..count).map(|_| Slots([const { MaybeUninit::uninit() }; SLOTS])));
        Memory { words: vec![Word::EMPTY; count].into(), slots: slots.into() }
    }

    #[inline]
    pub(crate) fn buckets_mut(&mut self) -> BucketsMut<'_, T> {
        BucketsMut { words: &mut self.words, slots: &mut self.slots }
    }

    /// Gives the memory away as pointers to as many words and slots as there are buckets.
    pub(crate) fn into_raw(mut self) -> (NonNull<Word>, NonNull<Slots<T>>) {
        let (words, slots) = (std::mem::take(&mut self.words), std::mem::take(&mut self.slots));
        (NonNull::from(Box::leak(words)).cast(), NonNull::from(Box::leak(slots)).cast())
    }

    /// Takes back what [`into_raw`](Self::into_raw) gave.
    ///
    /// # Safety
    ///
    /// - Both must come from one memory of `count` buckets, and not be used afterwards.
    pub(crate) unsafe fn from_raw(words: NonNull<Word>, slots: NonNull<Slots<T>>, count: usize) -> Self {
        let (words, slots) = (whole(words, count), whole(slots, count));
        // SAFETY: these are the boxes that `into_raw` leaked, and the caller gives up all copies.
        unsafe { Memory { words: Box::from_raw(words.as_ptr()), slots: Box::from_raw(slots.as_ptr()) } }
    }

    /// The same memory with values of another type.
    ///
    /// # Safety
    ///
    /// - `U` must be laid out like `T`, and every value must have one owner afterwards.
    pub(crate) unsafe fn cast<U>(mut self) -> Memory<U> {
        let (words, slots) = (std::mem::take(&mut self.words), std::mem::take(&mut self.slots));
        // SAFETY: the caller vouches for the layout.
        Memory { words, slots: unsafe { Box::from_raw(Box::into_raw(slots) as *mut [Slots<U>]) } }
    }
}

/// So many things from a pointer to the first on.
#[inline]
fn whole<T>(first: NonNull<T>, count: usize) -> NonNull<[T]> {
    NonNull::slice_from_raw_parts(first, count)
}

impl<T> Drop for Memory<T> {
    fn drop(&mut self) {
        if std::mem::needs_drop::<T>() {
            let mut buckets = self.buckets_mut();
            for at in 0..buckets.len() {
                for slot in buckets.word(at).occupied() {
                    drop(buckets.take(at, slot));
                }
            }
        }
    }
}

/// A bitwise copy of a value that is still in its bucket too.
///
/// It can be looked at and put into a bucket, and that is all: neither can the value be taken out of it, nor does
/// dropping it drop the value. So whatever is done with twins, each value keeps one owner.
#[repr(transparent)]
pub(crate) struct Twin<T>(ManuallyDrop<T>);

/// Twins of all values of some buckets, in storage order, and their hashes.
pub(crate) struct Twins<T> {
    values: Vec<Twin<T>>,
    hashes: Vec<u64>,
}

impl<T: Slot> Twins<T> {
    /// How many values ahead of the one that is hashed the memory of values is asked for.
    const AHEAD: usize = 16;

    /// Twins of what is in all of these.
    pub(crate) fn of(all: &[Buckets<'_, T>], hasher: impl Fn(&T) -> u64) -> Self {
        let words = all.iter().flat_map(|buckets| buckets.words);
        let len = words.map(|word| word.occupied().len()).sum::<usize>();
        let mut values: Vec<Twin<T>> = Vec::with_capacity(len + SLOTS);
        let spare = values.spare_capacity_mut();
        let mut copied = 0;
        for (word, slots) in all.iter().flat_map(|buckets| buckets.words.iter().zip(buckets.slots)) {
            let room = &mut spare[copied..copied + SLOTS];
            let mut kept = 0;
            // Every slot is copied, and empty ones are overwritten by the next: how many slots a bucket has full
            // cannot be predicted, so a loop over the full ones would stumble in every bucket.
            for slot in 0..SLOTS {
                // SAFETY: a slot is as large as a twin, and uninitialised bytes are as good in one as in the other.
                room[kept] = unsafe { std::mem::transmute_copy(&slots.0[slot]) };
                kept += usize::from(word.tag(slot).is_some());
            }
            copied += kept;
        }
        // SAFETY: the first `copied` were written from slots whose tags are not 0, which hold values.
        unsafe { values.set_len(copied) };
        values.iter().take(Self::AHEAD).for_each(|twin| twin.0.prefetch());
        let hash = |(at, twin): (usize, &Twin<T>)| {
            if let Some(later) = values.get(at + Self::AHEAD) {
                later.0.prefetch();
            }
            hasher(&twin.0)
        };
        let hashes = values.iter().enumerate().map(hash).collect();
        Twins { values, hashes }
    }

    /// The hashes, in the order of the twins.
    pub(crate) fn hashes(&self) -> &[u64] {
        &self.hashes
    }

    /// The twins with their hashes, leaving none.
    pub(crate) fn each(self) -> impl Iterator<Item = (u64, Twin<T>)> {
        self.hashes.into_iter().zip(self.values)
    }
}
