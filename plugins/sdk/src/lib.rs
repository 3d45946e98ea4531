//! Write a command for Russet in a shared library, in safe Rust.
//!
//! A plugin is a crate of the kind `cdylib`. One line says what it is, and each command is one declaration, which looks as
//! it does in the server's own tree:
//!
//! ```
//! use russet_plugin_sdk::prelude::*;
//!
//! export_plugin! { name: "halves", version: 1, about: "Halves integers." }
//!
//! command! {
//!     name: "HALVES.GET", since: "1.0.0", complexity: "O(1)",
//!     summary: "Returns half of the integer in a key.",
//!     syntax: "key",
//!     flags: READONLY | FAST,
//!     keys: [at(1).read_only().access()],
//!     run: half,
//! }
//!
//! fn half(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
//!     let value = cx.db.string(args.key(1))?.unwrap_or(b"0");
//!     let value = int(value).ok_or(Error::NOT_AN_INTEGER)?;
//!     cx.reply.int(value / 2)
//! }
//! # fn main() {}
//! ```
//!
//! ```sh
//! cargo build --release
//! redis-cli MODULE LOAD $PWD/target/release/libhalves.so
//! ```
//!
//! # What does the server see to?
//!
//! That the number of words is right; that the command stands in a transaction, in the journal and in the statistics; that
//! its keys are found by whoever wants to know them.
//!
//! # What happens if it panics?
//!
//! The client is answered with an error that names the plugin and what it said. After `plugin-panic-limit` panics the server
//! refuses the plugin's commands.
//!
//! # Can it be part of the server?
//!
//! Yes, without a change: give the crate a feature `linked` and the kind `rlib` beside `cdylib`, and name
//! `your_crate::linked()` in the server's list.

mod answer;
mod args;
mod context;
mod db;
pub mod declare;
mod error;
mod ffi;
mod reply;

pub use answer::{Answer, Part, Value};
pub use args::{Args, Key, int};
pub use context::{Context, Level, Protocol, log};
pub use db::{Db, Expiry};
pub use error::{Error, Outcome};
#[doc(hidden)]
pub use ffi::export;
pub use reply::Reply;

/// What a command's file needs.
pub mod prelude {
    pub use crate::{
        Answer, Args, Context, Error, Expiry, Key, Level, Outcome, Protocol, Value, command, export_plugin,
        int, log,
    };
}
