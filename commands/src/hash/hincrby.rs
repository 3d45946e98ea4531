//! HINCRBY: add to a field that spells an integer.

use crate::hash::fields;
use russet_engine::number::integer;
use russet_engine::prelude::*;
use russet_engine::value::Hash;
use russet_engine::value::hash::{Rules, Stood};
use russet_structures::element::Element;

command! {
    name: "HINCRBY", group: Hash, since: "2.0.0", complexity: "O(1)",
    summary: "Increments the integer value of a field in a hash by a number. Uses 0 as initial value if the field doesn't exist.",
    syntax: "key field increment",
    flags: WRITE | DENYOOM | FAST,
    keys: [at(1).read_write().access().update()],
    run: hincrby,
}

fn hincrby(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let (key, field) = (args.key(1), args.word(2));
    let increment = args.int(3)?;
    let horizon_ms = cx.db.horizon_ms();
    let before = match cx.db.get_for_write::<Hash>(key)?.and_then(|hash| hash.at(horizon_ms).get(field)) {
        None => 0,
        Some(Element::Int(value)) => value,
        Some(Element::Bytes(text)) => {
            integer::parse_i64(text).ok_or(Error::new("ERR hash value is not an integer"))?
        }
    };
    let sum = before.checked_add(increment).ok_or(Error::new("ERR increment or decrement would overflow"))?;
    let rules = Rules::of(&cx.core.params, cx.db.keyspace().hasher());
    let mut digits = itoa::Buffer::new();
    let digits = digits.format(sum).as_bytes();
    let put = |hash: &mut Hash| hash.put(field, digits, Expiry::Keep, &rules, horizon_ms);
    let stood = cx.db.edit_or_insert(key, Hash::default, put)?.result;
    fields::Stood::one(stood).tell(cx, key);
    if stood == Stood::Past {
        // Where this is replayed, the field that has expired here may still stand.
        cx.journal([&b"HSET"[..], key.bytes, field, digits]);
    }
    cx.db.changed(key, Event::HIncrBy);
    cx.reply.int(sum)
}

#[cfg(test)]
mod tests {
    use crate::shell::conversation;

    #[test]
    fn counts_from_zero() {
        conversation! {
            "HINCRBY h a 5 => :5"
            "HINCRBY h a -7 => :-2"
            "HGET h a => $2 -2"
            "HSET h max 9223372036854775807 min -9223372036854775808 => :2"
            "HINCRBY h max 1 => -ERR increment or decrement would overflow"
            "HINCRBY h min -1 => -ERR increment or decrement would overflow"
            "HINCRBY h min 1 => :-9223372036854775807"
        };
    }

    #[test]
    fn refuses_other_text() {
        conversation! {
            "HSET h a x b 1.5 c 01 => :3"
            "HINCRBY h a 1 => -ERR hash value is not an integer"
            "HINCRBY h b 1 => -ERR hash value is not an integer"
            "HINCRBY h c 1 => -ERR hash value is not an integer"
            "HINCRBY h d x => -ERR value is not an integer or out of range"
            "SET s 1 => +OK"
            "HINCRBY s a x => -ERR value is not an integer or out of range"
            "HINCRBY s a 1 => -WRONGTYPE Operation against a key holding the wrong kind of value"
            "HINCRBY new a x => -ERR value is not an integer or out of range"
            "EXISTS new => :0"
        };
    }
}
