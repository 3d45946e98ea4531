//! Children: the one process at a time that writes the dataset to a file while this one serves.

/// What a child is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// A snapshot: `BGSAVE`.
    Snapshot,
    /// A rewrite of the append-only file: `BGREWRITEAOF`.
    Rewrite,
}

/// A child that runs, and what it has said about itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Child {
    /// What it is for.
    pub purpose: Purpose,
    /// When it began, Unix time in milliseconds.
    pub started_ms: i64,
    /// Keys that there were.
    pub keys: u64,
    /// Keys that it is done with.
    pub processed: u64,
    /// Bytes that were copied because somebody has written to them since it began.
    pub copied: u64,
    /// The most of them so far.
    pub copied_most: u64,
    /// When they were measured, Unix time in milliseconds; 0 if never.
    pub measured_ms: i64,
}

impl Child {
    /// How much of the work is done, in percent.
    pub fn percent(&self) -> f64 {
        if self.keys == 0 { 0.0 } else { self.processed as f64 * 100.0 / self.keys as f64 }
    }
}

/// Forks since the start, or since `CONFIG RESETSTAT`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Forks {
    /// How many.
    pub total: u64,
    /// Microseconds that the last took.
    pub latest_us: u64,
}
