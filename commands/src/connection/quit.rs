//! QUIT: end the session, once everything has been answered.

use russet_engine::prelude::*;

command! {
    name: "QUIT", group: Connection, since: "1.0.0", complexity: "O(1)",
    summary: "Closes the connection.",
    arity: -1,
    flags: NOSCRIPT | LOADING | STALE | FAST | NO_AUTH | ALLOW_BUSY,
    deprecated: ("7.2.0", "just closing the connection"),
    run: quit,
}

fn quit(cx: &mut Context<'_>, _: Args<'_>) -> Outcome {
    cx.reply.ok()?;
    cx.close_after_reply();
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::shell::conversation;

    #[test]
    fn nothing_runs_after_it() {
        conversation! {
            "QUIT => +OK"
            "PING => "
        };
        conversation! {
            "MULTI => +OK"
            "QUIT => +OK"
        };
    }
}
