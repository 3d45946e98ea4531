//! MEMORY USAGE: what a key takes.

use russet_engine::prelude::*;
use russet_engine::value::Object;

command! {
    name: "MEMORY|USAGE", group: Server, since: "4.0.0", complexity: "O(N) where N is the number of samples.",
    summary: "Estimates the memory usage of a key.",
    syntax: "key [SAMPLES count]",
    flags: READONLY,
    keys: [at(2).read_only()],
    run: usage,
}

/// The record, what the value takes beside it, and the key's share of the table. Nothing is estimated, so the number of samples
/// makes no difference.
fn usage(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    for option in (3..args.len()).step_by(2) {
        if !args.is(option, "SAMPLES") || args.get(option + 1).is_none() || args.int(option + 1)? < 0 {
            return Err(Error::SYNTAX);
        }
    }
    let db = cx.db.index();
    let Some(entry) = cx.db.inspect(args.key(2)) else { return cx.reply.null() };
    let own = entry.allocated() + Object::of(entry).map_or(0, Object::memory);
    let table = cx.db.keyspace().databases()[db].table();
    let share = table.memory() / table.len().max(1);
    cx.reply.int((own + share) as i64)
}

#[cfg(test)]
mod tests {
    use crate::shell::{Shell, conversation};

    fn usage(shell: &mut Shell, key: &str) -> usize {
        shell.run(&format!("MEMORY USAGE {key}"))[1..].parse().expect("a number")
    }

    #[test]
    fn options_come_before_the_key() {
        conversation! {
            "SET a x => +OK"
            "MEMORY USAGE b => $-1"
            "MEMORY USAGE b SAMPLES => -ERR syntax error"
            "MEMORY USAGE b SAMPLES x => -ERR value is not an integer or out of range"
            "MEMORY USAGE b SAMPLES -1 => -ERR syntax error"
            "MEMORY USAGE b SAMPLE 1 => -ERR syntax error"
            "MEMORY USAGE b SAMPLES 1 SAMPLES 0 => $-1"
            "MEMORY USAGE => -ERR wrong number of arguments for 'memory|usage' command"
        };
    }

    #[test]
    fn what_is_kept_is_what_is_counted() {
        let mut shell = Shell::new();
        shell.run("SET small x");
        shell.words(&[b"SET", b"large", &[b'x'; 100_000]]);
        shell.run("SETRANGE inline 300 x");
        let (small, inline, large) =
            (usage(&mut shell, "small"), usage(&mut shell, "inline"), usage(&mut shell, "large"));
        assert!((32..400).contains(&small), "{small}");
        assert!((300..1000).contains(&inline), "{inline}");
        assert!((100_000..101_000).contains(&large), "{large}");
        // A table of a hundred fields takes more than a hundred words, and more with a hundred more.
        let mut fill = |from: usize| {
            for field in from..from + 200 {
                shell.run(&format!("HSET hash field:{field} value"));
            }
            usage(&mut shell, "hash")
        };
        let (small, large) = (fill(0), fill(1000));
        assert!(small > 200 * 16 && large > small + 200 * 16, "{small} {large}");
    }
}
