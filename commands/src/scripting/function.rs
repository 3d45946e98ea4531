//! FUNCTION: libraries of functions. A file for each subcommand or tight family.

automod::dir!(pub "src/scripting/function");

use russet_engine::prelude::*;

command! {
    name: "FUNCTION", group: Scripting, since: "7.0.0", complexity: "Depends on subcommand.",
    summary: "A container for function commands.",
    arity: -2,
}
