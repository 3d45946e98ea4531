//! HGETALL, HKEYS, HVALS: all of a hash.

use russet_engine::prelude::*;
use russet_engine::value::Hash;
use russet_engine::value::hash::Live;

command! {
    name: "HGETALL", group: Hash, since: "2.0.0", complexity: "O(N) where N is the size of the hash.",
    summary: "Returns all fields and values in a hash.",
    syntax: "key",
    flags: READONLY,
    keys: [at(1).read_only().access()],
    tips: ["nondeterministic_output_order"],
    run: hgetall,
}

command! {
    name: "HKEYS", group: Hash, since: "2.0.0", complexity: "O(N) where N is the size of the hash.",
    summary: "Returns all fields in a hash.",
    syntax: "key",
    flags: READONLY,
    keys: [at(1).read_only().access()],
    tips: ["nondeterministic_output_order"],
    run: hkeys,
}

command! {
    name: "HVALS", group: Hash, since: "2.0.0", complexity: "O(N) where N is the size of the hash.",
    summary: "Returns all values in a hash.",
    syntax: "key",
    flags: READONLY,
    keys: [at(1).read_only().access()],
    tips: ["nondeterministic_output_order"],
    run: hvals,
}

fn hgetall(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let Some(hash) = all(&mut cx.db, args)? else { return cx.reply.map(0) };
    cx.reply.map(hash.len())?;
    hash.iter().try_for_each(|(field, value)| {
        cx.reply.element(field)?;
        cx.reply.element(value)
    })
}

fn hkeys(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let Some(hash) = all(&mut cx.db, args)? else { return cx.reply.array(0) };
    cx.reply.array(hash.len())?;
    hash.iter().try_for_each(|(field, _)| cx.reply.element(field))
}

fn hvals(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let Some(hash) = all(&mut cx.db, args)? else { return cx.reply.array(0) };
    cx.reply.array(hash.len())?;
    hash.iter().try_for_each(|(_, value)| cx.reply.element(value))
}

fn all<'d>(db: &'d mut Db<'_>, args: Args<'_>) -> Result<Option<Live<'d>>, Error> {
    let horizon_ms = db.horizon_ms();
    Ok(db.get::<Hash>(args.key(1))?.map(|hash| hash.at(horizon_ms)))
}

#[cfg(test)]
mod tests {
    use crate::shell::conversation;

    #[test]
    fn each_shows_its_part() {
        let mut shell = conversation! {
            "HSET h a 1 b x => :2"
            "HGETALL h => *4 $1 a $1 1 $1 b $1 x"
            "HKEYS h => *2 $1 a $1 b"
            "HVALS h => *2 $1 1 $1 x"
            "HGETALL nokey => *0"
            "HKEYS nokey => *0"
            "HVALS nokey => *0"
            "SET s 1 => +OK"
            "HGETALL s => -WRONGTYPE Operation against a key holding the wrong kind of value"
            "HKEYS s => -WRONGTYPE Operation against a key holding the wrong kind of value"
        };
        shell.resp3();
        assert_eq!(shell.run("HGETALL h"), "%2 $1 a $1 1 $1 b $1 x");
        assert_eq!(shell.run("HKEYS h"), "*2 $1 a $1 b");
        assert_eq!(shell.run("HGETALL nokey"), "%0");
        assert_eq!(shell.run("HKEYS nokey"), "*0");
    }
}
