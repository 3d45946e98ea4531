//! Signals as the event loop sees them: something became readable, and a shutdown may be wanted.
//!
//! What happens inside the handler, and when a second signal does not wait for the loop, is
//! [`termination`]'s business.

use std::io::{self, Read};
use std::os::unix::net::UnixStream;

use crate::sys::termination;

/// A signal that asks for a shutdown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Termination {
    /// SIGINT
    Interrupt,
    /// SIGTERM
    Terminate,
}

/// The loop's end of the wake-up.
#[derive(Debug)]
pub(crate) struct Signals {
    woken: UnixStream,
}

impl Signals {
    /// Takes SIGTERM and SIGINT over and ignores SIGHUP and SIGPIPE, for the whole process and once.
    ///
    /// # Errors
    /// The second time, or whatever the system reports.
    pub(crate) fn install() -> io::Result<Self> {
        termination::install().map(|woken| Self { woken })
    }

    /// A handle to register with the poll: readable when a signal has arrived. Reads may go through it or
    /// through [`Signals::drain`], they share one socket.
    ///
    /// # Errors
    /// Those of duplicating a descriptor.
    pub(crate) fn readiness(&self) -> io::Result<mio::net::UnixStream> {
        self.woken.try_clone().map(mio::net::UnixStream::from_std)
    }

    /// Takes the wake-ups, so that the next signal is an edge again.
    pub(crate) fn drain(&self) {
        let mut wake_ups = [0; 64];
        while matches!((&self.woken).read(&mut wake_ups), Ok(length) if length > 0) {}
    }

    /// The signal that asked for a shutdown since the last [`Signals::forget`]. One atomic load.
    pub(crate) fn termination(&self) -> Option<Termination> {
        termination::requested().map(|signal| match signal {
            libc::SIGINT => Termination::Interrupt,
            _ => Termination::Terminate,
        })
    }

    /// The shutdown was called off: the next signal is a first one again.
    pub(crate) fn forget(&self) {
        termination::forget();
    }

    /// While data is loading a signal ends the process at once: nothing could be saved yet.
    pub(crate) fn set_loading(&self, loading: bool) {
        termination::set_loading(loading);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sys::termination::PATIENCE;
    use rustix::process::{Pid, Signal, getpid, kill_process};
    use std::io::{BufRead, BufReader};
    use std::process::{Child, ChildStdout, Command, Stdio};
    use std::time::Duration;

    /// The state of [`the_child`], in its environment.
    const LOADING: &str = "RUSSET_TEST_LOADING";

    /// A process whose loop never looks at its signals: started by the tests below, which cannot let a signal
    /// end the process that they run in.
    #[test]
    #[ignore = "only as a child of other tests"]
    fn the_child() {
        let signals = Signals::install().unwrap();
        signals.set_loading(std::env::var_os(LOADING).is_some());
        println!("\ninstalled");
        std::thread::sleep(Duration::from_secs(30));
    }

    struct BusyServer {
        process: Child,
        output: BufReader<ChildStdout>,
    }

    impl BusyServer {
        fn start(loading: bool) -> Self {
            let mut command = Command::new(std::env::current_exe().unwrap());
            command.args(["lifecycle::signals::tests::the_child", "--exact", "--ignored", "--nocapture"]);
            if loading {
                command.env(LOADING, "yes");
            }
            let mut process = command.stdout(Stdio::piped()).spawn().unwrap();
            let output = BufReader::new(process.stdout.take().unwrap());
            let mut server = BusyServer { process, output };
            while server.line() != "installed" {}
            server
        }

        /// The next line of its output without pid and time.
        fn line(&mut self) -> String {
            let mut line = String::new();
            assert_ne!(self.output.read_line(&mut line).unwrap(), 0, "the child ended");
            line.rsplit_once(") ").map_or(line.as_str(), |(_, message)| message).trim_end().to_owned()
        }

        fn send(&mut self, signal: Signal) -> String {
            kill_process(Pid::from_child(&self.process), signal).unwrap();
            self.line()
        }

        fn exit_status(mut self) -> Option<i32> {
            self.process.wait().unwrap().code()
        }
    }

    #[test]
    fn a_second_interrupt_ends_a_busy_server_at_once() {
        for first in [Signal::INT, Signal::TERM] {
            let mut server = BusyServer::start(false);
            assert!(server.send(first).ends_with("scheduling shutdown..."));
            assert_eq!(server.send(Signal::INT), "You insist... exiting now.");
            assert_eq!(server.exit_status(), Some(1));
        }
    }

    #[test]
    fn a_second_terminate_ends_a_busy_server_once_the_first_has_had_its_time() {
        let mut server = BusyServer::start(false);
        assert_eq!(server.send(Signal::TERM), "Received SIGTERM scheduling shutdown...");
        assert_eq!(server.send(Signal::TERM), "Received SIGTERM scheduling shutdown...");
        std::thread::sleep(PATIENCE);
        assert_eq!(server.send(Signal::TERM), "You insist... exiting now.");
        assert_eq!(server.exit_status(), Some(1));
    }

    #[test]
    fn a_server_that_loads_ends_at_the_first() {
        let mut server = BusyServer::start(true);
        let line = server.send(Signal::TERM);
        assert_eq!(line, "Received shutdown signal during loading, exiting now.");
        assert_eq!(server.exit_status(), Some(0));
    }

    /// The one test that touches the process's dispositions: everything in sequence, in one place.
    #[test]
    fn a_signal_wakes_the_loop_and_is_remembered_until_forgotten() {
        let signals = Signals::install().unwrap();
        assert_eq!(Signals::install().unwrap_err().kind(), io::ErrorKind::AlreadyExists);
        let mut poll = mio::Poll::new().unwrap();
        let mut events = mio::Events::with_capacity(4);
        let mut readiness = signals.readiness().unwrap();
        poll.registry().register(&mut readiness, mio::Token(7), mio::Interest::READABLE).unwrap();
        for (sent, seen) in [(Signal::TERM, Termination::Terminate), (Signal::INT, Termination::Interrupt)] {
            assert_eq!(signals.termination(), None);
            kill_process(getpid(), sent).unwrap();
            poll.poll(&mut events, Some(Duration::from_secs(10))).unwrap();
            assert_eq!(events.iter().next().map(mio::event::Event::token), Some(mio::Token(7)));
            assert_eq!(signals.termination(), Some(seen));
            signals.drain();
            signals.forget();
        }
        kill_process(getpid(), Signal::HUP).unwrap();
        poll.poll(&mut events, Some(Duration::from_millis(20))).unwrap();
        assert!(events.is_empty());
        assert_eq!(signals.termination(), None);
    }
}
