//! Children: one at a time writes the dataset to a file, from memory as it was when the child was forked.

use super::key_delay::KeyDelay;
use super::now_ms;
use super::snapshot::Observer;
use crate::sys::child::{self, End, Report, Reports};
use crate::sys::memory;
use russet_engine::persistence::{Child, Persistence, Purpose};
use std::io;
use std::time::{Duration, Instant};

/// The child that runs, if one does.
#[derive(Default)]
pub(crate) struct Children {
    running: Option<Running>,
}

struct Running {
    purpose: Purpose,
    process: child::Child,
}

/// A child that has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Ended {
    /// What it was for.
    pub purpose: Purpose,
    /// Its number, by which its temporary files are called.
    pub pid: i32,
    /// How it has ended.
    pub end: End,
    /// What it said last.
    pub report: Report,
}

impl Children {
    /// What the child that runs is for.
    pub(crate) fn running(&self) -> Option<Purpose> {
        self.running.as_ref().map(|running| running.purpose)
    }

    /// The number of the child that runs.
    pub(crate) fn pid(&self) -> Option<i32> {
        self.running.as_ref().map(|running| running.process.pid())
    }

    /// Whether a child runs.
    pub(crate) fn any(&self) -> bool {
        self.running.is_some()
    }

    /// Runs `work` in a child; `keys` is how many keys it has to do. Returns its number.
    ///
    /// # Errors
    /// Those of the fork, or that there is a child.
    pub(crate) fn start(
        &mut self,
        purpose: Purpose,
        keys: u64,
        persistence: &mut Persistence,
        work: impl FnOnce(Progress<'_>) -> io::Result<()>,
    ) -> io::Result<i32> {
        if self.any() {
            return Err(io::ErrorKind::ResourceBusy.into());
        }
        let process = child::spawn(|reports| i32::from(work(Progress::new(reports, purpose)).is_err()))?;
        persistence.forks.total += 1;
        persistence.forks.latest_us = process.fork_us;
        persistence.waits.note("fork", Duration::from_micros(process.fork_us));
        persistence.child = Some(Child {
            purpose,
            started_ms: now_ms(),
            keys,
            processed: 0,
            copied: 0,
            copied_most: 0,
            measured_ms: 0,
        });
        let pid = process.pid();
        self.running = Some(Running { purpose, process });
        Ok(pid)
    }

    /// Takes in what the child has said, and whether it has ended. Does not wait.
    pub(crate) fn check(&mut self, persistence: &mut Persistence) -> Option<Ended> {
        let running = self.running.as_mut()?;
        let end = running.process.reap();
        if let Some(child) = &mut persistence.child {
            let report = running.process.latest();
            child.processed = report.processed;
            child.copied = report.copied;
            child.copied_most = report.copied_most;
            child.measured_ms = report.measured_ms as i64;
        }
        Some(self.ended(persistence, end?))
    }

    /// Tells the child to stop; its end is met by [`Children::check`].
    pub(crate) fn stop(&self) {
        if let Some(running) = &self.running {
            running.process.stop();
        }
    }

    /// Tells the child to stop, and waits until it has.
    pub(crate) fn stop_and_wait(&mut self, persistence: &mut Persistence) -> Option<Ended> {
        let running = self.running.as_mut()?;
        running.process.stop();
        let end = running.process.wait();
        Some(self.ended(persistence, end))
    }

    fn ended(&mut self, persistence: &mut Persistence, end: End) -> Ended {
        persistence.child = None;
        let mut running = self.running.take().expect("a child has just ended");
        Ended { purpose: running.purpose, pid: running.process.pid(), end, report: running.process.latest() }
    }
}

/// How long a child works between two reports.
const REPORT_EVERY: Duration = Duration::from_secs(1);
/// Keys between two looks at the clock.
const KEYS_PER_LOOK: u64 = 1024;
/// Measuring what was copied takes long in a large process: at most a hundredth of the time goes into it.
const MEASURED_SHARE: u32 = 100;

/// A child's view of its own progress.
pub(crate) struct Progress<'a> {
    purpose: Purpose,
    /// Pauses after keys; then the clock is looked at after each of them, too.
    pub delay: KeyDelay,
    reports: &'a mut Reports,
    report: Report,
    reported: Instant,
    /// Not before then is it measured again what was copied.
    measure_at: Instant,
    /// Of all measurements, for their mean.
    measured: (u64, u64),
}

impl<'a> Progress<'a> {
    fn new(reports: &'a mut Reports, purpose: Purpose) -> Self {
        let now = Instant::now();
        Progress {
            purpose,
            delay: KeyDelay::default(),
            reports,
            report: Report::default(),
            reported: now,
            measure_at: now,
            measured: (0, 0),
        }
    }

    #[cold]
    fn look(&mut self, keys: u64) -> io::Result<()> {
        let now = Instant::now();
        if now - self.reported < REPORT_EVERY {
            return Ok(());
        }
        self.reported = now;
        self.report.processed = keys;
        if now >= self.measure_at {
            self.measure();
            tracing::debug!("{}", self.copies());
        }
        self.send()
    }

