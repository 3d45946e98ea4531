//! Giving memory back: when the system gets what is free, and the thread that hands it over.
//!
//! Two things have to be done, and neither may keep a client waiting.
//!
//! *Finding* the allocator's pages in which nothing is in use is up to the thread that owns them, which is the one that runs
//! commands. mimalloc notices most such pages when their last block is freed, but keeps some for what comes next. A
//! collection without force looks at each page once, and frees what it kept after sixteen of them. With force it would also
//! tie together the lists of free blocks of each page, and walk all of them for that: with two million keys that had expired
//! at once it took 155 ms, and nothing is gained by it.
//!
//! *Handing over* is a call to the system for each piece, which takes a page apart from the process: some tenths of a second
//! for each gigabyte. Any thread can do that, so one does that has nothing else to do.

use crate::sys::alloc;
use std::hint::black_box;
use std::thread::{self, Thread};
use std::time::{Duration, Instant};

/// Less than this is not worth being given back.
const WORTH_COLLECTING: usize = 16 * 1024 * 1024;
/// A change that may have left free pages behind.
const WORTH_SETTLING: usize = 1024 * 1024;
/// Collections until mimalloc frees a page that it kept.
const ROUNDS: u32 = 16;
/// All of them follow each other at once when the use of memory has come to rest, as long as they take no more than this.
const AT_ONCE: Duration = Duration::from_millis(1);

/// What the use of memory was when it was last looked at, and who gives it back.
#[derive(Default)]
pub(crate) struct GiveBack {
    used: Option<usize>,
    /// Collections to come.
    rounds: u32,
    giver: Option<Thread>,
}

impl GiveBack {
    /// Lets the system have what is not used any more: while the use of memory changes, when it has come to rest, and when
    /// there was a peak, however short. Called once a second. O(pages that are not full).
    pub(crate) fn look(&mut self) {
        let (used, most) = (alloc::used_memory(), alloc::high_water());
        // What the start has left is little, and a server that holds nothing needs no further thread.
        let changes = used.abs_diff(*self.used.get_or_insert(used)) >= WORTH_SETTLING;
        if changes {
            self.used = Some(used);
            self.rounds = ROUNDS;
        }
        if most - used >= WORTH_COLLECTING.max(most / 8) {
            alloc::note_given_back();
            self.rounds = ROUNDS;
        }
        if self.rounds > 0 {
            let begun = Instant::now();
            loop {
                self.rounds -= 1;
                alloc::collect();
                if changes || self.rounds == 0 || begun.elapsed() >= AT_ONCE {
                    break;
                }
            }
            self.hand_over();
        }
    }

    /// Has the thread give back what was collected. It starts with the first time; where it cannot, nobody else is to wait for
    /// the system either, and the next time it is tried again.
    fn hand_over(&mut self) {
        if let Some(giver) = &self.giver {
            return giver.unpark();
        }
        match thread::Builder::new().name("give_back".into()).spawn(give_back_for_ever) {
            Ok(handle) => self.giver = Some(handle.thread().clone()),
            Err(error) => tracing::warn!("Can't start the thread that gives memory back: {error}"),
        }
    }
}

/// The thread: being woken while it works counts as one more time.
fn give_back_for_ever() {
    // The allocator does nothing for a thread that it does not know.
    drop(black_box(Box::new(0u64)));
    loop {
        alloc::give_back_collected();
        thread::park();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sys::memory;

    /// Small blocks of which every page keeps none in the end, and one peak that is over before anybody looks.
    #[test]
    fn what_was_freed_goes_back_without_force() {
        if !crate::sys::alone::alone() {
            return;
        }
        alloc::keep_pages_until_asked();
        let mut give_back = GiveBack::default();
        give_back.look();
        let before = memory::anonymous();
        let blocks: Vec<Box<[u8; 64]>> = (0..2_000_000u32).map(|n| Box::new([n as u8; 64])).collect();
        let full = memory::anonymous();
        assert!(full - before > 128 << 20, "{before} {full}");
        drop(blocks);
        let end = Instant::now() + Duration::from_secs(60);
        while memory::anonymous() > before + (full - before) / 8 {
            assert!(Instant::now() < end, "{before} {full} {}", memory::anonymous());
            give_back.look();
            thread::sleep(Duration::from_millis(20));
        }
        assert!(give_back.giver.is_some());
    }
}
