//! DEBUG OBJECT: how a key's value is kept.

use russet_engine::debug_subcommand;
use russet_engine::prelude::*;
use russet_engine::rdb;
use russet_engine::value::{Encoding, List, Object};
use russet_structures::quicklist::{Bytes, Quicklist};

debug_subcommand! {
    name: "OBJECT", words: 3..=3,
    help: &["OBJECT <key>", "    Show low level info about `key` and associated value."],
    run: object,
}

/// Seconds of the access clock wrap at this many.
const CLOCK_WRAPS: i64 = 1 << 24;

fn object(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let key = args.key(2);
    let seconds = cx.db.now_ms() / 1000;
    let entry = cx.db.database().table().find(key.hash, |entry| entry.key() == key.bytes);
    let entry = entry.ok_or(Error::NO_SUCH_KEY)?;
    let clock = entry.clock();
    let idle = (seconds - i64::from(clock)).rem_euclid(CLOCK_WRAPS);
    let line = format!(
        "Value at:{:p} refcount:1 encoding:{} serializedlength:{} lru:{clock} lru_seconds_idle:{idle}{}",
        entry.key().as_ptr(),
        Encoding::of(entry).name(),
        rdb::length_of(entry, cx.core.params.rdbcompression()),
        match Object::of(entry) {
            Some(Object::List(List::Quick(list))) => nodes(list),
            _ => String::new(),
        },
    );
    cx.reply.simple(&line)
}

/// What is said of a quicklist besides. O(nodes).
fn nodes(list: &Quicklist) -> String {
    let (rules, count) = (list.rules(), list.node_count());
    let bytes: usize = list.stored().map(|node| uncompressed(node.bytes)).sum();
    format!(
        " ql_nodes:{count} ql_avg_node:{:.2} ql_listpack_max:{} ql_compressed:{} ql_uncompressed_size:{bytes}",
        list.len() as f64 / count as f64,
        rules.fill,
        u8::from(rules.depth > 0),
    )
}

fn uncompressed(bytes: Bytes<'_>) -> usize {
    match bytes {
        Bytes::Raw(bytes) => bytes.len(),
        Bytes::Lzf(_, length) => length,
    }
}

#[cfg(test)]
mod tests {
    use crate::server::debug::tests::shell;
    use russet_engine::prelude::*;

    #[test]
    fn fields_of_strings() {
        let mut shell = shell();
        shell.clock.advance(5_000);
        for (value, encoding, length) in [
            ("1", "int", 2),
            ("12345", "int", 3),
            ("-32769", "int", 5),
            ("99999999999", "int", 12),
            ("bar", "embstr", 4),
            ("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-", "raw", 64),
            ("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-+", "raw", 66),
            (&"x".repeat(20_000), "raw", 238),
        ] {
            shell.run(&format!("SET k {value}"));
            let line = shell.run("DEBUG OBJECT k");
            let (address, rest) = line.split_once(" refcount:1 ").unwrap();
            assert!(address.starts_with("+Value at:0x"), "{line}");
            let expected = format!("encoding:{encoding} serializedlength:{length} lru:5501189 lru_seconds_idle:0");
            assert_eq!(rest, expected, "{value}");
        }
        shell.clock.advance(7_000);
        assert!(shell.run("DEBUG OBJECT k").ends_with(" lru:5501189 lru_seconds_idle:7"));
        assert_eq!(shell.run("DEBUG OBJECT nosuch"), "-ERR no such key");
    }

    #[test]
    fn fields_of_lists() {
        let mut shell = shell();
        let line = |shell: &mut crate::shell::Shell| {
            let line = shell.run("DEBUG OBJECT k");
            let (_, rest) = line.split_once(" refcount:1 ").unwrap();
            rest.replace(" lru:5501184 lru_seconds_idle:0", "")
        };
        shell.run("RPUSH k 1 2 abc");
        assert_eq!(line(&mut shell), "encoding:listpack serializedlength:19");
        shell.set("list-max-listpack-size", "2");
        shell.run("RPUSH k 7");
        let nodes = "ql_nodes:2 ql_avg_node:2.00 ql_listpack_max:2 ql_compressed:0 ql_uncompressed_size:25";
        assert_eq!(line(&mut shell), format!("encoding:quicklist serializedlength:30 {nodes}"));
        shell.run("DEL k");
        shell.set("list-compress-depth", "1");
        shell.run(&format!("RPUSH k{}", format!(" {}", "a".repeat(100)).repeat(9)));
        let nodes = "ql_nodes:5 ql_avg_node:1.80 ql_listpack_max:2 ql_compressed:1 ql_uncompressed_size:962";
        assert!(line(&mut shell).ends_with(nodes));
    }

    #[test]
    fn a_text_that_spells_a_small_integer_is_written_as_one() {
        let mut shell = shell();
        for (text, length) in [("12", 2), ("-40000", 5), ("99999999999", 12), ("012", 4)] {
            let mut db = shell.engine.keyspace.db(0);
            let key = db.key(b"k");
            db.set(key, New::Printed(text.as_bytes()), Expiry::Clear);
            let line = shell.run("DEBUG OBJECT k");
            assert!(line.contains(&format!(" encoding:embstr serializedlength:{length} ")), "{line}");
        }
    }
}
