//! The global allocator: mimalloc, with a count of the bytes in use.
//!
//! `used_memory`, `maxmemory` and eviction need that number after every command, so it may cost a few
//! instructions per allocation and no more: each thread sums its changes in a thread-local integer and adds
//! the sum to the shared counter only when it leaves ±[`SLACK`].
//!
//! # What is counted
//! The size class of each request (what mimalloc really hands out: 8, then multiples of 16 to 128 bytes, then
//! four steps per doubling up to 512 KiB, whole pages above), computed from the layout alone. So `alloc` and
//! `dealloc` agree without asking the allocator, and the sum cannot drift. Over-alignment, mimalloc's own
//! page headers and free blocks are not in it: those are the difference between RSS and this number.
//!
//! # Why not the `mimalloc` crate's own front
//! It asks for an aligned block each time, which for a power of two from 64 KiB on takes the next size class
//! and wastes a quarter. Every block is aligned to [`NATURAL`] already. For larger alignments too a plain block is tried
//! first, since mimalloc places blocks of whole pages at whole pages: an array of slots of a table (20480 bytes, aligned to
//! 64) that is asked for as aligned comes from the class of 24576.
//!
//! # What happens to a table that is freed?
//! While a dict grows, all its segments pass through the same few sizes, and leave pages of free blocks behind that only a
//! segment of that size can use again; a few blocks that are still in use keep them. Such blocks (large, and aligned to
//! more than [`NATURAL`]; nothing but tables is) therefore give their memory back themselves, once in hundreds of
//! insertions. With a million keys that is 5 to 7 bytes for each.
//!
//! # What of a fork?
//! A child must not find the allocator in the middle of something that another thread did: see [`gate`](super::gate).
//!
//! # How exact a reading is
//! Exact for the reading thread's own changes, and up to [`SLACK`] bytes off, either way, for each *other*
//! thread alive. A thread that ends hands its remainder over.
#![expect(unsafe_code, reason = "GlobalAlloc is an unsafe trait")]

use std::alloc::{GlobalAlloc, Layout};
use std::cell::Cell;
use std::sync::atomic::{AtomicIsize, Ordering::Relaxed};

use super::gate::through;
use libmimalloc_sys as mi;

/// Bytes that a thread may keep to itself before it tells the shared counter.
pub(crate) const SLACK: isize = 16 * 1024;

/// Marks a thread that has not counted yet (or whose destructors already ran): far outside ±[`SLACK`], so the
/// fast path's one comparison sends it to [`settle`] without a test of its own.
const UNSETTLED: isize = isize::MIN / 2;

/// Marks a thread that is not counted. As far outside.
const UNCOUNTED: isize = UNSETTLED + 1;

/// The alignment of every block that is at least as large.
const NATURAL: usize = 16;

/// Requests above this are served as whole pages.
const LARGEST_CLASS: usize = 512 * 1024;
const PAGE: usize = 4096;

/// `mi_option_purge_delay`, in milliseconds.
const PURGE_DELAY: mi::mi_option_t = 15;

/// From this size on a block that is aligned to more than [`NATURAL`] gives its pages back when it is freed.
const TABLE: usize = 16 * 1024;

// A fuzz target keeps the allocator that the sanitizer watches.
#[cfg_attr(not(fuzzing), global_allocator)]
static ALLOCATOR: Counting = Counting;

static USED: AtomicIsize = AtomicIsize::new(0);
/// The part of [`USED`] that is in blocks with pages of their own.
static LARGE: AtomicIsize = AtomicIsize::new(0);
static PEAK: AtomicIsize = AtomicIsize::new(0);
/// The most bytes in use since memory was last given back to the system.
static HIGH_WATER: AtomicIsize = AtomicIsize::new(0);

thread_local! {
    /// No destructor and a constant start: one `fs:`-relative address, usable at any time in a thread's life.
    static PENDING: Cell<isize> = const { Cell::new(UNSETTLED) };
    /// Its destructor hands the thread's remainder over.
    static AT_EXIT: HandOver = const { HandOver };
}

struct HandOver;

impl Drop for HandOver {
    fn drop(&mut self) {
        // Destructors that run after this one allocate too: UNSETTLED sends each of them straight to `settle`.
        let left = PENDING.replace(UNSETTLED);
        if left != UNSETTLED && left != UNCOUNTED {
            publish(left);
        }
    }
}

/// Bytes in use now.
pub(crate) fn used_memory() -> usize {
    let own = PENDING.get();
    let own = if own == UNSETTLED || own == UNCOUNTED { 0 } else { own };
    let used = USED.load(Relaxed) + own;
    note(used);
    used.max(0) as usize
}

/// Leaves out, from now on, what this thread allocates: memory that nobody should give up data for. Such a thread frees what it
/// has allocated itself, and nothing else, for frees are not counted either.
pub(crate) fn leave_out_this_thread() {
    // The first use must be behind it, or it would be settled.
    drop(Box::new(0u64));
    let left = PENDING.replace(UNCOUNTED);
    if left != UNSETTLED && left != UNCOUNTED {
        publish(left);
    }
}

