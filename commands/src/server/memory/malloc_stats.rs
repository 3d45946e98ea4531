//! MEMORY MALLOC-STATS: the allocator's own report.

use russet_engine::prelude::*;

command! {
    name: "MEMORY|MALLOC-STATS", group: Server, since: "4.0.0",
    complexity: "Depends on how much memory is allocated, could be slow",
    summary: "Returns the allocator statistics.",
    tips: ["nondeterministic_output", "request_policy:all_shards", "response_policy:special"],
    run: malloc_stats,
}

fn malloc_stats(cx: &mut Context<'_>, _: Args<'_>) -> Outcome {
    match cx.core.host.allocator_report() {
        Some(report) => cx.reply.verbatim("txt", report.as_bytes()),
        None => cx.reply.bulk(b"Stats not supported for the current allocator"),
    }
}

#[cfg(test)]
mod tests {
    use crate::shell::conversation;

    #[test]
    fn an_allocator_that_tells_nothing() {
        conversation! {
            "MEMORY MALLOC-STATS => $45 Stats not supported for the current allocator"
            "MEMORY MALLOC-STATS x => -ERR wrong number of arguments for 'memory|malloc-stats' command"
        };
    }
}
