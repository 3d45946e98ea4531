//! BGSAVE: write a snapshot in a forked child while everybody is served.

use super::files;
use crate::persistence::saving;
use russet_engine::persistence::Purpose;
use russet_engine::prelude::*;

command! {
    name: "BGSAVE", group: Server, since: "1.0.0", complexity: "O(1)",
    summary: "Asynchronously saves the database(s) to disk.",
    syntax: "[SCHEDULE]",
    notes: [of("SCHEDULE").since("3.2.2")],
    flags: ADMIN | NOSCRIPT | NO_ASYNC_LOADING,
    history: [("3.2.2", "Added the `SCHEDULE` option.")],
    run: bgsave,
}

fn bgsave(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let schedule = args.len() > 1;
    if schedule && !(args.len() == 2 && args.is(1, "SCHEDULE")) {
        return Err(Error::SYNTAX);
    }
    // A child that is forked in the middle of a transaction would save half of it.
    let in_transaction = cx.in_transaction;
    let Some((children, mut dataset)) = files(cx) else { return Err(super::FAILED) };
    match children.running() {
        Some(Purpose::Snapshot) => Err(Error::new("ERR Background save already in progress")),
        running if in_transaction || (schedule && running.is_some()) => {
            dataset.persistence.snapshots.scheduled = true;
            cx.reply.simple("Background saving scheduled")
        }
        Some(Purpose::Rewrite) => Err(Error::new(
            "ERR Another child process is active (AOF?): can't BGSAVE right now. Use BGSAVE SCHEDULE in order to \
             schedule a BGSAVE whenever possible.",
        )),
        None => {
            saving::save_in_background(children, &mut dataset).map_err(|_| super::FAILED)?;
            cx.reply.simple("Background saving started")
        }
    }
}
