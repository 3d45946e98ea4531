//! SLOWLOG: commands that took long. One file of this folder for each subcommand.

automod::dir!(pub(crate) "src/server/slowlog");

use russet_engine::prelude::*;

command! {
    name: "SLOWLOG", group: Server, since: "2.2.12", complexity: "Depends on subcommand.",
    summary: "A container for slow log commands.",
    arity: -2,
}
