//! ACL LOG: what was refused lately.

use russet_engine::Reply;
use russet_engine::acl::LogEntry;
use russet_engine::prelude::*;

command! {
    name: "ACL|LOG", group: Server, since: "6.0.0",
    complexity: "O(N) with N being the number of entries shown.",
    summary: "Lists recent security events generated due to ACL rules.",
    syntax: "[count | RESET]",
    notes: [
        of("count | RESET").name("operation"),
    ],
    flags: ADMIN | NOSCRIPT | LOADING | STALE,
    history: [
        ("7.2.0", "Added entry ID, timestamp created, and timestamp last updated."),
    ],
    run: log,
}

const SHOWN: usize = 10;

fn log(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    if args.len() > 3 {
        return Err(Error::subcommand("ACL", args.word(1)));
    }
    if args.is(2, "RESET") {
        cx.core.acl.log.clear();
        return cx.reply.ok();
    }
    let wanted = if args.len() > 2 { usize::try_from(args.int(2)?).unwrap_or(0) } else { SHOWN };
    let now_ms = cx.db.now_ms();
    let entries = cx.core.acl.log.entries().take(wanted);
    cx.reply.array(entries.len())?;
    entries.into_iter().try_for_each(|entry| describe(&mut cx.reply, entry, now_ms))
}

fn describe(reply: &mut Reply<'_>, entry: &LogEntry, now_ms: i64) -> Outcome {
    reply.map(10)?;
    reply.bulk(b"count")?;
    reply.int(entry.count as i64)?;
    for (name, value) in [
        ("reason", entry.reason.name().as_bytes()),
        ("context", entry.occasion.name().as_bytes()),
        ("object", &entry.object),
        ("username", &entry.user),
    ] {
        reply.bulk(name.as_bytes())?;
        reply.bulk(value)?;
    }
    reply.bulk(b"age-seconds")?;
    reply.double((now_ms - entry.updated_ms) as f64 / 1000.0)?;
    reply.bulk(b"client-info")?;
    reply.bulk(&entry.client)?;
    reply.bulk(b"entry-id")?;
    reply.int(entry.id as i64)?;
    reply.bulk(b"timestamp-created")?;
    reply.int(entry.created_ms)?;
    reply.bulk(b"timestamp-last-updated")?;
    reply.int(entry.updated_ms)
}
