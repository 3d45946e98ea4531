//! ACL HELP: what can follow `ACL`.

use russet_engine::prelude::*;

command! {
    name: "ACL|HELP", group: Server, since: "6.0.0", complexity: "O(1)",
    summary: "Returns helpful text about the different subcommands.",
    flags: LOADING | STALE,
    run: help,
}

const LINES: &[&str] = &[
    "CAT [<category>]",
    "    The commands of a category, or the names of all categories.",
    "DELUSER <username> [<username> ...]",
    "    Remove users and end their connections.",
    "DRYRUN <username> <command> [<arg> ...]",
    "    Tell whether a user may run a command, without running it.",
    "GETUSER <username>",
    "    Everything about a user.",
    "GENPASS [<bits>]",
    "    Make up a password of 256 bits, or of as many as asked for.",
    "LIST",
    "    The rules of all users, as lines of an ACL file.",
    "LOAD",
    "    Read the users from the ACL file again.",
    "LOG [<count> | RESET]",
    "    What was refused lately; with RESET forget it.",
    "SAVE",
    "    Write the users to the ACL file.",
    "SETUSER <username> <attribute> [<attribute> ...]",
    "    Make a user or change one.",
    "USERS",
    "    The names of all users.",
    "WHOAMI",
    "    The user of this connection.",
];

fn help(cx: &mut Context<'_>, _: Args<'_>) -> Outcome {
    cx.reply.help("ACL", LINES)
}
