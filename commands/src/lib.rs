//! The commands of Russet: a folder for each group, a file for each command or tight family.
//!
//! A file declares its command with [`command!`](russet_engine::command!), which registers it. Nothing else
//! names it: a folder takes in every file that stands in it.

pub mod bitmap;
pub mod connection;
mod drawing;
pub mod generic;
pub mod geo;
pub mod hash;
pub mod hyperloglog;
pub mod list;
mod member;
pub mod pubsub;
mod scanning;
pub mod scripting;
pub mod server;
pub mod set;
#[cfg(test)]
mod shell;
pub mod sorted_set;
pub mod stream;
pub mod string;
pub mod transactions;

/// Makes the linker keep this crate, and with it every declaration. Call it from `main`.
pub fn link() {}
