//! `daemonize yes`: the server leaves the terminal that started it.

use std::io;

use crate::sys::fork;

/// Goes to the background if asked to and nobody supervises the process (a supervisor would take the parent's
/// exit for the server's). Returns whether it did. Call before any thread exists.
///
/// # Errors
/// Those of [`fork::continue_in_background`]; the process is still in the foreground then.
pub(crate) fn daemonize(asked: bool, supervised: bool) -> io::Result<bool> {
    if !asked || supervised {
        return Ok(false);
    }
    fork::continue_in_background()?;
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stays_in_front_unless_asked_and_unsupervised() {
        let pid = std::process::id();
        assert!(!daemonize(false, false).unwrap());
        assert!(!daemonize(true, true).unwrap());
        assert_eq!(std::process::id(), pid);
    }
}
