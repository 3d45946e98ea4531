//! BGREWRITEAOF: write a new base of the append-only file in a forked child while everybody is served.

use super::journal_files;
use russet_engine::persistence::Purpose;
use russet_engine::prelude::*;

command! {
    name: "BGREWRITEAOF", group: Server, since: "1.0.0", complexity: "O(1)",
    summary: "Asynchronously rewrites the append-only file to disk.",
    flags: ADMIN | NOSCRIPT | NO_ASYNC_LOADING,
    run: bgrewriteaof,
}

fn bgrewriteaof(cx: &mut Context<'_>, _: Args<'_>) -> Outcome {
    // A child that is forked in the middle of a transaction would write half of it.
    let in_transaction = cx.in_transaction;
    let Some((aof, children, mut dataset)) = journal_files(cx) else { return Err(super::FAILED) };
    match children.running() {
        Some(Purpose::Rewrite) => {
            Err(Error::new("ERR Background append only file rewriting already in progress"))
        }
        running if in_transaction || running.is_some() => {
            let journal = &mut dataset.persistence.journal;
            journal.rewrite_scheduled = true;
            // Who asks does not wait for the end of a pause that failures have brought about.
            journal.failed_rewrites = 0;
            tracing::info!("Background append only file rewriting scheduled.");
            cx.reply.simple("Background append only file rewriting scheduled")
        }
        _ => match aof.begin_rewrite(children, &mut dataset) {
            Ok(()) => cx.reply.simple("Background append only file rewriting started"),
            Err(_) => Err(Error::new(
                "ERR Can't execute an AOF background rewriting. Please check the server logs for more information.",
            )),
        },
    }
}
