//! WAIT, WAITAOF: wait until what was written is known elsewhere.
//!
//! There are no replicas, so that nobody ever acknowledges anything: who asks for none is answered at once,
//! who asks for more waits until the time is up.

use russet_engine::number;
use russet_engine::prelude::*;
use russet_engine::session::Blocked;

command! {
    name: "WAIT", group: Generic, since: "3.0.0", complexity: "O(1)",
    summary: "Blocks until the asynchronous replication of all preceding write commands sent by the connection is completed.",
    syntax: "numreplicas timeout",
    notes: [of("numreplicas").kind("integer"), of("timeout").kind("integer")],
    flags: BLOCKING,
    acl: category::CONNECTION,
    tips: ["request_policy:all_shards", "response_policy:agg_min"],
    run: wait,
}

command! {
    name: "WAITAOF", group: Generic, since: "7.2.0", complexity: "O(1)",
    summary: "Blocks until all of the preceding write commands sent by the connection are written to the append-only file of the master and/or replicas.",
    syntax: "numlocal numreplicas timeout",
    notes: [
        of("numlocal").kind("integer"), of("numreplicas").kind("integer"), of("timeout").kind("integer"),
    ],
    flags: BLOCKING,
    acl: category::CONNECTION,
    tips: ["request_policy:all_shards", "response_policy:agg_min"],
    run: waitaof,
}

fn wait(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let replicas = args.int(1)?;
    let deadline_ms = cx.deadline_of_ms(args.word(2))?;
    answer_or_block(cx, replicas > 0, deadline_ms, |reply| reply.int(0))
}

fn waitaof(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let local = args.int_in(1, 0..=1)?;
    let replicas = number::parse_i64(args.word(2)).filter(|&n| n >= 0).ok_or(Error::NOT_POSITIVE)?;
    let deadline_ms = cx.deadline_of_ms(args.word(3))?;
    if local > 0 && !cx.core.params.appendonly() {
        return Err(Error::new(
            "ERR WAITAOF cannot be used when numlocal is set but appendonly is disabled.",
        ));
    }
    answer_or_block(cx, local > 0 || replicas > 0, deadline_ms, |reply| {
        reply.array(2)?;
        reply.int(0)?;
        reply.int(0)
    })
}

/// Gives `answer` now, or once the time is up if there is something to wait for and the client can.
fn answer_or_block(
    cx: &mut Context<'_>,
    waits: bool,
    deadline_ms: Option<i64>,
    answer: fn(&mut russet_engine::Reply<'_>) -> Outcome,
) -> Outcome {
    if !waits || cx.in_transaction {
        return answer(&mut cx.reply);
    }
    cx.block(Blocked::until(deadline_ms, answer));
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::shell::{Shell, conversation};

    #[test]
    fn arguments_are_checked_in_order() {
        conversation! {
            "WAIT x x => -ERR value is not an integer or out of range"
            "WAIT 0 x => -ERR timeout is not an integer or out of range"
            "WAIT 0 -1 => -ERR timeout is negative"
            "WAIT 1 9223372036854775807 => -ERR timeout is out of range"
            "WAITAOF x x x => -ERR value is not an integer or out of range"
            "WAITAOF 2 x x => -ERR value is out of range, value must between 0 and 1"
            "WAITAOF 0 x x => -ERR value is out of range, must be positive"
            "WAITAOF 0 -1 x => -ERR value is out of range, must be positive"
            "WAITAOF 1 0 -1 => -ERR timeout is negative"
            "WAITAOF 1 0 0 => -ERR WAITAOF cannot be used when numlocal is set but appendonly is disabled."
        };
    }

    #[test]
    fn who_asks_for_nobody_does_not_wait() {
        conversation! {
            "WAIT 0 0 => :0"
            "WAIT -1 0 => :0"
            "WAITAOF 0 0 0 => *2 :0 :0"
            "MULTI => +OK"
            "WAIT 1 0 => +QUEUED"
            "WAITAOF 0 1 0 => +QUEUED"
            "EXEC => *2 :0 *2 :0 :0"
        };
    }

    #[test]
    fn who_asks_for_somebody_waits_until_the_time_is_up() {
        for (line, answer) in [("WAIT 1 100", ":0"), ("WAITAOF 0 1 100", "*2 :0 :0")] {
            let mut shell = Shell::new();
            assert_eq!(shell.run(line), "", "{line}");
            shell.clock.advance(99);
            assert_eq!(shell.tick(), "", "{line}");
            shell.clock.advance(1);
            assert_eq!(shell.tick(), answer, "{line}");
        }
    }
}
