//! CLIENT REPLY: whether this client wants to be answered.

use russet_engine::prelude::*;
use russet_engine::session::ReplyMode;

command! {
    name: "CLIENT|REPLY", group: Connection, since: "3.2.0", complexity: "O(1)",
    summary: "Instructs the server whether to reply to commands.",
    syntax: "<ON | OFF | SKIP>",
    notes: [of("ON | OFF | SKIP").name("action")],
    flags: NOSCRIPT | LOADING | STALE,
    run: reply,
}

fn reply(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    if args.is(2, "ON") {
        cx.set_reply_mode(ReplyMode::On);
        return cx.reply.ok();
    }
    if args.is(2, "OFF") {
        cx.set_reply_mode(ReplyMode::Off);
    } else if args.is(2, "SKIP") {
        // Where nothing is answered, there is nothing to skip.
        cx.session.skip_next = cx.session.reply_mode != ReplyMode::Off;
    } else {
        return Err(Error::SYNTAX);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::shell::conversation;

    #[test]
    fn off_and_skip_say_nothing_at_all() {
        conversation! {
            "CLIENT REPLY ON => +OK"
            "CLIENT REPLY SKIP => "
            "PING 1 => "
            "PING 2 => $1 2"
            "CLIENT REPLY SKIP => "
            "CLIENT REPLY SKIP => "
            "NOSUCH => "
            "PING 2 => $1 2"
            "CLIENT REPLY SKIP => "
            "CLIENT REPLY ON => +OK"
            "PING 2 => $1 2"
            "CLIENT REPLY OFF => "
            "CLIENT REPLY FOO => "
            "CLIENT REPLY SKIP => "
            "GET => "
            "PING => "
            "CLIENT REPLY ON => +OK"
            "PING 2 => $1 2"
            "CLIENT REPLY FOO => -ERR syntax error"
        };
    }

    /// The array that EXEC has begun is not taken back: this is what Redis does, too.
    #[test]
    fn takes_effect_in_the_middle_of_a_transaction() {
        conversation! {
            "MULTI => +OK"
            "PING 0 => +QUEUED"
            "CLIENT REPLY OFF => +QUEUED"
            "PING 1 => +QUEUED"
            "CLIENT REPLY ON => +QUEUED"
            "PING 2 => +QUEUED"
            "EXEC => *5 $1 0 +OK $1 2"
            "MULTI => +OK"
            "CLIENT REPLY SKIP => +QUEUED"
            "PING 1 => +QUEUED"
            "EXEC => *2 $1 1"
            "PING 2 => "
            "PING 3 => $1 3"
        };
    }
}
