//! Forked children: work on the memory as it is at this moment, while the parent goes on serving.
//!
//! ```text
//!  parent                              child (one thread, the memory shared until somebody writes to it)
//!  spawn ── fork ────────────────────> signals and descriptors put right, then `work`
//!    │                                   │
//!  latest  <── pipe: how far it is, ─────┤  about once a second
//!    │              what was copied      │
//!  reap    <── exit status ──────────── _exit
//! ```
//!
//! # What may run in the child?
//!
//! Of the parent's threads only the one that forked goes on there; a lock that another held stays held for ever. So
//! the work may use nothing that another thread locks: it writes to files of its own, logs (the log has no lock), and
//! allocates (no other thread is inside the allocator at the moment of the fork: see [`gate`]). It never returns into the
//! parent's code: it ends with `_exit`, by which no destructor runs and no buffer is flushed twice.
//!
//! # Which descriptors does it keep?
//!
//! The standard streams and its end of the pipe. A client's socket that stayed open here would stay open for the client
//! although the parent has closed it, and a listener would keep its port.
//!
//! # What if the parent dies?
//!
//! Then a report cannot be written, and the work ends itself; see [`Reports::send`].
#![expect(unsafe_code, reason = "fork has no safe front")]

use super::gate;
use super::termination::exit_now;
use rustix::pipe::{PipeFlags, pipe_with};
use rustix::process::{Pid, Signal, WaitOptions, WaitStatus, kill_process, waitpid};
use std::fs::File;
use std::io::{self, Read, Write};
use std::os::fd::AsRawFd;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Instant, SystemTime};

/// The status of a child that was told to stop, which is no failure.
const STOPPED: i32 = 255;
/// The status of a child whose work panicked.
const PANICKED: i32 = 1;

/// What a child says about itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Report {
    /// Keys that it is done with.
    pub processed: u64,
    /// Bytes that were copied because the parent, or the child, has written to them.
    pub copied: u64,
    /// The most of them so far.
    pub copied_most: u64,
    /// When they were measured, Unix time in milliseconds; 0 if never.
    pub measured_ms: u64,
}

impl Report {
    const BYTES: usize = 32;

    fn to_bytes(self) -> [u8; Self::BYTES] {
        let mut bytes = [0; Self::BYTES];
        let fields = [self.processed, self.copied, self.copied_most, self.measured_ms];
        for (place, field) in bytes.chunks_exact_mut(8).zip(fields) {
            place.copy_from_slice(&field.to_ne_bytes());
        }
        bytes
    }

    fn from_bytes(bytes: [u8; Self::BYTES]) -> Self {
        let field = |at: usize| u64::from_ne_bytes(std::array::from_fn(|byte| bytes[8 * at + byte]));
        Report { processed: field(0), copied: field(1), copied_most: field(2), measured_ms: field(3) }
    }
}

/// How a child has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// By itself, with this status: 0 is success.
    Exited(i32),
    /// By [`Child::stop`].
    Stopped,
    /// By another signal.
    Killed(i32),
}

/// The child's end of the pipe.
pub(crate) struct Reports {
    pipe: File,
}

impl Reports {
    /// Tells the parent. O(1).
    ///
    /// # Errors
    /// If there is no parent any more: nobody would know what the work is good for.
    pub(crate) fn send(&mut self, report: Report) -> io::Result<()> {
        match self.pipe.write_all(&report.to_bytes()) {
            // It has not read for long; the next report says all that this one does.
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(()),
            told => told,
        }
    }
}

/// A child that runs, or has ended and was not reaped.
#[derive(Debug)]
pub(crate) struct Child {
    pid: Pid,
    pipe: File,
    latest: Report,
    /// Microseconds that the fork took.
    pub fork_us: u64,
}

/// Runs `work` in a forked child, whose exit status it returns: 0 for success. A panic is status 1.
///
/// # Errors
/// Those of `pipe` and `fork`.
pub(crate) fn spawn(work: impl FnOnce(&mut Reports) -> i32) -> io::Result<Child> {
    let (reading, writing) = pipe_with(PipeFlags::CLOEXEC | PipeFlags::NONBLOCK)?;
    let begun = Instant::now();
    // SAFETY: the child runs `enter` and no more, which keeps to what the top of this file allows.
    match gate::alone(|| unsafe { libc::fork() }) {
        -1 => Err(io::Error::last_os_error()),
        0 => enter(Reports { pipe: writing.into() }, work),
        pid => Ok(Child {
            pid: Pid::from_raw(pid).expect("the pid of a child is positive"),
            pipe: reading.into(),
            latest: Report::default(),
            fork_us: begun.elapsed().as_micros() as u64,
        }),
    }
}

