//! ACL DRYRUN: may a user run this? Nothing runs, and nothing is noted.

use russet_engine::command::registry::Lookup;
use russet_engine::prelude::*;

command! {
    name: "ACL|DRYRUN", group: Server, since: "7.0.0", complexity: "O(1).",
    summary: "Simulates the execution of a command by a user, without executing the command.",
    syntax: "username command [arg [arg ...]]",
    flags: ADMIN | NOSCRIPT | LOADING | STALE,
    run: dryrun,
}

fn dryrun(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let name = args.word(2);
    let Some(user) = cx.core.acl.user(name) else {
        return Err(Error::quoting("ERR User '", name, "' not found"));
    };
    let request = args.tail(3);
    let Lookup::Found(id) = cx.registry.lookup(request.word(0), request.get(1)) else {
        return Err(Error::quoting("ERR Command '", request.word(0), "' not found"));
    };
    let entry = cx.registry.get(id);
    if !entry.accepts(request.len()) {
        return Err(Error::arity(&entry.name));
    }
    match user.check(entry, request) {
        Ok(()) => cx.reply.ok(),
        Err(denied) => cx.reply.bulk(&denied.text(user, entry, request, true)),
    }
}
