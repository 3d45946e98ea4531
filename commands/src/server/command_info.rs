//! COMMAND INFO: what a client library or a proxy must know of a command to route it.

use russet_engine::command::flags::{category, command as flag, key, names};
use russet_engine::command::keyspec::{Begin, Find};
use russet_engine::command::{Entry, KeySpec, Registry};
use russet_engine::prelude::*;
use russet_engine::Reply;

command! {
    name: "COMMAND|INFO", group: Server, since: "2.8.13",
    complexity: "O(N) where N is the number of commands to look up",
    summary: "Returns information about one, multiple or all commands.",
    syntax: "[command-name [command-name ...]]",
    flags: LOADING | STALE,
    acl: category::CONNECTION,
    tips: ["nondeterministic_output_order"],
    history: [("7.0.0", "Allowed to be called with no argument to get info on all commands.")],
    run: info,
}

fn info(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    if args.len() == 2 {
        return all(cx, args);
    }
    cx.reply.array(args.len() - 2)?;
    args.iter_from(2).try_for_each(|name| match cx.registry.by_full_name(name) {
        Some(entry) => describe(&mut cx.reply, cx.registry, entry),
        None => cx.reply.null(),
    })
}

/// `COMMAND` without a subcommand: all of them.
pub(super) fn all(cx: &mut Context<'_>, _: Args<'_>) -> Outcome {
    let commands = || cx.registry.iter().filter(|entry| entry.parent.is_none());
    cx.reply.array(commands().count())?;
    commands().try_for_each(|entry| describe(&mut cx.reply, cx.registry, entry))
}

/// A set of flags, as simple strings.
pub(super) fn flag_set(reply: &mut Reply<'_>, flags: impl Iterator<Item = &'static str> + Clone) -> Outcome {
    reply.set(flags.clone().count())?;
    flags.into_iter().try_for_each(|flag| reply.simple(flag))
}

fn describe(reply: &mut Reply<'_>, registry: &Registry, entry: &Entry) -> Outcome {
    reply.array(10)?;
    reply.bulk(entry.name.as_bytes())?;
    reply.int(entry.arity.into())?;
    flag_set(reply, names(entry.flags & !flag::HIDDEN, flag::NAMES))?;
    let (first, last, step) = entry.keys;
    [first, last, step].into_iter().try_for_each(|number| reply.int(number.into()))?;
    let categories = names(entry.categories, category::NAMES);
    reply.set(categories.clone().count())?;
    categories.into_iter().try_for_each(|name| reply.simple(&format!("@{name}")))?;
    reply.set(entry.command.tips.len())?;
    entry.command.tips.iter().try_for_each(|tip| reply.bulk(tip.as_bytes()))?;
    reply.set(entry.command.keys.len())?;
    entry.command.keys.iter().try_for_each(|spec| specification(reply, spec))?;
    if entry.subcommands.is_empty() {
        return reply.set(0);
    }
    reply.array(entry.subcommands.len())?;
    entry.subcommands.iter().try_for_each(|id| describe(reply, registry, registry.get(*id)))
}

fn specification(reply: &mut Reply<'_>, spec: &KeySpec) -> Outcome {
    reply.map(3 + usize::from(spec.notes.is_some()))?;
    if let Some(notes) = spec.notes {
        reply.bulk(b"notes")?;
        reply.bulk(notes.as_bytes())?;
    }
    reply.bulk(b"flags")?;
    flag_set(reply, names(spec.flags, key::NAMES))?;
    reply.bulk(b"begin_search")?;
    match spec.begin {
        Begin::Index(index) => half(reply, "index", &[("index", index)]),
        Begin::Keyword { word, from } => {
            half_head(reply, "keyword", 2)?;
            reply.bulk(b"keyword")?;
            reply.bulk(word.as_bytes())?;
            number(reply, "startfrom", from)
        }
        Begin::Unknown => half(reply, "unknown", &[]),
    }?;
    reply.bulk(b"find_keys")?;
    match spec.find {
        Find::Range { last, step, limit } => {
            half(reply, "range", &[("lastkey", last), ("keystep", step), ("limit", limit)])
        }
        Find::Count { count, first, step } => {
            half(reply, "keynum", &[("keynumidx", count), ("firstkey", first), ("keystep", step)])
        }
        Find::Unknown => half(reply, "unknown", &[]),
    }
}

/// One half of a specification, all of whose parts are numbers.
fn half(reply: &mut Reply<'_>, kind: &str, parts: &[(&str, i32)]) -> Outcome {
    half_head(reply, kind, parts.len())?;
    parts.iter().try_for_each(|&(name, value)| number(reply, name, value))
}

fn half_head(reply: &mut Reply<'_>, kind: &str, parts: usize) -> Outcome {
    reply.map(2)?;
    reply.bulk(b"type")?;
    reply.bulk(kind.as_bytes())?;
    reply.bulk(b"spec")?;
    reply.map(parts)
}

fn number(reply: &mut Reply<'_>, name: &str, value: i32) -> Outcome {
    reply.bulk(name.as_bytes())?;
    reply.int(value.into())
}

#[cfg(test)]
mod tests {
    use crate::shell::conversation;

    #[test]
    fn says_what_a_client_must_know() {
        conversation! {
            "COMMAND INFO GET nosuch object|nosuch => *3 *10 $3 get :2 *2 +readonly +fast :1 :1 :1 *3 +@read +@string +@fast *0 \
             *1 *6 $5 flags *2 +RO +access $12 begin_search *4 $4 type $5 index $4 spec *2 $5 index :1 \
             $9 find_keys *4 $4 type $5 range $4 spec *6 $7 lastkey :0 $7 keystep :1 $5 limit :0 *0 $-1 $-1"
        };
    }
}
