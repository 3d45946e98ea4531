//! What this machine and this process are: operating system, executable, umask, entropy.

use std::io;
use std::path::PathBuf;
use std::time::UNIX_EPOCH;

use rand::TryRngCore;
use rand::rngs::OsRng;

/// `Linux 6.1.0 x86_64`: INFO's `os` field.
pub(crate) fn os_name() -> String {
    let uname = rustix::system::uname();
    [uname.sysname(), uname.release(), uname.machine()].map(|part| part.to_string_lossy()).join(" ")
}

/// The path of the running program, absolute; empty if the system will not say.
pub(crate) fn executable() -> PathBuf {
    std::env::current_exe().unwrap_or_default()
}

/// Sixteen hexadecimal digits that differ between builds: from the size of the running program and the time
/// when it was written.
pub(crate) fn build_id() -> String {
    let program = std::fs::metadata(executable()).ok();
    let written = program.as_ref().and_then(|file| file.modified().ok()?.duration_since(UNIX_EPOCH).ok());
    let size = program.map_or(0, |file| file.len());
    format!("{:016x}", (size << 44) ^ written.unwrap_or_default().as_nanos() as u64)
}

/// `N` bytes that nobody can guess: hash seeds, run ids, tokens.
///
/// # Errors
/// Those of `getrandom(2)`; none on a kernel that has booted.
pub(crate) fn entropy<const N: usize>() -> io::Result<[u8; N]> {
    let mut bytes = [0; N];
    OsRng.try_fill_bytes(&mut bytes).map_err(io::Error::other)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn os_name_has_three_words_and_matches_the_kernel() {
        let name = os_name();
        let release = std::fs::read_to_string("/proc/sys/kernel/osrelease").unwrap();
        assert_eq!(name.split(' ').count(), 3, "{name}");
        assert_eq!(name.split(' ').nth(1), Some(release.trim()));
    }

    #[test]
    fn entropy_differs_between_calls() {
        assert_ne!(entropy::<32>().unwrap(), entropy::<32>().unwrap());
    }

    #[test]
    fn a_build_has_one_id() {
        let id = build_id();
        assert!(id.len() == 16 && id.bytes().all(|digit| digit.is_ascii_hexdigit()), "{id}");
        assert_ne!(id, "0".repeat(16));
        assert_eq!(id, build_id());
    }

    #[test]
    fn executable_exists() {
        assert!(executable().is_absolute() && executable().exists());
    }
}
