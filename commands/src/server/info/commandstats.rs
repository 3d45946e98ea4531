//! INFO's section Commandstats: how often each command ran, and how long.

use russet_engine::info::{Fields, Shown};
use russet_engine::info_section;
use russet_engine::prelude::*;

info_section! { name: "Commandstats", order: 900, shown: Shown::InAll, write: write }

fn write(cx: &mut Context<'_>, fields: &mut Fields) {
    for entry in cx.registry.iter() {
        let stats = cx.core.stats.command(entry.id);
        if stats.calls == 0 && stats.rejected == 0 && stats.failed == 0 {
            continue;
        }
        let microseconds = stats.nanoseconds / 1000;
        let each = if stats.calls == 0 { 0.0 } else { microseconds as f64 / stats.calls as f64 };
        fields.put(
            format_args!("cmdstat_{}", entry.name),
            format_args!(
                "calls={},usec={microseconds},usec_per_call={each:.2},rejected_calls={},failed_calls={}",
                stats.calls, stats.rejected, stats.failed
            ),
        );
    }
}

#[cfg(test)]
mod tests {
    use crate::shell::conversation;

    #[test]
    fn calls_refusals_and_failures() {
        let mut shell = conversation! {
            "GET a => $-1"
            "GET => -ERR wrong number of arguments for 'get' command"
            "LOLWUT VERSION x => -ERR value is not an integer or out of range"
            "CONFIG GET nosuch => *0"
            "CONFIG HELP x => -ERR wrong number of arguments for 'config|help' command"
        };
        let report = shell.run("INFO commandstats");
        for field in [
            "cmdstat_get:calls=1,usec=0,usec_per_call=0.00,rejected_calls=1,failed_calls=0 ",
            "cmdstat_lolwut:calls=1,usec=0,usec_per_call=0.00,rejected_calls=0,failed_calls=1",
            "cmdstat_config|get:calls=1,usec=0,usec_per_call=0.00,rejected_calls=0,failed_calls=0 ",
            "cmdstat_config|help:calls=0,usec=0,usec_per_call=0.00,rejected_calls=1,failed_calls=0 ",
        ] {
            assert!(report.contains(field), "{field} in {report}");
        }
        assert_eq!(report.matches("cmdstat_").count(), 4, "{report}");
    }
}
