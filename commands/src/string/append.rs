//! APPEND: make a string longer at its end.

use crate::string::length::check_length;
use russet_engine::prelude::*;

command! {
    name: "APPEND", group: String, since: "2.0.0",
    complexity: "O(1). The amortized time complexity is O(1) assuming the appended value is small and the already present value is of any size, since the dynamic string library used by Redis will double the free space available on every reallocation.",
    summary: "Appends a string to the value of a key. Creates the key if it doesn't exist.",
    syntax: "key value",
    flags: WRITE | DENYOOM | FAST,
    keys: [at(1).read_write().insert()],
    run: append,
}

fn append(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let (key, value) = (args.key(1), args.word(2));
    let length = match cx.db.string_for_write(key)? {
        None => {
            cx.db.set(key, New::Text(value), Expiry::Clear);
            value.len()
        }
        Some(text) => {
            check_length(cx.core, text.len().saturating_add(value.len()))?;
            cx.db.edit_string(key, |bytes| {
                bytes.extend_from_slice(value);
                bytes.len()
            })
        }
    };
    cx.db.changed(key, Event::Append);
    cx.reply.count(length)
}

#[cfg(test)]
mod tests {
    use crate::shell::conversation;

    #[test]
    fn grows_from_nothing_over_inline_to_large() {
        let mut shell = conversation! {
            "APPEND a 12 => :2"
            "APPEND a 3 => :3"
            "GET a => $3 123"
        };
        let piece = "x".repeat(700);
        for i in 1..=40 {
            assert_eq!(shell.run(&format!("APPEND a {piece}")), format!(":{}", 3 + 700 * i));
        }
        assert_eq!(shell.run("GET a"), format!("$28003 123{}", piece.repeat(40)));
    }

    #[test]
    fn refuses_to_exceed_the_longest_string() {
        let mut shell = conversation! { "SETRANGE a 536870911 x => :536870912" };
        assert_eq!(
            shell.run("APPEND a y"),
            "-ERR string exceeds maximum allowed size (proto-max-bulk-len)"
        );
    }
}
