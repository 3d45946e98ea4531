//! INFO's section Memory: what is used, by what, and what the allocator makes of it.

use crate::server::memory::balance::{Balance, Excess};
use russet_engine::info::{Fields, Shown, human};
use russet_engine::info_section;
use russet_engine::prelude::*;
use russet_engine::scripting::functions;

info_section! { name: "Memory", order: 300, shown: Shown::ByDefault, write: write }

fn write(cx: &mut Context<'_>, fields: &mut Fields) {
    functions::sync(cx);
    let balance = Balance::of(cx);
    let Balance { usage, allocator, .. } = &balance;
    let uncounted = cx.core.host.uncounted_memory() + cx.db.keyspace().effects.pending_bytes();
    let params = &cx.core.params;

    fields.put_bytes("used_memory", usage.memory as u64);
    fields.put_bytes("used_memory_rss", usage.resident as u64);
    fields.put_bytes("used_memory_peak", balance.peak as u64);
    fields.put("used_memory_peak_perc", format_args!("{:.2}%", balance.peak_percent()));
    fields.put("used_memory_overhead", balance.overhead());
    fields.put("used_memory_startup", usage.memory_startup);
    fields.put("used_memory_dataset", balance.dataset());
    fields.put("used_memory_dataset_perc", format_args!("{:.2}%", balance.dataset_percent()));
    fields.put("allocator_allocated", allocator.allocated);
    fields.put("allocator_active", allocator.active);
    fields.put("allocator_resident", allocator.resident);
    fields.put_bytes("total_system_memory", usage.system_memory);
    scripts(cx, fields);
    fields.put_bytes("maxmemory", cx.core.evictor.limit());
    fields.put("maxmemory_policy", params.maxmemory_policy().name);
    let mut excess = |name: &str, excess: Excess| {
        fields.put(format_args!("{name}_ratio"), format_args!("{:.2}", excess.ratio()));
        fields.put(format_args!("{name}_bytes"), excess.bytes());
    };
    excess("allocator_frag", balance.allocator_fragmentation());
    excess("allocator_rss", balance.allocator_rss());
    excess("rss_overhead", balance.rss_overhead());
    excess("mem_fragmentation", balance.fragmentation());
    fields.put("mem_not_counted_for_evict", uncounted);
    fields.put_zeros(&["mem_replication_backlog", "mem_total_replication_buffers", "mem_clients_slaves"]);
    fields.put("mem_clients_normal", balance.clients);
    fields.put_zeros(&["mem_cluster_links"]);
    fields.put("mem_aof_buffer", balance.journal);
    fields.put("mem_allocator", cx.core.host.identity().allocator);
    fields.put("active_defrag_running", 0);
    fields.put("lazyfree_pending_objects", usage.lazy_free_pending);
    fields.put("lazyfreed_objects", usage.lazy_freed);
}

/// What interpreters use, and the texts of scripts and libraries.
fn scripts(cx: &Context<'_>, fields: &mut Fields) {
    let scripting = &cx.core.scripting;
    let (interpreters, texts) = (scripting.interpreters.memory() as u64, scripting.cache.memory() as u64);
    fields.put("used_memory_lua", interpreters);
    fields.put("used_memory_vm_eval", interpreters);
    fields.put("used_memory_lua_human", human(interpreters));
    fields.put("used_memory_scripts_eval", texts);
    fields.put("number_of_cached_scripts", scripting.cache.len());
    let functions = &scripting.functions;
    let (engines, libraries) = (functions.engine_memory() as u64, functions.set.memory() as u64);
    fields.put("number_of_functions", functions.set.function_count());
    fields.put("number_of_libraries", functions.set.libraries().len());
    fields.put("used_memory_vm_functions", engines);
    fields.put_bytes("used_memory_vm_total", interpreters + engines);
    fields.put("used_memory_functions", libraries);
    fields.put_bytes("used_memory_scripts", texts + libraries);
}

#[cfg(test)]
mod tests {
    use crate::shell::Shell;

    #[test]
    fn ratios_of_nothing_are_nothing() {
        let report = Shell::new().run("INFO memory");
        assert!(report.contains("used_memory_peak_perc:0.00% "), "{report}");
        assert!(report.contains("mem_fragmentation_ratio:0.00 "), "{report}");
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
