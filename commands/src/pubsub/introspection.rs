//! PUBSUB: what is listened to, and by how many.

use russet_engine::Collected;
use russet_engine::glob;
use russet_engine::prelude::*;
use russet_engine::pubsub::Space;

command! {
    name: "PUBSUB", group: PubSub, since: "2.8.0", complexity: "Depends on subcommand.",
    summary: "A container for Pub/Sub commands.",
    arity: -2,
}

command! {
    name: "PUBSUB|CHANNELS", group: PubSub, since: "2.8.0",
    complexity: "O(N) where N is the number of active channels, and assuming constant time pattern matching (relatively short channels and patterns)",
    summary: "Returns the active channels.",
    syntax: "[pattern]",
    flags: PUBSUB | LOADING | STALE,
    run: channels,
}

command! {
    name: "PUBSUB|SHARDCHANNELS", group: PubSub, since: "7.0.0",
    complexity: "O(N) where N is the number of active shard channels, and assuming constant time pattern matching (relatively short shard channels).",
    summary: "Returns the active shard channels.",
    syntax: "[pattern]",
    flags: PUBSUB | LOADING | STALE,
    run: shard_channels,
}

command! {
    name: "PUBSUB|NUMSUB", group: PubSub, since: "2.8.0",
    complexity: "O(N) for the NUMSUB subcommand, where N is the number of requested channels",
    summary: "Returns a count of subscribers to channels.",
    syntax: "[channel [channel ...]]",
    flags: PUBSUB | LOADING | STALE,
    run: numsub,
}

command! {
    name: "PUBSUB|SHARDNUMSUB", group: PubSub, since: "7.0.0",
    complexity: "O(N) for the SHARDNUMSUB subcommand, where N is the number of requested shard channels",
    summary: "Returns the count of subscribers of shard channels.",
    syntax: "[shardchannel [shardchannel ...]]",
    flags: PUBSUB | LOADING | STALE,
    run: shard_numsub,
}

command! {
    name: "PUBSUB|NUMPAT", group: PubSub, since: "2.8.0", complexity: "O(1)",
    summary: "Returns a count of unique pattern subscriptions.",
    flags: PUBSUB | LOADING | STALE,
    run: numpat,
}

command! {
    name: "PUBSUB|HELP", group: PubSub, since: "6.2.0", complexity: "O(1)",
    summary: "Returns helpful text about the different subcommands.",
    flags: LOADING | STALE,
    run: help,
}

fn channels(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    names(cx, Space::Channels, args)
}

fn shard_channels(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    names(cx, Space::Shard, args)
}

fn numsub(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    counts(cx, Space::Channels, args)
}

fn shard_numsub(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    counts(cx, Space::Shard, args)
}

fn names(cx: &mut Context<'_>, space: Space, args: Args<'_>) -> Outcome {
    if args.len() > 3 {
        return Err(Error::subcommand("PUBSUB", args.word(1)));
    }
    let pattern = args.get(2);
    let matching = |name: &&[u8]| pattern.is_none_or(|pattern| glob::matches(pattern, name, false));
    let mut found = Collected::default();
    cx.core.pubsub.each_name(space).filter(matching).for_each(|name| found.bulk(name));
    cx.reply.array_of(found)
}

fn counts(cx: &mut Context<'_>, space: Space, args: Args<'_>) -> Outcome {
    let names = args.iter_from(2);
    cx.reply.array(names.len() * 2)?;
    for name in names {
        cx.reply.bulk(name)?;
        cx.reply.count(cx.core.pubsub.listeners(space, name))?;
    }
    Ok(())
}

fn numpat(cx: &mut Context<'_>, _: Args<'_>) -> Outcome {
    cx.reply.count(cx.core.pubsub.names(Space::Patterns))
}

const LINES: &[&str] = &[
    "CHANNELS [<pattern>]",
    "    Return the currently active channels matching a <pattern> (default: '*').",
    "NUMPAT",
    "    Return number of subscriptions to patterns.",
    "NUMSUB [<channel> ...]",
    "    Return the number of subscribers for the specified channels, excluding",
    "    pattern subscriptions(default: no channels).",
    "SHARDCHANNELS [<pattern>]",
    "    Return the currently active shard level channels matching a <pattern> (default: '*').",
    "SHARDNUMSUB [<shardchannel> ...]",
    "    Return the number of subscribers for the specified shard level channel(s)",
];

fn help(cx: &mut Context<'_>, _: Args<'_>) -> Outcome {
    cx.reply.help("PUBSUB", LINES)
}

#[cfg(test)]
mod tests {
    use crate::shell::Shell;

    #[test]
    fn names_and_numbers() {
        let mut shell = Shell::new();
        for _ in 0..2 {
            shell.run("SUBSCRIBE a");
            shell.run("PSUBSCRIBE p");
            shell.another();
        }
        shell.run("SSUBSCRIBE s");
        shell.another();
        for (asked, answer) in [
            ("PUBSUB CHANNELS", "*1 $1 a"),
            ("PUBSUB CHANNELS b*", "*0"),
            ("PUBSUB CHANNELS a b", "-ERR unknown subcommand or wrong number of arguments for 'CHANNELS'. Try PUBSUB HELP."),
            ("PUBSUB NUMSUB", "*0"),
            ("PUBSUB NUMSUB a s", "*4 $1 a :2 $1 s :0"),
            ("PUBSUB NUMPAT", ":1"),
            ("PUBSUB SHARDCHANNELS ?", "*1 $1 s"),
            ("PUBSUB SHARDNUMSUB s a", "*4 $1 s :1 $1 a :0"),
        ] {
            assert_eq!(shell.run(asked), answer, "{asked}");
        }
    }
}
