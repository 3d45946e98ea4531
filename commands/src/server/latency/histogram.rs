//! LATENCY HISTOGRAM: how many calls of a command took up to so long, for powers of two of microseconds.

use russet_engine::command::Entry;
use russet_engine::prelude::*;
use russet_engine::stats::CommandStats;

command! {
    name: "LATENCY|HISTOGRAM", group: Server, since: "7.0.0",
    complexity: "O(N) where N is the number of commands with latency information being retrieved.",
    summary: "Returns the cumulative distribution of latencies of a subset or all commands.",
    syntax: "[command [command ...]]",
    flags: ADMIN | NOSCRIPT | LOADING | STALE,
    tips: ["nondeterministic_output", "request_policy:all_nodes", "response_policy:special"],
    run: histogram,
}

fn histogram(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let shown: Vec<(&Entry, Steps)> = match args.len() {
        2 => cx.registry.iter().filter_map(|entry| measured(cx, entry)).collect(),
        // What nobody declared is passed over.
        _ => args.iter_from(2).flat_map(|name| named(cx, name)).collect(),
    };
    cx.reply.map(shown.len())?;
    for (entry, steps) in shown {
        cx.reply.bulk(entry.name.as_bytes())?;
        cx.reply.map(2)?;
        cx.reply.bulk(b"calls")?;
        cx.reply.int(steps.calls as i64)?;
        cx.reply.bulk(b"histogram_usec")?;
        cx.reply.map(steps.reached.len())?;
        for (us, calls) in steps.reached {
            cx.reply.int(us as i64)?;
            cx.reply.int(calls as i64)?;
        }
    }
    Ok(())
}

/// The command with this name; of a container its subcommands.
fn named<'a>(cx: &Context<'a>, name: &[u8]) -> Vec<(&'a Entry, Steps)> {
    let name = name.to_ascii_lowercase();
    let is_of = |entry: &Entry| {
        let rest = entry.name.as_bytes().strip_prefix(&name[..]);
        rest.is_some_and(|rest| rest.is_empty() || rest[0] == b'|')
    };
    cx.registry.iter().filter(|entry| is_of(entry)).filter_map(|entry| measured(cx, entry)).collect()
}

fn measured<'a>(cx: &Context<'_>, entry: &'a Entry) -> Option<(&'a Entry, Steps)> {
    Some((entry, Steps::of(cx.core.stats.command(entry.id))?))
}

/// Calls that took up to so many microseconds, where there are more than at the step before.
struct Steps {
    calls: u64,
    reached: Vec<(u64, u64)>,
}

impl Steps {
    /// `None` for a command that was never measured.
    fn of(stats: &CommandStats) -> Option<Steps> {
        /// The first step in nanoseconds, a microsecond as far as a histogram can tell.
        const FIRST_NS: u64 = 1024;
        let latency = stats.latency.as_deref().filter(|latency| !latency.is_empty())?;
        let mut reached: Vec<(u64, u64)> = Vec::new();
        let mut step = FIRST_NS;
        while reached.last().is_none_or(|&(_, calls)| calls < latency.len()) {
            // What cannot be told from the step by the histogram belongs to it.
            let bound_ns = latency.highest_equivalent(step);
            let calls = latency.count_between(0, bound_ns);
            if calls > reached.last().map_or(0, |&(_, calls)| calls) {
                reached.push((bound_ns / 1000, calls));
            }
            step = step.checked_mul(2)?;
        }
        Some(Steps { calls: stats.calls, reached })
    }
}

#[cfg(test)]
mod tests {
    use crate::shell::Shell;
    use hdrhistogram::Histogram;

    #[test]
    fn calls_are_summed_up_over_powers_of_two() {
        let mut shell = Shell::new();
        assert_eq!(shell.run("LATENCY HISTOGRAM get nosuch"), "*0");
        let mut latency = Histogram::<u64>::new_with_bounds(1, 1_000_000_000, 2).unwrap();
        for ns in [1, 1000, 1031, 1032, 3000, 40_000, 100_100_000, 1_000_000_000] {
            latency.record(ns).unwrap();
        }
        let id = shell.engine.registry.iter().find(|entry| entry.name == "get").unwrap().id;
        let stats = shell.engine.core.stats.command_mut(id);
        (stats.calls, stats.latency) = (8, Some(Box::new(latency)));
        let get = "$3 get *4 $5 calls :8 $14 histogram_usec *12 :1 :3 :2 :4 :4 :5 :66 :6 :135266 :7 :1082130 :8";
        assert_eq!(shell.run("LATENCY HISTOGRAM GET nosuch"), format!("*2 {get}"));
        shell.run("CONFIG GET hz");
        assert!(shell.run("LATENCY HISTOGRAM config").starts_with("*2 $10 config|get *4 "));
        assert!(shell.run("LATENCY HISTOGRAM").contains(get));
        shell.run("CONFIG SET latency-tracking no");
        shell.run("CONFIG RESETSTAT");
        assert_eq!(shell.run("LATENCY HISTOGRAM"), "*0");
    }
}
