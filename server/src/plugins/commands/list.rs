//! MODULE LIST: the plugins that are loaded.

use russet_engine::prelude::*;

command! {
    name: "MODULE|LIST", group: Server, since: "4.0.0",
    complexity: "O(N) where N is the number of loaded modules.",
    summary: "Returns all loaded modules.",
    flags: ADMIN | NOSCRIPT | PROTECTED,
    tips: ["nondeterministic_output_order"],
    run: list,
}

fn list(cx: &mut Context<'_>, _: Args<'_>) -> Outcome {
    let plugins = cx.core.host.plugins();
    cx.reply.array(plugins.len())?;
    plugins.iter().try_for_each(|plugin| plugin.describe(&mut cx.reply))
}
