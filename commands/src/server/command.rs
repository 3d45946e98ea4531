//! COMMAND: how many commands there are, what they are called, and which words of a request are keys.

use crate::server::command_info;
use russet_engine::command::flags::{category, key, names};
use russet_engine::command::keys::Misfit;
use russet_engine::command::registry::Lookup;
use russet_engine::command::{Entry, FoundKey};
use russet_engine::glob;
use russet_engine::prelude::*;

command! {
    name: "COMMAND", group: Server, since: "2.8.13",
    complexity: "O(N) where N is the total number of Redis commands",
    summary: "Returns detailed information about all commands.",
    arity: -1,
    flags: LOADING | STALE,
    acl: category::CONNECTION,
    tips: ["nondeterministic_output_order"],
    run: command_info::all,
}

command! {
    name: "COMMAND|COUNT", group: Server, since: "2.8.13", complexity: "O(1)",
    summary: "Returns a count of commands.",
    flags: LOADING | STALE,
    acl: category::CONNECTION,
    run: count,
}

command! {
    name: "COMMAND|LIST", group: Server, since: "7.0.0",
    complexity: "O(N) where N is the total number of Redis commands",
    summary: "Returns a list of command names.",
    syntax: "[FILTERBY <MODULE module-name | ACLCAT category | PATTERN pattern>]",
    flags: LOADING | STALE,
    acl: category::CONNECTION,
    tips: ["nondeterministic_output_order"],
    run: list,
}

command! {
    name: "COMMAND|GETKEYS", group: Server, since: "2.8.13",
    complexity: "O(N) where N is the number of arguments to the command",
    summary: "Extracts the key names from an arbitrary command.",
    syntax: "command [arg [arg ...]]",
    flags: LOADING | STALE,
    acl: category::CONNECTION,
    run: get_keys,
}

command! {
    name: "COMMAND|GETKEYSANDFLAGS", group: Server, since: "7.0.0",
    complexity: "O(N) where N is the number of arguments to the command",
    summary: "Extracts the key names and access flags for an arbitrary command.",
    syntax: "command [arg [arg ...]]",
    flags: LOADING | STALE,
    acl: category::CONNECTION,
    run: get_keys_and_flags,
}

command! {
    name: "COMMAND|HELP", group: Server, since: "5.0.0", complexity: "O(1)",
    summary: "Returns helpful text about the different subcommands.",
    flags: LOADING | STALE,
    acl: category::CONNECTION,
    run: help,
}

fn count(cx: &mut Context<'_>, _: Args<'_>) -> Outcome {
    let count = cx.registry.iter().filter(|entry| entry.parent.is_none()).count();
    cx.reply.count(count)
}

/// Which commands `LIST` lists.
enum Filter<'a> {
    All,
    Category(u64),
    Pattern(&'a [u8]),
    /// Of a plugin, none of which is loaded.
    Nothing,
}

impl<'a> Filter<'a> {
    fn parse(args: Args<'a>) -> Result<Self, Error> {
        let by = |kind| args.is(2, "FILTERBY") && args.is(3, kind);
        match args.len() {
            2 => Ok(Filter::All),
            5 if by("MODULE") => Ok(Filter::Nothing),
            5 if by("PATTERN") => Ok(Filter::Pattern(args.word(4))),
            5 if by("ACLCAT") => {
                let named = |&&(_, name): &&(u64, &str)| name.as_bytes().eq_ignore_ascii_case(args.word(4));
                let bit = category::NAMES.iter().find(named).map_or(0, |&(bit, _)| bit);
                Ok(Filter::Category(bit))
            }
            _ => Err(Error::SYNTAX),
        }
    }

    fn admits(&self, entry: &Entry) -> bool {
        match self {
            Filter::All => true,
            Filter::Category(bit) => entry.categories & bit != 0,
            Filter::Pattern(pattern) => glob::matches(pattern, entry.name.as_bytes(), true),
            Filter::Nothing => false,
        }
    }
}

fn list(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let filter = Filter::parse(args)?;
    let listed: Vec<&Entry> = cx.registry.iter().filter(|entry| filter.admits(entry)).collect();
    cx.reply.array(listed.len())?;
    listed.iter().try_for_each(|entry| cx.reply.bulk(entry.name.as_bytes()))
}

