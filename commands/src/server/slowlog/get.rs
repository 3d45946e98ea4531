//! SLOWLOG GET: the latest slow commands, the latest first.

use russet_engine::observe::SlowCommand;
use russet_engine::prelude::*;
use russet_engine::Reply;

command! {
    name: "SLOWLOG|GET", group: Server, since: "2.2.12",
    complexity: "O(N) where N is the number of entries returned",
    summary: "Returns the slow log's entries.",
    syntax: "[count]",
    flags: ADMIN | LOADING | STALE,
    tips: ["request_policy:all_nodes", "nondeterministic_output"],
    history: [("4.0.0", "Added client IP address, port and name to the reply.")],
    run: get,
}

/// Entries that are shown where the request does not say how many.
const SHOWN: usize = 10;

fn get(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let log = &cx.core.observation.slow_log;
    let most = match args.len() {
        2 => SHOWN,
        3 => match args.at_least(2, -1, "ERR count should be greater than or equal to -1")? {
            -1 => usize::MAX,
            count => count as usize,
        },
        _ => {
            return Err(Error::quoting(
                "ERR unknown subcommand or wrong number of arguments for '",
                args.word(1),
                "'. Try SLOWLOG HELP.",
            ));
        }
    };
    cx.reply.array(log.len().min(most))?;
    log.iter().take(most).try_for_each(|entry| show(&mut cx.reply, entry))
}

fn show(reply: &mut Reply<'_>, entry: &SlowCommand) -> Outcome {
    reply.array(6)?;
    reply.int(entry.id as i64)?;
    reply.int(entry.unix_s)?;
    reply.int(entry.took_us as i64)?;
    reply.array(entry.words.len())?;
    entry.words.iter().try_for_each(|word| reply.bulk(word))?;
    reply.bulk(entry.peer.as_bytes())?;
    reply.bulk(&entry.name)
}

#[cfg(test)]
mod tests {
    use crate::shell::Shell;

    #[test]
    fn what_ran_is_there_and_secrets_are_not() {
        let mut shell = Shell::new();
        shell.run("CONFIG SET slowlog-log-slower-than 0 requirepass secret");
        shell.run("AUTH secret");
        shell.run("MULTI");
        shell.run("SET k v");
        shell.run("EXEC");
        shell.run("GET");
        let log = shell.run("SLOWLOG GET");
        for (id, words) in ["*6 $6 CONFIG $3 SET $23 slowlog-log-slower-than", "*2 $4 AUTH $10 (redacted)", "*1 $5 MULTI", "*3 $3 SET $1 k $1 v"].iter().enumerate() {
            assert!(log.contains(words), "{id}: {words} in {log}");
        }
        assert!(!log.contains("EXEC") && !log.contains("secret") && !log.contains("$3 GET"), "{log}");
        assert_eq!(shell.run("SLOWLOG GET -2"), "-ERR count should be greater than or equal to -1");
        assert!(shell.run("SLOWLOG GET 1").starts_with("*1 *6 :5 "), "the newest is SLOWLOG GET -2");
        shell.run("CONFIG SET slowlog-log-slower-than -1");
        shell.run("SLOWLOG RESET");
        assert_eq!(shell.run("SLOWLOG LEN"), ":0");
    }
}
