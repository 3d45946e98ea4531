//! XGROUP HELP: what can follow `XGROUP`.

use russet_engine::prelude::*;

command! {
    name: "XGROUP|HELP", group: Stream, since: "5.0.0", complexity: "O(1)",
    summary: "Returns helpful text about the different subcommands.",
    flags: LOADING | STALE,
    run: help,
}

const LINES: &[&str] = &[
    "CREATE <key> <groupname> <id|$> [option]",
    "    Create a new consumer group. Options are:",
    "    * MKSTREAM",
    "      Create the empty stream if it does not exist.",
    "    * ENTRIESREAD entries_read",
    "      Set the group's entries_read counter (internal use).",
    "CREATECONSUMER <key> <groupname> <consumer>",
    "    Create a new consumer in the specified group.",
    "DELCONSUMER <key> <groupname> <consumer>",
    "    Remove the specified consumer.",
    "DESTROY <key> <groupname>",
    "    Remove the specified group.",
    "SETID <key> <groupname> <id|$> [ENTRIESREAD entries_read]",
    "    Set the current group ID and entries_read counter.",
];

fn help(cx: &mut Context<'_>, _: Args<'_>) -> Outcome {
    cx.reply.help("XGROUP", LINES)
}
