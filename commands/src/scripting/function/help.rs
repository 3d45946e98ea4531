//! FUNCTION HELP.

use russet_engine::prelude::*;

command! {
    name: "FUNCTION|HELP", group: Scripting, since: "7.0.0", complexity: "O(1)",
    summary: "Returns helpful text about the different subcommands.",
    flags: LOADING | STALE,
    run: help,
}

fn help(cx: &mut Context<'_>, _: Args<'_>) -> Outcome {
    cx.reply.help(
        "FUNCTION",
        &[
            "DELETE <library-name>",
            "    Take a library and its functions out of the dataset.",
            "DUMP",
            "    Return all libraries as bytes, for RESTORE.",
            "FLUSH [ASYNC|SYNC]",
            "    Take all libraries out. Without a mode, lazyfree-lazy-user-flush decides whether",
            "    they are freed in the background.",
            "KILL",
            "    End the function that runs, unless it has written.",
            "LIST [LIBRARYNAME <pattern>] [WITHCODE]",
            "    Return the libraries, or those with a matching name, and their functions; with",
            "    WITHCODE their code too.",
            "LOAD [REPLACE] <code>",
            "    Put a library into the dataset, or in place of the one with its name.",
            "RESTORE <bytes> [FLUSH|APPEND|REPLACE]",
            "    Put in what DUMP has returned: instead of all libraries, beside them (as without",
            "    a policy), or instead of those with the same names.",
            "STATS",
            "    Return the function that runs, since when, and how many libraries there are.",
        ],
    )
}
