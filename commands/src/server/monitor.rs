//! MONITOR: be shown every command that runs.

use russet_engine::prelude::*;

command! {
    name: "MONITOR", group: Server, since: "1.0.0",
    summary: "Listens for all requests received by the server in real-time.",
    flags: ADMIN | NOSCRIPT | LOADING | STALE,
    run: monitor,
}

fn monitor(cx: &mut Context<'_>, _: Args<'_>) -> Outcome {
    if cx.in_transaction {
        return Err(Error::new("ERR MONITOR isn't allowed for DENY BLOCKING client"));
    }
    // Who is shown them already is not answered.
    if cx.monitor() { cx.reply.ok() } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use crate::shell::Shell;

    #[test]
    fn commands_are_shown_as_they_run() {
        let mut shell = Shell::new();
        let watcher = shell.engine.connect();
        assert_eq!(shell.engine.run(watcher, &[b"MONITOR"]), b"+OK\r\n");
        for line in ["MULTI", "SET k v", "EXEC", "GET", "NOSUCH", "CONFIG GET hz", "AUTH x", "HELLO 2 AUTH a b", "SELECT 1"] {
            shell.run(line);
        }
        shell.words(&[b"SET", b"a b", b"\"\0\xff\n"]);
        let seen = String::from_utf8(shell.engine.take_output(watcher)).unwrap();
        let seen: Vec<&str> = seen.lines().filter_map(|line| line.split_once(" [")).map(|(_, rest)| rest).collect();
        let expected = [
            r#"0 ] "MULTI""#,
            r#"0 ] "SET" "k" "v""#,
            r#"0 ] "EXEC""#,
            r#"0 ] "AUTH" "(redacted)""#,
            r#"0 ] "HELLO" "2" "AUTH" "(redacted)" "(redacted)""#,
            r#"1 ] "SELECT" "1""#,
            r#"1 ] "SET" "a b" "\"\x00\xff\n""#,
        ];
        assert_eq!(seen, expected);
        assert!(shell.run("CLIENT LIST").contains(" flags=O "));

        assert_eq!(shell.engine.run(watcher, &[b"MONITOR"]), b"");
        let own = shell.engine.run(watcher, &[b"PING"]);
        assert!(own.starts_with(b"+PONG\r\n+") && own.ends_with(b"] \"PING\"\r\n"), "{}", own.escape_ascii());
        assert!(shell.engine.run(watcher, &[b"RESET"]).starts_with(b"+RESET\r\n"));
        shell.run("PING");
        assert_eq!(shell.engine.take_output(watcher), b"");
    }
}
