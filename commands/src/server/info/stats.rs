//! INFO's section Stats: what has happened since the start, or since CONFIG RESETSTAT.

use russet_engine::acl::Reason;
use russet_engine::info::{Fields, Shown};
use russet_engine::info_section;
use russet_engine::prelude::*;
use russet_engine::pubsub::Space;
use russet_engine::stats::Rate;

info_section! { name: "Stats", order: 500, shown: Shown::ByDefault, write: write }

fn write(cx: &mut Context<'_>, fields: &mut Fields) {
    let stats = &cx.core.stats;
    fields.put("total_connections_received", stats.connections_received);
    fields.put("total_commands_processed", stats.commands_processed);
    fields.put("instantaneous_ops_per_sec", stats.commands_rate.mean());
    fields.put("total_net_input_bytes", stats.net_input);
    fields.put("total_net_output_bytes", stats.net_output);
    fields.put_zeros(&["total_net_repl_input_bytes", "total_net_repl_output_bytes"]);
    fields.put("instantaneous_input_kbps", kilobytes(&stats.input_rate));
    fields.put("instantaneous_output_kbps", kilobytes(&stats.output_rate));
    fields.put("instantaneous_input_repl_kbps", "0.00");
    fields.put("instantaneous_output_repl_kbps", "0.00");
    fields.put("rejected_connections", stats.connections_rejected);
    fields.put_zeros(&["sync_full", "sync_partial_ok", "sync_partial_err"]);
    keys(cx, fields);
    let pubsub = &cx.core.pubsub;
    fields.put("pubsub_channels", pubsub.names(Space::Channels));
    fields.put("pubsub_patterns", pubsub.names(Space::Patterns));
    fields.put("pubsubshard_channels", pubsub.names(Space::Shard));
    let forks = cx.core.persistence.forks;
    fields.put("latest_fork_usec", forks.latest_us);
    fields.put("total_forks", forks.total);
    fields.put_zeros(&[
        "migrate_cached_sockets",
        "slave_expires_tracked_keys",
        "active_defrag_hits",
        "active_defrag_misses",
        "active_defrag_key_hits",
        "active_defrag_key_misses",
        "total_active_defrag_time",
        "current_active_defrag_time",
        "tracking_total_keys",
        "tracking_total_items",
        "tracking_total_prefixes",
    ]);
    let stats = &cx.core.stats;
    fields.put("unexpected_error_replies", stats.unexpected_errors);
    fields.put("total_error_replies", stats.error_replies);
    fields.put("dump_payload_sanitizations", cx.core.persistence.sanitized);
    fields.put("total_reads_processed", stats.reads_processed);
    fields.put("total_writes_processed", stats.writes_processed);
    fields.put_zeros(&["io_threaded_reads_processed", "io_threaded_writes_processed"]);
    fields.put("client_query_buffer_limit_disconnections", stats.query_buffer_disconnections);
    fields.put("client_output_buffer_limit_disconnections", stats.output_buffer_disconnections);
    let turns = &stats.event_loop;
    fields.put("eventloop_cycles", turns.cycles);
    fields.put("eventloop_duration_sum", turns.nanoseconds / 1000);
    fields.put("eventloop_duration_cmd_sum", turns.commands_ns / 1000);
    fields.put("instantaneous_eventloop_cycles_per_sec", turns.cycles_rate.mean());
    fields.put("instantaneous_eventloop_duration_usec", turns.duration_rate.mean());
    let denied = stats.denied;
    fields.put("acl_access_denied_auth", denied.of(Reason::Auth));
    fields.put("acl_access_denied_cmd", denied.of(Reason::Command));
    fields.put("acl_access_denied_key", denied.of(Reason::Key));
    fields.put("acl_access_denied_channel", denied.of(Reason::Channel));
}

/// What has become of keys.
fn keys(cx: &mut Context<'_>, fields: &mut Fields) {
    let keys = &cx.db.keyspace().stats;
    fields.put("expired_keys", keys.expired);
    fields.put("expired_stale_perc", format_args!("{:.2}", keys.expired_stale_percent));
    fields.put("expired_time_cap_reached_count", keys.expire_time_cap_reached);
    fields.put("expire_cycle_cpu_milliseconds", keys.expire_cycle_us / 1000);
    fields.put("evicted_keys", keys.evicted);
    fields.put("evicted_clients", cx.core.stats.evicted_clients);
    fields.put("evicted_scripts", cx.core.scripting.cache.evicted);
    let (total, current) = cx.core.eviction_exceeded();
    fields.put("total_eviction_exceeded_time", total.as_millis());
    fields.put("current_eviction_exceeded_time", current.as_millis());
    fields.put("keyspace_hits", keys.hits);
    fields.put("keyspace_misses", keys.misses);
}

fn kilobytes(rate: &Rate) -> String {
    format!("{:.2}", rate.mean() as f64 / 1024.0)
}

#[cfg(test)]
mod tests {
    use crate::shell::conversation;

    #[test]
    fn what_has_happened() {
        let mut shell = conversation! {
            "SET a 1 => +OK"
            "GET a => $1 1"
            "GET nosuch => $-1"
            "NOSUCH => -ERR unknown command 'NOSUCH', with args beginning with:"
        };
        let report = shell.run("INFO stats");
        for field in
            ["total_commands_processed:3 ", "keyspace_hits:1 ", "keyspace_misses:1 ", "total_error_replies:1 "]
        {
            assert!(report.contains(field), "{field} in {report}");
        }
    }
}
