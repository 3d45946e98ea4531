//! Persistence: the files that outlive the process.
//!
//! | file | what it is about |
//! |---|---|
//! | `aof/` | the append-only file |
//! | `children.rs` | the one forked child at a time, its reports and its end |
//! | `snapshot.rs` | a snapshot as a file: written beside the old one, then put in its place |
//! | `saving.rs` | saving at once or in the background, and what follows when that ends |
//! | `save_points.rs` | saving by itself, after so much time and so many changes |
//! | `loading.rs` | a snapshot into memory: at the start, and for `DEBUG RELOAD` |
//! | `stopping.rs` | what is saved, and which child is ended, before the process ends |
//! | `key_delay.rs` | pauses with which tests make both take long |
//! | `commands/` | `SAVE`, `BGSAVE`, `LASTSAVE`, `DEBUG RELOAD` |
//!
//! What `INFO` tells about all this is in the engine's [`Persistence`](russet_engine::persistence::Persistence).

pub(crate) mod aof;
pub(crate) mod children;
mod commands;
mod key_delay;
pub(crate) mod loading;
pub(crate) mod save_points;
pub(crate) mod saving;
mod snapshot;
pub(crate) mod stopping;

use std::time::{SystemTime, UNIX_EPOCH};

/// Unix time in seconds, as it is now: what saves and loads take moves it on, and the engine's clock stands meanwhile.
fn now_s() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs() as i64
}

/// Unix time in milliseconds, as it is now.
fn now_ms() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_millis() as i64
}
