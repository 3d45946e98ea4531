//! COMMAND DOCS: the manual of a command, from which `redis-cli` makes its hints.

use crate::server::command_info::flag_set;
use russet_engine::command::{Argument, Entry, Registry};
use russet_engine::prelude::*;
use russet_engine::Reply;

command! {
    name: "COMMAND|DOCS", group: Server, since: "7.0.0",
    complexity: "O(N) where N is the number of commands to look up",
    summary: "Returns documentary information about one, multiple or all commands.",
    syntax: "[command-name [command-name ...]]",
    flags: LOADING | STALE,
    acl: category::CONNECTION,
    tips: ["nondeterministic_output_order"],
    run: docs,
}

fn docs(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let entries: Vec<&Entry> = match args.len() {
        2 => cx.registry.iter().filter(|entry| entry.parent.is_none()).collect(),
        _ => args.iter_from(2).filter_map(|name| cx.registry.by_full_name(name)).collect(),
    };
    described(&mut cx.reply, cx.registry, &entries)
}

/// A map from names to what is said of them.
fn described(reply: &mut Reply<'_>, registry: &Registry, entries: &[&Entry]) -> Outcome {
    reply.map(entries.len())?;
    entries.iter().try_for_each(|entry| {
        reply.bulk(entry.name.as_bytes())?;
        describe(reply, registry, entry)
    })
}

fn describe(reply: &mut Reply<'_>, registry: &Registry, entry: &Entry) -> Outcome {
    let command = entry.command;
    let doc_flags = entry.doc_flags();
    let texts = [("summary", command.summary), ("since", command.since), ("group", command.group.name())];
    let complexity = Some(command.complexity).filter(|text| !text.is_empty());
    let deprecated = command.deprecated;
    let fields = texts.len()
        + usize::from(complexity.is_some())
        + usize::from(doc_flags.clone().next().is_some())
        + 2 * usize::from(deprecated.is_some())
        + usize::from(!command.history.is_empty())
        + usize::from(!entry.arguments.is_empty())
        + usize::from(!entry.subcommands.is_empty());
    reply.map(fields)?;
    texts.into_iter().try_for_each(|(name, value)| text(reply, name, value))?;
    complexity.map_or(Ok(()), |complexity| text(reply, "complexity", complexity))?;
    if doc_flags.clone().next().is_some() {
        reply.bulk(b"doc_flags")?;
        flag_set(reply, doc_flags)?;
    }
    if let Some((since, replaced_by)) = deprecated {
        text(reply, "deprecated_since", since)?;
        text(reply, "replaced_by", replaced_by)?;
    }
    if !command.history.is_empty() {
        reply.bulk(b"history")?;
        reply.set(command.history.len())?;
        for (version, change) in command.history {
            reply.array(2)?;
            reply.bulk(version.as_bytes())?;
            reply.bulk(change.as_bytes())?;
        }
    }
    if !entry.arguments.is_empty() {
        arguments(reply, &entry.arguments)?;
    }
    if !entry.subcommands.is_empty() {
        reply.bulk(b"subcommands")?;
        let subcommands: Vec<&Entry> = entry.subcommands.iter().map(|id| registry.get(*id)).collect();
        described(reply, registry, &subcommands)?;
    }
    Ok(())
}

fn arguments(reply: &mut Reply<'_>, all: &[Argument]) -> Outcome {
    reply.bulk(b"arguments")?;
    reply.array(all.len())?;
    all.iter().try_for_each(|one| argument(reply, one))
}

fn argument(reply: &mut Reply<'_>, argument: &Argument) -> Outcome {
    let flags = [
        ("optional", argument.optional),
        ("multiple", argument.multiple),
        ("multiple_token", argument.multiple_token),
    ];
    let flags = flags.into_iter().filter_map(|(name, set)| set.then_some(name));
    let optional_texts = [
        ("token", argument.token),
        ("since", argument.since),
        ("deprecated_since", argument.deprecated_since),
    ];
    let fields = 2
        + usize::from(argument.display.is_some())
        + usize::from(argument.key_spec.is_some())
        + optional_texts.iter().filter(|(_, text)| text.is_some()).count()
        + usize::from(flags.clone().next().is_some())
        + usize::from(!argument.arguments.is_empty());
    reply.map(fields)?;
    text(reply, "name", &argument.name)?;
    text(reply, "type", argument.kind)?;
    if let Some(display) = &argument.display {
        text(reply, "display_text", display)?;
    }
    if let Some(spec) = argument.key_spec {
        reply.bulk(b"key_spec_index")?;
        reply.count(spec)?;
    }
    optional_texts.iter().try_for_each(|&(name, value)| value.map_or(Ok(()), |value| text(reply, name, value)))?;
    if flags.clone().next().is_some() {
        reply.bulk(b"flags")?;
        flag_set(reply, flags)?;
    }
    if !argument.arguments.is_empty() {
        arguments(reply, &argument.arguments)?;
    }
    Ok(())
}

fn text(reply: &mut Reply<'_>, name: &str, value: &str) -> Outcome {
    reply.bulk(name.as_bytes())?;
    reply.bulk(value.as_bytes())
}

#[cfg(test)]
mod tests {
    use crate::shell::conversation;

    #[test]
    fn tells_the_manual_of_known_names() {
        conversation! {
            "COMMAND DOCS nosuch getset => *2 $6 getset *16 $7 summary \
             $75 Returns the previous string value of a key after setting it to a new value. $5 since $5 1.0.0 \
             $5 group $6 string $10 complexity $4 O(1) $9 doc_flags *1 +deprecated \
             $16 deprecated_since $5 6.2.0 $11 replaced_by $30 `SET` with the `!GET` argument \
             $9 arguments *2 *8 $4 name $3 key $4 type $3 key $12 display_text $3 key $14 key_spec_index :0 \
             *6 $4 name $5 value $4 type $6 string $12 display_text $5 value"
        };
    }
}
