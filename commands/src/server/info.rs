//! INFO: the state of the server in numbers, in sections. One file of this folder for each of Redis's
//! sections; others stand beside what they are about.

automod::dir!("src/server/info");

use russet_engine::info;
use russet_engine::prelude::*;

command! {
    name: "INFO", group: Server, since: "1.0.0", complexity: "O(1)",
    summary: "Returns information and statistics about the server.",
    syntax: "[section [section ...]]",
    flags: LOADING | STALE,
    acl: category::DANGEROUS,
    tips: ["nondeterministic_output", "request_policy:all_shards", "response_policy:special"],
    history: [("7.0.0", "Added support for taking multiple section arguments.")],
    run: run,
}

fn run(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let report = info::report(cx, args.iter_from(1));
    cx.reply.verbatim("txt", &report)
}

#[cfg(test)]
mod tests {
    use crate::shell::{Shell, conversation};

    /// The titles of the sections in a report.
    fn titles(report: &str) -> Vec<&str> {
        report.split("# ").skip(1).filter_map(|part| part.split(' ').next()).collect()
    }

    const DEFAULT: [&str; 11] = [
        "Server", "Clients", "Memory", "Persistence", "Stats", "Replication", "CPU", "Modules", "Errorstats",
        "Cluster", "Keyspace",
    ];
    const ALL: [&str; 13] = [
        "Server", "Clients", "Memory", "Persistence", "Stats", "Replication", "CPU", "Modules", "Commandstats",
        "Errorstats", "Latencystats", "Cluster", "Keyspace",
    ];

    #[test]
    fn which_sections_are_shown() {
        let mut shell = Shell::new();
        for (request, expected) in [
            ("INFO", &DEFAULT[..]),
            ("INFO default", &DEFAULT),
            ("INFO nosuch Default", &DEFAULT),
            ("INFO ALL", &ALL),
            ("INFO everything", &ALL),
            ("INFO server all", &ALL),
            ("INFO keyspace CLUSTER cluster", &["Cluster", "Keyspace"]),
            ("INFO debug", &["Debug"]),
            ("INFO debug cpu", &["CPU", "Debug"]),
        ] {
            assert_eq!(titles(&shell.run(request)), expected, "{request}");
        }
    }

    #[test]
    fn the_text_of_a_report() {
        let mut shell = conversation! {
            "INFO nosuch => $0"
            "INFO cluster => $30 # Cluster cluster_enabled:0"
            "INFO keyspace modules => $25 # Modules  # Keyspace"
        };
        shell.resp3();
        assert_eq!(shell.run("INFO nosuch"), "=4 txt:");
        assert_eq!(shell.run("INFO cluster"), "=34 txt:# Cluster cluster_enabled:0");
    }

    #[test]
    fn every_line_is_a_title_a_field_or_blank_and_no_field_comes_twice() {
        let mut shell = Shell::new();
        shell.run("NOSUCH");
        shell.run("PING");
        let report = shell.engine.run(shell.client(), &[b"INFO", b"all", b"debug"]);
        let report = String::from_utf8(report).unwrap();
        let (_, body) = report.split_once("\r\n").unwrap();
        let mut seen = std::collections::HashSet::new();
        for line in body.split("\r\n").filter(|line| !line.is_empty() && !line.starts_with("# ")) {
            let (name, value) = line.split_once(':').unwrap_or_else(|| panic!("{line:?} is no field"));
            assert!(seen.insert(name.to_owned()), "{name} comes twice");
            assert!(!value.contains("NaN") && !value.contains("inf"), "{line}");
        }
    }
}
