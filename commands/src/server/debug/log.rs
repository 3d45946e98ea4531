//! DEBUG LOG: write a line to the server's log.

use russet_engine::debug_subcommand;
use russet_engine::prelude::*;

debug_subcommand! {
    name: "LOG", words: 3..=3,
    help: &["LOG <message>", "    Write <message> to the server log."],
    run: log,
}

fn log(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    tracing::warn!("DEBUG LOG: {}", String::from_utf8_lossy(args.word(2)));
    cx.reply.ok()
}

#[cfg(test)]
mod tests {
    use crate::server::debug::tests::shell;

    #[test]
    fn any_bytes_are_taken() {
        assert_eq!(shell().words(&[b"DEBUG", b"LOG", b"\xff {} %s"]), "+OK");
    }
}
