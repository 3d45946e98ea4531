//! MODULE LOADEX: as MODULE LOAD, with parameters.

use crate::plugins::load;
use russet_engine::prelude::*;

command! {
    name: "MODULE|LOADEX", group: Server, since: "7.0.0", complexity: "O(1)",
    summary: "Loads a module using extended parameters.",
    syntax: "path [CONFIG name value [CONFIG name value ...]] [ARGS args [args ...]]",
    notes: [
        of("CONFIG").name("configs"),
    ],
    flags: ADMIN | NOSCRIPT | NO_ASYNC_LOADING | PROTECTED,
    run: run,
}

fn run(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let refuse = |what: String| Err(Error::owned(format!("ERR Error loading the extension: {what}.")));
    match args.get(3) {
        None => {}
        Some(_) if args.is(3, "ARGS") => {}
        Some(_) if args.is(3, "CONFIG") => {
            let Some(name) = args.get(4).filter(|_| args.len() > 5) else {
                return refuse("CONFIG needs a name and a value".into());
            };
            // What plugins can declare are commands, so far.
            return refuse(format!("the plugin has no parameter '{}'", String::from_utf8_lossy(name)));
        }
        Some(word) => {
            return refuse(format!("'{}' is neither CONFIG nor ARGS", String::from_utf8_lossy(word)));
        }
    }
    let told = args.iter_from(args.len().min(4)).map(<[u8]>::to_vec).collect();
    load::for_client(cx, args.word(2), told)
}
