//! SCRIPT: the script cache, and the script that runs. A file for each subcommand or tight family.

automod::dir!(pub "src/scripting/script");

use russet_engine::prelude::*;

command! {
    name: "SCRIPT", group: Scripting, since: "2.6.0", complexity: "Depends on subcommand.",
    summary: "A container for Lua scripts management commands.",
    arity: -2,
}
