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
    #[cfg_attr(
        not(test),
        expect(dead_code, reason = "called once a failed snapshot can call a shutdown off")
    )]
    pub(crate) fn forget(&self) {
        termination::forget();
    }

    /// While data is loading a signal ends the process at once: nothing could be saved yet.
    #[expect(dead_code, reason = "called once data is loaded at the start")]
    pub(crate) fn set_loading(&self, loading: bool) {
        termination::set_loading(loading);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rustix::process::{Signal, getpid, kill_process};
    use std::time::Duration;

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
