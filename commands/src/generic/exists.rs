//! EXISTS, TOUCH: how many of some keys are there, left alone or noted as used.

use russet_engine::prelude::*;

command! {
    name: "EXISTS", group: Generic, since: "1.0.0", complexity: "O(N) where N is the number of keys to check.",
    summary: "Determines whether one or more keys exist.",
    syntax: "key [key ...]",
    flags: READONLY | FAST,
    keys: [range(1, -1, 1).read_only()],
    tips: ["request_policy:multi_shard", "response_policy:agg_sum"],
    history: [("3.0.3", "Accepts multiple `key` arguments.")],
    run: exists,
}

command! {
    name: "TOUCH", group: Generic, since: "3.2.1",
    complexity: "O(N) where N is the number of keys that will be touched.",
    summary: "Returns the number of existing keys out of those specified after updating the time they were last accessed.",
    syntax: "key [key ...]",
    flags: READONLY | FAST,
    keys: [range(1, -1, 1).read_only()],
    tips: ["request_policy:multi_shard", "response_policy:agg_sum"],
    run: touch,
}

fn exists(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let found = (1..args.len()).filter(|&i| cx.db.exists(args.key(i))).count();
    cx.reply.count(found)
}

fn touch(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let found = (1..args.len()).filter(|&i| cx.db.touch(args.key(i))).count();
    cx.reply.count(found)
}

#[cfg(test)]
mod tests {
    use crate::shell::conversation;

    #[test]
    fn a_key_counts_as_often_as_it_is_named() {
        conversation! {
            "SET a 1 => +OK"
            "SET b 1 => +OK"
            "EXISTS a a b c => :3"
            "TOUCH a a b c => :3"
            "EXISTS c => :0"
        };
    }

    #[test]
    fn only_touch_moves_the_clock() {
        let mut shell = conversation! { "SET a 1 => +OK" };
        shell.clock.advance(5_000);
        shell.run("EXISTS a");
        assert_eq!(shell.run("OBJECT IDLETIME a"), ":5");
        shell.run("TOUCH a");
        assert_eq!(shell.run("OBJECT IDLETIME a"), ":0");
    }
}
