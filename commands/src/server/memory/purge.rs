//! MEMORY PURGE: freed memory given back.

use russet_engine::prelude::*;

command! {
    name: "MEMORY|PURGE", group: Server, since: "4.0.0",
    complexity: "Depends on how much memory is allocated, could be slow",
    summary: "Asks the allocator to release memory.",
    tips: ["request_policy:all_shards", "response_policy:all_succeeded"],
    run: purge,
}

fn purge(cx: &mut Context<'_>, _: Args<'_>) -> Outcome {
    cx.core.host.give_back_memory();
    cx.reply.ok()
}

#[cfg(test)]
mod tests {
    use crate::shell::conversation;

    #[test]
    fn it_takes_no_arguments() {
        conversation! {
            "MEMORY PURGE => +OK"
            "MEMORY PURGE now => -ERR wrong number of arguments for 'memory|purge' command"
        };
    }
}
