//! The database without sockets: keyspace, registry, dispatch, transactions, expiry.
//!
//! Start at [`Engine`], then read [`dispatch`]'s pipeline and [`mod@command`] for what a command is.

pub mod acl;
pub mod answer;
pub mod args;
mod client_memory;
mod clock;
mod collected;
pub mod command;
mod context;
mod core;
pub mod debug;
mod delivery;
pub mod dispatch;
pub mod effects;
mod engine;
mod engine_params;
mod error;
pub mod event;
pub mod eviction;
pub mod glob;
mod hash;
pub mod host;
pub mod info;
pub mod keyspace;
mod nested;
pub mod number;
pub mod observe;
pub mod output;
pub mod params;
pub mod persistence;
pub mod prelude;
pub mod pubsub;
pub mod rdb;
pub mod replay;
mod reply;
pub mod scripting;
pub mod session;
pub mod stats;
pub mod transaction;
pub mod value;

pub use crate::core::{Core, Pause, ReplyBuffers};
pub use clock::{Clock, ManualClock};
pub use collected::Collected;
pub use context::Context;
pub use dispatch::Flow;
pub use engine::{Engine, Setup};
pub use error::{Error, Outcome};
pub use hash::KeyHasher;
pub use nested::Nested;
pub use reply::{Protocol, Reply};

/// The version of Redis whose behaviour this is.
pub const REDIS_VERSION: &str = "7.2.4";

/// The version of Russet.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");
