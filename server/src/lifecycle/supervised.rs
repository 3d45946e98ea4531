//! `supervised no | upstart | systemd | auto`: telling the service manager how far the server is.

use std::env;
use std::ffi::OsString;

use rustix::process::{Signal, getpid, kill_process};

use crate::sys::notify::{SOCKET_VARIABLE, notify};
use crate::sys::os_text;

const UPSTART_VARIABLE: &str = "UPSTART_JOB";

/// The `supervised` parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Nobody supervises.
    No,
    /// Stop with SIGSTOP to signal readiness.
    Upstart,
    /// Write to `NOTIFY_SOCKET`.
    Systemd,
    /// Whichever of the two the environment shows, upstart first.
    Auto,
}

/// The service manager that this process reports to, if any.
#[derive(Debug)]
pub(crate) enum Supervisor {
    /// None: messages go nowhere.
    None,
    /// upstart: it has been told, and hears nothing more.
    Upstart,
    /// systemd, and the value of its variable (absent: every message is a warning, as with Redis).
    Systemd(Option<OsString>),
}

impl Supervisor {
    /// The manager's name, as `INFO` shows it.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::None => "no",
            Self::Upstart => "upstart",
            Self::Systemd(_) => "systemd",
        }
    }

    /// Reports that loading begins. Under upstart this stops the process until the manager continues it, so
    /// call it before sockets exist. Returns the manager and whether it really supervises: if so the process
    /// must not go to the background.
    pub(crate) fn start(mode: Mode) -> (Self, bool) {
        Self::start_with(mode, env::var_os(UPSTART_VARIABLE), env::var_os(SOCKET_VARIABLE), || {
            let _ = kill_process(getpid(), Signal::STOP);
        })
    }

    fn start_with(
        mode: Mode,
        upstart_job: Option<OsString>,
        notify_socket: Option<OsString>,
        stop: impl FnOnce(),
    ) -> (Self, bool) {
        let mode = match mode {
            Mode::Auto if upstart_job.is_some() => Mode::Upstart,
            Mode::Auto if notify_socket.is_some() => Mode::Systemd,
            Mode::Auto => Mode::No,
            named => named,
        };
        match mode {
            Mode::No | Mode::Auto => (Self::None, false),
            Mode::Upstart if upstart_job.is_none() => {
                tracing::warn!("upstart supervision requested, but UPSTART_JOB not found!");
                (Self::Upstart, false)
            }
            Mode::Upstart => {
                tracing::info!("supervised by upstart, will stop to signal readiness.");
                stop();
                (Self::Upstart, true)
            }
            Mode::Systemd => {
                let supervisor = Self::Systemd(notify_socket);
                let told = supervisor.send("STATUS=Redis is loading...\n");
                if told {
                    tracing::info!(
                        "Supervised by systemd. Please make sure you set appropriate values for \
                         TimeoutStartSec and TimeoutStopSec in your service unit."
                    );
                }
                (supervisor, told)
            }
        }
    }

    /// Reports that connections are accepted.
    pub(crate) fn ready(&self) {
        self.send("STATUS=Ready to accept connections\n");
        self.send("READY=1\n");
    }

    /// Reports that the server is going down.
    pub(crate) fn stopping(&self) {
        self.send("STOPPING=1\n");
    }

    fn send(&self, state: &str) -> bool {
        let Self::Systemd(socket) = self else { return false };
        let Some(socket) = socket else {
            tracing::warn!("systemd supervision error: NOTIFY_SOCKET not found!");
            return false;
        };
        match notify(socket, state) {
            Ok(()) => true,
            Err(error) => {
                match error.raw_os_error() {
                    Some(number) => tracing::warn!("systemd supervision error: sd_notify: -{number}"),
                    None => tracing::warn!("systemd supervision error: {}", os_text(&error)),
                }
                false
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log::captured;
    use std::os::unix::net::UnixDatagram;

    fn start(mode: Mode, job: Option<&str>, socket: Option<&str>) -> (Supervisor, bool, bool) {
        let mut stopped = false;
        let (supervisor, supervised) =
            Supervisor::start_with(mode, job.map(OsString::from), socket.map(OsString::from), || {
                stopped = true
            });
        (supervisor, supervised, stopped)
    }

    #[test]
    fn auto_prefers_upstart_and_may_find_nobody() {
        assert!(matches!(start(Mode::Auto, None, None), (Supervisor::None, false, false)));
        let lines = captured(|| {
            assert!(matches!(start(Mode::Auto, Some("j"), Some("/s")), (Supervisor::Upstart, true, true)));
        });
        assert_eq!(lines, ["* supervised by upstart, will stop to signal readiness."]);
    }

    #[test]
    fn a_manager_that_is_not_there_is_a_warning() {
        let lines = captured(|| {
            assert!(matches!(start(Mode::Upstart, None, None), (_, false, false)));
            let (systemd, supervised, _) = start(Mode::Systemd, None, None);
            assert!(!supervised);
            systemd.stopping();
            assert!(!start(Mode::Systemd, None, Some("/nowhere/at/all")).1);
        });
        assert_eq!(
            lines,
            [
                "# upstart supervision requested, but UPSTART_JOB not found!",
                "# systemd supervision error: NOTIFY_SOCKET not found!",
                "# systemd supervision error: NOTIFY_SOCKET not found!",
                "# systemd supervision error: sd_notify: -2",
            ]
        );
    }

    #[test]
    fn systemd_hears_each_step() {
        let path = std::env::temp_dir().join(format!("russet-supervised-{}", std::process::id()));
        let manager = UnixDatagram::bind(&path).unwrap();
        let lines = captured(|| {
            let (systemd, supervised, _) = start(Mode::Auto, None, path.to_str());
            assert!(supervised);
            systemd.ready();
            systemd.stopping();
        });
        std::fs::remove_file(&path).unwrap();
        assert_eq!(lines.len(), 1, "{lines:?}");
        let heard: Vec<String> = (0..4)
            .map(|_| {
                let mut buffer = [0; 200];
                let length = manager.recv(&mut buffer).unwrap();
                String::from_utf8_lossy(&buffer[..length]).into_owned()
            })
            .collect();
        assert_eq!(
            heard,
            [
                "STATUS=Redis is loading...\n",
                "STATUS=Ready to accept connections\n",
                "READY=1\n",
                "STOPPING=1\n"
            ]
        );
    }
}
