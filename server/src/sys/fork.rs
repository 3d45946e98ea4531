//! Going to the background: fork, a session of its own, standard streams on `/dev/null`.
#![expect(unsafe_code, reason = "fork has no safe front")]

use std::fs::OpenOptions;
use std::io;

use rustix::stdio::{dup2_stderr, dup2_stdin, dup2_stdout};

/// Continues in a background child; the parent exits with status 0 and never returns.
///
/// The child leads its own session and has no terminal: its standard streams are `/dev/null`.
///
/// # Errors
/// [`io::ErrorKind::ResourceBusy`] if the process already has more than one thread: the child would inherit
/// locks that no thread of it can ever release. Otherwise whatever `fork` reports. A failure to open
/// `/dev/null` leaves the streams as they are, as Redis does.
pub(crate) fn continue_in_background() -> io::Result<()> {
    let threads = thread_count()?;
    if threads != 1 {
        return Err(io::Error::new(
            io::ErrorKind::ResourceBusy,
            format!("cannot go to the background with {threads} threads running"),
        ));
    }
    // SAFETY: this is the only thread, so the child's copy of memory holds no lock of a thread that is gone.
    match unsafe { libc::fork() } {
        -1 => return Err(io::Error::last_os_error()),
        0 => {}
        _ => std::process::exit(0),
    }
    rustix::process::setsid()?;
    if let Ok(null) = OpenOptions::new().read(true).write(true).open("/dev/null") {
        dup2_stdin(&null)?;
        dup2_stdout(&null)?;
        dup2_stderr(&null)?;
    }
    Ok(())
}

/// Threads of this process. O(threads).
fn thread_count() -> io::Result<usize> {
    Ok(std::fs::read_dir("/proc/self/task")?.count())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_with_threads_does_not_fork() {
        let (stop, wait) = std::sync::mpsc::channel::<()>();
        let other = std::thread::spawn(move || wait.recv());
        let error = continue_in_background().unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::ResourceBusy);
        drop(stop);
        assert!(other.join().unwrap().is_err());
    }
}
