//! MODULE LOAD: add a plugin's commands to the running server.

use crate::plugins::load;
use russet_engine::prelude::*;

command! {
    name: "MODULE|LOAD", group: Server, since: "4.0.0", complexity: "O(1)",
    summary: "Loads a module.",
    syntax: "path [arg [arg ...]]",
    flags: ADMIN | NOSCRIPT | NO_ASYNC_LOADING | PROTECTED,
    run: run,
}

fn run(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    load::for_client(cx, args.word(2), args.iter_from(3).map(<[u8]>::to_vec).collect())
}
