//! DEL, UNLINK: remove keys.

use russet_engine::prelude::*;

command! {
    name: "DEL", group: Generic, since: "1.0.0",
    complexity: "O(N) where N is the number of keys that will be removed. When a key to remove holds a value other than a string, the individual complexity for this key is O(M) where M is the number of elements in the list, set, sorted set or hash. Removing a single key that holds a string value is O(1).",
    summary: "Deletes one or more keys.",
    syntax: "key [key ...]",
    flags: WRITE,
    keys: [range(1, -1, 1).remove().delete()],
    tips: ["request_policy:multi_shard", "response_policy:agg_sum"],
    run: del,
}

command! {
    name: "UNLINK", group: Generic, since: "4.0.0",
    complexity: "O(1) for each key removed regardless of its size. Then the command does O(N) work in a different thread in order to reclaim memory, where N is the number of allocations the deleted objects where composed of.",
    summary: "Asynchronously deletes one or more keys.",
    syntax: "key [key ...]",
    flags: WRITE | FAST,
    keys: [range(1, -1, 1).remove().delete()],
    tips: ["request_policy:multi_shard", "response_policy:agg_sum"],
    run: del,
}

fn del(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let removed = (1..args.len()).filter(|&i| cx.db.delete(args.key(i))).count();
    cx.reply.count(removed)
}

#[cfg(test)]
mod tests {
    use crate::shell::conversation;

    #[test]
    fn counts_what_was_there() {
        conversation! {
            "SET a 1 => +OK"
            "SET b 1 => +OK"
            "DEL a a b c => :2"
            "GET a => $-1"
        };
    }
}
