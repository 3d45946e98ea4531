//! LATENCY HISTORY: when an event kept clients waiting, and for how long.

use russet_engine::observe::Series;
use russet_engine::prelude::*;

command! {
    name: "LATENCY|HISTORY", group: Server, since: "2.8.13", complexity: "O(1)",
    summary: "Returns timestamp-latency samples for an event.",
    syntax: "event",
    flags: ADMIN | NOSCRIPT | LOADING | STALE,
    tips: ["nondeterministic_output", "request_policy:all_nodes", "response_policy:special"],
    run: history,
}

fn history(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let series = cx.core.observation.latency.series(args.word(2));
    cx.reply.array(series.map_or(0, |series| series.iter().len()))?;
    for sample in series.into_iter().flat_map(Series::iter) {
        cx.reply.array(2)?;
        cx.reply.int(sample.unix_s)?;
        cx.reply.int(sample.ms.into())?;
    }
    Ok(())
}
