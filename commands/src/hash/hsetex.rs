//! HSETEX: give fields values and a time to vanish, on conditions.

use crate::hash::fields::{self, List, MISMATCH};
use crate::string::expiry_option::ExpiryOptions;
use russet_engine::prelude::*;
use russet_engine::value::Hash;
use russet_engine::value::hash::{self, Rules};

command! {
    name: "HSETEX", group: Hash, since: "9.0.0", complexity: "O(N) where N is the number of specified fields.",
    summary: "Sets the values of fields of a hash, and when they expire.",
    syntax: "key [NX | XX] [FNX | FXX] [EX seconds | PX milliseconds | EXAT unix-time-seconds | PXAT unix-time-milliseconds | KEEPTTL] FIELDS numfields field value [field value ...]",
    notes: [of("numfields").kind("integer"), of("NX | XX").name("key-condition"), of("FNX | FXX").name("fields-condition"),
        of("EX seconds | ...").name("expiration")
    ],
    flags: WRITE | DENYOOM | FAST,
    keys: [at(1).read_write().insert()],
    run: hsetex,
}

/// What the options ask for.
#[derive(Default)]
struct Options {
    /// The key must be there, or must not.
    key: Option<bool>,
    /// All fields must be there, or none.
    fields: Option<bool>,
    keep: bool,
    expiry: ExpiryOptions,
}

impl Options {
    /// Reads the options that stand before the list.
    fn parse(args: Args<'_>) -> Result<Self, Error> {
        let mut options = Options::default();
        let mut at = 2;
        while at < args.len() {
            let (wanted, there) = match at {
                at if args.is(at, "NX") => (&mut options.key, false),
                at if args.is(at, "XX") => (&mut options.key, true),
                at if args.is(at, "FNX") => (&mut options.fields, false),
                at if args.is(at, "FXX") => (&mut options.fields, true),
                _ => {
                    if args.is(at, "KEEPTTL") && !options.expiry.given() {
                        options.keep = true;
                    } else if options.keep || !options.expiry.take(args, &mut at) {
                        return Err(Error::SYNTAX);
                    }
                    at += 1;
                    continue;
                }
            };
            if wanted.is_some_and(|wanted| wanted != there) {
                return Err(Error::SYNTAX);
            }
            *wanted = Some(there);
            at += 1;
        }
        Ok(options)
    }
}

fn hsetex(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    // As in Valkey, a key of that name is taken for the beginning of the list.
    let at = List::find(args, 1)?;
    let options = Options::parse(args.head(at))?;
    let list = List::at(args, at)?.checked(2, MISMATCH)?;
    let key = args.key(1);
    let horizon_ms = cx.db.horizon_ms();
    let found = cx.db.get_for_write::<Hash>(key)?.is_some();
    if options.key.is_some_and(|wanted| wanted != found) {
        return cx.reply.int(0);
    }
    let expiry = options.expiry.resolve_or_past(&cx.db, "hsetex")?;
    if let Some(wanted) = options.fields {
        let hash = cx.db.peek_at::<Hash>(key)?.map(|hash| hash.at(horizon_ms));
        let is_there = |field: &[u8]| hash.is_some_and(|hash| hash.contains(field));
        if list.pairs().any(|(field, _)| is_there(field) != wanted) {
            return cx.reply.int(0);
        }
    }
    match expiry {
        Some(at) if at <= horizon_ms => remove(cx, key, list, found)?,
        Some(at) => set(cx, key, list, Expiry::At(at))?,
        None if options.keep => set(cx, key, list, Expiry::Keep)?,
        None => set(cx, key, list, Expiry::Clear)?,
    }
    cx.reply.int(1)
}

/// Sets fields, tells of it and journals it, without conditions and with a moment.
fn set(cx: &mut Context<'_>, key: Key<'_>, list: List<'_>, expiry: Expiry) -> Outcome {
    let horizon_ms = cx.db.horizon_ms();
    let rules = Rules::of(&cx.core.params, cx.db.keyspace().hasher());
    let mut stood = fields::Stood::default();
    let mut past = Vec::new();
    cx.db.edit_or_insert(key, Hash::default, |hash: &mut Hash| {
        for (field, value) in list.pairs() {
            let before = hash.put(field, value, expiry, &rules, horizon_ms);
            stood.count(before);
            if before == hash::Stood::Past {
                past.push(field);
            }
        }
    })?;
    stood.tell(cx, key);
    cx.db.changed(key, Event::HSet);
    let words: Vec<&[u8]> = list.iter().collect();
    let number = words.len() / 2;
    cx.db.count_changes(number - 1);
    match expiry {
        Expiry::At(at) => {
            cx.db.note(key, Event::HExpire);
            let moment = at.to_string();
            fields::journal(cx, &[b"HSETEX", key.bytes, b"PXAT", moment.as_bytes()], number, &words);
        }
        Expiry::Keep => {
            // Where this is replayed, a field that has expired here may still stand, with an expiry to be kept.
            if !past.is_empty() {
                fields::journal(cx, &[b"HPERSIST", key.bytes], past.len(), &past);
            }
            fields::journal(cx, &[b"HSETEX", key.bytes, b"KEEPTTL"], number, &words);
        }
        Expiry::Clear => cx.journal([&b"HSET"[..], key.bytes].into_iter().chain(words)),
    }
    Ok(())
}