/// The child's whole life.
fn enter(mut reports: Reports, work: impl FnOnce(&mut Reports) -> i32) -> ! {
    take_signals();
    super::syslog::close();
    close_all_but(reports.pipe.as_raw_fd());
    let status = catch_unwind(AssertUnwindSafe(|| work(&mut reports)));
    exit_now(status.unwrap_or(PANICKED));
}

/// SIGUSR1 ends the child. SIGTERM and SIGINT, which a terminal sends to the whole group, are the parent's business: its
/// handler would wake the parent's loop, whose socket pair the child shares.
fn take_signals() {
    let on_stop: extern "C" fn(libc::c_int) = on_stop;
    // SAFETY: the handler uses async-signal-safe calls only; SIG_IGN runs no code of ours.
    unsafe {
        libc::signal(libc::SIGTERM, libc::SIG_IGN);
        libc::signal(libc::SIGINT, libc::SIG_IGN);
        libc::signal(libc::SIGUSR1, on_stop as *const () as libc::sighandler_t);
    }
}

extern "C" fn on_stop(_: libc::c_int) {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    crate::log::from_signal_handler(now.as_secs(), "Received SIGUSR1 in child, exiting now.");
    exit_now(STOPPED);
}

/// Closes every descriptor above the standard streams but `kept`.
fn close_all_but(kept: i32) {
    const FIRST: i32 = 3;
    let close_range = |first: i32, last: i32| {
        // SAFETY: takes integers only. What owns these descriptors is memory of the parent's that nobody here uses.
        first > last || unsafe { libc::syscall(libc::SYS_close_range, first, last, 0) } == 0
    };
    if close_range(FIRST, kept - 1) && close_range(kept + 1, i32::MAX) {
        return;
    }
    // An older kernel.
    let Ok(open) = std::fs::read_dir("/proc/self/fd") else { return };
    let numbers: Vec<i32> = open.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok()).collect();
    for descriptor in numbers.into_iter().filter(|&number| number >= FIRST && number != kept) {
        // SAFETY: as above. One that is closed already (that of the directory) is refused by the system.
        unsafe { libc::close(descriptor) };
    }
}

impl Child {
    /// Its number.
    pub(crate) fn pid(&self) -> i32 {
        self.pid.as_raw_nonzero().get()
    }

    /// What it has said last. Does not wait.
    pub(crate) fn latest(&mut self) -> Report {
        let mut bytes = [0; Report::BYTES];
        // A report is written in one piece, and the pipe keeps pieces of this size whole.
        while matches!(self.pipe.read(&mut bytes), Ok(Report::BYTES)) {
            self.latest = Report::from_bytes(bytes);
        }
        self.latest
    }

    /// Tells it to stop. It still has to be reaped.
    pub(crate) fn stop(&self) {
        let _ = kill_process(self.pid, Signal::USR1);
    }

    /// How it has ended, if it has; then it is forgotten by the system. Does not wait.
    pub(crate) fn reap(&mut self) -> Option<End> {
        self.status(WaitOptions::NOHANG)
    }

    /// Waits until it ends.
    pub(crate) fn wait(&mut self) -> End {
        // No such child: somebody else has waited for it, and how it ended is not known.
        self.status(WaitOptions::empty()).unwrap_or(End::Exited(PANICKED))
    }

    fn status(&mut self, options: WaitOptions) -> Option<End> {
        let status = rustix::io::retry_on_intr(|| waitpid(Some(self.pid), options));
        let end = match status {
            Ok(None) => return None,
            Ok(Some((_, status))) => of(status)?,
            Err(_) => End::Exited(PANICKED),
        };
        self.latest();
        Some(end)
    }
}

