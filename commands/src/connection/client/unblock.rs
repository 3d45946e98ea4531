//! CLIENT UNBLOCK: end the wait of another client, as if its time were up or with an error.

use russet_engine::prelude::*;

command! {
    name: "CLIENT|UNBLOCK", group: Connection, since: "5.0.0",
    complexity: "O(log N) where N is the number of client connections",
    summary: "Unblocks a client blocked by a blocking command from a different connection.",
    syntax: "client-id [TIMEOUT | ERROR]",
    notes: [of("client-id").kind("integer"), of("TIMEOUT | ERROR").name("unblock-type")],
    flags: ADMIN | NOSCRIPT | LOADING | STALE,
    run: unblock,
}

fn unblock(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    const UNBLOCKED: Error = Error::new("UNBLOCKED client unblocked via CLIENT UNBLOCK");
    let error = match args.len() {
        3 => None,
        4 if args.is(3, "TIMEOUT") => None,
        4 if args.is(3, "ERROR") => Some(&UNBLOCKED),
        4 => return Err(Error::new("ERR CLIENT UNBLOCK reason should be TIMEOUT or ERROR")),
        _ => return Err(Error::subcommand("CLIENT", args.word(1))),
    };
    let id = args.int(2)?;
    let client = u64::try_from(id).ok().and_then(|id| cx.core.clients.find(id));
    let woken = client.is_some_and(|client| cx.core.wake(&mut cx.db.keyspace().waiting, client, error));
    cx.reply.flag(woken)
}

#[cfg(test)]
mod tests {
    use crate::shell::{Shell, conversation};
    use russet_engine::prelude::*;
    use russet_engine::session::Blocked;

    command! { name: "TEST|WAIT", run: wait }
    command! { name: "TEST", arity: -2 }

    fn wait(cx: &mut Context<'_>, _: Args<'_>) -> Outcome {
        cx.block(Blocked::until(None, |reply| reply.null()));
        Ok(())
    }

    #[test]
    fn nobody_waits() {
        conversation! {
            "CLIENT UNBLOCK 1 => :0"
            "CLIENT UNBLOCK 99 TIMEOUT => :0"
            "CLIENT UNBLOCK -1 ERROR => :0"
            "CLIENT UNBLOCK x => -ERR value is not an integer or out of range"
            "CLIENT UNBLOCK x foo => -ERR CLIENT UNBLOCK reason should be TIMEOUT or ERROR"
            "CLIENT UNBLOCK 1 TIMEOUT x => -ERR unknown subcommand or wrong number of arguments for 'UNBLOCK'. Try CLIENT HELP."
        };
    }

    #[test]
    fn one_who_waits_is_answered() {
        let mut shell = Shell::new();
        let waiting = shell.another();
        let other = shell.switch(waiting);
        for (how, answer) in [
            ("CLIENT UNBLOCK 1", "$-1\r\n"),
            ("CLIENT UNBLOCK 1 TIMEOUT", "$-1\r\n"),
            ("CLIENT UNBLOCK 1 ERROR", "-UNBLOCKED client unblocked via CLIENT UNBLOCK\r\n"),
        ] {
            shell.switch(waiting);
            assert_eq!(shell.run("TEST WAIT"), "");
            shell.switch(other);
            let line = shell.run("CLIENT LIST ID 1");
            assert!(line.contains(" flags=b ") && line.contains(" argv-mem=8 "), "{line}");
            assert_eq!(shell.run(how), ":1");
            assert_eq!(shell.engine.take_output(waiting), answer.as_bytes());
            assert_eq!(shell.run(how), ":0", "it waits no more");
            assert_eq!(shell.engine.core.blocked_clients, 0);
        }
    }

    #[test]
    fn one_who_wants_no_answer_gets_none() {
        let mut shell = Shell::new();
        shell.run("CLIENT REPLY SKIP");
        shell.run("TEST WAIT");
        let waiting = shell.another();
        assert_eq!(shell.run("CLIENT UNBLOCK 1 ERROR"), ":1");
        shell.switch(waiting);
        assert_eq!(shell.run("PING"), "+PONG", "only the wait was skipped");
    }
}
