//! INFO's section Persistence: what has been saved. Nothing ever is, so far: the counters are zero because
//! there has been no save, no load and no rewrite.

use russet_engine::info::{Fields, Shown};
use russet_engine::info_section;
use russet_engine::prelude::*;

info_section! { name: "Persistence", order: 400, shown: Shown::ByDefault, write: write }

fn write(cx: &mut Context<'_>, fields: &mut Fields) {
    fields.put_zeros(&[
        "loading", "async_loading", "current_cow_peak", "current_cow_size", "current_cow_size_age",
    ]);
    fields.put("current_fork_perc", "0.00");
    fields.put_zeros(&["current_save_keys_processed", "current_save_keys_total"]);
    fields.put("rdb_changes_since_last_save", cx.db.keyspace().dirty);
    fields.put_zeros(&["rdb_bgsave_in_progress"]);
    // Redis takes its start for the last save: then what is on disk was in memory.
    fields.put("rdb_last_save_time", cx.core.started_ms / 1000);
    fields.put("rdb_last_bgsave_status", "ok");
    fields.put("rdb_last_bgsave_time_sec", -1);
    fields.put("rdb_current_bgsave_time_sec", -1);
    fields.put_zeros(&[
        "rdb_saves", "rdb_last_cow_size", "rdb_last_load_keys_expired", "rdb_last_load_keys_loaded",
        "aof_enabled", "aof_rewrite_in_progress", "aof_rewrite_scheduled",
    ]);
    fields.put("aof_last_rewrite_time_sec", -1);
    fields.put("aof_current_rewrite_time_sec", -1);
    fields.put("aof_last_bgrewrite_status", "ok");
    fields.put_zeros(&["aof_rewrites", "aof_rewrites_consecutive_failures"]);
    fields.put("aof_last_write_status", "ok");
    fields.put_zeros(&["aof_last_cow_size", "module_fork_in_progress", "module_fork_last_cow_size"]);
}

#[cfg(test)]
mod tests {
    use crate::shell::conversation;

    #[test]
    fn changes_are_counted() {
        let mut shell = conversation! {
            "SET a 1 => +OK"
            "SET b 1 => +OK"
            "GET a => $1 1"
            "DEL a b nosuch => :2"
        };
        assert!(shell.run("INFO persistence").contains("rdb_changes_since_last_save:4 "));
    }
}
