//! ECHO: say it again.

use russet_engine::prelude::*;

command! {
    name: "ECHO", group: Connection, since: "1.0.0", complexity: "O(1)",
    summary: "Returns the given string.",
    syntax: "message",
    flags: LOADING | STALE | FAST,
    run: echo,
}

fn echo(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    cx.reply.bulk(args.word(1))
}

#[cfg(test)]
mod tests {
    use crate::shell::conversation;

    #[test]
    fn says_it_again() {
        conversation! {
            "ECHO a => $1 a"
            "ECHO => -ERR wrong number of arguments for 'echo' command"
            "ECHO a b => -ERR wrong number of arguments for 'echo' command"
        };
    }
}
