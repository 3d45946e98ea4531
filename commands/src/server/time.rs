//! TIME: what the server's clock says.

use russet_engine::prelude::*;

command! {
    name: "TIME", group: Server, since: "2.6.0", complexity: "O(1)",
    summary: "Returns the server time.",
    flags: LOADING | STALE | FAST,
    tips: ["nondeterministic_output"],
    run: time,
}

fn time(cx: &mut Context<'_>, _: Args<'_>) -> Outcome {
    let now = cx.db.keyspace().now_us();
    cx.reply.array(2)?;
    cx.reply.bulk_int(now.div_euclid(1_000_000))?;
    cx.reply.bulk_int(now.rem_euclid(1_000_000))
}

#[cfg(test)]
mod tests {
    use crate::shell::conversation;

    #[test]
    fn seconds_and_microseconds() {
        let mut shell = conversation! {
            "TIME => *2 $10 1700000000 $1 0"
            "TIME x => -ERR wrong number of arguments for 'time' command"
        };
        shell.clock.advance(1_123);
        assert_eq!(shell.run("TIME"), "*2 $10 1700000001 $6 123000");
    }
}