fn of(status: WaitStatus) -> Option<End> {
    match (status.exit_status(), status.terminating_signal()) {
        (Some(STOPPED), _) | (_, Some(libc::SIGUSR1)) => Some(End::Stopped),
        (Some(code), _) => Some(End::Exited(code)),
        (None, Some(signal)) => Some(End::Killed(signal)),
        (None, None) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::{TcpListener, TcpStream};
    use std::time::Duration;

    #[test]
    fn it_works_on_what_was_and_says_how_far_it_is() {
        let mut data = vec![1u64; 1000];
        let mut child = spawn(|reports| {
            std::thread::sleep(Duration::from_millis(50));
            let report = Report { processed: data.iter().sum(), copied: 7, copied_most: 8, measured_ms: 9 };
            for _ in 0..3 {
                if reports.send(report).is_err() {
                    return 2;
                }
            }
            0
        })
        .unwrap();
        data.fill(5);
        assert!(child.pid() > 0 && child.fork_us < 10_000_000);
        assert_eq!(child.wait(), End::Exited(0));
        let report = Report { processed: 1000, copied: 7, copied_most: 8, measured_ms: 9 };
        assert_eq!(child.latest(), report, "also what it said last, after its end");
        assert_eq!(data[0], 5);
    }

    #[test]
    fn the_status_says_how_it_ended() {
        assert_eq!(spawn(|_| 3).unwrap().wait(), End::Exited(3));
        let quiet = std::panic::take_hook();
        std::panic::set_hook(Box::new(|_| {}));
        assert_eq!(spawn(|_| panic!("in the child")).unwrap().wait(), End::Exited(1));
        std::panic::set_hook(quiet);
        let sleep = |_: &mut Reports| {
            std::thread::sleep(Duration::from_secs(60));
            0
        };
        let mut stopped = spawn(sleep).unwrap();
        assert_eq!(stopped.reap(), None);
        stopped.stop();
        assert_eq!(stopped.wait(), End::Stopped);
        let mut killed = spawn(sleep).unwrap();
        kill_process(killed.pid, Signal::KILL).unwrap();
        assert_eq!(killed.wait(), End::Killed(libc::SIGKILL));
    }

    /// Other threads are at any place of the allocator, and the child uses all of it: small blocks, pages of their own, and
    /// what the system is asked for.
    #[test]
    fn it_allocates_whatever_other_threads_are_at() {
        let stop = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
        let threads: Vec<_> = (0..2)
            .map(|_| {
                let stop = std::sync::Arc::clone(&stop);
                std::thread::spawn(move || {
                    while !stop.load(std::sync::atomic::Ordering::Relaxed) {
                        let blocks: Vec<Vec<u8>> =
                            (0..200).map(|n| Vec::with_capacity(16 << (n % 16))).collect();
                        std::hint::black_box(&blocks);
                        std::hint::black_box(Vec::<u8>::with_capacity(600 << 20));
                    }
                })
            })
            .collect();
        for round in 0..100 {
            let mut child = spawn(|_| {
                for n in 0..64 {
                    std::hint::black_box(Vec::<u8>::with_capacity(16 << (n % 22)));
                }
                let large: Vec<Vec<u8>> = (0..3).map(|_| Vec::with_capacity(700 << 20)).collect();
                i32::from(large.len() != 3)
            })
            .unwrap();
            let end = Instant::now() + Duration::from_secs(20);
            let ended = loop {
                match child.reap() {
                    Some(ended) => break ended,
                    None if Instant::now() > end => {
                        let _ = kill_process(child.pid, Signal::KILL);
                        panic!("round {round}: the child hangs");
                    }
                    None => std::thread::sleep(Duration::from_micros(200)),
                }
            };
            assert_eq!(ended, End::Exited(0), "round {round}");
        }
        stop.store(true, std::sync::atomic::Ordering::Relaxed);
        threads.into_iter().for_each(|thread| thread.join().unwrap());
    }

    #[test]
    fn signals_for_the_parent_do_not_end_it() {
        let mut child = spawn(|reports| {
            let _ = reports.send(Report::default());
            std::thread::sleep(Duration::from_millis(300));
            0
        })
        .unwrap();
        let mut bytes = [0; Report::BYTES];
        while child.pipe.read(&mut bytes).is_err() {
            std::thread::sleep(Duration::from_millis(1));
        }
        for signal in [Signal::TERM, Signal::INT] {
            kill_process(child.pid, signal).unwrap();
        }
        assert_eq!(child.wait(), End::Exited(0));
    }

    #[test]
    fn a_socket_that_the_parent_closes_is_closed() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let mut client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let (accepted, _) = listener.accept().unwrap();
        let mut child = spawn(|_| {
            std::thread::sleep(Duration::from_secs(60));
            0
        })
        .unwrap();
        drop(accepted);
        client.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        assert_eq!(client.read(&mut [0]).unwrap(), 0, "the child holds no copy");
        child.stop();
        assert_eq!(child.wait(), End::Stopped);
    }

    #[test]
    fn without_a_parent_a_report_fails() {
        let (reading, writing) = pipe_with(PipeFlags::CLOEXEC).unwrap();
        drop(reading);
        assert!(Reports { pipe: writing.into() }.send(Report::default()).is_err());
    }
}
