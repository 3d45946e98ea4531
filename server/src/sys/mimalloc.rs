//! What mimalloc tells of itself: the pages that it has in use, and its report for people.
#![expect(unsafe_code, reason = "mimalloc is a C library")]

use libmimalloc_sys as mi;
use std::ffi::{CStr, c_char, c_void};
use std::fmt::Write;
use std::ptr;

/// Pages that serve blocks of one size; free ones are of use for that size only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Pages {
    block: usize,
    count: usize,
    /// Bytes of one page; 0 where each block has a page of its own, of its own size.
    size: usize,
}

/// Bytes of the pages that hold blocks, without blocks that have a page of their own. About 100 microseconds.
pub(crate) fn pages() -> usize {
    by_size().iter().map(|pages| pages.count * pages.size).sum()
}

/// The pages in use, by the size of their blocks.
fn by_size() -> Vec<Pages> {
    // SAFETY: without a buffer of ours mimalloc makes one, which has to be given to `mi_free`.
    let json = unsafe { mi::mi_stats_get_json(0, ptr::null_mut()) };
    if json.is_null() {
        return Vec::new();
    }
    // SAFETY: it is text with a zero behind it, and nobody else has it.
    let pages = listed(&unsafe { CStr::from_ptr(json) }.to_string_lossy());
    // SAFETY: see above.
    unsafe { mi::mi_free(json.cast()) }
    pages
}

/// The list `page_bins`, which has a line for each size of blocks.
fn listed(json: &str) -> Vec<Pages> {
    let Some((_, list)) = json.split_once("\"page_bins\"") else { return Vec::new() };
    let lines = list.lines().take_while(|line| !line.trim_start().starts_with(']'));
    let pages = lines.filter_map(|line| {
        Some(Pages {
            block: number(line, "\"block_size\":")?,
            count: number(line, "\"current\":")?,
            size: number(line, "\"page_size\":")?,
        })
    });
    pages.filter(|pages| pages.count > 0).collect()
}

/// The number behind a name.
fn number(line: &str, name: &str) -> Option<usize> {
    let (_, rest) = line.split_once(name)?;
    rest.split([',', '}']).next()?.trim().parse().ok()
}

/// mimalloc's own report, and the pages by the size of their blocks, which it leaves out.
pub(crate) fn report() -> String {
    unsafe extern "C" fn line(text: *const c_char, report: *mut c_void) {
        // SAFETY: mimalloc gives text with a zero behind it, and the pointer that it was given.
        let (text, report) = unsafe { (CStr::from_ptr(text), &mut *report.cast::<String>()) };
        report.push_str(&text.to_string_lossy());
    }
    let mut report = String::new();
    // SAFETY: the string outlives the call, in which alone it is used.
    unsafe { mi::mi_stats_print_out(Some(line), ptr::from_mut(&mut report).cast()) };
    report.push_str("\n pages by block       count    page size\n");
    for Pages { block, count, size } in by_size() {
        // Writing into a String does not fail.
        let _ = match size {
            0 => writeln!(report, "  larger        {count:>10}         each its own"),
            _ => writeln!(report, "  {block:<13} {count:>10} {size:>12}"),
        };
    }
    report
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::hint::black_box;

    #[test]
    fn pages_are_listed_by_the_size_of_their_blocks() {
        let json = "{ \"malloc_bins\": [\n{ \"current\": 9, \"page_size\": 9 }\n ],\n \"page_bins\": [\n\
            { \"total\": 7, \"current\": 2, \"block_size\": 8, \"page_size\": 65536 },\n\
            { \"total\": 7, \"current\": 0, \"block_size\": 16, \"page_size\": 65536 },\n\
            { \"total\": 7, \"current\": 1, \"block_size\": 16384, \"page_size\": 524288 },\n\
            { \"total\": 7, \"current\": 5, \"block_size\": 524296, \"page_size\": 0 }\n ],\n\
            \"chunk_bins\": [\n { \"current\": 3, \"page_size\": 5 } ] }";
        let page = |block, count, size| Pages { block, count, size };
        assert_eq!(listed(json), [page(8, 2, 65536), page(16384, 1, 524_288), page(524_296, 5, 0)]);
        assert_eq!(listed("{}"), []);
    }

    #[test]
    fn pages_grow_with_what_is_allocated() {
        if !crate::sys::alone::alone() {
            return;
        }
        let before = pages();
        let blocks: Vec<Box<[u8; 1000]>> = (0..64_000).map(|_| black_box(Box::new([1; 1000]))).collect();
        let grown = pages() as f64 - before as f64;
        let wanted = 1024.0 * blocks.len() as f64;
        assert!((0.9..1.2).contains(&(grown / wanted)), "{grown} for {wanted}");
    }

    #[test]
    fn the_report_has_lines() {
        let report = report();
        assert!(report.lines().count() > 10 && report.contains("committed"), "{report}");
    }
}
