//! FUNCTION LOAD, DELETE, FLUSH: put a library into the dataset, and take libraries out of it.

use russet_engine::prelude::*;
use russet_engine::scripting::functions;

command! {
    name: "FUNCTION|LOAD", group: Scripting, since: "7.0.0",
    complexity: "O(1) (considering compilation time is redundant)",
    summary: "Creates a library.",
    syntax: "[REPLACE] function-code",
    flags: WRITE | DENYOOM | NOSCRIPT,
    tips: ["request_policy:all_shards", "response_policy:all_succeeded"],
    run: load,
}

command! {
    name: "FUNCTION|DELETE", group: Scripting, since: "7.0.0", complexity: "O(1)",
    summary: "Deletes a library and its functions.",
    syntax: "library-name",
    flags: WRITE | NOSCRIPT,
    tips: ["request_policy:all_shards", "response_policy:all_succeeded"],
    run: delete,
}

command! {
    name: "FUNCTION|FLUSH", group: Scripting, since: "7.0.0",
    complexity: "O(N) where N is the number of functions deleted",
    summary: "Deletes all libraries and functions.",
    syntax: "[ASYNC | SYNC]",
    flags: WRITE | NOSCRIPT,
    tips: ["request_policy:all_shards", "response_policy:all_succeeded"],
    run: flush,
}

fn load(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let code = args.len() - 1;
    for option in 2..code {
        if !args.is(option, "REPLACE") {
            return Err(Error::quoting("ERR Unknown option given: ", args.word(option), ""));
        }
    }
    let name = functions::load(cx, args.word(code), code > 2)?;
    cx.reply.bulk(name.as_bytes())
}

fn delete(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    if !functions::delete(cx, args.word(2)) {
        return Err(Error::new("ERR Library not found"));
    }
    cx.reply.ok()
}

fn flush(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let later = match args.len() {
        2 => cx.core.params.lazyfree_lazy_user_flush(),
        3 if args.is(2, "ASYNC") => true,
        3 if args.is(2, "SYNC") => false,
        3 => return Err(Error::new("ERR FUNCTION FLUSH only supports SYNC|ASYNC option")),
        _ => return Err(Error::subcommand("FUNCTION", args.word(1))),
    };
    let libraries = cx.core.scripting.functions.set.libraries().len();
    let flushed = functions::flush(cx);
    if later {
        cx.core.host.drop_later(Box::new(flushed), libraries);
    }
    cx.reply.ok()
}
