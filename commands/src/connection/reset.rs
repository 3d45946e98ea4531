//! RESET: make the session what it was when it began, so that a pool can hand a connection on.

use russet_engine::observe;
use russet_engine::prelude::*;
use russet_engine::pubsub;
use russet_engine::session::ReplyMode;
use russet_engine::transaction;

command! {
    name: "RESET", group: Connection, since: "6.2.0", complexity: "O(1)",
    summary: "Resets the connection.",
    flags: NOSCRIPT | LOADING | STALE | FAST | NO_AUTH | ALLOW_BUSY,
    run: reset,
}

fn reset(cx: &mut Context<'_>, _: Args<'_>) -> Outcome {
    transaction::discard(cx.db.keyspace(), cx.session);
    pubsub::leave(cx.core, cx.session);
    observe::leave(cx.core, cx.client, cx.session);
    cx.select(0)?;
    cx.set_protocol(Protocol::Resp2);
    // Library name and version stay: they are facts about the client, not about what it is doing.
    cx.session.name.clear();
    cx.session.no_evict = false;
    cx.session.no_touch = false;
    cx.session.log_out(&cx.core.acl);
    cx.session.skip_next = false;
    if cx.session.reply_mode == ReplyMode::Off {
        cx.set_reply_mode(ReplyMode::On);
    }
    cx.reply.simple("RESET")
}

#[cfg(test)]
mod tests {
    use crate::shell::conversation;

    #[test]
    fn everything_is_as_it_was_in_the_beginning() {
        conversation! {
            "CLIENT SETNAME me => +OK"
            "CLIENT NO-TOUCH on => +OK"
            "SELECT 3 => +OK"
            "SET a 1 => +OK"
            "WATCH a => +OK"
            "MULTI => +OK"
            "GET a => +QUEUED"
            "RESET => +RESET"
            "EXEC => -ERR EXEC without MULTI"
            "CLIENT GETNAME => $-1"
            "GET a => $-1"
        };
    }

    #[test]
    fn ends_silence_but_not_that_of_skip() {
        conversation! {
            "CLIENT REPLY OFF => "
            "PING => "
            "RESET => +RESET"
            "PING => +PONG"
            "CLIENT REPLY SKIP => "
            "RESET => "
            "PING => +PONG"
        };
    }
}
