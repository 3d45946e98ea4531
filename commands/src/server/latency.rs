//! LATENCY: what kept clients waiting, and how long commands take. One file of this folder for each subcommand.

automod::dir!(pub(crate) "src/server/latency");

use russet_engine::prelude::*;

command! {
    name: "LATENCY", group: Server, since: "2.8.13", complexity: "Depends on subcommand.",
    summary: "A container for latency diagnostics commands.",
    arity: -2,
}
