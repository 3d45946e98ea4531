//! SLOWLOG RESET: forget the slow commands.

use russet_engine::prelude::*;

command! {
    name: "SLOWLOG|RESET", group: Server, since: "2.2.12",
    complexity: "O(N) where N is the number of entries in the slowlog",
    summary: "Clears all entries from the slow log.",
    flags: ADMIN | LOADING | STALE,
    tips: ["request_policy:all_nodes", "response_policy:all_succeeded"],
    run: reset,
}

fn reset(cx: &mut Context<'_>, _: Args<'_>) -> Outcome {
    cx.core.observation.slow_log.clear();
    cx.reply.ok()
}
