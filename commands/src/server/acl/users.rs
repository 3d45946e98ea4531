//! ACL USERS, ACL LIST: who there is, and with which rules.

use russet_engine::prelude::*;

command! {
    name: "ACL|USERS", group: Server, since: "6.0.0",
    complexity: "O(N). Where N is the number of configured users.",
    summary: "Lists all ACL users.",
    flags: ADMIN | NOSCRIPT | LOADING | STALE,
    run: users,
}

command! {
    name: "ACL|LIST", group: Server, since: "6.0.0",
    complexity: "O(N). Where N is the number of configured users.",
    summary: "Dumps the effective rules in ACL file format.",
    flags: ADMIN | NOSCRIPT | LOADING | STALE,
    run: list,
}

fn users(cx: &mut Context<'_>, _: Args<'_>) -> Outcome {
    let users = cx.core.acl.users();
    cx.reply.array(users.len())?;
    users.into_iter().try_for_each(|user| cx.reply.bulk(user.name()))
}

fn list(cx: &mut Context<'_>, _: Args<'_>) -> Outcome {
    let users = cx.core.acl.users();
    cx.reply.array(users.len())?;
    users.into_iter().try_for_each(|user| cx.reply.bulk(&user.line()))
}
