//! LATENCY RESET: forget events, or all of them.

use russet_engine::prelude::*;

command! {
    name: "LATENCY|RESET", group: Server, since: "2.8.13", complexity: "O(1)",
    summary: "Resets the latency data for one or more events.",
    syntax: "[event [event ...]]",
    flags: ADMIN | NOSCRIPT | LOADING | STALE,
    tips: ["request_policy:all_nodes", "response_policy:agg_sum"],
    run: reset,
}

fn reset(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let latency = &mut cx.core.observation.latency;
    let forgotten = match args.len() {
        2 => latency.reset(None),
        _ => args.iter_from(2).map(|event| latency.reset(Some(event))).sum(),
    };
    cx.reply.count(forgotten)
}
