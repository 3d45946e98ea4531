//! CONFIG RESETSTAT: begin to count again.

use russet_engine::keyspace::KeyspaceStats;
use russet_engine::prelude::*;

command! {
    name: "CONFIG|RESETSTAT", group: Server, since: "2.0.0", complexity: "O(1)",
    summary: "Resets the server's statistics.",
    flags: ADMIN | NOSCRIPT | LOADING | STALE,
    tips: ["request_policy:all_nodes", "response_policy:all_succeeded"],
    run: resetstat,
}

fn resetstat(cx: &mut Context<'_>, _: Args<'_>) -> Outcome {
    cx.core.stats.reset();
    cx.core.evictor.reset();
    cx.core.host.reset_counts();
    cx.core.persistence.reset_counts();
    cx.core.scripting.cache.evicted = 0;
    cx.db.keyspace().stats = KeyspaceStats::default();
    cx.reply.ok()
}

#[cfg(test)]
mod tests {
    use crate::shell::conversation;

    #[test]
    fn counters_begin_at_zero_and_the_reset_itself_is_the_first() {
        let mut shell = conversation! {
            "SET a 1 => +OK"
            "GET a => $1 1"
            "GET b => $-1"
            "NOSUCH => -ERR unknown command 'NOSUCH', with args beginning with:"
            "CONFIG RESETSTAT => +OK"
            "INFO errorstats => $14 # Errorstats"
        };
        let report = shell.run("INFO stats");
        for field in [" total_commands_processed:2 ", " keyspace_hits:0 ", " keyspace_misses:0 ", " total_error_replies:0 "] {
            assert!(report.contains(field), "{field} in {report}");
        }
        let report = shell.run("INFO commandstats");
        assert!(report.contains("cmdstat_config|resetstat:calls=1,"), "{report}");
        assert!(!report.contains("cmdstat_get"), "{report}");
        assert!(shell.run("INFO persistence").contains("rdb_changes_since_last_save:1 "));
    }
}
