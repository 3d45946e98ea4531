//! SAVE: write a snapshot while everybody waits.

use super::files;
use crate::persistence::saving;
use russet_engine::persistence::Purpose;
use russet_engine::prelude::*;

command! {
    name: "SAVE", group: Server, since: "1.0.0",
    complexity: "O(N) where N is the total number of keys in all databases",
    summary: "Synchronously saves the database(s) to disk.",
    flags: ADMIN | NOSCRIPT | NO_ASYNC_LOADING | NO_MULTI,
    run: save,
}

fn save(cx: &mut Context<'_>, _: Args<'_>) -> Outcome {
    let Some((children, mut dataset)) = files(cx) else { return Err(super::FAILED) };
    if children.running() == Some(Purpose::Snapshot) {
        return Err(Error::new("ERR Background save already in progress"));
    }
    dataset.persistence.snapshots.begun += 1;
    saving::save(&mut dataset).map_err(|_| super::FAILED)?;
    cx.reply.ok()
}
