//! SWAPDB: exchange two databases, so that whoever uses one sees the other.

use russet_engine::prelude::*;

command! {
    name: "SWAPDB", group: Server, since: "4.0.0",
    complexity: "O(N) where N is the count of clients watching or blocking on keys from both databases.",
    summary: "Swaps two Redis databases.",
    syntax: "index1 index2",
    notes: [of("index1").kind("integer"), of("index2").kind("integer")],
    flags: WRITE | FAST | TOUCHES_ARBITRARY_KEYS,
    acl: category::KEYSPACE | category::DANGEROUS,
    run: swapdb,
}

fn swapdb(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let index = |at, error| args.c_int(at).map_err(|_| Error::new(error));
    let first = index(1, "ERR invalid first DB index")?;
    let second = index(2, "ERR invalid second DB index")?;
    let (first, second) = (cx.db.existing(first)?, cx.db.existing(second)?);
    cx.db.swap(first, second);
    cx.reply.ok()
}

#[cfg(test)]
mod tests {
    use crate::shell::{Shell, conversation};

    #[test]
    fn arguments_are_checked() {
        conversation! {
            "SWAPDB x y => -ERR invalid first DB index"
            "SWAPDB 0 y => -ERR invalid second DB index"
            "SWAPDB 99999999999 0 => -ERR invalid first DB index"
            "SWAPDB 0 99 => -ERR DB index is out of range"
            "SWAPDB -1 0 => -ERR DB index is out of range"
            "SWAPDB 0 0 => +OK"
        };
    }

    #[test]
    fn keys_and_expiry_change_places() {
        conversation! {
            "SET a 1 EX 100 => +OK"
            "SWAPDB 0 1 => +OK"
            "EXISTS a => :0"
            "SELECT 1 => +OK"
            "TTL a => :100"
            "SWAPDB 1 0 => +OK"
            "EXISTS a => :0"
        };
    }

    /// Watches `a` in database 0 after `before`, swaps, and tells what EXEC answers.
    fn watched_over_a_swap(before: &[&str]) -> String {
        let mut shell = Shell::new();
        before.iter().for_each(|line| drop(shell.run(line)));
        shell.clock.advance(11);
        shell.run("SELECT 0");
        shell.run("WATCH a");
        let watcher = shell.another();
        shell.run("SWAPDB 0 1");
        shell.switch(watcher);
        shell.run("MULTI");
        shell.run("EXEC")
    }

    #[test]
    fn watchers_are_told_of_what_could_be_seen() {
        for (before, answer) in [
            (&["SET b 1"][..], "*0"),
            (&["SET a 1"], "*-1"),
            (&["SELECT 1", "SET a 1"], "*-1"),
            (&["SET a 1", "SELECT 1", "SET a 1"], "*-1"),
            // What has expired may vanish, come, and change places unseen.
            (&["SET a 1 PX 10"], "*0"),
            (&["SELECT 1", "SET a 1 PX 10"], "*0"),
            (&["SET a 1 PX 10", "SELECT 1", "SET a 1 PX 10"], "*0"),
            (&["SET a 1 PX 10", "SELECT 1", "SET a 1"], "*-1"),
            (&["SET a 1", "SELECT 1", "SET a 1 PX 10"], "*-1"),
        ] {
            assert_eq!(watched_over_a_swap(before), answer, "{before:?}");
        }
    }
}
