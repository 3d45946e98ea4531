//! The pid file: where init scripts find the process to signal.

use std::fs;
use std::path::{Path, PathBuf};

use crate::sys::os_text;

/// Where a server in the background writes its pid when `pidfile` is not set.
pub(crate) const DEFAULT_PATH: &str = "/var/run/redis.pid";

/// A pid file that this process owns until [`PidFile::remove`].
#[derive(Debug)]
pub(crate) struct PidFile {
    path: PathBuf,
}

impl PidFile {
    /// Writes this process's pid, if `pidfile` is set or the process went to the background; `None` if there
    /// is nothing to write. A file that cannot be written is a warning in the log and nothing more.
    pub(crate) fn create(pidfile: Option<&Path>, background: bool) -> Option<Self> {
        let path = match pidfile.filter(|path| !path.as_os_str().is_empty()) {
            Some(path) => path,
            None if background => Path::new(DEFAULT_PATH),
            None => return None,
        };
        // The working directory may change later (`CONFIG SET dir`), and the file must still be found.
        let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        if let Err(error) = fs::write(&path, format!("{}\n", std::process::id())) {
            tracing::warn!("Failed to write PID file: {}", os_text(&error));
        }
        Some(Self { path })
    }

    /// Removes the file, at a clean end. One that is gone already is as good.
    pub(crate) fn remove(self) {
        tracing::info!("Removing the pid file.");
        let _ = fs::remove_file(&self.path);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log::captured;

    #[test]
    fn holds_the_pid_until_it_is_removed() {
        let path = std::env::temp_dir().join(format!("russet-pidfile-{}", std::process::id()));
        let file = PidFile::create(Some(&path), false).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), format!("{}\n", std::process::id()));
        assert_eq!(captured(|| file.remove()), ["* Removing the pid file."]);
        assert!(!path.exists());
    }

    #[test]
    fn none_is_written_in_the_foreground_unless_named() {
        assert!(PidFile::create(None, false).is_none());
        assert!(PidFile::create(Some(Path::new("")), false).is_none());
    }

    #[test]
    fn an_unwritable_file_is_only_a_warning() {
        let lines = captured(|| drop(PidFile::create(Some(Path::new("/nowhere/at/all.pid")), false)));
        assert_eq!(lines, ["# Failed to write PID file: No such file or directory"]);
    }
}
