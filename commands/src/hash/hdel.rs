//! HDEL: remove fields, and the hash with the last of them.

use crate::hash::fields;
use russet_engine::prelude::*;
use russet_engine::value::Hash;
use russet_engine::value::hash::Stood;

command! {
    name: "HDEL", group: Hash, since: "2.0.0",
    complexity: "O(N) where N is the number of fields to be removed.",
    summary: "Deletes one or more fields and their values from a hash. Deletes the hash if no fields remain.",
    syntax: "key field [field ...]",
    flags: WRITE | FAST,
    keys: [at(1).read_write().delete()],
    history: [
        ("2.4.0", "Accepts multiple `field` arguments."),
    ],
    run: hdel,
}

fn hdel(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let key = args.key(1);
    let horizon_ms = cx.db.horizon_ms();
    let mut removed = Vec::new();
    let edited = cx.db.edit(key, |hash: &mut Hash| {
        // What has expired stays, and is not told: where this is replayed it may still stand.
        removed.extend(args.iter_from(2).filter(|field| hash.remove(field, horizon_ms) == Stood::Live));
    })?;
    fields::removed(cx, key, Event::HDel, &removed, edited.is_some_and(|edited| edited.emptied));
    cx.reply.count(removed.len())
}

#[cfg(test)]
mod tests {
    use crate::shell::conversation;

    #[test]
    fn the_last_field_takes_the_hash_along() {
        let mut shell = conversation! {
            "HSET h a 1 b 2 c 3 => :3"
            "HDEL h a x a => :1"
            "HDEL h x => :0"
            "HDEL nokey a => :0"
        };
        shell.engine.keyspace.effects.attach(true);
        assert_eq!(shell.run("HDEL h b c d"), ":2");
        assert_eq!(shell.run("EXISTS h"), ":0");
        assert_eq!(shell.run("HDEL h b"), ":0");
        assert_eq!(shell.effects(), ["HDEL h b c"]);
    }
}
