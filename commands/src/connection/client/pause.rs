//! CLIENT PAUSE, CLIENT UNPAUSE: let the commands of all clients wait, while somebody switches servers.

use russet_engine::prelude::*;

command! {
    name: "CLIENT|PAUSE", group: Connection, since: "3.0.0", complexity: "O(1)",
    summary: "Suspends commands processing.",
    syntax: "timeout [WRITE | ALL]",
    notes: [of("timeout").kind("integer"), of("WRITE | ALL").name("mode").since("6.2.0")],
    flags: ADMIN | NOSCRIPT | LOADING | STALE,
    history: [("6.2.0", "`CLIENT PAUSE WRITE` mode added along with the `mode` option.")],
    run: pause,
}

command! {
    name: "CLIENT|UNPAUSE", group: Connection, since: "6.2.0",
    complexity: "O(N) Where N is the number of paused clients",
    summary: "Resumes processing commands from paused clients.",
    flags: ADMIN | NOSCRIPT | LOADING | STALE,
    run: unpause,
}

fn pause(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let all = match args.len() {
        3 => true,
        4 if args.is(3, "ALL") => true,
        4 if args.is(3, "WRITE") => false,
        4 => return Err(Error::new("ERR CLIENT PAUSE mode must be WRITE or ALL")),
        _ => return Err(Error::subcommand("CLIENT", args.word(1))),
    };
    let timeout = args.int(2).map_err(|_| Error::new("ERR timeout is not an integer or out of range"))?;
    if timeout < 0 {
        return Err(Error::new("ERR timeout is negative"));
    }
    let until = cx.db.now_ms().checked_add(timeout).ok_or(Error::new("ERR timeout is out of range"))?;
    cx.core.pause_until(until, all);
    cx.reply.ok()
}

fn unpause(cx: &mut Context<'_>, _: Args<'_>) -> Outcome {
    cx.core.unpause();
    cx.reply.ok()
}

#[cfg(test)]
mod tests {
    use crate::shell::{Shell, conversation};

    #[test]
    fn arguments_are_checked_from_the_mode_on() {
        conversation! {
            "CLIENT PAUSE x => -ERR timeout is not an integer or out of range"
            "CLIENT PAUSE -1 => -ERR timeout is negative"
            "CLIENT PAUSE 9223372036854775807 => -ERR timeout is out of range"
            "CLIENT PAUSE x foo => -ERR CLIENT PAUSE mode must be WRITE or ALL"
            "CLIENT PaUSE 1 WRITE x => -ERR unknown subcommand or wrong number of arguments for 'PaUSE'. Try CLIENT HELP."
            "CLIENT UNPAUSE => +OK"
            "PING => +PONG"
        };
    }

    /// Whether `line`, sent by a client of its own after `before`, is answered.
    fn runs(shell: &mut Shell, before: &[&str], line: &str) -> bool {
        let first = shell.another();
        before.iter().for_each(|line| assert_ne!(shell.run(line), ""));
        shell.engine.core.pause_until(i64::MAX, false);
        let answered = !shell.run(line).is_empty();
        shell.engine.core.unpause();
        shell.switch(first);
        answered
    }

    #[test]
    fn writes_wait_even_to_be_queued() {
        let mut shell = Shell::new();
        assert!(runs(&mut shell, &[], "GET a"));
        assert!(!runs(&mut shell, &[], "SET a 1"));
        assert!(runs(&mut shell, &["MULTI"], "GET a"));
        assert!(!runs(&mut shell, &["MULTI"], "SET a 1"));
        assert!(runs(&mut shell, &["MULTI", "GET a"], "EXEC"));
        assert!(!runs(&mut shell, &["MULTI", "SET a 1"], "EXEC"));
        assert!(runs(&mut shell, &["MULTI", "SET a 1"], "DISCARD"));
    }

    #[test]
    fn a_key_that_expires_meanwhile_is_gone_only_afterwards() {
        let mut shell = conversation! {
            "SET k v PX 60 => +OK"
            "CLIENT PAUSE 100000 WRITE => +OK"
        };
        shell.clock.advance(100);
        assert_eq!(shell.run("GET k"), "$-1");
        assert_eq!(shell.run("DBSIZE"), ":1");
        shell.run("CLIENT UNPAUSE");
        assert_eq!(shell.run("GET k"), "$-1");
        assert_eq!(shell.run("DBSIZE"), ":0");
    }

    #[test]
    fn everything_waits_that_could_run() {
        let mut shell = Shell::new();
        shell.run("CLIENT PAUSE 1000");
        for line in ["PING", "QUIT", "CLIENT UNPAUSE", "MULTI", "RESET"] {
            shell.another();
            assert_eq!(shell.run(line), "", "{line}");
        }
        shell.another();
        assert_eq!(shell.run("GET"), "-ERR wrong number of arguments for 'get' command");
        assert_eq!(shell.engine.core.blocked_clients, 5);
        shell.clock.advance(1000);
        shell.engine.synchronise();
        shell.engine.tick();
        assert_eq!(shell.run("PING"), "+PONG");
        assert_eq!(shell.engine.core.blocked_clients, 0);
    }

    #[test]
    fn a_second_pause_makes_the_first_neither_shorter_nor_weaker() {
        for (first, second) in [("600 ALL", "100 WRITE"), ("100 ALL", "600 WRITE"), ("600 WRITE", "100 ALL")] {
            let mut shell = conversation! { "MULTI => +OK" };
            shell.run(&format!("CLIENT PAUSE {first}"));
            shell.run(&format!("CLIENT PAUSE {second}"));
            assert_eq!(shell.run("EXEC"), "*2 +OK +OK");
            shell.clock.advance(599);
            shell.engine.synchronise();
            shell.engine.tick();
            assert_eq!(shell.run("PING"), "", "{first}, then {second}");
        }
    }
}
