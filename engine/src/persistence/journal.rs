//! The append-only file: what `INFO` tells about it.

/// What is known about the append-only file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Journal {
    /// Changes are written to it.
    pub enabled: bool,
    /// The last write to it succeeded.
    pub last_write_succeeded: bool,
}

impl Default for Journal {
    fn default() -> Self {
        Journal { enabled: false, last_write_succeeded: true }
    }
}
