//! WATCH, UNWATCH: let EXEC fail if somebody else changes a key meanwhile.

use russet_engine::prelude::*;
use russet_engine::transaction;

command! {
    name: "WATCH", group: Transactions, since: "2.2.0", complexity: "O(1) for every key.",
    summary: "Monitors changes to keys to determine the execution of a transaction.",
    syntax: "key [key ...]",
    flags: NOSCRIPT | LOADING | STALE | FAST | ALLOW_BUSY,
    keys: [range(1, -1, 1).read_only()],
    run: watch,
}

command! {
    name: "UNWATCH", group: Transactions, since: "2.2.0", complexity: "O(1)",
    summary: "Forgets about watched keys of a transaction.",
    flags: NOSCRIPT | LOADING | STALE | FAST | ALLOW_BUSY,
    run: unwatch,
}

fn watch(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    if cx.session.transaction.is_some() {
        return Err(Error::new("ERR WATCH inside MULTI is not allowed"));
    }
    if !cx.session.watch_flag.is_set() {
        (1..args.len()).for_each(|i| transaction::watch(cx, args.key(i)));
    }
    cx.reply.ok()
}

fn unwatch(cx: &mut Context<'_>, _: Args<'_>) -> Outcome {
    transaction::unwatch(cx.db.keyspace(), cx.session);
    cx.reply.ok()
}