/// The most bytes ever in use, as far as anyone looked: it moves when a thread settles and at each
/// [`used_memory`], so a shorter spike of less than [`SLACK`] bytes per thread can be missed.
pub(crate) fn peak() -> usize {
    used_memory().max(PEAK.load(Relaxed).max(0) as usize)
}

/// Bytes in use in blocks that have pages of their own.
pub(crate) fn large() -> usize {
    LARGE.load(Relaxed).max(0) as usize
}

/// From now on pages that were freed stay with the process until [`give_back`] or [`give_back_collected`] is called. By
/// itself mimalloc hands them to the system a second later, all at once, in the middle of an allocation.
pub(crate) fn keep_pages_until_asked() {
    // SAFETY: the option is a number of mimalloc's, and may be set at any time.
    unsafe { mi::mi_option_set(PURGE_DELAY, i32::MAX.into()) }
}

/// Gives all memory back to the system that this thread has freed and nobody uses, at once. It takes a look at each block
/// that was freed since its page was last full: O(free blocks), tenths of a second where many keys went.
pub(crate) fn give_back() {
    // SAFETY: may be called at any time, from any thread.
    through(|| unsafe { mi::mi_collect(true) });
    note_given_back();
}

/// Collects the pages of this thread in which nothing is in use, for [`give_back_collected`]. O(pages that are not full).
pub(crate) fn collect() {
    // SAFETY: may be called at any time, from any thread.
    through(|| unsafe { mi::mi_collect(false) });
}

/// Gives collected pages of all threads back to the system. A gigabyte takes some tenths of a second, so this is for a thread
/// that nobody waits for, and that has no blocks of its own.
///
/// It does not pass the gate, or a fork would wait that long. What it takes are bits of pages that are free, each while the
/// system is told about it (`mi_arena_try_purge_range`), and the right to be the only one who does so, which is tried and not
/// waited for (`mi_arenas_try_purge`). In a child these pages stay as they are, unused, and nothing more is given back.
pub(crate) fn give_back_collected() {
    // SAFETY: may be called at any time, from any thread.
    unsafe { mi::mi_collect(true) }
}

/// From now on is counted how much memory is in use at most until [`high_water`] is asked.
pub(crate) fn note_given_back() {
    HIGH_WATER.store(used_memory() as isize, Relaxed);
}

/// The most bytes in use since [`note_given_back`] was last called, as exact as [`peak`]. However short the moment was, its
/// memory may still be ours.
pub(crate) fn high_water() -> usize {
    used_memory().max(HIGH_WATER.load(Relaxed).max(0) as usize)
}

/// The bytes that a request of `size` occupies.
#[inline]
fn size_class(size: usize) -> usize {
    if size <= 8 {
        8
    } else if size <= 128 {
        (size + 15) & !15
    } else if size <= LARGEST_CLASS {
        // Four classes between a power of two and the next one.
        let step = 1usize << (usize::BITS - 1 - (size - 1).leading_zeros() - 2);
        (size + step - 1) & !(step - 1)
    } else {
        size.saturating_add(PAGE - 1) & !(PAGE - 1)
    }
}

/// Counts a block that came, or one that goes if `sign` is -1.
#[inline]
fn count(size: usize, sign: isize) {
    let class = size_class(size) as isize * sign;
    if size > LARGEST_CLASS {
        LARGE.fetch_add(class, Relaxed);
    }
    note_change(class);
}

#[inline]
fn note_change(change: isize) {
    let pending = PENDING.get().wrapping_add(change);
    // One comparison for both ends: anything below -SLACK wraps to a huge unsigned number.
    if pending.wrapping_add(SLACK) as usize <= (2 * SLACK) as usize {
        PENDING.set(pending);
    } else {
        settle(change);
    }
}

#[cold]
#[inline(never)]
fn settle(change: isize) {
    let pending = PENDING.get();
    if pending == UNCOUNTED {
        // Nobody is told.
    } else if pending != UNSETTLED {
        PENDING.set(0);
        publish(pending.wrapping_add(change));
    } else if AT_EXIT.try_with(|_| ()).is_ok() {
        // First use: AT_EXIT's destructor is registered now (and what the registration itself allocated has
        // been counted by a nested call, if the platform allocates there).
        publish(change);
        if PENDING.get() == UNSETTLED {
            PENDING.set(0);
        }
    } else {
        publish(change);
    }
}

fn publish(change: isize) {
    let used = USED.fetch_add(change, Relaxed) + change;
    if change > 0 {
        note(used);
    }
}

fn note(used: isize) {
    // Read before they are raised: with `maxmemory` this runs for every command, and mostly raises neither.
    for most in [&PEAK, &HIGH_WATER] {
        if used > most.load(Relaxed) {
            most.fetch_max(used, Relaxed);
        }
    }
}

