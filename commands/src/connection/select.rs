//! SELECT: change the database that the session works on.

use russet_engine::prelude::*;

command! {
    name: "SELECT", group: Connection, since: "1.0.0", complexity: "O(1)",
    summary: "Changes the selected database.",
    syntax: "index",
    notes: [of("index").kind("integer")],
    flags: LOADING | STALE | FAST,
    run: select,
}

fn select(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let index = args.c_int(1)?;
    cx.select(index)?;
    cx.reply.ok()
}
