//! LATENCY HELP: what can follow `LATENCY`.

use russet_engine::prelude::*;

command! {
    name: "LATENCY|HELP", group: Server, since: "2.8.13", complexity: "O(1)",
    summary: "Returns helpful text about the different subcommands.",
    flags: LOADING | STALE,
    run: |cx, _| cx.reply.help("LATENCY", LINES),
}

const LINES: &[&str] = &[
    "DOCTOR",
    "    Say in words which events kept clients waiting, and what can be done.",
    "GRAPH <event>",
    "    Draw when <event> did, and for how long.",
    "HISTORY <event>",
    "    Show when <event> did, and for how many milliseconds.",
    "LATEST",
    "    Show the latest and the longest wait of each event.",
    "RESET [<event> ...]",
    "    Forget these events, or all of them.",
    "HISTOGRAM [<command> ...]",
    "    Show how many calls of these commands, or of all, took up to so many microseconds.",
];
