//! SCRIPT DEBUG: there is no debugger, and a client that asks for one is told so.

use russet_engine::prelude::*;

command! {
    name: "SCRIPT|DEBUG", group: Scripting, since: "3.2.0", complexity: "O(1)",
    summary: "Sets the debug mode of server-side Lua scripts.",
    syntax: "<YES | SYNC | NO>",
    notes: [
        of("YES | SYNC | NO").name("mode"),
    ],
    flags: NOSCRIPT,
    run: debug,
}

fn debug(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    if args.is(2, "NO") {
        return cx.reply.ok();
    }
    if args.is(2, "YES") || args.is(2, "SYNC") {
        return Err(Error::new("ERR there is no debugger for scripts"));
    }
    Err(Error::new("ERR Use SCRIPT DEBUG YES/SYNC/NO"))
}
