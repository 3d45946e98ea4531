//! SCRIPT LOAD, EXISTS, SHOW, FLUSH: what is in the script cache.

use russet_engine::prelude::*;
use russet_engine::scripting::{self, Script, digest};
use std::sync::Arc;

command! {
    name: "SCRIPT|LOAD", group: Scripting, since: "2.6.0",
    complexity: "O(N) with N being the length in bytes of the script body.",
    summary: "Loads a server-side Lua script to the script cache.",
    syntax: "script",
    flags: NOSCRIPT | STALE,
    tips: ["request_policy:all_nodes", "response_policy:all_succeeded"],
    run: load,
}

command! {
    name: "SCRIPT|EXISTS", group: Scripting, since: "2.6.0",
    complexity: "O(N) with N being the number of scripts to check (so checking a single script is an O(1) operation).",
    summary: "Determines whether server-side Lua scripts exist in the script cache.",
    syntax: "sha1 [sha1 ...]",
    flags: NOSCRIPT,
    tips: ["request_policy:all_shards", "response_policy:agg_logical_and"],
    run: exists,
}

command! {
    name: "SCRIPT|SHOW", group: Scripting, since: "8.0.0", complexity: "O(1).",
    summary: "Show server-side Lua script in the script cache.",
    syntax: "sha1",
    flags: NOSCRIPT,
    run: show,
}

command! {
    name: "SCRIPT|FLUSH", group: Scripting, since: "2.6.0",
    complexity: "O(N) with N being the number of scripts in cache",
    summary: "Removes all server-side Lua scripts from the script cache.",
    syntax: "[ASYNC | SYNC]",
    notes: [
        of("ASYNC | SYNC").since("6.2.0"),
    ],
    flags: NOSCRIPT,
    tips: ["request_policy:all_nodes", "response_policy:all_succeeded"],
    history: [
        ("6.2.0", "Added the `ASYNC` and `SYNC` flushing mode modifiers."),
    ],
    run: flush,
}

fn load(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let digest = digest(args.word(2));
    if cx.core.scripting.cache.contains(&digest) {
        cx.core.scripting.cache.keep(&digest);
    } else {
        let script = Arc::new(Script::new(args.word(2))?);
        scripting::compile(cx, &script, true)?;
    }
    cx.reply.bulk(&digest)
}

fn exists(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    cx.reply.array(args.len() - 2)?;
    args.iter_from(2).try_for_each(|digest| cx.reply.flag(cx.core.scripting.cache.contains(digest)))
}

fn show(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    match cx.core.scripting.cache.text(args.word(2)) {
        Some(text) => cx.reply.bulk(text),
        None => Err(Error::new("NOSCRIPT No matching script. Please use EVAL.")),
    }
}

fn flush(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let later = match args.len() {
        2 => cx.core.params.lazyfree_lazy_user_flush(),
        3 if args.is(2, "ASYNC") => true,
        3 if args.is(2, "SYNC") => false,
        _ => return Err(Error::new("ERR SCRIPT FLUSH only support SYNC|ASYNC option")),
    };
    let scripting = &mut cx.core.scripting;
    let texts: Vec<_> = scripting.cache.clear().collect();
    let interpreters = scripting.interpreters.end();
    if later {
        let objects = texts.len();
        cx.core.host.drop_later(Box::new((texts, interpreters)), objects);
    }
    cx.reply.ok()
}
