//! GETSET: set a string and return the one before.

use crate::string::set::store;
use russet_engine::prelude::*;

command! {
    name: "GETSET", group: String, since: "1.0.0", complexity: "O(1)",
    summary: "Returns the previous string value of a key after setting it to a new value.",
    syntax: "key value",
    flags: WRITE | DENYOOM | FAST,
    keys: [at(1).read_write().access().update()],
    deprecated: ("6.2.0", "`SET` with the `!GET` argument"),
    run: getset,
}

fn getset(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    match cx.db.string(args.key(1))? {
        Some(text) => cx.reply.text(text)?,
        None => cx.reply.null()?,
    }
    store(cx, args.key(1), args.word(2), Expiry::Clear)?;
    cx.journal([&b"SET"[..], args.word(1), args.word(2)]);
    Ok(())
}
