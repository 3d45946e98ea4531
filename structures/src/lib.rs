//! Bytes in memory: the structures that Redis's data types rest on.
//!
//! This crate has no idea that a server exists: no keys, no clients, no I/O, no clock and no source of chance; time and
//! random numbers come in as arguments. It depends on no other crate.
//!
//! # Which type rests on what?
//!
//! A type of Redis is small or large, and each form has a structure. Small values are packed into one run of bytes,
//! which is searched from its beginning; beyond a limit they move into a structure that is searched by hash or by order.
//!
//! | type | while small | when large |
//! |---|---|---|
//! | string | within the [record](crate::record) of its key | bytes of their own; [bitmap](crate::bitmap) and [HyperLogLog](crate::hyperloglog) are ways to read them |
//! | list | one [listpack](crate::listpack) | [quicklist](crate::quicklist): a chain of listpacks, the inner ones packed by [LZF](crate::lzf) |
//! | hash | [listpack](crate::listpack) | [map](crate::map) |
//! | set | [intset](crate::intset) or [listpack](crate::listpack) | [set](crate::map) |
//! | sorted set | [listpack](crate::listpack) | [sorted set](crate::sorted_set): a dict by member and a [B+ tree](crate::bptree) by score; places on earth are scores made by [geohash](crate::geohash) |
//! | stream | | [stream](crate::stream): a [radix tree](crate::rax) of listpacks |
//!
//! The keyspace is a [dict](crate::dict) of records, as map and set are dicts of fields and members. When memory is full,
//! an [LRU clock](crate::lru_clock) or a [Morris counter](crate::morris) in each record says which key is worth least, and
//! the [eviction pool](crate::eviction) remembers the worst that were seen.
//!
//! Three are here because Redis has or had them, and because the comparison teaches: [SDS](crate::sds),
//! the [ziplist](crate::ziplist), which old files still hold, and the [skiplist](crate::skiplist).
//!
//! # In which order to read?
//!
//! Each page stands alone. Three walks through them:
//!
//! 1. *How little can a value take?* [SDS](crate::sds), [record](crate::record), [block](crate::block),
//!    [intset](crate::intset), [ziplist](crate::ziplist), [listpack](crate::listpack), [quicklist](crate::quicklist),
//!    [LZF](crate::lzf).
//! 2. *How is one found among millions?* [Dict](crate::dict), [map](crate::map), [skiplist](crate::skiplist),
//!    [B+ tree](crate::bptree), [sorted set](crate::sorted_set), [radix tree](crate::rax), [stream](crate::stream).
//! 3. *What can be known without keeping everything?* [HyperLogLog](crate::hyperloglog),
//!    [Morris counter](crate::morris), [LRU clock](crate::lru_clock), [eviction pool](crate::eviction),
//!    [geohash](crate::geohash), [bitmap](crate::bitmap).
//!
//! # What does each folder hold?
//!
//! `mod.rs` begins with the page: the problem, the layout drawn, what operations cost, what it is bad at, how it differs
//! from Redis's. `raw.rs`, where there is one, is the unsafe core, and nothing else is unsafe. `tests.rs` runs operations
//! against a naive model. Every structure can check its own invariants (`validate`), and whatever reads bytes that it did
//! not write (`from_bytes` and the like) reads nothing outside them and does not panic.

#![allow(rustdoc::redundant_explicit_links, reason = "the book turns explicit ones into links to its pages")]

pub mod bitmap;
pub mod block;
pub mod bptree;
mod buckets;
pub mod dict;
pub mod element;
pub mod eviction;
pub mod geohash;
pub mod hyperloglog;
pub mod integer;
pub mod intset;
pub mod listpack;
pub mod lru_clock;
pub mod lzf;
pub mod map;
pub mod morris;
pub mod quicklist;
pub mod rax;
pub mod record;
pub mod sds;
pub mod skiplist;
pub mod sorted_index;
pub mod sorted_set;
pub mod stream;
pub mod ziplist;
