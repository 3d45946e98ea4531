//! DEBUG CHANGE-REPL-ID: begin another replication history.

use russet_engine::debug_subcommand;
use russet_engine::prelude::*;

debug_subcommand! {
    name: "CHANGE-REPL-ID", words: 2..=2,
    help: &[
        "CHANGE-REPL-ID",
        "    Change the replication IDs of the instance.",
        "    Dangerous: should be used only for testing the replication subsystem.",
    ],
    run: change_repl_id,
}

fn change_repl_id(cx: &mut Context<'_>, _: Args<'_>) -> Outcome {
    cx.core.change_replication_id();
    tracing::info!("Changing replication IDs after receiving DEBUG change-repl-id");
    cx.reply.ok()
}

#[cfg(test)]
mod tests {
    use crate::server::debug::tests::shell;

    #[test]
    fn info_shows_the_new_one() {
        let mut shell = shell();
        let before = shell.run("INFO replication");
        assert_eq!(before, shell.run("INFO replication"));
        assert_eq!(shell.run("DEBUG CHANGE-REPL-ID"), "+OK");
        let after = shell.run("INFO replication");
        assert_ne!(before, after);
        assert_eq!(before.len(), after.len());
    }
}
