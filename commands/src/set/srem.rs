//! SREM: remove members of a set.

use russet_engine::prelude::*;
use russet_engine::value::{Collection, Set};
use russet_structures::element::Element;

command! {
    name: "SREM", group: Set, since: "1.0.0",
    complexity: "O(N) where N is the number of members to be removed.",
    summary: "Removes one or more members from a set. Deletes the set if the last member was removed.",
    syntax: "key member [member ...]",
    flags: WRITE | FAST,
    keys: [at(1).read_write().delete()],
    history: [
        ("2.4.0", "Accepts multiple `member` arguments."),
    ],
    run: srem,
}

fn srem(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let key = args.key(1);
    let removed = cx.db.edit(key, |set: &mut Set| {
        let mut members = args.iter_from(2);
        let mut removed = 0;
        while let Some(member) = members.next().filter(|_| !set.vanishes()) {
            removed += usize::from(set.remove(Element::new(member)));
        }
        removed
    })?;
    let Some(removed) = removed else { return cx.reply.int(0) };
    if removed.result > 0 {
        cx.db.reduced(key, Event::SRem, removed.emptied);
        cx.db.count_changes(removed.result - 1);
    }
    cx.reply.count(removed.result)
}

#[cfg(test)]
mod tests {
    use crate::shell::conversation;

    #[test]
    fn counts_what_was_there() {
        let shell = conversation! {
            "SADD s a b 1 2 => :4"
            "SREM s a a x => :1"
            "SREM s 1 => :1"
            "SMEMBERS s => *2 $1 b $1 2"
            "SREM s b 2 b => :2"
            "EXISTS s => :0"
            "SREM s a => :0"
            "SET t x => +OK"
            "SREM t a => -WRONGTYPE Operation against a key holding the wrong kind of value"
        };
        assert_eq!(shell.engine.keyspace.dirty, 9);
    }

    #[test]
    fn nothing_that_is_no_integer_is_in_an_intset() {
        conversation! {
            "SADD s 1 2 => :2"
            "SREM s 01 x 3 => :0"
            "OBJECT ENCODING s => $6 intset"
        };
    }
}
