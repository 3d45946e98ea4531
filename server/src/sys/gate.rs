//! The gate: while a thread forks, no other thread is inside the allocator.
//!
//! # What would go wrong?
//!
//! In a forked child only the thread goes on that forked. What another one was in the middle of stays as it was, for ever.
//! mimalloc (3.3.2, read in its sources) has no `pthread_atfork`, and what threads share there is guarded by
//!
//! | what | taken in | by whom, in this process |
//! |---|---|---|
//! | `subproc->arena_reserve_lock` | `mi_arenas_try_alloc` (`arena.c`): no arena has room, another is reserved | whoever allocates |
//! | `heap->arena_pages_lock` | `mi_heap_ensure_arena_pages` (`arena.c`): the first page in an arena | whoever allocates |
//! | `mi_page_map_lock` | `mi_page_map_ensure_submap_at` (`page-map.c`): the first page in a range of addresses | whoever allocates |
//! | `heap->os_abandoned_pages_lock` | `arena.c`: a page outside arenas is left by its thread, or taken over | who frees, and threads that end |
//! | a bit that is waited for | `mi_bfield_atomic_clear_once_set` (`bitmap.c`), while another looks whether it can take over the page | who frees in a page whose thread has ended |
//! | `theaps_lock` of a thread and of the heap | `theap.c`, `heap.c`: a thread begins or ends | threads, at their beginning and end |
//!
//! So a child that needs an arena would wait for ever if a thread that frees memory, or forces a file to disk, had the first
//! of them at the moment of the fork: a snapshot that never ends. The others are alike. This was found by reading, not by
//! its happening: these threads allocate little, and an arena is large. The free lists of a page belong to one thread, and
//! what others free goes onto a list of its own by one atomic exchange: there nothing is ever half done.
//!
//! # What is done about it?
//!
//! Every thread but the one that forks says so when it enters the allocator and when it leaves. Who forks bars the way
//! and waits until all are out, which is one call of the allocator at most, and lets them in again afterwards, on both
//! sides. The thread that runs commands is the one that forks ([`this_thread_forks`]); it pays for one comparison.
//!
//! # What is not covered?
//!
//! The beginning and the end of a thread reach the allocator past this gate in part (`mi_thread_done`). What they take is
//! the last line of the table, and the abandoned pages of the ending thread: the child begins no thread and ends none.
//!
//! Giving memory back to the system would let a fork wait too long: see [`give_back_collected`](super::alloc::give_back_collected)
//! for why it may be in the middle of that.

use std::cell::Cell;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};

/// Threads that are inside, but for the one that forks.
static INSIDE: AtomicUsize = AtomicUsize::new(0);
/// Nobody else may enter.
static BARRED: AtomicBool = AtomicBool::new(false);
/// One thread forks at a time.
static FORKING: Mutex<()> = Mutex::new(());

thread_local! {
    /// No destructor and a constant start: one address, usable at any time in a thread's life.
    static FORKS: Cell<bool> = const { Cell::new(false) };
}

/// Declares that this thread, and no other, will ever fork: it enters without a word. O(1).
pub fn this_thread_forks() {
    FORKS.set(true);
}

/// Calls the allocator.
#[inline(always)]
pub(super) fn through<R>(call: impl FnOnce() -> R) -> R {
    if FORKS.get() { call() } else { watched(call) }
}

#[cold]
#[inline(never)]
fn watched<R>(call: impl FnOnce() -> R) -> R {
    loop {
        INSIDE.fetch_add(1, SeqCst);
        if !BARRED.load(SeqCst) {
            break;
        }
        // It takes as long as a fork.
        INSIDE.fetch_sub(1, SeqCst);
        std::thread::yield_now();
    }
    let result = call();
    INSIDE.fetch_sub(1, SeqCst);
    result
}

/// Runs `fork` while no other thread is inside the allocator. It must not allocate, and may return twice.
pub(super) fn alone<R>(fork: impl FnOnce() -> R) -> R {
    let guard = FORKING.lock().unwrap_or_else(PoisonError::into_inner);
    BARRED.store(true, SeqCst);
    while INSIDE.load(SeqCst) > 0 {
        std::thread::yield_now();
    }
    let forked = fork();
    // In the child those who wait are gone, and may have been counted at that moment.
    BARRED.store(false, SeqCst);
    drop(guard);
    forked
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;
    use std::sync::atomic::AtomicU64;
    use std::thread;
    use std::time::{Duration, Instant};

    #[test]
    fn nobody_else_is_inside_while_one_is_alone() {
        let stop = Arc::new(AtomicBool::new(false));
        let (inside, calls) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)));
        let threads: Vec<_> = (0..3)
            .map(|_| {
                let (inside, calls, stop) = (Arc::clone(&inside), Arc::clone(&calls), Arc::clone(&stop));
                thread::spawn(move || {
                    while !stop.load(SeqCst) {
                        watched(|| {
                            inside.fetch_add(1, SeqCst);
                            thread::yield_now();
                            inside.fetch_sub(1, SeqCst);
                        });
                        calls.fetch_add(1, SeqCst);
                    }
                })
            })
            .collect();
        for round in 0..50 {
            let seen = alone(|| {
                thread::sleep(Duration::from_micros(50));
                inside.load(SeqCst)
            });
            assert_eq!(seen, 0);
            // They get in in between. Who bars the way at once again may keep them out for long on a busy machine.
            let (before, end) = (calls.load(SeqCst), Instant::now() + Duration::from_secs(60));
            while calls.load(SeqCst) == before {
                assert!(Instant::now() < end, "round {round}: nobody is let in");
                thread::yield_now();
            }
        }
        stop.store(true, SeqCst);
        threads.into_iter().for_each(|thread| thread.join().unwrap());
    }
}
