//! HELLO.GREET: an example of a command that lives outside the server.

use russet_plugin_sdk::prelude::*;

export_plugin! { name: "hello", version: 1, about: "Greets." }

command! {
    name: "HELLO.GREET", since: "0.1.0", complexity: "O(1)",
    summary: "Greets the one whose name is in a key.",
    syntax: "key",
    flags: READONLY | FAST,
    keys: [at(1).read_only().access()],
    run: greet,
}

fn greet(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let name = cx.db.string(args.key(1))?;
    cx.reply.array(2)?;
    cx.reply.simple("Hello")?;
    cx.reply.bulk_or_null(name)
}