fn get_keys(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let request = args.tail(2);
    let keys = keys_of(cx, request)?;
    cx.reply.array(keys.len())?;
    keys.iter().try_for_each(|key| cx.reply.bulk(request.word(key.index)))
}

fn get_keys_and_flags(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let request = args.tail(2);
    let keys = keys_of(cx, request)?;
    cx.reply.array(keys.len())?;
    keys.iter().try_for_each(|found| {
        cx.reply.array(2)?;
        cx.reply.bulk(request.word(found.index))?;
        command_info::flag_set(&mut cx.reply, names(found.flags, key::NAMES))
    })
}

fn keys_of(cx: &Context<'_>, request: Args<'_>) -> Result<Vec<FoundKey>, Error> {
    const INVALID: Error = Error::new("ERR Invalid command specified");
    const NO_KEYS: Error = Error::new("ERR The command has no key arguments");
    const ARITY: Error = Error::new("ERR Invalid number of arguments specified for command");
    const MISFIT: Error = Error::new("ERR Invalid arguments specified for command");
    let Lookup::Found(id) = cx.registry.lookup(request.word(0), request.get(1)) else { return Err(INVALID) };
    let entry = cx.registry.get(id);
    if !entry.may_have_keys() {
        return Err(NO_KEYS);
    }
    if !entry.accepts(request.len()) {
        return Err(ARITY);
    }
    entry.keys_in(request).map_err(|Misfit| MISFIT)
}

fn help(cx: &mut Context<'_>, _: Args<'_>) -> Outcome {
    cx.reply.help(
        "COMMAND",
        &[
            "(no subcommand)",
            "    Return details about all Redis commands.",
            "COUNT",
            "    Return the total number of commands in this Redis server.",
            "LIST",
            "    Return a list of all commands in this Redis server.",
            "INFO [<command-name> ...]",
            "    Return details about multiple Redis commands.",
            "    If no command names are given, documentation details for all",
            "    commands are returned.",
            "DOCS [<command-name> ...]",
            "    Return documentation details about multiple Redis commands.",
            "    If no command names are given, documentation details for all",
            "    commands are returned.",
            "GETKEYS <full-command>",
            "    Return the keys from a full Redis command.",
            "GETKEYSANDFLAGS <full-command>",
            "    Return the keys and the access flags from a full Redis command.",
        ],
    )
}

#[cfg(test)]
mod tests {
    use crate::shell::{Shell, conversation};

    #[test]
    fn keys_are_found_by_declaration() {
        conversation! {
            "COMMAND GETKEYS GET a => *1 $1 a"
            "COMMAND GETKEYS mset a 1 b 2 => *2 $1 a $1 b"
            "COMMAND GETKEYS PING => -ERR The command has no key arguments"
            "COMMAND GETKEYS NONE a => -ERR Invalid command specified"
            "COMMAND GETKEYS GET => -ERR Invalid number of arguments specified for command"
            "COMMAND GETKEYS OBJECT FREQ a => *1 $1 a"
            "COMMAND GETKEYS OBJECT NONE a => -ERR Invalid command specified"
            "COMMAND GETKEYSANDFLAGS SET a 1 => *1 *2 $1 a *2 +OW +update"
            "COMMAND GETKEYSANDFLAGS SET a 1 NX GET => *1 *2 $1 a *3 +RW +access +update"
        };
    }

    #[test]
    fn lists_are_filtered() {
        conversation! {
            "COMMAND LIST FILTERBY PATTERN MSE* => *2 $4 mset $6 msetnx"
            "COMMAND LIST filterby aclcat nosuch => *0"
            "COMMAND LIST FILTERBY MODULE m => *0"
            "COMMAND LIST FILTERBY PATTERN => -ERR syntax error"
            "COMMAND LIST PATTERN FILTERBY a => -ERR syntax error"
        };
    }

    #[test]
    fn count_is_of_commands_without_subcommands() {
        let mut shell = Shell::new();
        let commands = shell.run("COMMAND");
        let count = shell.run("COMMAND COUNT");
        assert_eq!(commands.split_once(' ').unwrap().0[1..], count[1..]);
    }
}
