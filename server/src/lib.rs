//! The Russet server as a library: what `main` is made of, so that tests and fuzz targets reach it.
//!
//! Read [`tick`] first: it is the loop. [`start`] is how a process gets there.

pub mod config;
pub mod resp;
pub mod start;
pub mod tick;
mod users;

mod accept;
mod clock;
mod compaction;
mod connection;
mod crash_report;
mod cron;
mod give_back;
mod host;
mod lazyfree;
mod lifecycle;
mod linked;
mod listen;
mod log;
mod migrate;
mod persistence;
mod plugins;
mod server;
mod shutdown;
mod sys;

pub use sys::gate::this_thread_forks;
pub use sys::sparse::is_sparse;
