//! The book's page of parameters, made from the table.

use std::fmt::Write as _;

use super::declare::{Flags, Status};
use super::{AREAS, Parameter};

const HEAD: &str = "\
# Parameters

<!-- Made from the table in engine/src/params: change it there, then run `cargo test -p russet-engine params::page` with RUSSET_WRITE_PAGES=1. -->

Every parameter of Redis 7.2 is known, so a `redis.conf` works as it is. They are written in a `redis.conf` (`maxmemory 100mb`), in a
`russet.ron` (`maxmemory: \"100mb\"`), on the command line (`--maxmemory 100mb`), or with `CONFIG SET`. An amount of memory takes `kb`, `mb`, `gb`
(powers of 1024) and `k`, `m`, `g` (powers of 1000).

A parameter marked *later* is read, kept and shown, and takes effect once the named part of the server is built. One marked *accepted* is read,
kept and shown so that existing configurations work, and will never do anything here, for the reason given.
";

/// The page as Markdown.
pub fn markdown() -> String {
    let mut page = String::from(HEAD);
    for (title, table) in AREAS {
        let _ = write!(
            page,
            "\n## {title}\n\n| name | default | values | at run time | |\n|---|---|---|---|---|\n"
        );
        for parameter in table {
            page.push_str(&row(parameter));
        }
    }
    page
}

fn row(parameter: &Parameter) -> String {
    let shape = parameter.shape();
    let names: Vec<String> = parameter.names().map(|name| format!("`{name}`")).collect();
    let default =
        if parameter.default.is_empty() { String::new() } else { format!("`{}`", parameter.default) };
    let unit = if shape.unit.is_empty() { String::new() } else { format!(" ({})", shape.unit) };
    let change = match parameter.flags {
        flags if flags.contains(Flags::IMMUTABLE) => "no",
        flags if flags.contains(Flags::PROTECTED) => "protected",
        _ => "yes",
    };
    let status = match parameter.status {
        Status::Applied => String::new(),
        Status::Later(part) => format!(" *Later: with {part}.*"),
        Status::Accepted(why) => format!(" *Accepted: {why}.*"),
    };
    let values = shape.values.replace('|', "\\|");
    format!("| {} | {default} | {values}{unit} | {change} | {}{status} |\n", names.join(" "), parameter.help)
}

#[cfg(test)]
mod tests {
    /// The committed page is the one the table makes. With `RUSSET_WRITE_PAGES` set, this writes it instead.
    #[test]
    fn the_page_in_the_book_is_up_to_date() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/src/parameters.md");
        let page = super::markdown();
        if std::env::var_os("RUSSET_WRITE_PAGES").is_some() {
            std::fs::write(path, &page).unwrap();
        }
        let committed = std::fs::read_to_string(path).unwrap_or_default();
        assert!(committed == page, "docs/src/parameters.md is old: run this test with RUSSET_WRITE_PAGES=1");
    }
}
