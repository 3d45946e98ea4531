//! INCR, DECR, INCRBY, DECRBY: add to a string that spells an integer.

use russet_engine::prelude::*;

command! {
    name: "INCR", group: String, since: "1.0.0", complexity: "O(1)",
    summary: "Increments the integer value of a key by one. Uses 0 as initial value if the key doesn't exist.",
    syntax: "key",
    flags: WRITE | DENYOOM | FAST,
    keys: [at(1).read_write().access().update()],
    run: |cx, args| add(cx, args.key(1), 1),
}

command! {
    name: "DECR", group: String, since: "1.0.0", complexity: "O(1)",
    summary: "Decrements the integer value of a key by one. Uses 0 as initial value if the key doesn't exist.",
    syntax: "key",
    flags: WRITE | DENYOOM | FAST,
    keys: [at(1).read_write().access().update()],
    run: |cx, args| add(cx, args.key(1), -1),
}

command! {
    name: "INCRBY", group: String, since: "1.0.0", complexity: "O(1)",
    summary: "Increments the integer value of a key by a number. Uses 0 as initial value if the key doesn't exist.",
    syntax: "key increment",
    notes: [of("increment").kind("integer")],
    flags: WRITE | DENYOOM | FAST,
    keys: [at(1).read_write().access().update()],
    run: |cx, args| add(cx, args.key(1), args.int(2)?),
}

command! {
    name: "DECRBY", group: String, since: "1.0.0", complexity: "O(1)",
    summary: "Decrements a number from the integer value of a key. Uses 0 as initial value if the key doesn't exist.",
    syntax: "key decrement",
    notes: [of("decrement").kind("integer")],
    flags: WRITE | DENYOOM | FAST,
    keys: [at(1).read_write().access().update()],
    run: decrby,
}

fn decrby(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let negated = args.int(2)?.checked_neg().ok_or(Error::new("ERR decrement would overflow"))?;
    add(cx, args.key(1), negated)
}

fn add(cx: &mut Context<'_>, key: Key<'_>, increment: i64) -> Outcome {
    let sum = match cx.db.integer_for_write(key)? {
        Some(Integer::InPlace(value)) => {
            *value = sum(*value, increment)?;
            *value
        }
        other => {
            let before = other.map_or(0, |value| value.get());
            let sum = sum(before, increment)?;
            cx.db.set(key, New::Int(sum), Expiry::Keep);
            sum
        }
    };
    cx.db.changed(key, Event::IncrBy);
    cx.reply.int(sum)
}

fn sum(value: i64, increment: i64) -> Result<i64, Error> {
    value.checked_add(increment).ok_or(Error::new("ERR increment or decrement would overflow"))
}

#[cfg(test)]
mod tests {
    use crate::shell::conversation;

    #[test]
    fn counts_from_zero_and_keeps_the_expiry() {
        let mut shell = conversation! {
            "INCR a => :1"
            "INCRBY a 41 => :42"
            "DECR a => :41"
            "DECRBY a -9 => :50"
            "SET a 10 PX 100 => +OK"
            "INCR a => :11"
        };
        shell.clock.advance(101);
        assert_eq!(shell.run("INCR a"), ":1");
    }

    #[test]
    fn refuses_overflow_and_other_text() {
        conversation! {
            "SET a 9223372036854775807 => +OK"
            "INCR a => -ERR increment or decrement would overflow"
            "DECRBY a -9223372036854775808 => -ERR decrement would overflow"
            "GET a => $19 9223372036854775807"
            "SET a 1x => +OK"
            "INCR a => -ERR value is not an integer or out of range"
            "INCRBY b x => -ERR value is not an integer or out of range"
        };
    }
}
