//! ACL CAT: the categories of commands, or the commands of one.

use russet_engine::command::flags::category;
use russet_engine::prelude::*;

command! {
    name: "ACL|CAT", group: Server, since: "6.0.0",
    complexity: "O(1) since the categories and commands are a fixed set.",
    summary: "Lists the ACL categories, or the commands inside a category.",
    syntax: "[category]",
    flags: NOSCRIPT | LOADING | STALE,
    run: cat,
}

fn cat(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    if args.len() > 3 {
        return Err(Error::subcommand("ACL", args.word(1)));
    }
    let Some(name) = args.get(2) else {
        cx.reply.array(category::NAMES.len())?;
        return category::NAMES.iter().try_for_each(|(_, name)| cx.reply.bulk(name.as_bytes()));
    };
    let known = category::NAMES.iter().find(|(_, text)| text.as_bytes().eq_ignore_ascii_case(name));
    let Some((bit, _)) = known else {
        const QUOTED_MAX: usize = 128;
        return Err(Error::quoting("ERR Unknown category '", &name[..name.len().min(QUOTED_MAX)], "'"));
    };
    let members = cx.registry.declared().filter(|entry| entry.categories & bit != 0);
    cx.reply.array(members.clone().count())?;
    members.into_iter().try_for_each(|entry| cx.reply.bulk(entry.name.as_bytes()))
}
