//! What each fuzz target does with its input.
//!
//! | target | fed with | promises |
//! |---|---|---|
//! | [`resp`] | request bytes and how they are cut | any cut gives the same commands and the same error; words lie inside the buffer |
//! | [`commands`] | sequences of commands of several clients | no panic, one well-formed reply each, the keyspace stays consistent |
//! | [`config`] | the text of a configuration file, redis.conf or RON | no panic; what was accepted is accepted again as it is shown |
//! | [`dict`] | operations on a dict | it agrees with a model, its invariants hold, SCAN keeps its promise |
//! | [`map`] | operations on a map and a set | they agree with ordered ones of the standard library |
//! | [`record`] | operations on a record | it agrees with a struct of fields |
//!
//! `fuzz/run` runs them under `cargo fuzz` (nightly); `tests/seeds.rs` runs the same functions on stable for a few
//! seconds. A target fails by panicking.

pub mod commands;
pub mod config;
pub mod dict;
pub mod framing;
pub mod map;
pub mod record;
pub mod resp;

/// A target: its name, which is also its folder in `fuzz/corpus`, and its function.
pub type Target = (&'static str, fn(&[u8]));

/// All targets.
pub const TARGETS: &[Target] = &[
    ("resp", resp::run),
    ("commands", commands::run),
    ("config", config::run),
    ("dict", dict::run),
    ("map", map::run),
    ("record", record::run),
];
