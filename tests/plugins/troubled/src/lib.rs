//! A plugin for the tests: it panics, writes, and runs other commands.

use russet_plugin_sdk::prelude::*;

export_plugin! { name: "troubled", version: 2, about: "Panics at times.", load: load, unload: unload }

fn load(args: &[&[u8]]) -> Result<(), String> {
    match args {
        [b"panic"] => panic!("at the door"),
        [b"refuse"] => Err("not today".into()),
        _ => {
            log(Level::Notice, &format!("told {} things", args.len()));
            Ok(())
        }
    }
}

fn unload() {
    log(Level::Notice, "good bye");
}

command! {
    name: "TROUBLED.PANIC", since: "0.1.0", complexity: "O(1)",
    summary: "Panics.",
    syntax: "how",
    flags: READONLY,
    run: panicking,
}

fn panicking(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    match args.word(1) {
        b"index" => cx.reply.bulk(args.word(7)),
        b"late" => {
            cx.reply.array(2)?;
            cx.reply.int(1)?;
            panic!("in the middle of an answer")
        }
        b"value" => std::panic::panic_any(7_u8),
        word => panic!("because of {}", String::from_utf8_lossy(word)),
    }
}

command! {
    name: "TROUBLED.SET", since: "0.1.0", complexity: "O(1)",
    summary: "Sets a key, with a time to live in milliseconds; 0 for none.",
    syntax: "key value milliseconds",
    flags: WRITE | DENYOOM,
    keys: [at(1).overwrite().update()],
    run: set,
}

/// Its time to live counts from now, so it is journaled as what it does.
fn set(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    cx.journal_effects()?;
    let expiry = match args.int(3)? {
        0 => Expiry::Clear,
        ms => Expiry::At(cx.db.now_ms() + ms),
    };
    cx.db.set(args.key(1), args.word(2), expiry)?;
    cx.reply.ok()
}

command! {
    name: "TROUBLED.PUSH", since: "0.1.0", complexity: "O(1)",
    summary: "Appends to a list and counts it in another key.",
    syntax: "list counter value",
    flags: WRITE | DENYOOM,
    keys: [at(1).read_write().insert(), at(2).read_write().update()],
    run: push,
}

/// Journaled as it was sent, and what it runs is not.
fn push(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let pushed = cx.call(&[b"RPUSH", args.word(1), args.word(3)])?;
    if let Some(error) = pushed.error() {
        return Err(Error::owned(error));
    }
    cx.call(&[b"INCR", args.word(2)])?;
    match pushed.value() {
        Value::Int(length) => cx.reply.int(length),
        _ => cx.reply.null(),
    }
}

command! {
    name: "TROUBLED.SHUFFLE", since: "0.1.0", complexity: "O(1)",
    summary: "Moves a member that chance picks from one set to another.",
    syntax: "source destination",
    flags: WRITE,
    keys: [at(1).read_write().delete(), at(2).read_write().insert()],
    run: shuffle,
}

/// Chance: what it runs is journaled.
fn shuffle(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    cx.journal_effects()?;
    let picked = cx.call(&[b"SPOP", args.word(1)])?;
    let Value::Bulk(member) = picked.value() else { return cx.reply.null() };
    cx.call(&[b"SADD", args.word(2), member])?;
    cx.reply.bulk(member)
}

command! {
    name: "TROUBLED.SHAPES", since: "0.1.0", complexity: "O(1)",
    summary: "Answers with every shape of reply.",
    flags: READONLY,
    run: shapes,
}

fn shapes(cx: &mut Context<'_>, _: Args<'_>) -> Outcome {
    cx.reply.array(9)?;
    cx.reply.double(1.5)?;
    cx.reply.boolean(true)?;
    cx.reply.null()?;
    cx.reply.big_number("-123456789012345678901234567890")?;
    cx.reply.verbatim("txt", b"words")?;
    cx.reply.map(1)?;
    cx.reply.bulk("key")?;
    cx.reply.set(1)?;
    cx.reply.int(i64::MIN)?;
    cx.reply.error(&Error::new("ERR inside"))?;
    cx.reply.null_array()?;
    cx.reply.array(0)
}

command! {
    name: "TROUBLED.ABOUT", since: "0.1.0", complexity: "O(1)",
    summary: "Returns what is known of a key: whether it exists, its type, when it expires.",
    syntax: "key",
    flags: READONLY,
    keys: [at(1).read_only()],
    run: about,
}

fn about(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let key = args.key(1);
    let (exists, kind, expiry) = (cx.db.exists(key)?, cx.db.type_of(key)?, cx.db.expiry(key)?);
    cx.reply.array(4)?;
    cx.reply.boolean(exists)?;
    cx.reply.bulk_or_null(kind.as_deref().map(str::as_bytes))?;
    cx.reply.boolean(expiry.is_some_and(|at| at > cx.db.now_ms()))?;
    cx.reply.int(cx.db.index().into())
}

command! {
    name: "TROUBLED.GET", since: "0.1.0", complexity: "O(1)",
    summary: "As GET: what tests/bench/plugins compares it with.",
    syntax: "key",
    flags: READONLY | FAST,
    keys: [at(1).read_only().access()],
    run: get,
}

fn get(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let value = cx.db.string(args.key(1))?;
    cx.reply.bulk_or_null(value)
}
