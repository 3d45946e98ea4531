//! Snapshots: what `INFO` and `LASTSAVE` tell about them.

/// What is known about snapshots.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshots {
    /// When the last one was complete, Unix time in seconds. The start counts as one: then memory was what is on disk.
    pub last_save_s: i64,
    /// The last one in the background was complete, or one since.
    pub last_succeeded: bool,
    /// When one in the background was last begun, or tried, Unix time in seconds.
    pub last_try_s: i64,
    /// How long the last one in the background took.
    pub last_took_s: Option<i64>,
    /// Changes that there were when the running one began: it will contain them.
    pub changes_contained: u64,
    /// One is to begin as soon as it can: `BGSAVE SCHEDULE`.
    pub scheduled: bool,
    /// How many were begun since the start, or since `CONFIG RESETSTAT`.
    pub begun: u64,
    /// Bytes that were copied during the last one in the background.
    pub last_copied: u64,
    /// Keys that the last load has brought.
    pub keys_loaded: u64,
    /// Keys that the last load has left out because their time had come.
    pub keys_expired: u64,
}

impl Snapshots {
    /// As it is at the start.
    pub fn at(now_s: i64) -> Self {
        Snapshots {
            last_save_s: now_s,
            last_succeeded: true,
            last_try_s: 0,
            last_took_s: None,
            changes_contained: 0,
            scheduled: false,
            begun: 0,
            last_copied: 0,
            keys_loaded: 0,
            keys_expired: 0,
        }
    }

    /// Notes that what is in memory is on disk.
    pub fn complete(&mut self, now_s: i64) {
        self.last_save_s = now_s;
        self.last_succeeded = true;
    }
}
