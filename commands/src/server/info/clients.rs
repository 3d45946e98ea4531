//! INFO's section Clients: how many there are, and what they wait for.

use russet_engine::info::{Fields, Shown};
use russet_engine::info_section;
use russet_engine::prelude::*;

info_section! { name: "Clients", order: 200, shown: Shown::ByDefault, write: write }

fn write(cx: &mut Context<'_>, fields: &mut Fields) {
    let core = &*cx.core;
    let (input, output) = core.stats.buffer_peaks.recent();
    fields.put("connected_clients", core.clients.len());
    fields.put("cluster_connections", 0);
    fields.put("maxclients", core.params.maxclients());
    fields.put("client_recent_max_input_buffer", input);
    fields.put("client_recent_max_output_buffer", output);
    fields.put("blocked_clients", core.blocked_clients);
    fields.put("tracking_clients", 0);
    fields.put("clients_in_timeout_table", core.clients_with_deadline());
    let waiting = &cx.db.keyspace().waiting;
    fields.put("total_blocking_keys", waiting.keys());
    fields.put("total_blocking_keys_on_nokey", waiting.keys_or_gone());
}

#[cfg(test)]
mod tests {
    use crate::shell::Shell;

    #[test]
    fn the_client_that_asks_is_counted() {
        let mut shell = Shell::new();
        shell.another();
        assert!(shell.run("INFO clients").contains("connected_clients:2 "));
    }
}
