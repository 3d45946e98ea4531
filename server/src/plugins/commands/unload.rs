//! MODULE UNLOAD: take a plugin's commands away, and its code.

use crate::plugins::load;
use russet_engine::prelude::*;

command! {
    name: "MODULE|UNLOAD", group: Server, since: "4.0.0", complexity: "O(1)",
    summary: "Unloads a module.",
    syntax: "name",
    flags: ADMIN | NOSCRIPT | NO_ASYNC_LOADING | PROTECTED,
    run: run,
}

fn run(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    load::unload_for_client(cx, args.word(2))
}
