//! DEBUG ERROR: answer any error, for those who test clients.

use russet_engine::debug_subcommand;
use russet_engine::prelude::*;

debug_subcommand! {
    name: "ERROR", words: 3..=3,
    help: &[
        "ERROR <string>",
        "    Return a Redis protocol error with <string> as message. Useful for clients",
        "    unit tests to simulate Redis errors.",
    ],
    run: error,
}

/// The error is the answer that was asked for: no statistics count it.
fn error(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    cx.reply.error(&Error::owned(args.word(2)))
}

#[cfg(test)]
mod tests {
    use crate::server::debug::tests::shell;

    #[test]
    fn any_text_on_one_line() {
        let mut shell = shell();
        assert_eq!(shell.words(&[b"DEBUG", b"ERROR", b"CODE some\r\ntext"]), "-CODE some  text");
        assert!(shell.run("INFO stats").contains(" total_error_replies:0 "));
    }
}
