//! DEBUG SLEEP: stand still.

use russet_engine::prelude::*;
use russet_engine::{debug_subcommand, number};
use std::time::Duration;

debug_subcommand! {
    name: "SLEEP", words: 3..=3,
    help: &["SLEEP <seconds>", "    Stop the server for <seconds>. Decimals allowed."],
    run: sleep,
}

fn sleep(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    // What is no number is no time, as with C's strtod.
    let seconds = number::parse_double(args.word(2)).unwrap_or(0.0);
    cx.core.host.sleep(Duration::try_from_secs_f64(seconds).unwrap_or_default());
    cx.reply.ok()
}

#[cfg(test)]
mod tests {
    use crate::server::debug::tests::shell;

    #[test]
    fn any_text_is_taken() {
        for text in ["0", "0.01", "-5", "x", "nan", "inf", "1e300"] {
            assert_eq!(shell().run(&format!("DEBUG SLEEP {text}")), "+OK", "{text}");
        }
    }
}
