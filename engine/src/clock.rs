//! Time, handed in by the host: no command reads the wall clock.

/// Where time comes from.
pub trait Clock: Send {
    /// Nanoseconds since an arbitrary point; never goes back. Read once or twice per command.
    fn monotonic_ns(&self) -> u64;
    /// Microseconds since the Unix epoch.
    fn unix_us(&self) -> i64;
}

/// The clock as the engine keeps it: wall time moves with the monotonic clock between synchronisations, so
/// that a command costs one reading.
pub(crate) struct Timekeeper {
    source: Box<dyn Clock>,
    /// Wall time minus monotonic time.
    offset_us: i64,
}

impl Timekeeper {
    pub(crate) fn new(source: Box<dyn Clock>) -> Self {
        let mut keeper = Timekeeper { source, offset_us: 0 };
        keeper.synchronise();
        keeper
    }

    /// Follows what has happened to the wall clock. Called once per tick.
    pub(crate) fn synchronise(&mut self) {
        self.offset_us = self.source.unix_us() - (self.source.monotonic_ns() / 1000) as i64;
    }

    #[inline]
    pub(crate) fn monotonic_ns(&self) -> u64 {
        self.source.monotonic_ns()
    }

    #[inline]
    pub(crate) fn unix_us_at(&self, monotonic_ns: u64) -> i64 {
        self.offset_us + (monotonic_ns / 1000) as i64
    }
}

/// A clock that stands where it is put: for tests and for replaying a journal.
#[derive(Clone, Default)]
pub struct ManualClock(std::sync::Arc<std::sync::atomic::AtomicI64>);

impl ManualClock {
    /// A clock at `unix_ms` milliseconds since the epoch.
    pub fn at(unix_ms: i64) -> Self {
        let clock = ManualClock::default();
        clock.set(unix_ms);
        clock
    }

    /// Puts it at `unix_ms`.
    pub fn set(&self, unix_ms: i64) {
        self.0.store(unix_ms, std::sync::atomic::Ordering::Relaxed);
    }

    /// Moves it forward.
    pub fn advance(&self, ms: i64) {
        self.0.fetch_add(ms, std::sync::atomic::Ordering::Relaxed);
    }
}

impl Clock for ManualClock {
    fn monotonic_ns(&self) -> u64 {
        self.0.load(std::sync::atomic::Ordering::Relaxed).max(0) as u64 * 1_000_000
    }
    fn unix_us(&self) -> i64 {
        self.0.load(std::sync::atomic::Ordering::Relaxed) * 1000
    }
}
