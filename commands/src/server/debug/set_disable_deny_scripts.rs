//! DEBUG SET-DISABLE-DENY-SCRIPTS: let scripts run the commands that are kept from them, so that a test can see what these do.

use russet_engine::debug_subcommand;
use russet_engine::prelude::*;

debug_subcommand! {
    name: "SET-DISABLE-DENY-SCRIPTS", words: 3..=3,
    help: &[
        "SET-DISABLE-DENY-SCRIPTS <0|1>",
        "    With 1, scripts may run commands that are kept from them.",
    ],
    run: disable,
}

fn disable(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    cx.core.scripting.deny_list_disabled = args.int(2).is_ok_and(|number| number != 0);
    cx.reply.ok()
}

#[cfg(test)]
mod tests {
    use crate::server::debug::tests::shell;

    #[test]
    fn it_is_noted_for_those_who_run_scripts() {
        let mut shell = shell();
        for (line, disabled) in [("DEBUG SET-DISABLE-DENY-SCRIPTS 1", true), ("DEBUG set-disable-deny-scripts 0", false)] {
            assert_eq!(shell.run(line), "+OK");
            assert_eq!(shell.engine.core.scripting.deny_list_disabled, disabled, "{line}");
        }
    }
}
