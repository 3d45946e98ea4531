//! SCRIPT KILL: end the script that runs.

use russet_engine::prelude::*;
use russet_engine::scripting::Kind;

command! {
    name: "SCRIPT|KILL", group: Scripting, since: "2.6.0", complexity: "O(1)",
    summary: "Terminates a server-side Lua script during execution.",
    flags: NOSCRIPT | ALLOW_BUSY,
    tips: ["request_policy:all_shards", "response_policy:one_succeeded"],
    run: kill,
}

fn kill(cx: &mut Context<'_>, _: Args<'_>) -> Outcome {
    let Some(running) = &mut cx.core.scripting.running else {
        return Err(Error::new("NOTBUSY No scripts in execution right now."));
    };
    running.kill(Kind::Script)?;
    cx.reply.ok()
}
