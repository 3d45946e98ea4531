//! HINCRBYFLOAT: add to a field that spells a number, in 80-bit floats.

use crate::hash::fields;
use russet_engine::number::LongDouble;
use russet_engine::prelude::*;
use russet_engine::value::Hash;
use russet_engine::value::hash::Rules;

command! {
    name: "HINCRBYFLOAT", group: Hash, since: "2.6.0", complexity: "O(1)",
    summary: "Increments the floating point value of a field by a number. Uses 0 as initial value if the field doesn't exist.",
    syntax: "key field increment",
    notes: [
        of("increment").kind("double"),
    ],
    flags: WRITE | DENYOOM | FAST,
    keys: [at(1).read_write().access().update()],
    run: hincrbyfloat,
}

fn hincrbyfloat(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let (key, field) = (args.key(1), args.word(2));
    let increment = LongDouble::parse(args.word(3)).ok_or(Error::NOT_A_FLOAT)?;
    if !increment.is_finite() {
        return Err(Error::new("ERR value is NaN or Infinity"));
    }
    let horizon_ms = cx.db.horizon_ms();
    let before = match cx.db.get_for_write::<Hash>(key)?.and_then(|hash| hash.at(horizon_ms).get(field)) {
        None => LongDouble::from(0.0),
        Some(value) => {
            value.with_text(LongDouble::parse).ok_or(Error::new("ERR hash value is not a float"))?
        }
    };
    let sum = before.checked_add(increment).ok_or(Error::new("ERR increment would produce NaN or Infinity"))?;
    let sum = sum.to_decimal();
    let rules = Rules::of(&cx.core.params, cx.db.keyspace().hasher());
    let put = |hash: &mut Hash| {
        let stood = hash.put(field, &sum, Expiry::Keep, &rules, horizon_ms);
        (stood, hash.at(horizon_ms).expiry(field).flatten().is_some())
    };
    let (stood, expires) = cx.db.edit_or_insert(key, Hash::default, put)?.result;
    fields::Stood::one(stood).tell(cx, key);
    cx.db.changed(key, Event::HIncrByFloat);
    // The sum itself, so that a replica or a replay need not add as this machine does.
    match expires {
        true => fields::journal(cx, &[b"HSETEX", key.bytes, b"KEEPTTL"], 1, &[field, &sum]),
        false => cx.journal([&b"HSET"[..], key.bytes, field, &sum]),
    }
    cx.reply.bulk(&sum)
}

#[cfg(test)]
mod tests {
    use crate::shell::conversation;

    #[test]
    fn adds_in_80_bits() {
        let mut shell = conversation! {
            "HINCRBYFLOAT h a 10.50 => $4 10.5"
            "HINCRBYFLOAT h a 0.1 => $4 10.6"
            "HSET h b 5.0e3 => :1"
            "HINCRBYFLOAT h b 2.0e2 => $4 5200"
        };
        shell.engine.keyspace.effects.attach(true);
        assert_eq!(shell.run("HINCRBYFLOAT h a 0.1"), "$4 10.7");
        assert_eq!(shell.effects(), ["HSET h a 10.7"]);
    }

    #[test]
    fn refuses_what_is_no_number() {
        conversation! {
            "HSET h a text inf inf => :2"
            "HINCRBYFLOAT h a 1 => -ERR hash value is not a float"
            "HINCRBYFLOAT h inf 1 => -ERR increment would produce NaN or Infinity"
            "HINCRBYFLOAT h a nan => -ERR value is not a valid float"
            "HINCRBYFLOAT h a inf => -ERR value is NaN or Infinity"
            "HINCRBYFLOAT h a x => -ERR value is not a valid float"
            "SET s 1 => +OK"
            "HINCRBYFLOAT s a x => -ERR value is not a valid float"
            "HINCRBYFLOAT s a 1 => -WRONGTYPE Operation against a key holding the wrong kind of value"
        };
    }
}
