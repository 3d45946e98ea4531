//! TYPE: what kind of value a key holds.

use russet_engine::prelude::*;

command! {
    name: "TYPE", group: Generic, since: "1.0.0", complexity: "O(1)",
    summary: "Determines the type of value stored at a key.",
    syntax: "key",
    flags: READONLY | FAST,
    keys: [at(1).read_only()],
    run: type_of,
}

fn type_of(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let name = cx.db.type_of(args.key(1));
    cx.reply.simple(name.as_deref().unwrap_or("none"))
}

#[cfg(test)]
mod tests {
    use crate::shell::conversation;

    #[test]
    fn names_the_type_or_none() {
        conversation! {
            "SET a 1 => +OK"
            "TYPE a => +string"
            "TYPE b => +none"
        };
    }
}
