//! The unsafe core of the block: one pointer to a header and the bytes behind it.

#![expect(unsafe_code, reason = "an allocation whose length and capacity stand in front of its bytes")]

use std::alloc::{Layout, alloc, dealloc, handle_alloc_error, realloc};
use std::ops::{Deref, DerefMut};
use std::ptr::NonNull;

use super::HEADER;

/// Length and capacity, in front of the bytes.
#[repr(C)]
struct Header {
    len: u32,
    capacity: u32,
}

const _: () = assert!(size_of::<Header>() == HEADER);

/// What blocks without memory point to. It is never written: its capacity says that nothing is owned.
static EMPTY: Header = Header { len: 0, capacity: 0 };

/// A growable array of bytes behind one pointer; see the [module's page](super).
///
/// Invariants: `header` points to a live `Header`, `len <= capacity`; unless the capacity is 0 it was allocated
/// with the layout of that capacity, is owned by this block alone, and the first `len` bytes behind it are
/// initialised. With capacity 0 it is `EMPTY`.
pub struct Block {
    header: NonNull<Header>,
}

// SAFETY: a block owns its bytes alone, and `EMPTY` is only read.
unsafe impl Send for Block {}
// SAFETY: a shared block can only be read.
unsafe impl Sync for Block {}

/// The layout of an allocation with room for `capacity` bytes.
fn layout(capacity: usize) -> Layout {
    match Layout::from_size_align(HEADER + capacity, align_of::<Header>()) {
        Ok(layout) => layout,
        Err(_) => panic!("a block of {capacity} bytes"),
    }
}

impl Block {
    /// An empty block. Allocates nothing.
    #[inline]
    pub const fn new() -> Block {
        // SAFETY: the address of a static is not null. (`NonNull::from_ref` is not yet `const` in our oldest compiler.)
        Block { header: unsafe { NonNull::new_unchecked((&raw const EMPTY).cast_mut()) } }
    }

    #[inline]
    fn header(&self) -> &Header {
        // SAFETY: `header` points to a live header, which nobody writes while `self` is borrowed.
        unsafe { self.header.as_ref() }
    }

    /// Where the bytes begin.
    #[inline]
    fn bytes(&self) -> *mut u8 {
        // SAFETY: the bytes begin where the header ends, which is inside the allocation or at its end.
        unsafe { self.header.as_ptr().add(1).cast() }
    }

    /// Number of bytes. O(1).
    #[inline]
    pub fn len(&self) -> usize {
        self.header().len as usize
    }

    /// Whether there are no bytes. O(1).
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Number of bytes that fit without a move. O(1).
    #[inline]
    pub fn capacity(&self) -> usize {
        self.header().capacity as usize
    }

    /// Moves the bytes to an allocation of another capacity; 0 gives the memory back.
    ///
    /// # Panics
    /// When the capacity is below the length or more than a `u32` counts.
    pub(super) fn set_capacity(&mut self, capacity: usize) {
        assert!(capacity >= self.len(), "a block of {} bytes cannot have room for {capacity}", self.len());
        let Ok(room) = u32::try_from(capacity) else { panic!("a block of {capacity} bytes") };
        let (old, len) = (self.capacity(), self.header().len);
        if capacity == 0 {
            *self = Block::new();
            return;
        }
        let new = layout(capacity);
        // SAFETY: neither layout has size 0; an old allocation was made with `layout(old)` and is ours.
        let start = unsafe {
            match old {
                0 => alloc(new),
                old => realloc(self.header.as_ptr().cast(), layout(old), new.size()),
            }
        };
        let Some(header) = NonNull::new(start.cast::<Header>()) else { handle_alloc_error(new) };
        // SAFETY: fresh memory of at least a header's size and alignment; `realloc` moved the first `len` bytes.
        unsafe { header.write(Header { len, capacity: room }) };
        self.header = header;
    }

    /// Lengthens the block by `more` bytes, which are zero, and returns them.
    ///
    /// # Panics
    /// Where the length would exceed [`MAX_LEN`](super::MAX_LEN).
    #[inline]
    pub fn append_gap(&mut self, more: usize) -> &mut [u8] {
        if more == 0 {
            return &mut [];
        }
        self.reserve(more);
        let len = self.len();
        // SAFETY: `reserve` made room for `more` bytes beyond `len`, so the memory is owned and the header writable
        // (`more > 0`, hence the capacity is not 0); the bytes are initialised before the length covers them.
        unsafe {
            let gap = self.bytes().add(len);
            gap.write_bytes(0, more);
            self.header.as_mut().len = (len + more) as u32;
            std::slice::from_raw_parts_mut(gap, more)
        }
    }

    /// Puts `parts`, one behind the other, into the place of the last `gone` bytes. O(bytes of the parts), amortised.
    ///
    /// # Panics
    /// When there are fewer than `gone` bytes, or the length would exceed [`MAX_LEN`](super::MAX_LEN); the block is then
    /// as it was.
    #[inline]
    pub fn replace_end<const N: usize>(&mut self, gone: usize, parts: [&[u8]; N]) {
        let start = self.len() - gone.min(self.len());
        assert!(self.len() - start == gone, "no {gone} bytes at the end of a block of {}", self.len());
        let more = parts.iter().fold(0, |sum: usize, part| sum.saturating_add(part.len()));
        if more == 0 {
            return self.truncate(start);
        }
        self.reserve(more.saturating_sub(gone));
        // SAFETY: `reserve` made room for `more` bytes from `start` on, so the memory is owned and the header writable
        // (`more > 0`, hence the capacity is not 0). `self` is borrowed alone, so no part lies in the block. All bytes
        // below the new length are initialised before it covers them.
        unsafe {
            let mut place = self.bytes().add(start);
            for part in parts {
                place.copy_from_nonoverlapping(part.as_ptr(), part.len());
                place = place.add(part.len());
            }
            self.header.as_mut().len = (start + more) as u32;
        }
    }

    /// Sets the length to `len`, which is below the present one.
    #[inline]
    pub(super) fn shorten(&mut self, len: usize) {
        assert!(len < self.len());
        // SAFETY: the length was above 0, so the header is owned; the first `len` bytes stay initialised.
        unsafe { self.header.as_mut().len = len as u32 };
    }
}

impl Deref for Block {
    type Target = [u8];

    #[inline]
    fn deref(&self) -> &[u8] {
        // SAFETY: the first `len` bytes are initialised, and nobody writes them while `self` is borrowed.
        unsafe { std::slice::from_raw_parts(self.bytes(), self.len()) }
    }
}

impl DerefMut for Block {
    #[inline]
    fn deref_mut(&mut self) -> &mut [u8] {
        // SAFETY: the first `len` bytes are initialised and this borrow is the only one; an empty slice at `EMPTY`'s
        // end allows no write.
        unsafe { std::slice::from_raw_parts_mut(self.bytes(), self.len()) }
    }
}

impl Drop for Block {
    fn drop(&mut self) {
        let capacity = self.capacity();
        if capacity > 0 {
            // SAFETY: the allocation was made with this layout, is ours, and is not used again.
            unsafe { dealloc(self.header.as_ptr().cast(), layout(capacity)) };
        }
    }
}
