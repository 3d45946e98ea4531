//! ACL DELUSER: remove users, and end their sessions.

use russet_engine::acl::DEFAULT_USER;
use russet_engine::prelude::*;

command! {
    name: "ACL|DELUSER", group: Server, since: "6.0.0",
    complexity: "O(1) amortized time considering the typical user.",
    summary: "Deletes ACL users, and terminates their connections.",
    syntax: "username [username ...]",
    flags: ADMIN | NOSCRIPT | LOADING | STALE,
    tips: ["request_policy:all_nodes", "response_policy:all_succeeded"],
    secrets: |args| (2..args.len()).collect(),
    run: deluser,
}

fn deluser(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let mut names: Vec<&[u8]> = args.iter_from(2).collect();
    if names.contains(&DEFAULT_USER) {
        return Err(Error::new("ERR The 'default' user cannot be removed"));
    }
    names.sort_unstable();
    names.dedup();
    names.retain(|name| cx.core.acl.user(name).is_some());
    cx.reply.count(names.len())?;
    cx.remove_users(&names);
    Ok(())
}
