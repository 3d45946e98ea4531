//! Memory as the kernel sees it: this process's and the machine's.
#![expect(unsafe_code, reason = "prctl(PR_SET_THP_DISABLE) has no safe front")]

use std::fs;
use std::io;

/// Resident bytes of this process, 0 if `/proc` cannot be read. About 10 microseconds.
pub(crate) fn resident() -> usize {
    fs::read_to_string("/proc/self/stat").ok().and_then(|stat| resident_pages(&stat)).unwrap_or(0)
        * rustix::param::page_size()
}

/// Resident bytes of this process that no file backs: what was allocated, and stacks. 0 if `/proc` cannot be read.
pub(crate) fn anonymous() -> usize {
    let pages = fs::read_to_string("/proc/self/statm").ok().and_then(|statm| anonymous_pages(&statm));
    pages.unwrap_or(0) * rustix::param::page_size()
}

/// The second number of a `/proc/PID/statm` line (resident) less the third (resident and shared, or backed by a file).
fn anonymous_pages(statm: &str) -> Option<usize> {
    let mut pages = statm.split_ascii_whitespace().skip(1).map(str::parse::<usize>);
    Some(pages.next()?.ok()?.saturating_sub(pages.next()?.ok()?))
}

/// Field 24 of a `/proc/PID/stat` line. The second field is the program's name in parentheses and may hold
/// blanks and parentheses of its own, so counting starts behind the last one.
fn resident_pages(stat: &str) -> Option<usize> {
    let (_, fields) = stat.rsplit_once(')')?;
    fields.split_ascii_whitespace().nth(21)?.parse().ok()
}

/// Bytes of this process that no other has: in a forked child and its parent, what was written to since the fork. 0 if
/// `/proc` cannot be read. O(mappings and pages), tens of milliseconds for a large process.
pub(crate) fn private_dirty() -> usize {
    let maps =
        fs::read_to_string("/proc/self/smaps_rollup").or_else(|_| fs::read_to_string("/proc/self/smaps"));
    maps.map_or(0, |maps| sum_of_private_dirty(&maps))
}

/// The sum of all `Private_Dirty:  12 kB` of an smaps file.
fn sum_of_private_dirty(maps: &str) -> usize {
    let sizes =
        maps.lines().filter_map(|line| line.strip_prefix("Private_Dirty:")?.trim().strip_suffix(" kB"));
    sizes.filter_map(|size| size.parse::<usize>().ok()).sum::<usize>() * 1024
}

/// Bytes of memory that the machine has.
pub(crate) fn total() -> u64 {
    let info = rustix::system::sysinfo();
    // The field's type differs between platforms.
    #[allow(clippy::useless_conversion, reason = "u64 here, u32 on 32-bit machines")]
    u64::from(info.totalram).saturating_mul(u64::from(info.mem_unit))
}

/// Whether a fork may fail for want of memory that its copy would never touch: `vm.overcommit_memory` is not
/// 1. `None` if the kernel does not say.
pub(crate) fn overcommit_is_limited() -> Option<bool> {
    let mode = fs::read_to_string("/proc/sys/vm/overcommit_memory").ok()?;
    Some(mode.trim() != "1")
}

/// Whether transparent huge pages are on for every process. `None` if the kernel does not say.
pub(crate) fn huge_pages_are_forced() -> Option<bool> {
    let modes = fs::read_to_string("/sys/kernel/mm/transparent_hugepage/enabled").ok()?;
    Some(modes.contains("[always]"))
}

/// Turns transparent huge pages off for this process and its children. With them on, the first write after a
/// fork copies 2 MB where 4 KB would do.
///
/// # Errors
/// Those of `prctl(2)`: the kernel may not know the option.
pub(crate) fn disable_huge_pages() -> io::Result<()> {
    // SAFETY: this option takes integers only and changes no memory of ours.
    match unsafe { libc::prctl(libc::PR_SET_THP_DISABLE, 1, 0, 0, 0) } {
        0 => Ok(()),
        _ => Err(io::Error::last_os_error()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn resident_memory_is_found_behind_any_program_name() {
        let fields: Vec<String> = (3..=52).map(|field| field.to_string()).collect();
        let stat = format!("17 (a) b ) (c) {}", fields.join(" "));
        assert_eq!(resident_pages(&stat), Some(24));
        assert_eq!(resident_pages("17 (cut short) S 1"), None);
        assert_eq!(resident_pages(""), None);
    }

    #[test]
    fn resident_memory_is_what_the_kernel_reports_elsewhere() {
        if !crate::sys::alone::alone() {
            return;
        }
        let status = fs::read_to_string("/proc/self/status").unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
        let kilobytes: usize = line.trim().trim_end_matches(" kB").parse().unwrap();
        assert!(kilobytes > 1024 && resident().abs_diff(kilobytes * 1024) < 1 << 20);
    }

    #[test]
    fn what_files_back_is_not_anonymous() {
        assert_eq!(anonymous_pages("900 100 40 7 0 300 0"), Some(60));
        assert_eq!(anonymous_pages("900"), None);
        if !crate::sys::alone::alone() {
            return;
        }
        assert!((1..resident()).contains(&anonymous()));
    }

    #[test]
    fn private_memory_is_summed_over_the_mappings() {
        let maps = "00-10 rw-p 0 00:00 0\nPrivate_Clean:  4 kB\nPrivate_Dirty:   12 kB\n10-20 rw-p\nPrivate_Dirty: 8 kB\n";
        assert_eq!(sum_of_private_dirty(maps), 20 * 1024);
        assert_eq!(sum_of_private_dirty(""), 0);
    }

    #[test]
    fn the_machine_has_more_than_we_use() {
        assert!(total() > resident() as u64);
    }
}
