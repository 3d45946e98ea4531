//! Snapshots: what `INFO` and `LASTSAVE` tell about them.

/// What is known about snapshots.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshots {
    /// When the last one was complete, Unix time in seconds.
    pub last_save_s: i64,
    /// The last one in the background was complete.
    pub last_succeeded: bool,
}

impl Default for Snapshots {
    fn default() -> Self {
        Snapshots { last_save_s: 0, last_succeeded: true }
    }
}
