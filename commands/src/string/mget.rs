//! MGET: several strings at once.

use russet_engine::prelude::*;

command! {
    name: "MGET", group: String, since: "1.0.0",
    complexity: "O(N) where N is the number of keys to retrieve.",
    summary: "Atomically returns the string values of one or more keys.",
    syntax: "key [key ...]",
    flags: READONLY | FAST,
    keys: [range(1, -1, 1).read_only().access()],
    tips: ["request_policy:multi_shard"],
    run: mget,
}

fn mget(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    cx.reply.array(args.len() - 1)?;
    for index in 1..args.len() {
        // A key of another type answers null here, not an error.
        match cx.db.read(args.key(index)).and_then(Text::of) {
            Some(text) => cx.reply.text(text)?,
            None => cx.reply.null()?,
        }
    }
    Ok(())
}
