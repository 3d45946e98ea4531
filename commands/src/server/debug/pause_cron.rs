//! DEBUG PAUSE-CRON: stop or go on doing what is due by itself.

use russet_engine::debug_subcommand;
use russet_engine::number::parse_i64;
use russet_engine::prelude::*;

debug_subcommand! {
    name: "PAUSE-CRON", words: 3..=3,
    help: &["PAUSE-CRON <0|1>", "    Stop periodic cron job processing."],
    run: pause_cron,
}

fn pause_cron(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    cx.core.cron_paused = parse_i64(args.word(2)).unwrap_or(0) != 0;
    cx.reply.ok()
}

#[cfg(test)]
mod tests {
    use crate::server::debug::tests::shell;

    #[test]
    fn it_is_noted_for_whoever_runs_the_cron() {
        let mut shell = shell();
        for (line, paused) in [("DEBUG PAUSE-CRON 1", true), ("DEBUG pause-cron 0", false), ("DEBUG PAUSE-CRON x", false)] {
            assert_eq!(shell.run(line), "+OK");
            assert_eq!(shell.engine.core.cron_paused, paused, "{line}");
        }
    }
}
