//! HELLO.GREET: an example of a command that lives outside the server.
//!
//! The crate knows the engine and nothing else. It becomes part of a server when one is built with it:
//! `cargo run --features hello`.

use russet_engine::prelude::*;

command! {
    name: "HELLO.GREET", group: Module, since: "0.1.0", complexity: "O(1)",
    summary: "Greets the one whose name is in a key.",
    syntax: "key",
    flags: MODULE | READONLY | FAST,
    keys: [at(1).read_only().access()],
    run: greet,
}

fn greet(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let name = cx.db.string(args.key(1))?;
    cx.reply.array(2)?;
    cx.reply.simple("Hello")?;
    match name {
        Some(name) => cx.reply.text(name),
        None => cx.reply.null(),
    }
}

/// Makes the linker keep this crate, and with it the declaration. The server calls it at start.
pub fn link() {}