    fn send(&mut self) -> io::Result<()> {
        let told = self.reports.send(self.report);
        told.inspect_err(|error| tracing::warn!("Child failed reporting info to parent, exiting. {error}"))
    }

    fn measure(&mut self) {
        let begun = Instant::now();
        self.report.copied = memory::private_dirty() as u64;
        self.report.copied_most = self.report.copied_most.max(self.report.copied);
        self.report.measured_ms = now_ms() as u64;
        self.measured = (self.measured.0 + self.report.copied, self.measured.1 + 1);
        self.measure_at = Instant::now() + begun.elapsed() * MEASURED_SHARE;
    }

    fn copies(&self) -> String {
        let name = match self.purpose {
            Purpose::Snapshot => "RDB",
            Purpose::Rewrite => "AOF rewrite",
        };
        let mean = self.measured.0 / self.measured.1.max(1);
        let [now, most, mean] = [self.report.copied, self.report.copied_most, mean].map(|bytes| bytes >> 20);
        format!("Fork CoW for {name}: current {now} MB, peak {most} MB, average {mean} MB")
    }
}

impl Observer for Progress<'_> {
    /// Tells the parent now and then. Fails if there is none any more.
    #[inline]
    fn saved(&mut self, keys: u64) -> io::Result<()> {
        let paused = self.delay.wait();
        if paused || keys.is_multiple_of(KEYS_PER_LOOK) { self.look(keys) } else { Ok(()) }
    }

    /// Says in the log what the work has cost, and tells the parent that it is done: before what was written takes its
    /// place, for without a parent it must not.
    fn complete(&mut self, keys: u64) -> io::Result<()> {
        self.report.processed = keys;
        self.measure();
        tracing::info!("{}", self.copies());
        self.send()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log::captured;

    fn persistence() -> Persistence {
        let setup = russet_engine::Setup::for_tests(russet_engine::ManualClock::at(1));
        russet_engine::Engine::new(setup).unwrap().core.persistence
    }

    #[test]
    fn one_at_a_time_and_known_until_it_is_reaped() {
        let (mut children, mut persistence) = (Children::default(), persistence());
        let pid = children.start(Purpose::Snapshot, 10, &mut persistence, |mut progress| {
            std::thread::sleep(Duration::from_millis(50));
            progress.complete(10)
        });
        let pid = pid.unwrap();
        assert_eq!(persistence.child.unwrap().keys, 10);
        assert_eq!(persistence.forks.total, 1);
        let second = children.start(Purpose::Rewrite, 0, &mut persistence, |_| Ok(()));
        assert_eq!(second.unwrap_err().kind(), io::ErrorKind::ResourceBusy);
        let ended = loop {
            assert_eq!(children.running(), Some(Purpose::Snapshot));
            match children.check(&mut persistence) {
                Some(ended) => break ended,
                None => std::thread::sleep(Duration::from_millis(1)),
            }
        };
        assert_eq!((ended.pid, ended.end), (pid, End::Exited(0)));
        assert_eq!(ended.report.processed, 10);
        assert!(!children.any() && persistence.child.is_none());
    }

    #[test]
    fn a_failure_is_a_status_and_a_stop_is_none() {
        let (mut children, mut persistence) = (Children::default(), persistence());
        let fail = |_: Progress<'_>| Err(io::ErrorKind::StorageFull.into());
        children.start(Purpose::Snapshot, 0, &mut persistence, fail).unwrap();
        let ended = loop {
            if let Some(ended) = children.check(&mut persistence) {
                break ended;
            }
        };
        assert_eq!(ended.end, End::Exited(1));
        let sleep = |_: Progress<'_>| {
            std::thread::sleep(Duration::from_secs(60));
            Ok(())
        };
        children.start(Purpose::Rewrite, 0, &mut persistence, sleep).unwrap();
        assert_eq!(children.stop_and_wait(&mut persistence).unwrap().end, End::Stopped);
        assert_eq!(children.stop_and_wait(&mut persistence), None);
    }

    #[test]
    fn reports_go_out_once_a_second() {
        let mut process = child::spawn(|reports| {
            let mut progress = Progress::new(reports, Purpose::Snapshot);
            let told = captured(|| {
                progress.saved(KEYS_PER_LOOK).unwrap();
                progress.reported -= REPORT_EVERY;
                progress.saved(2 * KEYS_PER_LOOK + 1).unwrap();
                progress.saved(3 * KEYS_PER_LOOK).unwrap();
            });
            i32::from(told.len() != 1 || !told[0].starts_with("- Fork CoW for RDB: current "))
        })
        .unwrap();
        assert_eq!(process.wait(), End::Exited(0));
        assert_eq!(process.latest().processed, 3 * KEYS_PER_LOOK);
    }
}
