//! LATENCY LATEST: of each event its latest wait, and its longest.

use russet_engine::prelude::*;

command! {
    name: "LATENCY|LATEST", group: Server, since: "2.8.13", complexity: "O(1)",
    summary: "Returns the latest latency samples for all events.",
    flags: ADMIN | NOSCRIPT | LOADING | STALE,
    tips: ["nondeterministic_output", "request_policy:all_nodes", "response_policy:special"],
    run: latest,
}

fn latest(cx: &mut Context<'_>, _: Args<'_>) -> Outcome {
    let events = cx.core.observation.latency.events();
    cx.reply.array(events.len())?;
    for (event, series) in events {
        // There is no series without a sample.
        let (unix_s, ms) = series.latest().map_or((0, 0), |sample| (sample.unix_s, sample.ms));
        cx.reply.array(4)?;
        cx.reply.bulk(event.as_bytes())?;
        cx.reply.int(unix_s)?;
        cx.reply.int(ms.into())?;
        cx.reply.int(series.longest_ms().into())?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::shell::conversation;

    #[test]
    fn what_was_noted_is_told_and_forgotten() {
        let mut shell = conversation! {
            "LATENCY LATEST => *0"
            "LATENCY HISTORY command => *0"
            "LATENCY GRAPH command => -ERR No samples available for event 'command'"
            "LATENCY RESET => :0"
            "CONFIG SET latency-monitor-threshold 10 => +OK"
        };
        for (ms, unix_s) in [(100, 40), (350, 42), (34, 43), (200, 44), (9, 45)] {
            shell.engine.core.observation.latency.note("command", ms, unix_s);
        }
        shell.engine.core.observation.latency.note("fork", 12, 45);
        assert_eq!(shell.run("LATENCY LATEST"), "*2 *4 $7 command :44 :200 :350 *4 $4 fork :45 :12 :12");
        assert_eq!(shell.run("LATENCY HISTORY fork"), "*1 *2 :45 :12");
        assert_eq!(shell.run("LATENCY HISTORY command"), "*4 *2 :40 :100 *2 :42 :350 *2 :43 :34 *2 :44 :200");
        assert!(shell.run("LATENCY DOCTOR").contains("command: 4 waits, 171 ms on average (deviation 104 ms)"));
        assert_eq!(shell.run("LATENCY RESET nosuch fork"), ":1");
        assert_eq!(shell.run("LATENCY RESET"), ":1");
        assert_eq!(shell.run("LATENCY LATEST"), "*0");
    }
}
