//! SMEMBERS, SCARD: all members, and how many there are.

use russet_engine::prelude::*;
use russet_engine::value::{Collection, Set};

command! {
    name: "SMEMBERS", group: Set, since: "1.0.0", complexity: "O(N) where N is the set cardinality.",
    summary: "Returns all members of a set.",
    syntax: "key",
    flags: READONLY,
    keys: [at(1).read_only().access()],
    tips: ["nondeterministic_output_order"],
    run: smembers,
}

command! {
    name: "SCARD", group: Set, since: "1.0.0", complexity: "O(1)",
    summary: "Returns the number of members in a set.",
    syntax: "key",
    flags: READONLY | FAST,
    keys: [at(1).read_only()],
    run: scard,
}

fn smembers(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let Some(set) = cx.db.get::<Set>(args.key(1))? else { return cx.reply.set(0) };
    cx.reply.set(set.len())?;
    set.members().try_for_each(|member| cx.reply.element(member))
}

fn scard(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let set = cx.db.get::<Set>(args.key(1))?;
    cx.reply.count(set.map_or(0, Set::len))
}

#[cfg(test)]
mod tests {
    use crate::shell::conversation;

    #[test]
    fn members_and_their_number() {
        let mut shell = conversation! {
            "SADD s b a => :2"
            "SMEMBERS s => *2 $1 b $1 a"
            "SCARD s => :2"
            "SMEMBERS none => *0"
            "SCARD none => :0"
            "SET t x => +OK"
            "SMEMBERS t => -WRONGTYPE Operation against a key holding the wrong kind of value"
            "SCARD t => -WRONGTYPE Operation against a key holding the wrong kind of value"
        };
        shell.resp3();
        assert_eq!(shell.run("SMEMBERS s"), "~2 $1 b $1 a");
        assert_eq!(shell.run("SMEMBERS none"), "~0");
    }
}
