//! LATENCY DOCTOR: which events kept clients waiting, in words, and what can be done about each.

use russet_engine::observe::Series;
use russet_engine::prelude::*;

command! {
    name: "LATENCY|DOCTOR", group: Server, since: "2.8.13", complexity: "O(1)",
    summary: "Returns a human-readable latency analysis report.",
    flags: ADMIN | NOSCRIPT | LOADING | STALE,
    tips: ["nondeterministic_output", "request_policy:all_nodes", "response_policy:special"],
    run: doctor,
}

fn doctor(cx: &mut Context<'_>, _: Args<'_>) -> Outcome {
    let latency = &cx.core.observation.latency;
    let findings: Vec<String> = latency.events().map(|(event, series)| finding(event, series)).collect();
    let report = match (latency.is_on(), findings.is_empty()) {
        (_, false) => format!("These kept clients waiting:\n\n{}", findings.concat()),
        (true, true) => "Nothing has kept clients waiting for as long as latency-monitor-threshold.\n".to_owned(),
        (false, true) => "The latency monitor is off. CONFIG SET latency-monitor-threshold <milliseconds> turns it \
                          on; ask again when it has run for a while.\n"
            .to_owned(),
    };
    cx.reply.verbatim("txt", report.as_bytes())
}

fn finding(event: &str, series: &Series) -> String {
    let count = series.iter().len() as f64;
    let average = series.iter().map(|sample| f64::from(sample.ms)).sum::<f64>() / count;
    let deviation = series.iter().map(|sample| (f64::from(sample.ms) - average).abs()).sum::<f64>() / count;
    let longest = series.longest_ms();
    format!(
        " * {event}: {count} waits, {} ms on average (deviation {} ms), {longest} ms at most.\n   {}\n\n",
        average as u64,
        deviation as u64,
        advice(event)
    )
}

/// What can be done about an event.
fn advice(event: &str) -> &'static str {
    match event {
        "command" | "fast-command" => {
            "SLOWLOG GET tells which commands these were: set slowlog-log-slower-than no higher than the threshold of \
             the latency monitor. Commands that walk through large values or many keys can be cut in pieces (SCAN and \
             its kin, UNLINK in place of DEL). If they are fast by themselves, the process waits for a processor or \
             for memory: look at the machine's load and at swapping."
        }
        "fork" => {
            "A fork copies the table of memory pages, so it takes longer the more memory is in use. Transparent huge \
             pages and some virtual machines make it slower."
        }
        "aof-write" | "aof-write-pending-fsync" | "aof-write-active-child" | "aof-write-alone" | "aof-fsync-always" => {
            "The disk does not keep up with the journal. appendfsync everysec, no-appendfsync-on-rewrite yes, or a \
             disk that nobody else writes to make these rarer."
        }
        "expire-cycle" | "expire-del" => {
            "Many keys expire together, or large ones do. Give them different times, or set lazyfree-lazy-expire."
        }
        "eviction-cycle" | "eviction-del" => {
            "Much has to be evicted at once, or large keys are. A higher maxmemory, smaller values or \
             lazyfree-lazy-eviction help."
        }
        _ => "See the book's page on latency.",
    }
}
