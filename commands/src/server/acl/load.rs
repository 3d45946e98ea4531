//! ACL LOAD, ACL SAVE: the file of users.

use russet_engine::acl::read_users;
use russet_engine::prelude::*;

command! {
    name: "ACL|LOAD", group: Server, since: "6.0.0",
    complexity: "O(N). Where N is the number of configured users.",
    summary: "Reloads the rules from the configured ACL file.",
    flags: ADMIN | NOSCRIPT | LOADING | STALE,
    run: load,
}

command! {
    name: "ACL|SAVE", group: Server, since: "6.0.0",
    complexity: "O(N). Where N is the number of configured users.",
    summary: "Saves the effective ACL rules in the configured ACL file.",
    flags: ADMIN | NOSCRIPT | LOADING | STALE,
    tips: ["request_policy:all_nodes", "response_policy:all_succeeded"],
    run: save,
}

/// The file is there to be used.
fn require_file(cx: &Context<'_>) -> Outcome {
    if cx.core.params.aclfile().is_empty() {
        return Err(Error::new(
            "ERR This Redis instance is not configured to use an ACL file. You may want to specify users via the ACL \
             SETUSER command and then issue a CONFIG REWRITE (assuming you have a Redis configuration file set) in \
             order to store users in the Redis configuration.",
        ));
    }
    Ok(())
}

fn load(cx: &mut Context<'_>, _: Args<'_>) -> Outcome {
    require_file(cx)?;
    let refused = |text: &[u8]| Error::owned([b"ERR ", text].concat());
    let params = &cx.core.params;
    let place = params.aclfile().to_str_lossy().into_owned();
    let text = cx.core.host.read_users(params.aclfile().as_path()).map_err(|reason| {
        refused(format!("Error loading ACLs, opening file '{place}': {reason}").as_bytes())
    })?;
    let users = read_users(&text, &place, cx.registry, params.acl_pubsub_default());
    let users = users.map_err(|error| refused(&error.0))?;
    cx.reply.ok()?;
    cx.put_all_users(users);
    Ok(())
}

fn save(cx: &mut Context<'_>, _: Args<'_>) -> Outcome {
    require_file(cx)?;
    let text = cx.core.acl.to_text();
    cx.core.host.write_users(cx.core.params.aclfile().as_path(), &text).map_err(|_| {
        Error::new("ERR There was an error trying to save the ACLs. Please check the server logs for more information")
    })?;
    cx.reply.ok()
}
