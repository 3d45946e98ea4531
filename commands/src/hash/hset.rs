//! HSET, HMSET: give fields of a hash values.

use crate::hash::fields;
use russet_engine::prelude::*;
use russet_engine::value::Hash;
use russet_engine::value::hash::Rules;

command! {
    name: "HSET", group: Hash, since: "2.0.0",
    complexity: "O(1) for each field/value pair added, so O(N) to add N field/value pairs when the command is called with multiple field/value pairs.",
    summary: "Creates or modifies the value of a field in a hash.",
    syntax: "key field value [field value ...]",
    flags: WRITE | DENYOOM | FAST,
    keys: [at(1).read_write().update()],
    history: [
        ("4.0.0", "Accepts multiple `field` and `value` arguments."),
    ],
    run: hset,
}

command! {
    name: "HMSET", group: Hash, since: "2.0.0",
    complexity: "O(N) where N is the number of fields being set.",
    summary: "Sets the values of multiple fields.",
    syntax: "key field value [field value ...]",
    flags: WRITE | DENYOOM | FAST,
    keys: [at(1).read_write().update()],
    deprecated: ("4.0.0", "`HSET` with multiple field-value pairs"),
    run: hmset,
}

fn hset(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let new = set_all(cx, args, "hset")?;
    cx.reply.count(new)
}

fn hmset(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    set_all(cx, args, "hmset")?;
    cx.reply.ok()
}

/// Sets all fields and returns how many of them are new.
fn set_all(cx: &mut Context<'_>, args: Args<'_>, command: &str) -> Result<usize, Error> {
    if args.len() % 2 == 1 {
        return Err(Error::arity(command));
    }
    let key = args.key(1);
    let horizon_ms = cx.db.horizon_ms();
    let rules = Rules::of(&cx.core.params, cx.db.keyspace().hasher());
    let mut stood = fields::Stood::default();
    cx.db.edit_or_insert(key, Hash::default, |hash: &mut Hash| {
        hash.expect(args.iter_from(2), &rules);
        for at in (2..args.len()).step_by(2) {
            stood.count(hash.put(args.word(at), args.word(at + 1), Expiry::Clear, &rules, horizon_ms));
        }
    })?;
    stood.tell(cx, key);
    cx.db.changed(key, Event::HSet);
    cx.db.count_changes((args.len() - 2) / 2 - 1);
    Ok(stood.new)
}

#[cfg(test)]
mod tests {
    use crate::shell::conversation;

    #[test]
    fn fields_are_counted_when_they_are_new() {
        conversation! {
            "HSET h a 1 b 2 a 3 => :2"
            "HSET h a 4 c 5 => :1"
            "HGETALL h => *6 $1 a $1 4 $1 b $1 2 $1 c $1 5"
            "HMSET h a 6 d 7 => +OK"
            "HGET h d => $1 7"
            "HSET h a 1 b => -ERR wrong number of arguments for 'hset' command"
            "HMSET h a 1 b => -ERR wrong number of arguments for 'hmset' command"
            "SET s 1 => +OK"
            "HSET s a 1 => -WRONGTYPE Operation against a key holding the wrong kind of value"
        };
    }

    #[test]
    fn what_is_long_or_many_is_a_table() {
        let long = "x".repeat(65);
        let mut shell = conversation! {
            "CONFIG SET hash-max-listpack-entries 2 => +OK"
            "HSET few a 1 b 2 => :2"
            "OBJECT ENCODING few => $8 listpack"
            "HSET few c 3 => :1"
            "OBJECT ENCODING few => $9 hashtable"
            "HDEL few a b => :2"
            "OBJECT ENCODING few => $9 hashtable"
            "HSET same a 1 a 2 a 3 => :1"
            "OBJECT ENCODING same => $9 hashtable"
        };
        for line in [format!("HSET {long} f {long}"), format!("HSET {long} {long} v")] {
            shell.run(&line);
            assert_eq!(shell.run(&format!("OBJECT ENCODING {long}")), "$9 hashtable");
        }
        shell.run(&format!("HSET h f {}", &long[1..]));
        assert_eq!(shell.run("OBJECT ENCODING h"), "$8 listpack");
    }
}
