//! SMOVE: take a member out of one set and put it into another.

use super::operands;
use russet_engine::prelude::*;
use russet_engine::value::Set;
use russet_structures::element::Element;

command! {
    name: "SMOVE", group: Set, since: "1.0.0", complexity: "O(1)",
    summary: "Moves a member from one set to another.",
    syntax: "source destination member",
    flags: WRITE | FAST,
    keys: [at(1).read_write().access().delete(), at(2).read_write().insert()],
    run: smove,
}

fn smove(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let (from, to, word) = (args.key(1), args.key(2), args.word(3));
    let (member, limits) = (Element::new(word), operands::limits(cx));
    let source = cx.db.get_for_write::<Set>(from).map(|set| set.map(|set| set.contains(member)));
    let target = cx.db.get_for_write::<Set>(to).map(drop);
    let Some(is_member) = source? else { return cx.reply.int(0) };
    target?;
    if from.bytes == to.bytes || !is_member {
        return cx.reply.flag(is_member);
    }
    if let Some(removed) = cx.db.edit(from, |set: &mut Set| set.remove(member))? {
        cx.db.reduced(from, Event::SRem, removed.emptied);
    }
    let make = || Set::for_members(word, 1, &limits);
    if cx.db.edit_or_insert(to, make, |set| set.insert(member, &limits))?.result {
        cx.db.changed(to, Event::SAdd);
    }
    cx.reply.int(1)
}

#[cfg(test)]
mod tests {
    use crate::shell::conversation;

    #[test]
    fn a_member_changes_its_set() {
        let shell = conversation! {
            "SADD a 1 x => :2"
            "SADD b x => :1"
            "SMOVE a b y => :0"
            "SMOVE a b x => :1"
            "SMEMBERS b => *1 $1 x"
            "SMOVE a a 1 => :1"
            "SMOVE a a 2 => :0"
            "SMOVE a c 1 => :1"
            "EXISTS a => :0"
            "OBJECT ENCODING c => $6 intset"
            "SET t x => +OK"
            "SMOVE none t x => :0"
            "SMOVE t none x => -WRONGTYPE Operation against a key holding the wrong kind of value"
            "SMOVE b t nosuch => -WRONGTYPE Operation against a key holding the wrong kind of value"
        };
        assert_eq!(shell.engine.keyspace.dirty, 3 + 1 + 2 + 1);
    }
}
