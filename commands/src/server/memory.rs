//! MEMORY: what memory is used for. One file of this folder for each subcommand.

automod::dir!(pub(crate) "src/server/memory");

use russet_engine::prelude::*;

command! {
    name: "MEMORY", group: Server, since: "4.0.0", complexity: "Depends on subcommand.",
    summary: "A container for memory diagnostics commands.",
    arity: -2,
}
