//! SLOWLOG LEN: how many slow commands are kept.

use russet_engine::prelude::*;

command! {
    name: "SLOWLOG|LEN", group: Server, since: "2.2.12", complexity: "O(1)",
    summary: "Returns the number of entries in the slow log.",
    flags: ADMIN | LOADING | STALE,
    tips: ["request_policy:all_nodes", "response_policy:agg_sum", "nondeterministic_output"],
    run: |cx, _| cx.reply.count(cx.core.observation.slow_log.len()),
}
