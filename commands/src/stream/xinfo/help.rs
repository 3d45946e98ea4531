//! XINFO HELP: what can follow `XINFO`.

use russet_engine::prelude::*;

command! {
    name: "XINFO|HELP", group: Stream, since: "5.0.0", complexity: "O(1)",
    summary: "Returns helpful text about the different subcommands.",
    flags: LOADING | STALE,
    run: help,
}

const LINES: &[&str] = &[
    "CONSUMERS <key> <groupname>",
    "    Show consumers of <groupname>.",
    "GROUPS <key>",
    "    Show the stream consumer groups.",
    "STREAM <key> [FULL [COUNT <count>]",
    "    Show information about the stream.",
];

fn help(cx: &mut Context<'_>, _: Args<'_>) -> Outcome {
    cx.reply.help("XINFO", LINES)
}
