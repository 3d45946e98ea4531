//! GETDEL: read a string and remove its key.

use russet_engine::prelude::*;

command! {
    name: "GETDEL", group: String, since: "6.2.0", complexity: "O(1)",
    summary: "Returns the string value of a key after deleting the key.",
    syntax: "key",
    flags: WRITE | FAST,
    keys: [at(1).read_write().access().delete()],
    run: getdel,
}

fn getdel(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let Some(text) = cx.db.string(args.key(1))? else { return cx.reply.null() };
    cx.reply.text(text)?;
    cx.db.delete(args.key(1));
    cx.journal([&b"DEL"[..], args.word(1)]);
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::shell::conversation;

    #[test]
    fn reads_once() {
        conversation! {
            "SET a 1 => +OK"
            "GETDEL a => $1 1"
            "GETDEL a => $-1"
        };
    }
}
