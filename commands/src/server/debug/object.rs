//! DEBUG OBJECT: how a key's value is kept.

use russet_engine::debug_subcommand;
use russet_engine::prelude::*;
use russet_engine::value::{Encoding, Entry, Hash, List, Object, Set, SortedSet, Text};
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
        serialized_length(entry),
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

/// The bytes that the value takes in an RDB file with `rdbcompression no`, its type aside.
fn serialized_length(entry: &Entry) -> usize {
    match (Text::of(entry), Object::of(entry)) {
        (Some(Text::Int(value)), _) => integer_length(value),
        (Some(text), _) => text_length(text.bytes(&mut itoa::Buffer::new())),
        (None, object) => object.map_or(0, object_length),
    }
}

/// A short text that spells a small integer is written as one.
fn text_length(bytes: &[u8]) -> usize {
    let text = Text::Bytes(bytes);
    match text.int() {
        Ok(value) if bytes.len() <= 11 && i32::try_from(value).is_ok() => integer_length(value),
        _ => blob_length(bytes.len()),
    }
}

fn blob_length(length: usize) -> usize {
    length_of_length(length) + length
}

fn object_length(object: &Object) -> usize {
    match object {
        Object::Blob(blob) => blob_length(blob.len()),
        // A list is written as nodes, each with a byte that says of which kind it is.
        Object::List(List::Packed(pack)) => 1 + 1 + blob_length(pack.bytes()),
        Object::List(List::Quick(list)) => {
            let node = |bytes| match bytes {
                Bytes::Raw(bytes) => 1 + blob_length(bytes.len()),
                Bytes::Lzf(lzf, length) => 1 + 1 + length_of_length(length) + blob_length(lzf.len()),
            };
            length_of_length(list.node_count()) + list.stored().map(|stored| node(stored.bytes)).sum::<usize>()
        }
        Object::Hash(Hash::Packed(pack)) => blob_length(pack.bytes()),
        Object::Set(Set::Packed(pack)) | Object::SortedSet(SortedSet::Packed(pack)) => blob_length(pack.bytes()),
        Object::Set(Set::Ints(ints)) => blob_length(ints.as_bytes().len()),
        Object::Set(Set::Table(set)) => length_of_length(set.len()) + set.iter().map(text_length).sum::<usize>(),
        _ => 0,
    }
}

fn integer_length(value: i64) -> usize {
    match value {
        -0x80..=0x7f => 2,
        -0x8000..=0x7fff => 3,
        -0x8000_0000..=0x7fff_ffff => 5,
        _ => {
            let digits = itoa::Buffer::new().format(value).len();
            length_of_length(digits) + digits
        }
    }
}

fn length_of_length(length: usize) -> usize {
    match length {
        0..64 => 1,
        64..16384 => 2,
        _ => 5,
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
            (&"x".repeat(63), "raw", 64),
            (&"x".repeat(64), "raw", 66),
            (&"x".repeat(20_000), "raw", 20_005),
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
