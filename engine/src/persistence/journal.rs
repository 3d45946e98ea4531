//! The append-only file: what `INFO` tells about it.

/// What is known about the append-only file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Journal {
    /// Changes are written to it, or will be as soon as the first rewrite is complete.
    pub enabled: bool,
    /// The last write to it succeeded, and the last time that it was forced to disk.
    pub last_write_succeeded: bool,
    /// If not, what the system said.
    pub write_error: String,
    /// Bytes in its files.
    pub current_bytes: u64,
    /// Bytes that there were in its files after the last rewrite, or at the start.
    pub base_bytes: u64,
    /// Bytes that are still to be written.
    pub buffer_bytes: u64,
    /// Memory that is kept for them.
    pub buffer_room: u64,
    /// How often it is still to be forced to disk.
    pub pending_syncs: u64,
    /// How often a write did not wait any longer until it was on disk.
    pub delayed_syncs: u64,
    /// It is to be rewritten as soon as that can begin.
    pub rewrite_scheduled: bool,
    /// How many rewrites were begun since the start, or since `CONFIG RESETSTAT`.
    pub rewrites: u64,
    /// How many failed since one succeeded.
    pub failed_rewrites: u64,
    /// The last one succeeded.
    pub last_rewrite_succeeded: bool,
    /// How long the last one took.
    pub last_rewrite_took_s: Option<i64>,
    /// Bytes that were copied during the last one.
    pub last_copied: u64,
}

impl Default for Journal {
    fn default() -> Self {
        Journal {
            enabled: false,
            last_write_succeeded: true,
            write_error: String::new(),
            current_bytes: 0,
            base_bytes: 0,
            buffer_bytes: 0,
            buffer_room: 0,
            pending_syncs: 0,
            delayed_syncs: 0,
            rewrite_scheduled: false,
            rewrites: 0,
            failed_rewrites: 0,
            last_rewrite_succeeded: true,
            last_rewrite_took_s: None,
            last_copied: 0,
        }
    }
}
