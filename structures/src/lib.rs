//! Bytes in memory: the structures that Redis's data types rest on.
//!
//! This crate has no idea that a server exists: no keys, no clients, no I/O. Each structure has a
//! folder whose `mod.rs` is its page (the problem, the layout drawn, costs, limits), whose `raw.rs`
//! is its unsafe core where it has one, and whose tests run it against a naive model.

pub mod bitmap;
pub mod block;
pub mod bptree;
pub mod dict;
pub mod element;
pub mod geohash;
pub mod hyperloglog;
pub mod integer;
pub mod intset;
pub mod listpack;
pub mod lzf;
pub mod map;
pub mod quicklist;
pub mod rax;
pub mod record;
pub mod skiplist;
pub mod sorted_index;
