//! XTRIM: remove a stream's oldest entries.

use super::trimming::{Exactly, Options};
use russet_engine::prelude::*;
use russet_engine::value::Stream;

command! {
    name: "XTRIM", group: Stream, since: "5.0.0",
    complexity: "O(N), with N being the number of evicted entries. Constant times are very small however, since entries are organized in macro nodes containing multiple entries that can be released with a single deallocation.",
    summary: "Deletes messages from the beginning of a stream.",
    syntax: "key <<MAXLEN | MINID> [= | ~] threshold [LIMIT count]>",
    notes: [
        of("<MAXLEN | ...").name("trim"),
        of("MAXLEN | MINID").name("strategy"),
        of("MINID").since("6.2.0"),
        of("LIMIT").since("6.2.0"),
    ],
    flags: WRITE,
    keys: [at(1).read_write().delete()],
    tips: ["nondeterministic_output"],
    history: [
        ("6.2.0", "Added the `MINID` trimming strategy and the `LIMIT` option."),
    ],
    run: xtrim,
}

fn xtrim(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let key = args.key(1);
    let options = Options::parse(cx.core, args, false)?;
    let Some(trim) = options.trim else { return Err(Error::SYNTAX) };
    let edited = cx.db.edit(key, |stream: &mut Stream| {
        let trimmed = stream.trim(trim);
        (trimmed, Exactly::new(stream, trim))
    })?;
    let Some((trimmed, exactly)) = edited.map(|edited| edited.result).filter(|(trimmed, _)| *trimmed > 0) else {
        return cx.reply.int(0);
    };
    cx.db.changed(key, Event::XTrim);
    cx.db.count_changes(trimmed as usize - 1);
    if trim.approximate {
        let begin: [&[u8]; 2] = [b"XTRIM", key.bytes];
        cx.journal(begin.into_iter().chain(exactly.words()));
    }
    cx.reply.count(trimmed as usize)
}

#[cfg(test)]
mod tests {
    use crate::shell::{Shell, conversation};

    #[test]
    fn options() {
        conversation! {
            "XTRIM s MAXLEN 1 => :0"
            "XTRIM s LIMIT 3 => -ERR syntax error, LIMIT cannot be used without specifying a trimming strategy"
            "XTRIM s LIMIT 0 => -ERR syntax error, XTRIM must be called with a trimming strategy"
            "XTRIM s MAXLEN 1 5 => -ERR syntax error"
            "XTRIM s NOMKSTREAM MAXLEN 1 => -ERR syntax error"
            "XTRIM s MINID - => -ERR Invalid stream ID specified as stream command argument"
            "SET s v => +OK"
            "XTRIM s MAXLEN 1 => -WRONGTYPE Operation against a key holding the wrong kind of value"
        };
    }

    #[test]
    fn exact_and_approximate() {
        let mut shell = Shell::new();
        shell.set("stream-node-max-entries", "2");
        (1..=9).for_each(|id| drop(shell.run(&format!("XADD s {id} a {id}"))));
        shell.engine.keyspace.effects.attach(true);
        for (line, reply) in [
            ("XTRIM s MAXLEN ~ 10", ":0"),
            ("XTRIM s MAXLEN ~ 0 LIMIT 1", ":0"),
            ("XTRIM s MAXLEN ~ 6 LIMIT 100", ":2"),
            ("XTRIM s MINID ~ 6 LIMIT 0", ":2"),
            ("XTRIM s MINID 6", ":1"),
            ("XTRIM s MAXLEN = 0", ":4"),
            ("XLEN s", ":0"),
            ("EXISTS s", ":1"),
        ] {
            assert_eq!(shell.run(line), reply, "{line}");
        }
        assert_eq!(
            shell.effects(),
            ["XTRIM s MAXLEN = 7", "XTRIM s MINID = 5-0", "XTRIM s MINID 6", "XTRIM s MAXLEN = 0"]
        );
    }
}
