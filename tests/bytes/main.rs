//! What structures store, byte for byte, beside what real servers store: taken out of them with DUMP, put back with
//! RESTORE.
//!
//! | server | gives |
//! |---|---|
//! | Redis 7.0.15, Valkey 8.0.1 | listpacks, intsets, LZF, quicklists, streams, HyperLogLogs |
//! | Redis 6.0.16 | ziplists, which later servers still read |

mod bitmap;
mod geohash;
mod hyperloglog;
mod intset;
mod listpack;
mod lzf;
mod morris;
mod quicklist;
mod rax;
mod stream;
mod ziplist;
