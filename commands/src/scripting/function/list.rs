//! FUNCTION LIST: the libraries and what they have registered.

use russet_engine::prelude::*;
use russet_engine::scripting::functions::{self, Function, Library};
use russet_engine::scripting::Flags;
use russet_engine::{Reply, glob};
use std::sync::Arc;

command! {
    name: "FUNCTION|LIST", group: Scripting, since: "7.0.0", complexity: "O(N) where N is the number of functions",
    summary: "Returns information about all libraries.",
    syntax: "[LIBRARYNAME library-name-pattern] [WITHCODE]",
    flags: NOSCRIPT,
    tips: ["nondeterministic_output_order"],
    run: list,
}

fn list(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let (mut pattern, mut with_code) = (None, false);
    let mut at = 2;
    while at < args.len() {
        if !with_code && args.is(at, "WITHCODE") {
            with_code = true;
        } else if pattern.is_none() && args.is(at, "LIBRARYNAME") {
            at += 1;
            pattern = Some(args.get(at).ok_or(Error::new("ERR library name argument was not given"))?);
        } else {
            return Err(Error::quoting("ERR Unknown argument ", args.word(at), ""));
        }
        at += 1;
    }
    functions::sync(cx);
    let set = &cx.core.scripting.functions.set;
    let matches = |library: &&Arc<Library>| {
        pattern.is_none_or(|pattern| glob::matches(pattern, library.name.as_bytes(), true))
    };
    let libraries: Vec<_> = set.libraries().filter(matches).collect();
    let reply = &mut cx.reply;
    reply.array(libraries.len())?;
    for library in libraries {
        reply.map(if with_code { 4 } else { 3 })?;
        reply.bulk(b"library_name")?;
        reply.bulk(library.name.as_bytes())?;
        reply.bulk(b"engine")?;
        reply.bulk(library.engine.as_bytes())?;
        reply.bulk(b"functions")?;
        reply.array(library.functions.len())?;
        library.functions.iter().try_for_each(|function| describe(reply, function))?;
        if with_code {
            reply.bulk(b"library_code")?;
            reply.bulk(&library.code)?;
        }
    }
    Ok(())
}

fn describe(reply: &mut Reply<'_>, function: &Function) -> Outcome {
    reply.map(3)?;
    reply.bulk(b"name")?;
    reply.bulk(function.name.as_bytes())?;
    reply.bulk(b"description")?;
    match &function.description {
        Some(description) => reply.bulk(description)?,
        None => reply.null()?,
    }
    reply.bulk(b"flags")?;
    let flags = Flags::NAMES.iter().filter(|(_, flag)| function.flags.contains(*flag));
    reply.set(flags.clone().count())?;
    flags.map(|(name, _)| name).try_for_each(|name| reply.status(name.as_bytes()))
}
