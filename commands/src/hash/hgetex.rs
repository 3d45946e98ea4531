//! HGETEX: the values of fields, whose expiry it may change.

use crate::hash::fields::{self, List, MISMATCH};
use crate::string::expiry_option::ExpiryOptions;
use russet_engine::prelude::*;
use russet_engine::value::Hash;
use russet_engine::value::hash::Rules;

command! {
    name: "HGETEX", group: Hash, since: "9.0.0", complexity: "O(N) where N is the number of specified fields.",
    summary: "Returns the values of fields of a hash after setting when they expire.",
    syntax: "key [EX seconds | PX milliseconds | EXAT unix-time-seconds | PXAT unix-time-milliseconds | PERSIST] FIELDS numfields field [field ...]",
    notes: [of("numfields").kind("integer"), of("EX seconds | ...").name("expiration")],
    flags: WRITE | FAST,
    keys: [at(1).read_write().access().update()],
    run: hgetex,
}

/// What becomes of the fields.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fate {
    Nothing,
    Persist,
    Expire(i64),
    Remove,
}

fn hgetex(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    // As in Valkey, a key of that name is taken for the beginning of the list.
    let at = List::find(args, 1)?;
    let (persist, expiry) = options(args.head(at))?;
    let list = List::at(args, at)?.checked(1, MISMATCH)?;
    let key = args.key(1);
    let horizon_ms = cx.db.horizon_ms();
    let found = cx.db.get::<Hash>(key)?.is_some();
    let fate = match expiry.resolve_or_past(&cx.db, "hgetex")? {
        Some(at) if at <= horizon_ms => Fate::Remove,
        Some(at) => Fate::Expire(at),
        None if persist => Fate::Persist,
        None => Fate::Nothing,
    };
    cx.reply.array(list.iter().len())?;
    if !found {
        return list.iter().try_for_each(|_| cx.reply.null());
    }
    let rules = Rules::of(&cx.core.params, cx.db.keyspace().hasher());
    let reply = &mut cx.reply;
    let mut changed = Vec::new();
    let edited = cx.db.edit(key, |hash: &mut Hash| {
        list.iter().try_for_each(|field| {
            let live = hash.at(horizon_ms);
            let Some(value) = live.get(field) else { return reply.null() };
            let expires = live.expiry(field).flatten().is_some();
            reply.element(value)?;
            match fate {
                Fate::Expire(at) => hash.set_expiry(field, Some(at), &rules),
                Fate::Persist if expires => hash.set_expiry(field, None, &rules),
                Fate::Remove => drop(hash.discard(field)),
                Fate::Persist | Fate::Nothing => return Ok(()),
            }
            changed.push(field);
            Ok(())
        })
    })?;
    let Some(edited) = edited else { return Ok(()) };
    match fate {
        Fate::Expire(at) => fields::expire_at(cx, key, at, &changed),
        Fate::Persist => fields::persisted(cx, key, &changed),
        Fate::Remove => fields::removed(cx, key, Event::HExpired, &changed, edited.emptied),
        Fate::Nothing => {}
    }
    edited.result
}

/// Reads the options that stand before the list: `PERSIST`, or a time.
fn options(args: Args<'_>) -> Result<(bool, ExpiryOptions), Error> {
    let (mut persist, mut expiry) = (false, ExpiryOptions::default());
    let mut at = 2;
    while at < args.len() {
        if args.is(at, "PERSIST") && !expiry.given() {
            persist = true;
        } else if persist || !expiry.take(args, &mut at) {
            return Err(Error::SYNTAX);
        }
        at += 1;
    }
    Ok((persist, expiry))
}

#[cfg(test)]
mod tests {
    use crate::shell::conversation;

    #[test]
    fn the_expiry_is_set_taken_away_or_past() {
        let mut shell = conversation! { "HSET h a 1 b 2 c 3 => :3" };
        shell.engine.keyspace.effects.attach(true);
        for (line, reply) in [
            ("HGETEX h FIELDS 2 a x", "*2 $1 1 $-1"),
            ("HGETEX h EX 10 FIELDS 2 a x", "*2 $1 1 $-1"),
            ("HTTL h FIELDS 2 a b", "*2 :10 :-1"),
            ("HGETEX h PERSIST FIELDS 2 a b", "*2 $1 1 $1 2"),
            ("HTTL h FIELDS 1 a", "*1 :-1"),
            ("HGETEX h PXAT 1 FIELDS 2 a a", "*2 $1 1 $-1"),
            ("HGETEX h EX 0 FIELDS 2 b c", "*2 $1 2 $1 3"),
            ("EXISTS h", ":0"),
        ] {
            assert_eq!(shell.run(line), reply, "{line}");
        }
        let effects =
            ["HPEXPIREAT h 1700000010000 FIELDS 1 a", "HPERSIST h FIELDS 1 a", "HDEL h a", "HDEL h b c"];
        assert_eq!(shell.effects(), effects);
    }

    #[test]
    fn what_is_checked_first() {
        conversation! {
            "SET s 1 => +OK"
            "HGETEX s FOO 1 a => -ERR numfields should be greater than 0 and match the provided number of fields"
            "HGETEX s EX FIELDS x a => -ERR syntax error"
            "HGETEX s EX 10 PERSIST FIELDS x a => -ERR syntax error"
            "HGETEX s PERSIST EX 10 FIELDS x a => -ERR syntax error"
            "HGETEX s KEEPTTL FIELDS x a => -ERR syntax error"
            "HGETEX s EX x FIELDS x a => -ERR value is not an integer or out of range"
            "HGETEX s EX x FIELDS 2 a => -ERR numfields should be greater than 0 and match the provided number of fields"
            "HGETEX s EX x FIELDS 1 a => -WRONGTYPE Operation against a key holding the wrong kind of value"
            "HGETEX none EX x FIELDS 1 a => -ERR value is not an integer or out of range"
            "HGETEX none EX -1 FIELDS 1 a => -ERR invalid expire time in 'hgetex' command"
            "HGETEX none EX 10 FIELDS 2 a b => *2 $-1 $-1"
        };
    }
}
