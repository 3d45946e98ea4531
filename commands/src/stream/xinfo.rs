//! XINFO: what a stream, its groups and their consumers are at. A file for each subcommand.

use russet_engine::Reply;
use russet_engine::prelude::*;

automod::dir!(pub "src/stream/xinfo");

command! {
    name: "XINFO", group: Stream, since: "5.0.0", complexity: "Depends on subcommand.",
    summary: "A container for stream introspection commands.",
    arity: -2,
}

/// Writes a number that is not always known.
fn write_known(reply: &mut Reply<'_>, number: Option<i64>) -> Outcome {
    match number {
        Some(number) => reply.int(number),
        None => reply.null(),
    }
}

/// Writes a field that is a number.
fn write_count(reply: &mut Reply<'_>, name: &str, count: usize) -> Outcome {
    reply.bulk(name.as_bytes())?;
    reply.count(count)
}
