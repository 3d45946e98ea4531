//! What a structure really takes: an allocator that counts when it is asked to.
//!
//! Counted are the bytes that the allocator sets aside (mimalloc's size classes), not those that were asked for. While
//! nobody counts, an allocation costs one more load and a branch that is always predicted.

#![expect(unsafe_code, reason = "a global allocator is an unsafe trait")]

use std::alloc::{GlobalAlloc, Layout};
use std::ffi::c_void;
use std::sync::atomic::{AtomicBool, AtomicIsize, Ordering::Relaxed};

/// mimalloc, with a count.
pub(crate) struct Heap;

static COUNTING: AtomicBool = AtomicBool::new(false);
static BYTES: AtomicIsize = AtomicIsize::new(0);

fn count(block: *mut u8, sign: isize) {
    // SAFETY: `block` was returned by mimalloc and is not freed yet.
    let size = unsafe { libmimalloc_sys::mi_usable_size(block.cast::<c_void>()) };
    BYTES.fetch_add(sign * size as isize, Relaxed);
}

/// Whether mimalloc's plain calls align enough, as the server's allocator has it: theirs are the quicker ones.
#[inline]
fn is_natural(align: usize, size: usize) -> bool {
    align <= 8 || (align <= 16 && size >= 16)
}

// SAFETY: every call goes to mimalloc with the arguments that the caller vouches for.
unsafe impl GlobalAlloc for Heap {
    #[inline]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let (size, align) = (layout.size(), layout.align());
        let block = if is_natural(align, size) {
            // SAFETY: any size may be asked for.
            unsafe { libmimalloc_sys::mi_malloc(size).cast::<u8>() }
        } else {
            // SAFETY: sizes and alignments of a `Layout` are valid for mimalloc.
            unsafe { libmimalloc_sys::mi_malloc_aligned(size, align).cast::<u8>() }
        };
        if COUNTING.load(Relaxed) && !block.is_null() {
            count(block, 1);
        }
        block
    }

    #[inline]
    unsafe fn dealloc(&self, block: *mut u8, _: Layout) {
        if COUNTING.load(Relaxed) {
            count(block, -1);
        }
        // SAFETY: the block came from `alloc` or `realloc` above, hence from mimalloc.
        unsafe { libmimalloc_sys::mi_free(block.cast()) }
    }

    #[inline]
    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        let counting = COUNTING.load(Relaxed);
        if counting {
            count(block, -1);
        }
        let align = layout.align();
        let block = if is_natural(align, size) {
            // SAFETY: as in `dealloc`; a block that stays in place keeps its alignment.
            unsafe { libmimalloc_sys::mi_realloc(block.cast(), size).cast::<u8>() }
        } else {
            // SAFETY: as in `dealloc`.
            unsafe { libmimalloc_sys::mi_realloc_aligned(block.cast(), size, align).cast::<u8>() }
        };
        if counting && !block.is_null() {
            count(block, 1);
        }
        block
    }
}

/// Bytes on the heap that `build` leaves allocated, beside what it returns.
pub(crate) fn bytes_of<T>(build: impl FnOnce() -> T) -> (usize, T) {
    BYTES.store(0, Relaxed);
    COUNTING.store(true, Relaxed);
    let built = build();
    COUNTING.store(false, Relaxed);
    (usize::try_from(BYTES.load(Relaxed)).unwrap_or(0), built)
}
