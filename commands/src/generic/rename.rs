//! RENAME, RENAMENX: give a key another name.

use russet_engine::prelude::*;

command! {
    name: "RENAME", group: Generic, since: "1.0.0", complexity: "O(1)",
    summary: "Renames a key and overwrites the destination.",
    syntax: "key newkey",
    flags: WRITE,
    keys: [at(1).read_write().access().delete(), at(2).overwrite().update()],
    run: rename,
}

command! {
    name: "RENAMENX", group: Generic, since: "1.0.0", complexity: "O(1)",
    summary: "Renames a key only when the target key name doesn't exist.",
    syntax: "key newkey",
    flags: WRITE | FAST,
    keys: [at(1).read_write().access().delete(), at(2).overwrite().insert()],
    history: [(
        "3.2.0",
        "The command no longer returns an error when source and destination names are the same.",
    )],
    run: renamenx,
}

fn rename(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    change_name(cx, args, true)?;
    cx.reply.ok()
}

fn renamenx(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let renamed = change_name(cx, args, false)?;
    cx.reply.flag(renamed)
}

/// Renames, in place of another key only if that may be replaced. Returns whether it did.
fn change_name(cx: &mut Context<'_>, args: Args<'_>, replace: bool) -> Result<bool, Error> {
    let (from, to) = (args.key(1), args.key(2));
    if cx.db.write(from).is_none() {
        return Err(Error::NO_SUCH_KEY);
    }
    if from.bytes == to.bytes || (cx.db.write(to).is_some() && !replace) {
        return Ok(false);
    }
    cx.db.rename(from, to);
    cx.db.changed(from, Event::RenameFrom);
    cx.db.touched(to, Event::RenameTo);
    Ok(true)
}

#[cfg(test)]
mod tests {
    use crate::shell::{Shell, conversation};

    #[test]
    fn value_and_expiry_go_along() {
        conversation! {
            "SET a 1 EX 100 => +OK"
            "SET b 2 => +OK"
            "RENAME a b => +OK"
            "GET b => $1 1"
            "TTL b => :100"
            "EXISTS a => :0"
            "RENAME a b => -ERR no such key"
            "RENAME a a => -ERR no such key"
            "RENAME b b => +OK"
            "SET c 3 => +OK"
            "RENAME c b => +OK"
            "TTL b => :-1"
            "DBSIZE => :1"
        };
    }

    #[test]
    fn renamenx_replaces_nothing() {
        conversation! {
            "SET a 1 => +OK"
            "SET b 2 => +OK"
            "RENAMENX a b => :0"
            "RENAMENX a a => :0"
            "RENAMENX a c => :1"
            "RENAMENX a c => -ERR no such key"
            "GET c => $1 1"
        };
    }

    #[test]
    fn an_expired_key_is_no_obstacle() {
        let mut shell = conversation! {
            "SET a 1 => +OK"
            "SET b 2 PX 10 => +OK"
        };
        shell.clock.advance(11);
        assert_eq!(shell.run("RENAMENX a b"), ":1");
        assert_eq!(shell.run("TTL b"), ":-1");
    }

    #[test]
    fn watchers_of_both_names_are_told() {
        for watched in ["a", "b"] {
            let mut shell = conversation! { "SET a 1 => +OK" };
            shell.run(&format!("WATCH {watched}"));
            let watcher = shell.another();
            shell.run("RENAME a b");
            shell.switch(watcher);
            shell.run("MULTI");
            assert_eq!(shell.run("EXEC"), "*-1", "{watched}");
        }
    }

    #[test]
    fn names_of_any_length_and_values_of_any_kind() {
        let long = vec![b'k'; 300 * 1024];
        for value in [&b"12"[..], b"text", &[b'v'; 1000], &[b'v'; 100_000]] {
            let mut shell = Shell::new();
            shell.words(&[b"SET", b"a", value]);
            assert_eq!(shell.words(&[b"RENAME", b"a", &long]), "+OK");
            let found = format!("${} {}", value.len(), String::from_utf8_lossy(value));
            assert_eq!(shell.words(&[b"GET", &long]), found);
            assert_eq!(shell.words(&[b"COPY", &long, b"c"]), ":1");
            assert_eq!(shell.words(&[b"COPY", b"c", &long, b"REPLACE"]), ":1");
            assert_eq!(shell.words(&[b"RENAME", &long, b"b"]), "+OK");
            assert_eq!(shell.words(&[b"GET", b"b"]), found);
        }
    }
}
