//! MULTI, EXEC, DISCARD: queue commands and run them together.

use russet_engine::prelude::*;
use russet_engine::transaction;

command! {
    name: "MULTI", group: Transactions, since: "1.2.0", complexity: "O(1)",
    summary: "Starts a transaction.",
    flags: NOSCRIPT | LOADING | STALE | FAST | ALLOW_BUSY,
    run: multi,
}

command! {
    name: "EXEC", group: Transactions, since: "1.2.0",
    complexity: "Depends on commands in the transaction",
    summary: "Executes all commands in a transaction.",
    flags: NOSCRIPT | LOADING | STALE | SKIP_SLOWLOG,
    run: exec,
}

command! {
    name: "DISCARD", group: Transactions, since: "2.0.0", complexity: "O(N), when N is the number of queued commands",
    summary: "Discards a transaction.",
    flags: NOSCRIPT | LOADING | STALE | FAST | ALLOW_BUSY,
    run: discard,
}

fn multi(cx: &mut Context<'_>, _: Args<'_>) -> Outcome {
    if cx.session.transaction.is_some() {
        return Err(Error::new("ERR MULTI calls can not be nested"));
    }
    cx.session.transaction = Some(Box::default());
    cx.reply.ok()
}

fn exec(cx: &mut Context<'_>, _: Args<'_>) -> Outcome {
    transaction::exec(cx)
}

fn discard(cx: &mut Context<'_>, _: Args<'_>) -> Outcome {
    if cx.session.transaction.is_none() {
        return Err(Error::new("ERR DISCARD without MULTI"));
    }
    transaction::discard(cx.db.keyspace(), cx.session);
    cx.reply.ok()
}

#[cfg(test)]
mod tests {
    use crate::shell::conversation;

    #[test]
    fn queued_commands_run_together() {
        conversation! {
            "MULTI => +OK"
            "SET a 1 => +QUEUED"
            "GET a => +QUEUED"
            "MULTI => -ERR MULTI calls can not be nested"
            "EXEC => *2 +OK $1 1"
            "EXEC => -ERR EXEC without MULTI"
            "DISCARD => -ERR DISCARD without MULTI"
        };
    }

    #[test]
    fn a_command_that_cannot_be_queued_aborts() {
        conversation! {
            "MULTI => +OK"
            "GET => -ERR wrong number of arguments for 'get' command"
            "EXEC => -EXECABORT Transaction discarded because of previous errors."
            "MULTI => +OK"
            "DISCARD => +OK"
        };
    }

    #[test]
    fn a_watched_key_that_changes_aborts() {
        let mut shell = conversation! {
            "WATCH a => +OK"
            "MULTI => +OK"
            "GET a => +QUEUED"
        };
        let first = shell.another();
        shell.run("SET a 1");
        shell.switch(first);
        assert_eq!(shell.run("EXEC"), "*-1");
    }
}
