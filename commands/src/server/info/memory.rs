//! INFO's section Memory: what is used, by what, and what the allocator makes of it.

use super::ratio;
use russet_engine::info::{Fields, Shown};
use russet_engine::info_section;
use russet_engine::prelude::*;

info_section! { name: "Memory", order: 300, shown: Shown::ByDefault, write: write }

fn write(cx: &mut Context<'_>, fields: &mut Fields) {
    let usage = cx.core.host.usage();
    let (used, resident) = (usage.memory as u64, usage.resident as u64);
    let peak = usage.memory_peak.max(usage.memory) as u64;
    let startup = usage.memory_startup as u64;
    let clients = clients(cx) as u64;
    let overhead = startup + clients + tables(cx) as u64;
    let dataset = used.saturating_sub(overhead);
    let uncounted = cx.core.host.uncounted_memory() + cx.db.keyspace().effects.pending_bytes();
    let params = &cx.core.params;

    fields.put_bytes("used_memory", used);
    fields.put_bytes("used_memory_rss", resident);
    fields.put_bytes("used_memory_peak", peak);
    fields.put("used_memory_peak_perc", percent(used, peak));
    fields.put("used_memory_overhead", overhead);
    fields.put("used_memory_startup", startup);
    fields.put("used_memory_dataset", dataset);
    fields.put("used_memory_dataset_perc", percent(dataset, used.saturating_sub(startup)));
    // An allocator that does not tell its own figures: Redis then takes those of the process.
    fields.put("allocator_allocated", used);
    fields.put("allocator_active", resident);
    fields.put("allocator_resident", resident);
    fields.put_bytes("total_system_memory", usage.system_memory);
    scripts(fields);
    fields.put_bytes("maxmemory", cx.core.evictor.limit());
    fields.put("maxmemory_policy", params.maxmemory_policy().name);
    fragmentation(fields, "allocator_frag", resident, used);
    fragmentation(fields, "allocator_rss", resident, resident);
    fragmentation(fields, "rss_overhead", resident, resident);
    fields.put("mem_fragmentation_ratio", format_args!("{:.2}", ratio(resident as f64, used as f64)));
    fields.put("mem_fragmentation_bytes", resident as i64 - used as i64);
    fields.put("mem_not_counted_for_evict", uncounted);
    fields.put_zeros(&["mem_replication_backlog", "mem_total_replication_buffers", "mem_clients_slaves"]);
    fields.put("mem_clients_normal", clients);
    fields.put_zeros(&["mem_cluster_links"]);
    fields.put("mem_aof_buffer", cx.core.persistence.journal.buffer_room);
    fields.put("mem_allocator", cx.core.host.identity().allocator);
    fields.put("active_defrag_running", 0);
    fields.put("lazyfree_pending_objects", usage.lazy_free_pending);
    fields.put("lazyfreed_objects", usage.lazy_freed);
}

/// No interpreter runs, and no script is kept.
fn scripts(fields: &mut Fields) {
    fields.put_zeros(&["used_memory_lua", "used_memory_vm_eval"]);
    fields.put("used_memory_lua_human", "0B");
    fields.put_zeros(&[
        "used_memory_scripts_eval",
        "number_of_cached_scripts",
        "number_of_functions",
        "number_of_libraries",
        "used_memory_vm_functions",
    ]);
    fields.put_bytes("used_memory_vm_total", 0);
    fields.put("used_memory_functions", 0);
    fields.put_bytes("used_memory_scripts", 0);
}

fn percent(part: u64, whole: u64) -> String {
    format!("{:.2}%", ratio(part as f64 * 100.0, whole as f64))
}

/// How much more `outer` is than `inner`, as a ratio and in bytes.
fn fragmentation(fields: &mut Fields, name: &str, outer: u64, inner: u64) {
    fields.put(format_args!("{name}_ratio"), format_args!("{:.2}", ratio(outer as f64, inner as f64)));
    fields.put(format_args!("{name}_bytes"), outer as i64 - inner as i64);
}

/// Bytes of all tables of keys, without the keys. O(databases).
fn tables(cx: &mut Context<'_>) -> usize {
    let databases = cx.db.keyspace().databases();
    databases.iter().map(|database| database.table().memory() + database.volatile_index().memory()).sum()
}

/// Bytes that clients hold. O(clients).
fn clients(cx: &mut Context<'_>) -> usize {
    let own = cx.session.memory(cx.reply.output());
    own + cx.core.clients.iter().map(|(_, client)| client.session.memory(&client.output)).sum::<usize>()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shell::Shell;

    #[test]
    fn ratios_of_nothing_are_nothing() {
        let report = Shell::new().run("INFO memory");
        assert!(report.contains("used_memory_peak_perc:0.00% "), "{report}");
        assert!(report.contains("mem_fragmentation_ratio:0.00 "), "{report}");
        assert_eq!(percent(5, 8), "62.50%");
    }

    #[test]
    fn what_clients_hold_is_counted() {
        let mut shell = Shell::new();
        let of = |report: String| -> usize {
            let (_, rest) = report.split_once("mem_clients_normal:").unwrap();
            rest.split(' ').next().unwrap().parse().unwrap()
        };
        let one = of(shell.run("INFO memory"));
        let first = shell.another();
        shell.run("MULTI");
        shell.words(&[b"SET", b"key", &[b'x'; 10_000]]);
        shell.switch(first);
        let both = of(shell.run("INFO memory"));
        assert!(both > one + 10_000, "{one} {both}");
    }
}
