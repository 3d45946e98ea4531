//! INFO's section Replication: a master without replicas, as long as there is no replication.

use russet_engine::info::{Fields, Shown};
use russet_engine::info_section;
use russet_engine::prelude::*;

info_section! { name: "Replication", order: 600, shown: Shown::ByDefault, write: write }

fn write(cx: &mut Context<'_>, fields: &mut Fields) {
    fields.put("role", "master");
    fields.put("connected_slaves", 0);
    fields.put("master_failover_state", "no-failover");
    fields.put("master_replid", &cx.core.replication_id);
    fields.put("master_replid2", format_args!("{:040}", 0));
    fields.put("master_repl_offset", 0);
    fields.put("second_repl_offset", -1);
    fields.put("repl_backlog_active", 0);
    fields.put("repl_backlog_size", cx.core.params.repl_backlog_size());
    fields.put_zeros(&["repl_backlog_first_byte_offset", "repl_backlog_histlen"]);
}
