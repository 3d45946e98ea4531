//! INCRBYFLOAT: adds to a string that spells a number, in 80-bit floats.

use russet_engine::number::LongDouble;
use russet_engine::prelude::*;

command! {
    name: "INCRBYFLOAT", group: String, since: "2.6.0", complexity: "O(1)",
    summary: "Increment the floating point value of a key by a number. Uses 0 as initial value if the key doesn't exist.",
    syntax: "key increment",
    notes: [of("increment").kind("double")],
    flags: WRITE | DENYOOM | FAST,
    keys: [at(1).read_write().access().update()],
    run: incrbyfloat,
}

const NOT_FINITE: Error = Error::new("ERR increment would produce NaN or Infinity");

fn incrbyfloat(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let key = args.key(1);
    let text = cx.db.string_for_write(key)?;
    let mut buffer = itoa::Buffer::new();
    let value = text.as_ref().map_or(&b"0"[..], |text| text.bytes(&mut buffer));
    let value = LongDouble::parse(value).ok_or(Error::NOT_A_FLOAT)?;
    let increment = LongDouble::parse(args.word(2)).ok_or(Error::NOT_A_FLOAT)?;
    let sum = value.checked_add(increment).ok_or(NOT_FINITE)?.to_decimal();
    cx.db.set(key, New::Printed(&sum), Expiry::Keep);
    cx.db.changed(key, Event::IncrByFloat);
    // The sum itself, so that a replica or a replay need not add as this machine does.
    cx.journal([&b"SET"[..], key.bytes, &sum, b"KEEPTTL"]);
    cx.reply.bulk(&sum)
}

#[cfg(test)]
mod tests {
    use crate::shell::{Shell, conversation};
    use russet_engine::value::Encoding;

    #[test]
    fn adds_and_keeps_the_expiry() {
        let mut shell = conversation! {
            "INCRBYFLOAT k 10.50 => $4 10.5"
            "INCRBYFLOAT k 0.1 => $4 10.6"
            "INCRBYFLOAT k -5 => $3 5.6"
            "SET k 5.0e3 PX 100 => +OK"
            "INCRBYFLOAT k 2.0e2 => $4 5200"
            "GET k => $4 5200"
        };
        shell.clock.advance(101);
        assert_eq!(shell.run("GET k"), "$-1");
    }

    #[test]
    fn the_sum_is_text_even_if_it_is_an_integer() {
        let mut shell = conversation! {
            "SET k 9007199254740993 => +OK"
            "INCRBYFLOAT k 1 => $16 9007199254740994"
            "SET l 111111111111111111111111111111111111111111111 => +OK"
            "INCRBYFLOAT l 1 => $45 111111111111111111112265139331209091161784320"
        };
        let mut encoding = |key: &[u8]| {
            let mut db = shell.engine.keyspace.db(0);
            let key = db.key(key);
            db.inspect(key).map(Encoding::of)
        };
        assert_eq!(encoding(b"k"), Some(Encoding::Embstr));
        assert_eq!(encoding(b"l"), Some(Encoding::Raw));
    }

    #[test]
    fn errors_leave_the_value() {
        conversation! {
            "SET k 3 => +OK"
            "INCRBYFLOAT k abc => -ERR value is not a valid float"
            "INCRBYFLOAT k nan => -ERR value is not a valid float"
            "INCRBYFLOAT k 1e5000 => -ERR value is not a valid float"
            "INCRBYFLOAT k  => -ERR value is not a valid float"
            "INCRBYFLOAT k inf => -ERR increment would produce NaN or Infinity"
            "INCRBYFLOAT k -Infinity => -ERR increment would produce NaN or Infinity"
            "GET k => $1 3"
            "SET k hello => +OK"
            "INCRBYFLOAT k 1 => -ERR value is not a valid float"
            "INCRBYFLOAT k => -ERR wrong number of arguments for 'incrbyfloat' command"
        };
    }

    #[test]
    fn journals_the_sum() {
        let mut shell = Shell::new();
        shell.engine.keyspace.effects.attach(true);
        shell.run("INCRBYFLOAT k 0.5");
        assert_eq!(shell.effects(), ["SET k 0.5 KEEPTTL"]);
    }
}
