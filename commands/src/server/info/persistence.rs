//! INFO's section Persistence: what has been saved, what is being saved or loaded.

use russet_engine::info::{Fields, Shown};
use russet_engine::info_section;
use russet_engine::persistence::Purpose;
use russet_engine::prelude::*;

info_section! { name: "Persistence", order: 400, shown: Shown::ByDefault, write: write }

fn write(cx: &mut Context<'_>, fields: &mut Fields) {
    fields.put("loading", u8::from(cx.core.persistence.loading.is_some()));
    fields.put_zeros(&["async_loading"]);
    child(cx, fields);
    snapshots(cx, fields);
    journal(cx, fields);
    loading(cx, fields);
}

/// The child that runs.
fn child(cx: &mut Context<'_>, fields: &mut Fields) {
    let child = cx.core.persistence.child;
    let measured = child.filter(|child| child.measured_ms > 0);
    fields.put("current_cow_peak", child.map_or(0, |child| child.copied_most));
    fields.put("current_cow_size", child.map_or(0, |child| child.copied));
    fields.put("current_cow_size_age", measured.map_or(0, |child| (cx.db.now_ms() - child.measured_ms).max(0) / 1000));
    fields.put("current_fork_perc", format_args!("{:.2}", child.map_or(0.0, |child| child.percent())));
    fields.put("current_save_keys_processed", child.map_or(0, |child| child.processed));
    fields.put("current_save_keys_total", child.map_or(0, |child| child.keys));
}

fn snapshots(cx: &mut Context<'_>, fields: &mut Fields) {
    let changes = cx.db.keyspace().dirty;
    let running = cx.core.persistence.child.filter(|child| child.purpose == Purpose::Snapshot);
    let snapshots = &cx.core.persistence.snapshots;
    fields.put("rdb_changes_since_last_save", changes);
    fields.put("rdb_bgsave_in_progress", u8::from(running.is_some()));
    fields.put("rdb_last_save_time", snapshots.last_save_s);
    fields.put("rdb_last_bgsave_status", if snapshots.last_succeeded { "ok" } else { "err" });
    fields.put("rdb_last_bgsave_time_sec", snapshots.last_took_s.unwrap_or(-1));
    let since = running.map(|child| cx.db.now_ms() / 1000 - child.started_ms / 1000);
    fields.put("rdb_current_bgsave_time_sec", since.unwrap_or(-1));
    fields.put("rdb_saves", snapshots.begun);
    fields.put("rdb_last_cow_size", snapshots.last_copied);
    fields.put("rdb_last_load_keys_expired", snapshots.keys_expired);
    fields.put("rdb_last_load_keys_loaded", snapshots.keys_loaded);
}

fn journal(cx: &mut Context<'_>, fields: &mut Fields) {
    let persistence = &cx.core.persistence;
    let journal = &persistence.journal;
    let running = persistence.child.filter(|child| child.purpose == Purpose::Rewrite);
    fields.put_flag("aof_enabled", journal.enabled);
    fields.put_flag("aof_rewrite_in_progress", running.is_some());
    fields.put_flag("aof_rewrite_scheduled", journal.rewrite_scheduled);
    fields.put("aof_last_rewrite_time_sec", journal.last_rewrite_took_s.unwrap_or(-1));
    let since = running.map(|child| cx.db.now_ms() / 1000 - child.started_ms / 1000);
    fields.put("aof_current_rewrite_time_sec", since.unwrap_or(-1));
    fields.put("aof_last_bgrewrite_status", status(journal.last_rewrite_succeeded));
    fields.put("aof_rewrites", journal.rewrites);
    fields.put("aof_rewrites_consecutive_failures", journal.failed_rewrites);
    fields.put("aof_last_write_status", status(journal.last_write_succeeded));
    fields.put("aof_last_cow_size", journal.last_copied);
    fields.put_zeros(&["module_fork_in_progress", "module_fork_last_cow_size"]);
    if cx.core.params.appendonly() {
        fields.put("aof_current_size", journal.current_bytes);
        fields.put("aof_base_size", journal.base_bytes);
        fields.put_flag("aof_pending_rewrite", journal.rewrite_scheduled);
        fields.put("aof_buffer_length", journal.buffer_bytes);
        fields.put("aof_pending_bio_fsync", journal.pending_syncs);
        fields.put("aof_delayed_fsync", journal.delayed_syncs);
    }
}

fn status(ok: bool) -> &'static str {
    if ok { "ok" } else { "err" }
}

/// What is being loaded, if something is.
fn loading(cx: &mut Context<'_>, fields: &mut Fields) {
    let now_s = cx.db.now_ms() / 1000;
    let Some(loading) = &cx.core.persistence.loading else { return };
    fields.put("loading_start_time", loading.started_s);
    fields.put("loading_total_bytes", loading.total_bytes);
    fields.put("loading_rdb_used_mem", loading.used_memory);
    fields.put("loading_loaded_bytes", loading.loaded_bytes);
    fields.put("loading_loaded_perc", format_args!("{:.2}", loading.percent()));
    fields.put("loading_eta_seconds", loading.seconds_left(now_s));
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
