//! DBSIZE: how many keys.

use russet_engine::prelude::*;

command! {
    name: "DBSIZE", group: Server, since: "1.0.0", complexity: "O(1)",
    summary: "Returns the number of keys in the database.",
    flags: READONLY | FAST,
    acl: category::KEYSPACE,
    tips: ["request_policy:all_shards", "response_policy:agg_sum"],
    run: dbsize,
}

fn dbsize(cx: &mut Context<'_>, _: Args<'_>) -> Outcome {
    let keys = cx.db.len();
    cx.reply.count(keys)
}
