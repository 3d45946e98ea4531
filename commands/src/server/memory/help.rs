//! MEMORY HELP.

use russet_engine::prelude::*;

command! {
    name: "MEMORY|HELP", group: Server, since: "4.0.0", complexity: "O(1)",
    summary: "Returns helpful text about the different subcommands.",
    flags: LOADING | STALE,
    run: help,
}

fn help(cx: &mut Context<'_>, _: Args<'_>) -> Outcome {
    cx.reply.help(
        "MEMORY",
        &[
            "DOCTOR",
            "    Say what looks wrong with the use of memory, and what may be done about it.",
            "MALLOC-STATS",
            "    Return what the allocator tells of itself.",
            "PURGE",
            "    Give memory that was freed back to the system.",
            "STATS",
            "    Return what memory is used for, in figures.",
            "USAGE <key> [SAMPLES <count>]",
            "    Return how many bytes <key> and its value take. The samples are accepted",
            "    and not needed.",
        ],
    )
}
