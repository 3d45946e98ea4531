//! What SIGTERM and SIGINT do at the moment they arrive.
//!
//! The handler counts the request, says so in the log and wakes the event loop; the loop does the rest
//! (`lifecycle::signals`). All of it is limited to what POSIX allows inside a handler: atomics, `write`,
//! `open`, `clock_gettime`, `_exit`; nothing allocates, locks or panics.
//!
//! # When a signal does not wait for the loop
//! - A second SIGINT: somebody leans on Ctrl-C, so the process ends at once with status 1.
//! - A second SIGTERM, but only when the first one is at least [`PATIENCE`] old: wrappers such as `timeout(1)`
//!   signal the process and then its whole group, and that pair must not cost the final snapshot.
//! - Any while data is still loading: nothing could be saved that is not on disk, so status 0 at once.
#![expect(unsafe_code, reason = "registering a signal handler is unsafe")]

use std::ffi::{CStr, c_int};
use std::io::{self, Write};
use std::os::unix::net::UnixStream;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicI32, AtomicU64, Ordering::SeqCst};
use std::time::{Duration, SystemTime};

/// A SIGTERM that follows another within this time counts as the same request.
pub(crate) const PATIENCE: Duration = Duration::from_secs(1);

/// The signal that asked for the pending shutdown, 0 if none.
static REQUESTED: AtomicI32 = AtomicI32::new(0);
/// When it came, in milliseconds since 1970.
static REQUESTED_AT: AtomicU64 = AtomicU64::new(0);
static LOADING: AtomicBool = AtomicBool::new(false);
/// The end that the handler writes to. Set before a handler is installed and never closed.
static WAKE: OnceLock<UnixStream> = OnceLock::new();

/// What the handler decided; apart from it, so that tests can ask without being signalled.
#[derive(Debug, PartialEq, Eq)]
enum Verdict {
    Schedule,
    Exit(i32),
}

/// Installs the handlers for SIGTERM and SIGINT and ignores SIGHUP and SIGPIPE. Returns the end of a socket
/// pair that becomes readable when a signal arrives; non-blocking.
///
/// # Errors
/// [`io::ErrorKind::AlreadyExists`] the second time; otherwise those of the system.
pub(crate) fn install() -> io::Result<UnixStream> {
    let (wake, woken) = UnixStream::pair()?;
    wake.set_nonblocking(true)?;
    woken.set_nonblocking(true)?;
    if WAKE.set(wake).is_err() {
        return Err(io::Error::new(io::ErrorKind::AlreadyExists, "signal handlers are installed already"));
    }
    for signal in [libc::SIGTERM, libc::SIGINT] {
        // SAFETY: `on_signal` uses async-signal-safe calls only (see the top of this file), and
        // signal-hook restores errno around it.
        unsafe { signal_hook::low_level::register(signal, move || on_signal(signal)) }?;
    }
    for signal in [libc::SIGHUP, libc::SIGPIPE] {
        // SAFETY: SIG_IGN is a valid disposition for both and runs no code of ours.
        if unsafe { libc::signal(signal, libc::SIG_IGN) } == libc::SIG_ERR {
            return Err(io::Error::last_os_error());
        }
    }
    Ok(woken)
}

/// The signal that asked to shut down, if any has since the last [`forget`].
pub(crate) fn requested() -> Option<i32> {
    Some(REQUESTED.load(SeqCst)).filter(|signal| *signal != 0)
}

/// The shutdown was called off (`SHUTDOWN ABORT`, a snapshot that failed): the next signal is a first one.
pub(crate) fn forget() {
    REQUESTED.store(0, SeqCst);
}

/// Says whether the data set is still loading.
pub(crate) fn set_loading(loading: bool) {
    LOADING.store(loading, SeqCst);
}

/// Ends the process without running anything else: no destructors, no exit handlers.
pub(crate) fn exit_now(status: i32) -> ! {
    // SAFETY: `_exit` has no preconditions.
    unsafe { libc::_exit(status) }
}

fn on_signal(signal: c_int) {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    let first = REQUESTED.compare_exchange(0, signal, SeqCst, SeqCst).is_ok();
    let age = if first {
        REQUESTED_AT.store(now.as_millis() as u64, SeqCst);
        None
    } else {
        Some(Duration::from_millis((now.as_millis() as u64).saturating_sub(REQUESTED_AT.load(SeqCst))))
    };
    let (message, verdict) = judge(signal, age, LOADING.load(SeqCst));
    crate::log::from_signal_handler(now.as_secs(), message);
    match verdict {
        Verdict::Exit(status) => {
            remove_unfinished_snapshot();
            exit_now(status)
        }
        Verdict::Schedule => {
            if let Some(mut wake) = WAKE.get() {
                // A full buffer means that the loop has wake-ups enough.
                let _ = wake.write(&[1]);
            }
        }
    }
}

/// Removes the snapshot that this process was writing, if it was: nobody will put it in its place. Async-signal-safe: the
/// name is formatted into an array.
fn remove_unfinished_snapshot() {
    let mut name = [0; 32];
    let room = name.len() - 1;
    let mut rest = &mut name[..room];
    let _ = write!(rest, "temp-{}.rdb", std::process::id());
    if let Ok(name) = CStr::from_bytes_until_nul(&name) {
        let _ = rustix::fs::unlink(name);
    }
}

/// `age`: how long ago the pending request came; none pending is `None`.
fn judge(signal: c_int, age: Option<Duration>, loading: bool) -> (&'static str, Verdict) {
    let insists = age.is_some_and(|age| signal == libc::SIGINT || age >= PATIENCE);
    if insists {
        ("You insist... exiting now.", Verdict::Exit(1))
    } else if loading {
        ("Received shutdown signal during loading, exiting now.", Verdict::Exit(0))
    } else if signal == libc::SIGINT {
        ("Received SIGINT scheduling shutdown...", Verdict::Schedule)
    } else {
        ("Received SIGTERM scheduling shutdown...", Verdict::Schedule)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use libc::{SIGINT, SIGTERM};

    #[test]
    fn the_first_is_scheduled_and_an_insistent_second_exits() {
        let verdict = |signal, age: Option<u64>| judge(signal, age.map(Duration::from_millis), false).1;
        assert_eq!(verdict(SIGTERM, None), Verdict::Schedule);
        assert_eq!(verdict(SIGINT, None), Verdict::Schedule);
        assert_eq!(verdict(SIGINT, Some(0)), Verdict::Exit(1));
        assert_eq!(verdict(SIGTERM, Some(999)), Verdict::Schedule);
        assert_eq!(verdict(SIGTERM, Some(1000)), Verdict::Exit(1));
    }

    #[test]
    fn while_loading_there_is_nothing_to_finish() {
        assert_eq!(judge(SIGTERM, None, true).1, Verdict::Exit(0));
        assert_eq!(judge(SIGINT, Some(Duration::ZERO), true).1, Verdict::Exit(1));
    }
}
