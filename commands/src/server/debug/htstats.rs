//! DEBUG HTSTATS, DEBUG HTSTATS-KEY: what hash tables look like inside.
//!
//! The frame is Redis's. Between its lines stands what this server's table has to tell, which is built in
//! another way: see [`Stats`].

use russet_engine::debug_subcommand;
use russet_engine::prelude::*;
use russet_engine::value::{Hash, Object, Set};
use russet_structures::dict::{Dict, Stats};
use std::fmt::Write;

debug_subcommand! {
    name: "HTSTATS", words: 3..=4,
    help: &["HTSTATS <dbid> [full]", "    Return hash table statistics of the specified Redis database."],
    run: htstats,
}

debug_subcommand! {
    name: "HTSTATS-KEY", words: 3..=4,
    help: &[
        "HTSTATS-KEY <key> [full]",
        "    Like HTSTATS but for the hash table stored at <key>'s value.",
    ],
    run: htstats_key,
}

fn htstats(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let index = args.int(2)?;
    let full = args.is(3, "full");
    let keyspace = cx.db.keyspace();
    let database = usize::try_from(index).ok().and_then(|index| keyspace.databases().get(index));
    let database = database.ok_or(Error::new("ERR Out of range database"))?;
    let hasher = keyspace.hasher();
    let mut text = String::from("[Dictionary HT]\n");
    describe(&mut text, database.table(), |entry| hasher.hash(entry.key()), full);
    text.push_str("[Expires HT]\n");
    describe(&mut text, database.volatile_index(), |&hash| hash, full);
    cx.reply.verbatim("txt", text.as_bytes())
}

fn htstats_key(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let entry = cx.db.inspect(args.key(2)).ok_or(Error::NO_SUCH_KEY)?;
    let mut text = String::new();
    let full = args.is(3, "full");
    match Object::of(entry) {
        Some(Object::Hash(Hash::Table(table))) => {
            let map = table.map();
            describe(&mut text, map.dict(), |pair| map.hasher().hash(pair.field()), full);
        }
        Some(Object::Set(Set::Table(set))) => {
            describe(&mut text, set.map().dict(), |pair| set.map().hasher().hash(pair.field()), full);
        }
        _ => {
            return Err(Error::new(
                "ERR The value stored at the specified key is not represented using an hash table",
            ));
        }
    }
    cx.reply.verbatim("txt", text.as_bytes())
}

/// Nothing for an empty table. O(1), with `full` O(entries).
fn describe<T>(text: &mut String, table: &Dict<T>, hasher: impl Fn(&T) -> u64, full: bool) {
    if table.is_empty() {
        return;
    }
    let _ = write!(
        text,
        "Hash table 0 stats (main hash table):\n table size: {}\n number of elements: {}\n",
        table.capacity(),
        table.len()
    );
    if full {
        details(text, &table.stats(hasher));
    }
}

fn details(text: &mut String, stats: &Stats) {
    let _ = write!(
        text,
        " bytes: {}\n segments: {} (widest: {} buckets)\n directory size: {}\n buckets: {}\n",
        stats.memory,
        stats.segments,
        stats.widest_segment,
        1usize << stats.directory_bits,
        stats.buckets,
    );
    distribution(text, "Buckets by number of elements", &stats.fill);
    distribution(text, "Elements by distance from their home bucket", &stats.probes);
    distribution(text, "Buckets by reach of a search that finds nothing", &stats.reaches);
}

fn distribution(text: &mut String, title: &str, counts: &[usize]) {
    let all: usize = counts.iter().sum();
    let _ = writeln!(text, " {title}:");
    for (number, &count) in counts.iter().enumerate().filter(|(_, count)| **count > 0) {
        let _ = writeln!(text, "   {number}: {count} ({:.2}%)", count as f64 * 100.0 / all as f64);
    }
}

#[cfg(test)]
mod tests {
    use crate::server::debug::tests::shell;

    #[test]
    fn databases() {
        let mut shell = shell();
        assert_eq!(shell.run("DEBUG HTSTATS 9"), "$29 [Dictionary HT]\n[Expires HT]");
        shell.run("SET a 1");
        shell.run("SET b 1 EX 10");
        let text = shell.run("DEBUG HTSTATS 0");
        assert_eq!(text.matches(" number of elements: 2").count(), 1, "{text}");
        assert_eq!(text.matches(" number of elements: 1").count(), 1, "{text}");
        let text = shell.run("DEBUG HTSTATS 0 FULL");
        assert!(text.contains(" Elements by distance from their home bucket:\n   0: 2 (100.00%)\n"), "{text}");
        for (request, error) in [
            ("x", "-ERR value is not an integer or out of range"),
            ("16", "-ERR Out of range database"),
            ("-1", "-ERR Out of range database"),
        ] {
            assert_eq!(shell.run(&format!("DEBUG HTSTATS {request}")), error);
        }
    }

    #[test]
    fn keys() {
        let mut shell = shell();
        shell.run("SET a 1");
        assert_eq!(shell.run("DEBUG HTSTATS-KEY nosuch"), "-ERR no such key");
        assert_eq!(
            shell.run("DEBUG HTSTATS-KEY a full"),
            "-ERR The value stored at the specified key is not represented using an hash table"
        );
    }
}
