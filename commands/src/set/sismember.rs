//! SISMEMBER, SMISMEMBER: whether one is a member, whether each of several is.

use russet_engine::prelude::*;
use russet_engine::value::Set;
use russet_structures::element::Element;

command! {
    name: "SISMEMBER", group: Set, since: "1.0.0", complexity: "O(1)",
    summary: "Determines whether a member belongs to a set.",
    syntax: "key member",
    flags: READONLY | FAST,
    keys: [at(1).read_only()],
    run: sismember,
}

command! {
    name: "SMISMEMBER", group: Set, since: "6.2.0",
    complexity: "O(N) where N is the number of elements being checked for membership",
    summary: "Determines whether multiple members belong to a set.",
    syntax: "key member [member ...]",
    flags: READONLY | FAST,
    keys: [at(1).read_only().access()],
    run: smismember,
}

fn sismember(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let set = cx.db.get::<Set>(args.key(1))?;
    cx.reply.flag(set.is_some_and(|set| set.contains(Element::new(args.word(2)))))
}

fn smismember(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let set = cx.db.get::<Set>(args.key(1))?;
    let members = args.iter_from(2);
    cx.reply.array(members.len())?;
    for member in members {
        cx.reply.flag(set.is_some_and(|set| set.contains(Element::new(member))))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::shell::conversation;

    #[test]
    fn one_and_several() {
        conversation! {
            "SADD s a 1 => :2"
            "SADD i 1 70000 => :2"
            "SISMEMBER s a => :1"
            "SISMEMBER s 1 => :1"
            "SISMEMBER s 01 => :0"
            "SISMEMBER i 70000 => :1"
            "SISMEMBER i 9223372036854775807 => :0"
            "SISMEMBER none a => :0"
            "SMISMEMBER s a b 1 a => *4 :1 :0 :1 :1"
            "SMISMEMBER none a b => *2 :0 :0"
            "SET t x => +OK"
            "SISMEMBER t a => -WRONGTYPE Operation against a key holding the wrong kind of value"
            "SMISMEMBER t a => -WRONGTYPE Operation against a key holding the wrong kind of value"
        };
    }
}
