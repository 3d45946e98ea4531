//! CONFIG HELP.

use russet_engine::prelude::*;

command! {
    name: "CONFIG|HELP", group: Server, since: "5.0.0", complexity: "O(1)",
    summary: "Returns helpful text about the different subcommands.",
    flags: LOADING | STALE,
    run: help,
}

fn help(cx: &mut Context<'_>, _: Args<'_>) -> Outcome {
    cx.reply.help(
        "CONFIG",
        &[
            "GET <pattern>",
            "    Return parameters matching the glob-like <pattern> and their values.",
            "SET <directive> <value>",
            "    Set the configuration <directive> to <value>.",
            "RESETSTAT",
            "    Reset statistics reported by the INFO command.",
            "REWRITE",
            "    Rewrite the configuration file.",
        ],
    )
}

#[cfg(test)]
mod tests {
    use crate::shell::Shell;

    #[test]
    fn eleven_lines() {
        let reply = Shell::new().run("CONFIG HELP");
        assert!(reply.starts_with("*11 +CONFIG <subcommand> "), "{reply}");
        assert!(reply.ends_with("+HELP +    Print this help."), "{reply}");
    }
}
