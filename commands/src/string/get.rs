//! GET: read a string.

use russet_engine::prelude::*;

command! {
    name: "GET", group: String, since: "1.0.0", complexity: "O(1)",
    summary: "Returns the string value of a key.",
    syntax: "key",
    flags: READONLY | FAST,
    keys: [at(1).read_only().access()],
    run: get,
}

fn get(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    match cx.db.string(args.key(1))? {
        Some(text) => cx.reply.text(text),
        None => cx.reply.null(),
    }
}

#[cfg(test)]
mod tests {
    use crate::shell::conversation;

    #[test]
    fn answers_what_was_set_or_null() {
        conversation! {
            "GET a => $-1"
            "SET a 0012 => +OK"
            "GET a => $4 0012"
            "SET a -12 => +OK"
            "GET a => $3 -12"
            "GET => -ERR wrong number of arguments for 'get' command"
        };
    }
}
