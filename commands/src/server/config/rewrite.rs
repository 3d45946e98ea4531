//! CONFIG REWRITE: write parameters back to the configuration file.

use russet_engine::prelude::*;

command! {
    name: "CONFIG|REWRITE", group: Server, since: "2.8.0", complexity: "O(1)",
    summary: "Persists the effective configuration to file.",
    flags: ADMIN | NOSCRIPT | LOADING | STALE,
    tips: ["request_policy:all_nodes", "response_policy:all_succeeded"],
    run: rewrite,
}

fn rewrite(cx: &mut Context<'_>, _: Args<'_>) -> Outcome {
    cx.core.host.rewrite_config(&cx.core.params, &cx.core.acl)?;
    cx.reply.ok()
}

#[cfg(test)]
mod tests {
    use crate::shell::conversation;

    #[test]
    fn without_a_file_there_is_nothing_to_write_to() {
        conversation! {
            "CONFIG REWRITE => -ERR The server is running without a config file"
            "CONFIG REWRITE x => -ERR wrong number of arguments for 'config|rewrite' command"
        };
    }
}
