//! Whether a block stands on a page of the allocator's that is mostly free.
#![expect(unsafe_code, reason = "the allocator is a C library")]

use std::ffi::c_void;
use std::ptr;

/// A page is sparse if at most so many hundredths of its blocks are in use: what is moved away then costs less than what
/// becomes free.
const SPARSE: usize = 80;

unsafe extern "C" {
    fn mi_unsafe_heap_page_is_under_utilized(heap: *mut c_void, block: *mut c_void, percent: usize) -> bool;
}

/// Whether `address` lies on a page of small blocks that is mostly free and not the one that the next block of its size
/// comes from. To be asked by the thread that allocates, of addresses inside its blocks; of any other address the answer is
/// no.
pub fn is_sparse(address: *const u8) -> bool {
    // SAFETY: the address is looked up and not followed; no heap stands for any. The counts of a page are read, which only
    // the thread that owns the page changes: for pages of other threads the answer may be that of a moment ago.
    unsafe { mi_unsafe_heap_page_is_under_utilized(ptr::null_mut(), address.cast_mut().cast(), SPARSE) }
}

#[cfg(all(test, not(fuzzing)))]
mod tests {
    use super::*;

    #[test]
    fn pages_that_were_emptied_are_sparse_and_full_ones_are_not() {
        // A size that nothing else here has, so that the pages are ours.
        const SIZE: usize = 7 * 1024;
        let block = || vec![1u8; SIZE].into_boxed_slice();
        let mut blocks: Vec<Box<[u8]>> = (0..800).map(|_| block()).collect();
        let sparse = |blocks: &[Box<[u8]>]| blocks.iter().filter(|block| is_sparse(block.as_ptr())).count();
        assert!(sparse(&blocks) < 50, "{}", sparse(&blocks));
        let mut number = 0;
        blocks.retain(|_| {
            number += 1;
            number % 8 == 0
        });
        let before = sparse(&blocks);
        assert!(before > 50, "{before} of {}", blocks.len());
        for block in &mut blocks {
            if is_sparse(block.as_ptr()) {
                *block = block.clone();
            }
        }
        assert!(sparse(&blocks) < before / 2, "{} of {before}", sparse(&blocks));
        assert!(!is_sparse(ptr::null()) && !is_sparse([0u8; 8].as_ptr()));
    }
}
