//! SCRIPT HELP.

use russet_engine::prelude::*;

command! {
    name: "SCRIPT|HELP", group: Scripting, since: "5.0.0", complexity: "O(1)",
    summary: "Returns helpful text about the different subcommands.",
    flags: LOADING | STALE,
    run: help,
}

fn help(cx: &mut Context<'_>, _: Args<'_>) -> Outcome {
    cx.reply.help(
        "SCRIPT",
        &[
            "DEBUG (YES|SYNC|NO)",
            "    There is no debugger: YES and SYNC are refused.",
            "EXISTS <sha1> [<sha1> ...]",
            "    Say of each script whether it is in the cache.",
            "FLUSH [ASYNC|SYNC]",
            "    Empty the cache. Without a mode, lazyfree-lazy-user-flush decides whether the",
            "    scripts are freed in the background.",
            "KILL",
            "    End the script that runs, unless it has written.",
            "LOAD <script>",
            "    Put a script into the cache without running it.",
            "SHOW <sha1>",
            "    Return the text of a script in the cache.",
        ],
    )
}
