//! FCALL, FCALL_RO: run a function of a library.

use russet_engine::prelude::*;
use russet_engine::scripting::functions;

command! {
    name: "FCALL", group: Scripting, since: "7.0.0",
    complexity: "Depends on the function that is executed.",
    summary: "Invokes a function.",
    syntax: "function numkeys [key [key ...]] [arg [arg ...]]",
    flags: NOSCRIPT | STALE | SKIP_MONITOR | NO_MANDATORY_KEYS,
    keys: [
        counted(2).read_write().access().update()
            .notes("We cannot tell how the keys will be used so we assume the worst, RW and UPDATE")
    ],
    run: fcall,
}

command! {
    name: "FCALL_RO", group: Scripting, since: "7.0.0",
    complexity: "Depends on the function that is executed.",
    summary: "Invokes a read-only function.",
    syntax: "function numkeys [key [key ...]] [arg [arg ...]]",
    flags: READONLY | NOSCRIPT | STALE | SKIP_MONITOR | NO_MANDATORY_KEYS,
    keys: [
        counted(2).read_only().access()
            .notes("We cannot tell how the keys will be used so we assume the worst, RO and ACCESS")
    ],
    run: fcall_ro,
}

fn fcall(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    cx.show_first(args);
    functions::call(cx, args, false)
}

fn fcall_ro(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    cx.show_first(args);
    functions::call(cx, args, true)
}
