//! FUNCTION DUMP, RESTORE: all libraries as bytes, and back.

use russet_engine::prelude::*;
use russet_engine::scripting::functions::{self, Policy};

command! {
    name: "FUNCTION|DUMP", group: Scripting, since: "7.0.0", complexity: "O(N) where N is the number of functions",
    summary: "Dumps all libraries into a serialized binary payload.",
    flags: NOSCRIPT,
    run: dump,
}

command! {
    name: "FUNCTION|RESTORE", group: Scripting, since: "7.0.0",
    complexity: "O(N) where N is the number of functions on the payload",
    summary: "Restores all libraries from a payload.",
    syntax: "serialized-value [FLUSH | APPEND | REPLACE]",
    notes: [
        of("FLUSH | APPEND | REPLACE").name("policy"),
    ],
    flags: WRITE | DENYOOM | NOSCRIPT,
    tips: ["request_policy:all_shards", "response_policy:all_succeeded"],
    run: restore,
}

fn dump(cx: &mut Context<'_>, _: Args<'_>) -> Outcome {
    functions::sync(cx);
    let compress = cx.core.params.rdbcompression();
    let dumped = functions::dump(cx.core.scripting.functions.set.libraries(), compress);
    cx.reply.bulk(&dumped)
}

fn restore(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let policy = match args.len() {
        3 => Policy::Append,
        4 if args.is(3, "APPEND") => Policy::Append,
        4 if args.is(3, "REPLACE") => Policy::Replace,
        4 if args.is(3, "FLUSH") => Policy::Flush,
        4 => {
            let text = "ERR Wrong restore policy given, value should be either FLUSH, APPEND or REPLACE.";
            return Err(Error::new(text));
        }
        _ => return Err(Error::subcommand("FUNCTION", args.word(1))),
    };
    let codes = functions::restore(args.word(2))?;
    functions::restore_all(cx, &codes, policy)?;
    cx.reply.ok()
}
