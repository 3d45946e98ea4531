//! ACL SETUSER: make a user, or change one, rule by rule; all rules or none.

use russet_engine::acl::{StageError, is_one_word};
use russet_engine::prelude::*;

command! {
    name: "ACL|SETUSER", group: Server, since: "6.0.0",
    complexity: "O(N). Where N is the number of rules provided.",
    summary: "Creates and modifies an ACL user and its rules.",
    syntax: "username [rule [rule ...]]",
    flags: ADMIN | NOSCRIPT | LOADING | STALE,
    tips: ["request_policy:all_nodes", "response_policy:all_succeeded"],
    history: [
        ("6.2.0", "Added Pub/Sub channel patterns."),
        ("7.0.0", "Added selectors and key based permissions."),
    ],
    secrets: |args| (2..args.len()).collect(),
    run: setuser,
}

fn setuser(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let name = args.word(2);
    if !is_one_word(name) {
        return Err(Error::new("ERR Usernames can't contain spaces or null characters"));
    }
    let rules: Vec<&[u8]> = args.iter_from(3).collect();
    let pubsub = cx.core.params.acl_pubsub_default();
    let user = cx.core.acl.stage(cx.registry, pubsub, name, &rules).map_err(refusal)?;
    cx.reply.ok()?;
    cx.put_user(user);
    Ok(())
}

fn refusal(error: StageError) -> Error {
    match error {
        StageError::Unclosed(word) => {
            Error::quoting("ERR Unmatched parenthesis in acl selector starting at '", &word, "'.")
        }
        StageError::Rule(rule, refusal) => {
            Error::quoting("ERR Error in ACL SETUSER modifier '", &rule, &format!("': {refusal}"))
        }
    }
}
