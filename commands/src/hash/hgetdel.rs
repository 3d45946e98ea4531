//! HGETDEL: the values of fields, which it removes.

use crate::hash::fields::{self, List, MISMATCH};
use russet_engine::prelude::*;
use russet_engine::value::Hash;

command! {
    name: "HGETDEL", group: Hash, since: "9.1.0",
    complexity: "O(N) where N is the number of fields to be retrieved and deleted.",
    summary: "Returns the values of fields of a hash after removing the fields.",
    syntax: "key FIELDS numfields field [field ...]",
    notes: [of("numfields").kind("integer")],
    flags: WRITE | FAST,
    keys: [at(1).read_write().access().delete()],
    run: hgetdel,
}

fn hgetdel(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let list = List::at(args, 2)?.checked(1, MISMATCH)?;
    let key = args.key(1);
    let horizon_ms = cx.db.horizon_ms();
    let reply = &mut cx.reply;
    let mut gone = Vec::new();
    let edited = cx.db.edit(key, |hash: &mut Hash| {
        reply.array(list.iter().len())?;
        list.iter().try_for_each(|field| match hash.at(horizon_ms).get(field) {
            Some(value) => {
                reply.element(value)?;
                hash.discard(field);
                gone.push(field);
                Ok(())
            }
            None => reply.null(),
        })
    })?;
    let Some(edited) = edited else {
        cx.reply.array(list.iter().len())?;
        return list.iter().try_for_each(|_| cx.reply.null());
    };
    fields::removed(cx, key, Event::HDel, &gone, edited.emptied);
    edited.result
}

#[cfg(test)]
mod tests {
    use crate::shell::conversation;

    #[test]
    fn values_come_once() {
        let mut shell = conversation! {
            "HSET h a 1 b 2 c 3 => :3"
            "SET s 1 => +OK"
            "HGETDEL h FOO x a => -ERR syntax error"
            "HGETDEL s FIELDS x a => -ERR value is not an integer or out of range"
            "HGETDEL s FIELDS 0 a => -ERR numfields should be greater than 0 and match the provided number of fields"
            "HGETDEL s FIELDS 1 a => -WRONGTYPE Operation against a key holding the wrong kind of value"
            "HGETDEL none FIELDS 2 a b => *2 $-1 $-1"
        };
        shell.engine.keyspace.effects.attach(true);
        assert_eq!(shell.run("HGETDEL h FIELDS 3 a x a"), "*3 $1 1 $-1 $-1");
        assert_eq!(shell.run("HGETDEL h FIELDS 1 a"), "*1 $-1");
        assert_eq!(shell.run("HGETDEL h FIELDS 2 b c"), "*2 $1 2 $1 3");
        assert_eq!(shell.run("EXISTS h"), ":0");
        assert_eq!(shell.effects(), ["HDEL h a", "HDEL h b c"]);
    }
}
