//! DUMP: a value as bytes that `RESTORE` takes, here and in Redis.

use russet_engine::output::Output;
use russet_engine::prelude::*;
use russet_engine::rdb;

command! {
    name: "DUMP", group: Generic, since: "2.6.0",
    complexity: "O(1) to access the key and additional O(N*M) to serialize it, where N is the number of Redis objects composing the value and M their average size. For small string values the time complexity is thus O(1)+O(1*M) where M is small, so simply O(1).",
    summary: "Returns a serialized representation of the value stored at a key.",
    syntax: "key",
    flags: READONLY,
    keys: [at(1).read_only().access()],
    tips: ["nondeterministic_output"],
    run: dump,
}

fn dump(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let compress = cx.core.params.rdbcompression();
    match cx.db.read(args.key(1)) {
        Some(entry) => {
            let mut bytes = Output::default();
            // What is to be sent takes everything.
            let _ = rdb::dump(entry, compress, &mut bytes);
            cx.reply.bulk_of(bytes)
        }
        None => cx.reply.null(),
    }
}
