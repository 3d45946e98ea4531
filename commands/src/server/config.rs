//! CONFIG: parameters and statistics while the server runs. One file of this folder for each subcommand.

automod::dir!("src/server/config");

use russet_engine::prelude::*;

command! {
    name: "CONFIG", group: Server, since: "2.0.0", complexity: "Depends on subcommand.",
    summary: "A container for server configuration commands.",
    arity: -2,
}
