//! CLIENT: what a client may ask about itself and the others, and do to them. A file for each subcommand.

use russet_engine::prelude::*;

automod::dir!(pub "src/connection/client");

command! {
    name: "CLIENT", group: Connection, since: "2.4.0", complexity: "Depends on subcommand.",
    summary: "A container for client connection commands.",
    arity: -2,
}
