//! SLOWLOG HELP: what can follow `SLOWLOG`.

use russet_engine::prelude::*;

command! {
    name: "SLOWLOG|HELP", group: Server, since: "6.2.0", complexity: "O(1)",
    summary: "Show helpful text about the different subcommands",
    flags: LOADING | STALE,
    run: |cx, _| cx.reply.help("SLOWLOG", LINES),
}

const LINES: &[&str] = &[
    "GET [<count>]",
    "    Show the latest <count> entries, 10 if it is not given, all if it is -1. Of each:",
    "    its id, when it ran, how many microseconds it took, its words, and the client's address and name.",
    "LEN",
    "    Show how many entries there are.",
    "RESET",
    "    Forget all entries.",
];
