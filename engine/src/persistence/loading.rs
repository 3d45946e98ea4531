//! Loading: how far the dataset has come that is being read from files.

/// A dataset that is being read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Loading {
    /// When it began, Unix time in seconds.
    pub started_s: i64,
    /// Bytes that there are to read.
    pub total_bytes: u64,
    /// Bytes that have been read.
    pub loaded_bytes: u64,
}
