//! Persistence as commands see it: what is being loaded, how the last save ended, whether writes have to be refused.
//!
//! The files themselves are the server's, which keeps this up to date; `INFO`, `LASTSAVE` and the dispatch pipeline read
//! it. An engine without a server never saves and never loads, and this says so.

mod journal;
mod loading;
mod snapshots;

pub use journal::Journal;
pub use loading::Loading;
pub use snapshots::Snapshots;

/// What is kept about files.
#[derive(Debug, Default)]
pub struct Persistence {
    /// The dataset is being loaded: commands are refused until it is whole.
    pub loading: Option<Loading>,
    /// Snapshots: the last one, the one that is being written.
    pub snapshots: Snapshots,
    /// The append-only file.
    pub journal: Journal,
}
