//! FUNCTION STATS, KILL: the function that runs.

use russet_engine::prelude::*;
use russet_engine::scripting::{Functions, Kind, functions};

command! {
    name: "FUNCTION|STATS", group: Scripting, since: "7.0.0", complexity: "O(1)",
    summary: "Returns information about a function during execution.",
    flags: NOSCRIPT | ALLOW_BUSY,
    tips: ["nondeterministic_output", "request_policy:all_shards", "response_policy:special"],
    run: stats,
}

command! {
    name: "FUNCTION|KILL", group: Scripting, since: "7.0.0", complexity: "O(1)",
    summary: "Terminates a function during execution.",
    flags: NOSCRIPT | ALLOW_BUSY,
    tips: ["request_policy:all_shards", "response_policy:one_succeeded"],
    run: kill,
}

fn stats(cx: &mut Context<'_>, _: Args<'_>) -> Outcome {
    let scripting = &cx.core.scripting;
    if scripting.running.as_ref().is_none_or(|running| running.kind == Kind::Script) {
        if let Some(running) = &scripting.running {
            return Err(running.busy_error());
        }
        functions::sync(cx);
    }
    let scripting = &cx.core.scripting;
    let elapsed_ms = scripting.running.as_ref().map_or(0, |running| functions::elapsed_ms(cx, running));
    let reply = &mut cx.reply;
    reply.map(2)?;
    reply.bulk(b"running_script")?;
    match &scripting.running {
        None => reply.null()?,
        Some(running) => {
            reply.map(3)?;
            reply.bulk(b"name")?;
            reply.bulk(running.name.as_bytes())?;
            reply.bulk(b"command")?;
            reply.array(running.words.len())?;
            running.words.iter().try_for_each(|word| reply.bulk(word))?;
            reply.bulk(b"duration_ms")?;
            reply.int(elapsed_ms as i64)?;
        }
    }
    reply.bulk(b"engines")?;
    reply.map(Functions::languages().count())?;
    for language in Functions::languages() {
        let libraries = || scripting.functions.set.libraries().filter(|library| library.engine == language.name);
        reply.bulk(language.name.as_bytes())?;
        reply.map(2)?;
        reply.bulk(b"libraries_count")?;
        reply.int(libraries().count() as i64)?;
        reply.bulk(b"functions_count")?;
        reply.int(libraries().map(|library| library.functions.len()).sum::<usize>() as i64)?;
    }
    Ok(())
}

fn kill(cx: &mut Context<'_>, _: Args<'_>) -> Outcome {
    let Some(running) = &mut cx.core.scripting.running else {
        return Err(Error::new("NOTBUSY No scripts in execution right now."));
    };
    running.kill(Kind::Function)?;
    cx.reply.ok()
}