/// Whether mimalloc's plain calls give the alignment: every block is aligned to 8, and to [`NATURAL`] if it is
/// at least that large.
#[inline]
fn is_natural(align: usize, size: usize) -> bool {
    align <= 8 || (align <= NATURAL && size >= align)
}

/// Whether a block that shrinks from one class to another should move. mimalloc leaves it where it is down to half its size,
/// which for the nodes of a stream, made large and cut to what they hold, wastes two fifths. A large one is left there for an
/// eighth.
#[inline]
fn is_worth_moving(old: usize, new: usize) -> bool {
    new < old && (old <= LARGEST_CLASS || new < old / 8 * 7)
}

/// Gives the system the pages that lie in a block, but for the first, in which the allocator will keep a note.
///
/// # Safety
/// The block must have `size` bytes that nobody reads before writing them.
#[cold]
unsafe fn give_back_pages(block: *mut u8, size: usize) {
    let first = (block.addr() + 1).next_multiple_of(PAGE);
    let end = (block.addr() + size) / PAGE * PAGE;
    if first < end {
        // SAFETY: whole pages within the block, which read as zeros from now on. Where it fails they stay as they are.
        unsafe { libc::madvise(block.with_addr(first).cast(), end - first, libc::MADV_DONTNEED) };
    }
}

/// mimalloc plus the count.
struct Counting;

// SAFETY: blocks come from mimalloc with at least the size and alignment asked for (`is_natural` says when its
// plain calls align enough), and any of its blocks may be freed or resized by any of its calls. Counting
// neither touches the blocks nor unwinds: wrapping integer arithmetic, a destructor-free thread-local, and a
// `try_with` that reports instead of panicking.
unsafe impl GlobalAlloc for Counting {
    #[inline]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let (size, align) = (layout.size(), layout.align());
        // SAFETY: any size may be asked for.
        let mut block = through(|| unsafe { mi::mi_malloc(size) });
        if !is_natural(align, size) && !block.addr().is_multiple_of(align) {
            // SAFETY: the block is mimalloc's, and a layout's alignment is a power of two.
            block = through(|| unsafe {
                mi::mi_free(block);
                mi::mi_malloc_aligned(size, align)
            });
        }
        if !block.is_null() {
            count(size, 1);
        }
        block.cast()
    }

    #[inline]
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        let (size, align) = (layout.size(), layout.align());
        // SAFETY: any size may be asked for.
        let mut block = through(|| unsafe { mi::mi_zalloc(size) });
        if !is_natural(align, size) && !block.addr().is_multiple_of(align) {
            // SAFETY: the block is mimalloc's, and a layout's alignment is a power of two.
            block = through(|| unsafe {
                mi::mi_free(block);
                mi::mi_zalloc_aligned(size, align)
            });
        }
        if !block.is_null() {
            count(size, 1);
        }
        block.cast()
    }

    #[inline]
    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        count(layout.size(), -1);
        if layout.align() > NATURAL && layout.size() >= TABLE {
            // SAFETY: the caller's block has that size, and nobody uses it any more.
            unsafe { give_back_pages(block, layout.size()) }
        }
        // SAFETY: the caller's block is one of ours, that is mimalloc's, and not in use any more.
        through(|| unsafe { mi::mi_free(block.cast()) })
    }

    #[inline]
    unsafe fn realloc(&self, block: *mut u8, layout: Layout, new_size: usize) -> *mut u8 {
        let align = layout.align();
        let (old, new) = (size_class(layout.size()), size_class(new_size));
        // A block within which an alignment was found may have less than its class.
        if old == new && is_natural(align, layout.size().min(new_size)) {
            return block;
        }
        if is_worth_moving(old, new) {
            // SAFETY: the new layout is as valid as the old one, which is larger; the caller's block has the old one, and is
            // not used any more once it was copied.
            return unsafe {
                let moved = self.alloc(Layout::from_size_align_unchecked(new_size, align));
                if !moved.is_null() {
                    block.copy_to_nonoverlapping(moved, new_size);
                    self.dealloc(block, layout);
                }
                moved
            };
        }
        let moved = if is_natural(align, new_size) {
            // SAFETY: the caller's block is one of ours. If it stays in place its alignment stays too, since
            // its address does.
            through(|| unsafe { mi::mi_realloc(block.cast(), new_size) })
        } else {
            // SAFETY: as above, and a layout's alignment is a power of two.
            through(|| unsafe { mi::mi_realloc_aligned(block.cast(), new_size, align) })
        };
        if !moved.is_null() {
            if layout.size().max(new_size) > LARGEST_CLASS {
                count(layout.size(), -1);
                count(new_size, 1);
            } else {
                note_change(new as isize - old as isize);
            }
        }
        moved.cast()
    }
}

#[cfg(test)]
mod tests;
