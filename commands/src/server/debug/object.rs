//! DEBUG OBJECT: how a key's value is kept.

use russet_engine::debug_subcommand;
use russet_engine::prelude::*;
use russet_engine::value::{Encoding, Entry, Text};

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
        "Value at:{:p} refcount:1 encoding:{} serializedlength:{} lru:{clock} lru_seconds_idle:{idle}",
        entry.key().as_ptr(),
        Encoding::of(entry).name(),
        serialized_length(entry),
    );
    cx.reply.simple(&line)
}

/// The bytes that the value takes in an RDB file with `rdbcompression no`, its type aside.
fn serialized_length(entry: &Entry) -> usize {
    match Text::of(entry) {
        Some(Text::Int(value)) => integer_length(value),
        // A short text that spells a small integer is written as one.
        Some(text @ Text::Bytes(bytes)) if bytes.len() <= 11 && text.int().is_ok_and(|v| i32::try_from(v).is_ok()) => {
            text.int().map_or(0, integer_length)
        }
        Some(text) => length_of_length(text.len()) + text.len(),
        None => 0,
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