/// Sets fields to expire at once: what was there is removed. Tells as if they had been set first.
fn remove(cx: &mut Context<'_>, key: Key<'_>, list: List<'_>, found: bool) -> Outcome {
    let mut gone = Vec::new();
    let edited = cx.db.edit(key, |hash: &mut Hash| {
        gone.extend(list.pairs().map(|(field, _)| field).filter(|field| hash.discard(field)));
    })?;
    if !found {
        cx.db.note(key, Event::New);
    }
    cx.db.note(key, Event::HSet);
    cx.db.note(key, Event::HExpire);
    if gone.is_empty() {
        cx.db.note(key, Event::HExpired);
        if !found {
            cx.db.note(key, Event::Del);
        }
        return Ok(());
    }
    fields::removed(cx, key, Event::HExpired, &gone, edited.is_some_and(|edited| edited.emptied));
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::shell::conversation;

    #[test]
    fn conditions_on_key_and_fields() {
        conversation! {
            "HSETEX h XX FIELDS 1 a 1 => :0"
            "HSETEX h FXX FIELDS 1 a 1 => :0"
            "EXISTS h => :0"
            "HSETEX h NX FNX FIELDS 2 a 1 b 2 => :1"
            "HSETEX h NX FIELDS 1 a 3 => :0"
            "HSETEX h FNX FIELDS 2 a 3 c 3 => :0"
            "HSETEX h FXX FIELDS 2 a 3 c 3 => :0"
            "HSETEX h XX FXX FIELDS 2 a 3 b 3 => :1"
            "HSETEX h FNX FIELDS 4 x 1 y 2 x 3 z 4 => :1"
            "HGETALL h => *10 $1 a $1 3 $1 b $1 3 $1 x $1 3 $1 y $1 2 $1 z $1 4"
        };
    }

    #[test]
    fn the_expiry_is_set_kept_or_cleared() {
        let mut shell = conversation! { "HSET h a 1 => :1" };
        shell.engine.keyspace.effects.attach(true);
        for (line, reply) in [
            ("HSETEX h EX 10 FIELDS 2 a 1 b 2", ":1"),
            ("HSETEX h KEEPTTL FIELDS 1 a 2", ":1"),
            ("HINCRBYFLOAT h a 1.5", "$3 3.5"),
            ("HTTL h FIELDS 2 a b", "*2 :10 :10"),
            ("HSETEX h FXX FIELDS 1 a 3", ":1"),
            ("HTTL h FIELDS 2 a b", "*2 :-1 :10"),
            ("HSETEX h EX 0 FIELDS 2 a 3 z 4", ":1"),
            ("HSETEX h EXAT 1 FIELDS 1 b 3", ":1"),
            ("HSETEX h EXAT 1 FIELDS 1 b 3", ":1"),
            ("EXISTS h", ":0"),
        ] {
            assert_eq!(shell.run(line), reply, "{line}");
        }
        let effects = [
            "HSETEX h PXAT 1700000010000 FIELDS 2 a 1 b 2",
            "HSETEX h KEEPTTL FIELDS 1 a 2",
            "HSETEX h KEEPTTL FIELDS 1 a 3.5",
            "HSET h a 3",
            "HDEL h a",
            "HDEL h b",
        ];
        assert_eq!(shell.effects(), effects);
    }

    #[test]
    fn what_is_checked_first() {
        conversation! {
            "SET s 1 => +OK"
            "HSETEX s FOO 1 a 1 => -ERR numfields should be greater than 0 and match the provided number of fields"
            "HSETEX s NX XX FIELDS x a 1 => -ERR syntax error"
            "HSETEX s FNX FXX FIELDS x a 1 => -ERR syntax error"
            "HSETEX s EX 10 KEEPTTL FIELDS x a 1 => -ERR syntax error"
            "HSETEX s KEEPTTL EX 10 FIELDS x a 1 => -ERR syntax error"
            "HSETEX s EX FIELDS 1 a 1 => -ERR syntax error"
            "HSETEX s EX x FIELDS x a 1 => -ERR value is not an integer or out of range"
            "HSETEX s EX x FIELDS 2 a 1 => -ERR numfields should be greater than 0 and match the provided number of fields"
            "HSETEX s NX EX x FIELDS 1 a 1 => -WRONGTYPE Operation against a key holding the wrong kind of value"
            "HSETEX none XX EX x FIELDS 1 a 1 => :0"
            "HSETEX none FXX EX -1 FIELDS 1 a 1 => -ERR invalid expire time in 'hsetex' command"
        };
    }
}
