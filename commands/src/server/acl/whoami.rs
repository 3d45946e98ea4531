//! ACL WHOAMI: the user that the session is.

use russet_engine::prelude::*;

command! {
    name: "ACL|WHOAMI", group: Server, since: "6.0.0", complexity: "O(1)",
    summary: "Returns the authenticated username of the current connection.",
    flags: NOSCRIPT | LOADING | STALE,
    run: whoami,
}

fn whoami(cx: &mut Context<'_>, _: Args<'_>) -> Outcome {
    cx.reply.bulk(cx.session.user.name())
}
