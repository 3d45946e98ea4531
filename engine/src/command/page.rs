//! The book's pages of commands, one for each group, made from the declarations.

use super::flags::{category, command as flag, key, names};
use super::keyspec::{Begin, Find};
use super::{Entry, Group, KeySpec, Registry};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// The page of each group that has commands, by the name of its file. O(commands).
pub fn pages(registry: &Registry) -> BTreeMap<String, String> {
    let mut pages = BTreeMap::new();
    for entry in registry.iter() {
        let group = entry.command.group;
        let page: &mut String =
            pages.entry(format!("{}.md", group.name())).or_insert_with(|| head(group, registry));
        let _ = section(page, entry);
    }
    pages
}

fn head(group: Group, registry: &Registry) -> String {
    let of_group = |entry: &&Entry| entry.command.group == group && entry.command.run.is_some();
    let count = registry.iter().filter(of_group).count();
    format!(
        "# Commands: {}\n\n<!-- Made from the declarations in the commands' files: change them there, then run \
         `cargo test -p russet-server --test command_pages` with RUSSET_WRITE_PAGES=1. -->\n\n\
         {count} commands. What each answers is what Redis 7.2 answers; `COMMAND DOCS` and `COMMAND INFO` tell the same facts \
         to programs.\n",
        group.name()
    )
}

fn section(page: &mut String, entry: &Entry) -> std::fmt::Result {
    let command = entry.command;
    let name = command.name.replace('|', " ");
    writeln!(page, "\n## {name}\n\n{}", sentence(command.summary))?;
    if command.run.is_some() {
        let gap = if command.syntax.is_empty() { "" } else { " " };
        writeln!(page, "\n```text\n{name}{gap}{}\n```", command.syntax)?;
    }
    if let Some((since, instead)) = command.deprecated {
        writeln!(page, "\n*Deprecated since {since}; instead: {instead}.*")?;
    }
    writeln!(page, "\n- since {}", command.since)?;
    if !command.complexity.is_empty() {
        writeln!(page, "- {}", command.complexity)?;
    }
    for spec in command.keys {
        writeln!(page, "- {}", keys(spec))?;
    }
    list(page, "flags", names(entry.flags & !flag::HIDDEN, flag::NAMES))?;
    let categories = names(entry.categories, category::NAMES).map(|name| format!("@{name}"));
    list(page, "categories", categories)?;
    list(page, "tips", command.tips.iter())?;
    for (version, change) in command.history {
        writeln!(page, "- {version}: {change}")?;
    }
    Ok(())
}

/// Summaries end as they do in Redis, with a full stop or without; in the book all have one.
fn sentence(summary: &str) -> String {
    format!("{}.", summary.trim_end_matches('.'))
}

fn list<T: AsRef<str>>(page: &mut String, title: &str, items: impl Iterator<Item = T>) -> std::fmt::Result {
    let items: Vec<String> = items.map(|item| format!("`{}`", item.as_ref())).collect();
    if items.is_empty() { Ok(()) } else { writeln!(page, "- {title}: {}", items.join(" ")) }
}

/// A key specification in words.
fn keys(spec: &KeySpec) -> String {
    let step = |step: i32| if step > 1 { format!(", each {step}. word") } else { String::new() };
    let begin = match spec.begin {
        Begin::Index(index) => format!("word {index}"),
        Begin::Keyword { word, .. } => format!("the word after `{word}`"),
        Begin::Unknown => "words that only the command's code can find".to_owned(),
    };
    let place = match spec.find {
        Find::Range { last: 0, .. } | Find::Unknown => begin,
        Find::Range { last, step: each, limit } => {
            let end = match (last, limit) {
                (1.., _) => format!("{last} further"),
                (-1, 2..) => format!("the end of the first 1/{limit}"),
                (-1, _) => "the last".to_owned(),
                _ => format!("the last but {}", -1 - last),
            };
            format!("{begin} to {end}{}", step(each))
        }
        Find::Count { step: each, .. } => format!("as many as {begin} says{}", step(each)),
    };
    let flags: Vec<&str> = names(spec.flags, key::NAMES).collect();
    format!("keys: {place} ({})", flags.join(", "))
}
