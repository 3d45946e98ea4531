//! CLIENT NO-EVICT, CLIENT NO-TOUCH: switches that spare a client, or the keys that it looks at.

use russet_engine::prelude::*;

command! {
    name: "CLIENT|NO-EVICT", group: Connection, since: "7.0.0", complexity: "O(1)",
    summary: "Sets the client eviction mode of the connection.",
    syntax: "<ON | OFF>",
    notes: [of("ON | OFF").name("enabled")],
    flags: ADMIN | NOSCRIPT | LOADING | STALE,
    run: no_evict,
}

command! {
    name: "CLIENT|NO-TOUCH", group: Connection, since: "7.2.0", complexity: "O(1)",
    summary: "Controls whether commands sent by the client affect the LRU/LFU of accessed keys.",
    syntax: "<ON | OFF>",
    notes: [of("ON | OFF").name("enabled")],
    flags: NOSCRIPT | LOADING | STALE,
    run: no_touch,
}

fn no_evict(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    cx.session.no_evict = on_or_off(args)?;
    cx.reply.ok()
}

fn no_touch(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    cx.session.no_touch = on_or_off(args)?;
    cx.reply.ok()
}

fn on_or_off(args: Args<'_>) -> Result<bool, Error> {
    match (args.is(2, "ON"), args.is(2, "OFF")) {
        (false, false) => Err(Error::SYNTAX),
        (on, _) => Ok(on),
    }
}

#[cfg(test)]
mod tests {
    use crate::shell::conversation;

    #[test]
    fn are_seen_among_the_flags() {
        let mut shell = conversation! {
            "CLIENT NO-EVICT on => +OK"
            "CLIENT NO-TOUCH ON => +OK"
            "CLIENT NO-EVICT maybe => -ERR syntax error"
            "CLIENT NO-TOUCH maybe => -ERR syntax error"
        };
        assert!(shell.run("CLIENT INFO").contains(" flags=eT "));
        shell.run("CLIENT NO-TOUCH off");
        assert!(shell.run("CLIENT INFO").contains(" flags=e "));
        shell.run("CLIENT NO-EVICT off");
        assert!(shell.run("CLIENT INFO").contains(" flags=N "));
    }
}
