//! MEMORY DOCTOR: what looks wrong with the use of memory, by Redis's thresholds.

use super::balance::{Balance, Excess};
use russet_engine::prelude::*;

command! {
    name: "MEMORY|DOCTOR", group: Server, since: "4.0.0", complexity: "O(1)",
    summary: "Outputs a memory problems report.",
    tips: ["nondeterministic_output", "request_policy:all_shards", "response_policy:special"],
    run: doctor,
}

/// Below this there is too little to judge by.
const TOO_LITTLE: usize = 5 << 20;
/// A waste of fewer bytes is no problem, whatever the ratio.
const WORTH_MENTIONING: i64 = 10 << 20;
/// Bytes that a client may hold on average.
const LARGE_CLIENT: usize = 200 << 10;

fn doctor(cx: &mut Context<'_>, _: Args<'_>) -> Outcome {
    let report = report(&Balance::of(cx));
    cx.reply.verbatim("txt", report.as_bytes())
}

/// What to say about a use of memory.
fn report(balance: &Balance) -> String {
    if balance.usage.memory < TOO_LITTLE {
        return "This instance is empty or uses very little memory: there is nothing to judge yet. Ask again when it \
                holds data.\n"
            .to_owned();
    }
    let findings = findings(balance);
    if findings.is_empty() {
        return "No problem with the use of memory was found.\n".to_owned();
    }
    let list: String = findings.iter().map(|finding| format!(" * {finding}\n\n")).collect();
    format!("Of the use of memory this looks wrong:\n\n{list}")
}

fn findings(balance: &Balance) -> Vec<&'static str> {
    let wasteful = |excess: Excess, ratio: f64| excess.ratio() > ratio && excess.bytes() > WORTH_MENTIONING;
    let per_client = balance.clients / balance.normal_clients.max(1);
    [
        (
            balance.peak as f64 / balance.usage.memory as f64 > 1.5,
            "Peak memory: at its peak more than 1.5 times as much memory was in use as now. Memory that was freed does \
             not always go back to the system, so a high mem_fragmentation_ratio may only tell of that peak; it is used \
             again as the data grows. MEMORY PURGE gives back what lies in whole free pages.",
        ),
        (
            wasteful(balance.fragmentation(), 1.4),
            "High total RSS: resident memory is more than 1.4 times the memory in use. The figures of the allocator \
             and of the process below this one, in INFO and in MEMORY STATS, say where it is.",
        ),
        (
            wasteful(balance.allocator_fragmentation(), 1.1),
            "High allocator fragmentation: the pages that hold blocks are more than 1.1 times as large as the blocks. \
             Free blocks lie between those in use and serve requests of their size only. The pages fill again with \
             data of the same kind; a restart from a snapshot packs them.",
        ),
        (
            wasteful(balance.allocator_rss(), 1.1),
            "High allocator RSS overhead: the allocator keeps more than 1.1 times the memory of the pages that hold \
             blocks. It was freed lately; MEMORY PURGE gives it back at once.",
        ),
        (
            wasteful(balance.rss_overhead(), 1.1),
            "High process RSS overhead: more than a tenth of the resident memory is not the allocator's, but the \
             program's itself: its code, and the stacks of its threads.",
        ),
        (
            per_client > LARGE_CLIENT,
            "Big client buffers: clients hold more than 200 kB each on average. Some read their replies too slowly, \
             hold a large transaction, or send large requests. CLIENT LIST shows whose `tot-mem` is large, \
             client-output-buffer-limit bounds it.",
        ),
    ]
    .into_iter()
    .filter_map(|(found, text)| found.then_some(text))
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shell::Shell;
    use russet_engine::host::AllocatorUsage;

    const MIB: usize = 1 << 20;

    fn found(used: usize, peak: usize, resident: usize, [allocated, active, kept]: [usize; 3]) -> Vec<String> {
        let allocator = AllocatorUsage { allocated: allocated * MIB, active: active * MIB, resident: kept * MIB };
        let balance = Balance::example(used * MIB, peak * MIB, resident * MIB, allocator);
        let names = findings(&balance).into_iter().filter_map(|finding| finding.split(':').next());
        names.map(str::to_owned).collect()
    }

    #[test]
    fn each_finding_by_its_thresholds() {
        assert!(found(100, 150, 130, [100, 109, 119]).is_empty());
        assert_eq!(found(100, 151, 110, [100, 105, 110]), ["Peak memory"]);
        assert_eq!(found(100, 100, 141, [100, 110, 120]), ["High total RSS", "High process RSS overhead"]);
        assert_eq!(found(100, 100, 120, [100, 111, 120]), ["High allocator fragmentation"]);
        assert_eq!(found(100, 100, 120, [100, 105, 120]), ["High allocator RSS overhead"]);
        // A ratio is nothing where it is of few bytes.
        assert!(found(6, 6, 14, [6, 9, 12]).is_empty());
        let mut balance = Balance::example(100 * MIB, 100 * MIB, 100 * MIB, AllocatorUsage::default());
        balance.clients = LARGE_CLIENT + 1;
        assert!(findings(&balance).concat().starts_with("Big client buffers"));
        balance.normal_clients = 2;
        assert!(findings(&balance).is_empty());
    }

    #[test]
    fn what_it_says() {
        let mut shell = Shell::new();
        assert!(shell.run("MEMORY DOCTOR").contains("very little memory"));
        shell.resp3();
        assert!(shell.run("MEMORY DOCTOR").contains(" txt:This instance is empty"));
        let balance = |peak| Balance::example(8 * MIB, peak, 8 * MIB, AllocatorUsage::default());
        assert!(report(&balance(8 * MIB)).starts_with("No problem"));
        assert!(report(&balance(80 * MIB)).contains("\n * Peak memory: "));
    }
}
