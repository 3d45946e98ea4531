//! ACL GETUSER: everything about one user.

use russet_engine::Reply;
use russet_engine::acl::Selector;
use russet_engine::prelude::*;

command! {
    name: "ACL|GETUSER", group: Server, since: "6.0.0",
    complexity: "O(N). Where N is the number of password, command and pattern rules that the user has.",
    summary: "Lists the ACL rules of a user.",
    syntax: "username",
    flags: ADMIN | NOSCRIPT | LOADING | STALE,
    history: [
        ("6.2.0", "Added Pub/Sub channel patterns."),
        ("7.0.0", "Added selectors and changed the format of key and channel patterns from a list to their rule representation."),
    ],
    secrets: |args| (2..args.len()).collect(),
    run: getuser,
}

fn getuser(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let Some(user) = cx.core.acl.user(args.word(2)) else { return cx.reply.null() };
    let reply = &mut cx.reply;
    reply.map(6)?;
    reply.bulk(b"flags")?;
    let flags = user.flags();
    reply.set(flags.clone().count())?;
    flags.into_iter().try_for_each(|flag| reply.bulk(flag.as_bytes()))?;
    reply.bulk(b"passwords")?;
    reply.array(user.passwords().len())?;
    user.passwords().iter().try_for_each(|password| reply.bulk(password.digits()))?;
    describe(reply, user.root())?;
    reply.bulk(b"selectors")?;
    reply.array(user.others().len())?;
    user.others().iter().try_for_each(|selector| {
        reply.map(3)?;
        describe(reply, selector)
    })
}

/// The three fields of a selector.
fn describe(reply: &mut Reply<'_>, selector: &Selector) -> Outcome {
    reply.bulk(b"commands")?;
    reply.bulk(&selector.command_rules())?;
    reply.bulk(b"keys")?;
    reply.bulk(&selector.key_rules())?;
    reply.bulk(b"channels")?;
    reply.bulk(&selector.channel_rules())
}
