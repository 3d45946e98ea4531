//! SHUTDOWN: end the process; who asked sees only that the connection closes.

use russet_engine::host::Shutdown;
use russet_engine::prelude::*;

command! {
    name: "SHUTDOWN", group: Server, since: "1.0.0",
    complexity: "O(N) when saving, where N is the total number of keys in all databases when saving data, otherwise \
                 O(1)",
    summary: "Synchronously saves the database(s) to disk and shuts down the Redis server.",
    syntax: "[NOSAVE | SAVE] [NOW] [FORCE] [ABORT]",
    notes: [
        of("NOSAVE | SAVE").name("save-selector"),
        of("NOW").since("7.0.0"), of("FORCE").since("7.0.0"), of("ABORT").since("7.0.0"),
    ],
    flags: ADMIN | NOSCRIPT | LOADING | STALE | NO_MULTI | ALLOW_BUSY,
    history: [("7.0.0", "Added the `NOW`, `FORCE` and `ABORT` modifiers.")],
    run: shutdown,
}

/// What the options ask for.
#[derive(Debug, PartialEq, Eq)]
enum Wish {
    End(Shutdown),
    Abort,
}

fn parse(args: Args<'_>) -> Result<Wish, Error> {
    let (mut how, mut abort) = (Shutdown::default(), false);
    for at in 1..args.len() {
        if args.is(at, "NOSAVE") && how.save != Some(true) {
            how.save = Some(false);
        } else if args.is(at, "SAVE") && how.save != Some(false) {
            how.save = Some(true);
        } else if args.is(at, "NOW") {
            how.now = true;
        } else if args.is(at, "FORCE") {
            how.force = true;
        } else if args.is(at, "ABORT") {
            abort = true;
        } else {
            return Err(Error::SYNTAX);
        }
    }
    match abort {
        true if how != Shutdown::default() => Err(Error::SYNTAX),
        true => Ok(Wish::Abort),
        false => Ok(Wish::End(how)),
    }
}

fn shutdown(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    match parse(args)? {
        Wish::Abort => {
            cx.core.host.abort_shutdown()?;
            cx.reply.ok()
        }
        Wish::End(how) => {
            if let Some(running) = &cx.core.scripting.running
                && how.save != Some(false)
            {
                return Err(running.busy_error());
            }
            let (host, dataset) = cx.host_and_dataset();
            host.shutdown(how, dataset)?;
            cx.core.stopping = true;
            // Nothing that this client has sent behind it runs any more, and nothing is answered.
            cx.close_after_reply();
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Wish, parse};
    use crate::shell::conversation;
    use russet_engine::args::OwnedArgs;
    use russet_engine::host::Shutdown;
    use russet_engine::{Error, KeyHasher};

    fn read(line: &str) -> Result<Wish, Error> {
        let words = OwnedArgs::new(line.split(' ').map(str::as_bytes));
        parse(words.args(&KeyHasher::new([1; 4])))
    }

    #[test]
    fn options_in_any_order() {
        let plain = Shutdown::default();
        for (line, wish) in [
            ("SHUTDOWN", Wish::End(plain)),
            ("shutdown nosave nosave", Wish::End(Shutdown { save: Some(false), ..plain })),
            ("SHUTDOWN NOW SAVE", Wish::End(Shutdown { save: Some(true), now: true, ..plain })),
            ("SHUTDOWN FORCE", Wish::End(Shutdown { force: true, ..plain })),
            ("SHUTDOWN ABORT ABORT", Wish::Abort),
        ] {
            assert_eq!(read(line), Ok(wish), "{line}");
        }
        for wrong in ["foo", "SAVE NOSAVE", "NOSAVE SAVE", "ABORT NOW", "SAVE ABORT", "NOW foo"] {
            assert_eq!(read(&format!("SHUTDOWN {wrong}")), Err(Error::SYNTAX), "{wrong}");
        }
    }

    #[test]
    fn a_host_that_refuses_is_heard() {
        conversation! {
            "SHUTDOWN => -ERR Errors trying to SHUTDOWN. Check logs."
            "SHUTDOWN ABORT => -ERR No shutdown in progress."
            "MULTI => +OK"
            "SHUTDOWN => -ERR Command not allowed inside a transaction"
        };
    }
}
