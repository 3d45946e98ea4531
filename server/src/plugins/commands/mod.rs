//! Commands about plugins.

mod list;
mod load;
mod loadex;
mod unload;

use russet_engine::prelude::*;

command! {
    name: "MODULE", group: Server, since: "4.0.0", complexity: "Depends on subcommand.",
    summary: "A container for module commands.",
    flags: PROTECTED,
}

command! {
    name: "MODULE|HELP", group: Server, since: "5.0.0", complexity: "O(1)",
    summary: "Returns helpful text about the different subcommands.",
    flags: LOADING | STALE | PROTECTED,
    run: help,
}

fn help(cx: &mut Context<'_>, _: Args<'_>) -> Outcome {
    cx.reply.help(
        "MODULE",
        &[
            "LIST",
            "    Return the plugins that are loaded.",
            "LOAD <path> [<arg> ...]",
            "    Load the library at <path>, and tell it the arguments.",
            "LOADEX <path> [[CONFIG NAME VALUE] [CONFIG NAME VALUE]] [ARGS ...]",
            "    Load the library at <path>, set parameters of it, and tell it the arguments.",
            "UNLOAD <name>",
            "    Unload a plugin.",
        ],
    )
}
