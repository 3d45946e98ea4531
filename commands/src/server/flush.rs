//! FLUSHALL, FLUSHDB: remove all keys.

use russet_engine::keyspace::Database;
use russet_engine::prelude::*;

command! {
    name: "FLUSHALL", group: Server, since: "1.0.0",
    complexity: "O(N) where N is the total number of keys in all databases",
    summary: "Removes all keys from all databases.",
    syntax: "[ASYNC | SYNC]",
    notes: [of("ASYNC | SYNC").name("flush-type"), of("ASYNC").since("4.0.0"), of("SYNC").since("6.2.0")],
    flags: WRITE | TOUCHES_ARBITRARY_KEYS,
    acl: category::KEYSPACE | category::DANGEROUS,
    tips: ["request_policy:all_shards", "response_policy:all_succeeded"],
    history: [
        ("4.0.0", "Added the `ASYNC` flushing mode modifier."),
        ("6.2.0", "Added the `SYNC` flushing mode modifier."),
    ],
    run: flushall,
}

command! {
    name: "FLUSHDB", group: Server, since: "1.0.0",
    complexity: "O(N) where N is the number of keys in the selected database",
    summary: "Remove all keys from the current database.",
    syntax: "[ASYNC | SYNC]",
    notes: [of("ASYNC | SYNC").name("flush-type"), of("ASYNC").since("4.0.0"), of("SYNC").since("6.2.0")],
    flags: WRITE | TOUCHES_ARBITRARY_KEYS,
    acl: category::KEYSPACE | category::DANGEROUS,
    tips: ["request_policy:all_shards", "response_policy:all_succeeded"],
    history: [
        ("4.0.0", "Added the `ASYNC` flushing mode modifier."),
        ("6.2.0", "Added the `SYNC` flushing mode modifier."),
    ],
    run: flushdb,
}

/// Whether memory may be given back after the reply.
fn later(cx: &Context<'_>, args: Args<'_>) -> Result<bool, Error> {
    match args.len() {
        1 => Ok(cx.core.params.lazyfree_lazy_user_flush()),
        2 if args.is(1, "ASYNC") => Ok(true),
        2 if args.is(1, "SYNC") => Ok(false),
        _ => Err(Error::SYNTAX),
    }
}

fn flushall(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let later = later(cx, args)?;
    let flushed: Vec<Database> = (0..cx.db.databases()).map(|db| cx.db.other(db).flush()).collect();
    finish(cx, flushed, later)?;
    let (host, dataset) = cx.host_and_dataset();
    host.all_flushed(dataset);
    Ok(())
}

fn flushdb(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let later = later(cx, args)?;
    let flushed = vec![cx.db.flush()];
    finish(cx, flushed, later)
}

fn finish(cx: &mut Context<'_>, flushed: Vec<Database>, later: bool) -> Outcome {
    let keys = flushed.iter().map(Database::len).sum();
    if later && keys > 0 {
        cx.core.host.drop_later(Box::new(flushed), keys);
    }
    cx.journal_always();
    cx.reply.ok()
}

#[cfg(test)]
mod tests {
    use crate::shell::{Shell, conversation};

    #[test]
    fn one_database_or_all() {
        conversation! {
            "SET a 1 => +OK"
            "SELECT 1 => +OK"
            "SET a 1 => +OK"
            "FLUSHDB => +OK"
            "DBSIZE => :0"
            "SELECT 0 => +OK"
            "DBSIZE => :1"
            "FLUSHALL ASYNC => +OK"
            "DBSIZE => :0"
            "FLUSHDB sync => +OK"
            "FLUSHDB now => -ERR syntax error"
            "FLUSHALL SYNC SYNC => -ERR syntax error"
        };
    }

    #[test]
    fn watchers_of_keys_that_were_there_are_told() {
        for (key, flush, answer) in
            [("a", "FLUSHDB", "*-1"), ("b", "FLUSHDB", "*0"), ("a", "FLUSHALL", "*-1"), ("b", "FLUSHALL", "*0")]
        {
            let mut shell = conversation! { "SET a 1 => +OK" };
            shell.run(&format!("WATCH {key}"));
            let watcher = shell.another();
            shell.run(flush);
            shell.switch(watcher);
            shell.run("MULTI");
            assert_eq!(shell.run("EXEC"), answer, "{flush} and {key}");
        }
    }

    #[test]
    fn a_key_that_had_expired_before_the_watch_may_be_flushed() {
        let mut shell = conversation! { "SET a 1 PX 10 => +OK" };
        shell.clock.advance(11);
        shell.run("WATCH a");
        let watcher = shell.another();
        shell.run("FLUSHALL");
        shell.switch(watcher);
        shell.run("MULTI");
        assert_eq!(shell.run("EXEC"), "*0");
    }

    #[test]
    fn flushing_nothing_is_journalled_and_counts_for_nothing() {
        let mut shell = Shell::new();
        shell.engine.keyspace.effects.attach(true);
        shell.run("FLUSHDB");
        shell.run("flushall async");
        assert_eq!(shell.effects(), ["FLUSHDB", "flushall async"]);
        assert_eq!(shell.engine.keyspace.dirty, 0);
    }
}
