//! HPERSIST: let fields of a hash stay.

use crate::hash::fields::{self, List, MISMATCH};
use russet_engine::prelude::*;
use russet_engine::value::Hash;
use russet_engine::value::hash::Rules;

command! {
    name: "HPERSIST", group: Hash, since: "9.0.0", complexity: "O(N) where N is the number of specified fields.",
    summary: "Takes the expiry of fields of a hash away.",
    syntax: "key FIELDS numfields field [field ...]",
    notes: [of("numfields").kind("integer")],
    flags: WRITE | FAST,
    keys: [at(1).read_write().update()],
    run: hpersist,
}

/// What is answered for a field: not there, without an expiry, or without it from now on.
const NO_FIELD: i64 = -2;
const NO_EXPIRY: i64 = -1;
const DONE: i64 = 1;

fn hpersist(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let list = List::at(args, 2)?.checked(1, MISMATCH)?;
    let key = args.key(1);
    let horizon_ms = cx.db.horizon_ms();
    let rules = Rules::of(&cx.core.params, cx.db.keyspace().hasher());
    let reply = &mut cx.reply;
    let mut changed = Vec::new();
    let edited = cx.db.edit(key, |hash: &mut Hash| {
        reply.array(list.iter().len())?;
        list.iter().try_for_each(|field| {
            reply.int(match hash.at(horizon_ms).expiry(field) {
                None => NO_FIELD,
                Some(None) => NO_EXPIRY,
                Some(Some(_)) => {
                    hash.set_expiry(field, None, &rules);
                    changed.push(field);
                    DONE
                }
            })
        })
    })?;
    let Some(edited) = edited else {
        cx.reply.array(list.iter().len())?;
        return list.iter().try_for_each(|_| cx.reply.int(NO_FIELD));
    };
    fields::persisted(cx, key, &changed);
    edited.result
}

#[cfg(test)]
mod tests {
    use crate::shell::conversation;

    #[test]
    fn only_what_expires_can_be_kept() {
        let mut shell = conversation! {
            "HSET h a 1 b 2 => :2"
            "HEXPIRE h 10 FIELDS 1 a => *1 :1"
            "SET s 1 => +OK"
            "HPERSIST h FOO 1 a => -ERR syntax error"
            "HPERSIST s FIELDS 2 a => -ERR numfields should be greater than 0 and match the provided number of fields"
            "HPERSIST s FIELDS 1 a => -WRONGTYPE Operation against a key holding the wrong kind of value"
            "HPERSIST none FIELDS 2 a b => *2 :-2 :-2"
        };
        shell.engine.keyspace.effects.attach(true);
        assert_eq!(shell.run("HPERSIST h FIELDS 4 a b c a"), "*4 :1 :-1 :-2 :-1");
        assert_eq!(shell.run("HPERSIST h FIELDS 1 a"), "*1 :-1");
        assert_eq!(shell.effects(), ["HPERSIST h FIELDS 1 a"]);
        assert_eq!(shell.run("HTTL h FIELDS 1 a"), "*1 :-1");
    }
}
