//! EVAL, EVALSHA, EVAL_RO, EVALSHA_RO: run a script, which comes with the request or is called by its digest.

use russet_engine::prelude::*;
use russet_engine::scripting::{self, Invocation, Script, digest};
use std::sync::Arc;

command! {
    name: "EVAL", group: Scripting, since: "2.6.0", complexity: "Depends on the script that is executed.",
    summary: "Executes a server-side Lua script.",
    syntax: "script numkeys [key [key ...]] [arg [arg ...]]",
    flags: NOSCRIPT | STALE | SKIP_MONITOR | NO_MANDATORY_KEYS | MAY_REPLICATE,
    keys: [
        counted(2).read_write().access().update()
            .notes("We cannot tell how the keys will be used so we assume the worst, RW and UPDATE")
    ],
    run: eval,
}

command! {
    name: "EVALSHA", group: Scripting, since: "2.6.0", complexity: "Depends on the script that is executed.",
    summary: "Executes a server-side Lua script by SHA1 digest.",
    syntax: "sha1 numkeys [key [key ...]] [arg [arg ...]]",
    flags: NOSCRIPT | STALE | SKIP_MONITOR | NO_MANDATORY_KEYS | MAY_REPLICATE,
    keys: [counted(2).read_write().access().update()],
    run: evalsha,
}

command! {
    name: "EVAL_RO", group: Scripting, since: "7.0.0", complexity: "Depends on the script that is executed.",
    summary: "Executes a read-only server-side Lua script.",
    syntax: "script numkeys [key [key ...]] [arg [arg ...]]",
    flags: READONLY | NOSCRIPT | STALE | SKIP_MONITOR | NO_MANDATORY_KEYS,
    keys: [
        counted(2).read_only().access()
            .notes("We cannot tell how the keys will be used so we assume the worst, RO and ACCESS")
    ],
    run: eval_ro,
}

command! {
    name: "EVALSHA_RO", group: Scripting, since: "7.0.0", complexity: "Depends on the script that is executed.",
    summary: "Executes a read-only server-side Lua script by SHA1 digest.",
    syntax: "sha1 numkeys [key [key ...]] [arg [arg ...]]",
    flags: READONLY | NOSCRIPT | STALE | SKIP_MONITOR | NO_MANDATORY_KEYS,
    keys: [counted(2).read_only().access()],
    run: evalsha_ro,
}

fn eval(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    run_text(cx, args, false)
}

fn eval_ro(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    run_text(cx, args, true)
}

fn evalsha(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    run_known(cx, args, false)
}

fn evalsha_ro(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    run_known(cx, args, true)
}

fn run_text(cx: &mut Context<'_>, args: Args<'_>, read_only: bool) -> Outcome {
    cx.show_first(args);
    let call = Invocation::of(args)?;
    let text = args.word(1);
    let script = match cx.core.scripting.cache.get(&digest(text)) {
        Some(script) => script,
        None => {
            let script = Arc::new(Script::new(text)?);
            scripting::compile(cx, &script, false)?;
            script
        }
    };
    scripting::run(cx, &script, call, read_only)
}

fn run_known(cx: &mut Context<'_>, args: Args<'_>, read_only: bool) -> Outcome {
    cx.show_first(args);
    let call = Invocation::of(args)?;
    let Some(script) = cx.core.scripting.cache.find(args.word(1)) else {
        return Err(Error::new("NOSCRIPT No matching script. Please use EVAL."));
    };
    scripting::run(cx, &script, call, read_only)
}
