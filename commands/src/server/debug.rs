//! DEBUG: what developers ask of a server. One file of this folder for each subcommand; see
//! [`russet_engine::debug`] for how they register.

automod::dir!("src/server/debug");

use russet_engine::debug;
use russet_engine::prelude::*;

command! {
    name: "DEBUG", group: Server, since: "1.0.0", complexity: "Depends on subcommand.",
    summary: "A container for debugging commands.",
    arity: -2,
    flags: ADMIN | NOSCRIPT | LOADING | STALE | PROTECTED,
    doc_flags: doc::SYSCMD,
    run: run,
}

fn run(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let name = args.word(1);
    if args.is(1, "HELP") && args.len() == 2 {
        let lines: Vec<&str> = debug::subcommands().iter().flat_map(|subcommand| subcommand.help).copied().collect();
        return cx.reply.help("DEBUG", &lines);
    }
    match debug::find(name, args.len()) {
        Some(subcommand) => (subcommand.run)(cx, args),
        None => Err(unknown(name)),
    }
}

fn unknown(name: &[u8]) -> Error {
    // As Redis quotes it: a C string of at most so many bytes.
    const QUOTED_MAX: usize = 128;
    let quoted = name.split(|&byte| byte == 0).next().unwrap_or_default();
    let quoted = &quoted[..quoted.len().min(QUOTED_MAX)];
    let text = [b"ERR unknown subcommand or wrong number of arguments for '", quoted, b"'. Try DEBUG HELP."].concat();
    Error::owned(text)
}

#[cfg(test)]
mod tests {
    use crate::shell::Shell;

    /// A shell that may debug.
    pub(super) fn shell() -> Shell {
        let mut shell = Shell::new();
        let parameter = russet_engine::params::find(b"enable-debug-command").unwrap();
        shell.engine.core.params.assign(parameter, &[b"yes"]).unwrap();
        shell
    }

    #[test]
    fn it_must_be_enabled() {
        let refused = Shell::new().run("DEBUG SLEEP 0");
        assert!(refused.starts_with("-ERR DEBUG command not allowed. If the enable-debug-command option"), "{refused}");
        assert_eq!(shell().run("DEBUG SLEEP 0"), "+OK");
    }

    #[test]
    fn unknown_subcommands_are_quoted() {
        let mut shell = shell();
        let error = |name: &str| {
            format!("-ERR unknown subcommand or wrong number of arguments for '{name}'. Try DEBUG HELP.")
        };
        assert_eq!(shell.run("DEBUG"), "-ERR wrong number of arguments for 'debug' command");
        for request in ["nosuch", "OBJECT", "HELP x", "DIGEST 1", "JMAP"] {
            let name = request.split(' ').next().unwrap();
            assert_eq!(shell.run(&format!("DEBUG {request}")), error(name));
        }
        assert_eq!(shell.words(&[b"DEBUG", b"a\0b"]), error("a"));
        assert_eq!(shell.words(&[b"DEBUG", &[b'x'; 200]]), error(&"x".repeat(128)));
    }

    #[test]
    fn help_lists_every_subcommand() {
        let help = shell().run("DEBUG HELP");
        for subcommand in russet_engine::debug::subcommands() {
            assert!(help.contains(&format!(" +{}", subcommand.name)), "{} in {help}", subcommand.name);
        }
        assert!(help.ends_with(" +HELP +    Print this help."), "{help}");
    }
}
