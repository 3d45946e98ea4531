//! LASTSAVE: when the last snapshot was complete.

use russet_engine::prelude::*;

command! {
    name: "LASTSAVE", group: Server, since: "1.0.0", complexity: "O(1)",
    summary: "Returns the Unix timestamp of the last successful save to disk.",
    flags: LOADING | STALE | FAST,
    acl: category::ADMIN | category::DANGEROUS,
    tips: ["nondeterministic_output"],
    run: lastsave,
}

fn lastsave(cx: &mut Context<'_>, _: Args<'_>) -> Outcome {
    cx.reply.int(cx.core.persistence.snapshots.last_save_s)
}
