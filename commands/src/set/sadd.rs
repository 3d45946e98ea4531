//! SADD: add members to a set.

use super::operands;
use russet_engine::prelude::*;
use russet_engine::value::Set;
use russet_structures::element::Element;

command! {
    name: "SADD", group: Set, since: "1.0.0",
    complexity: "O(1) for each element added, so O(N) to add N elements when the command is called with multiple arguments.",
    summary: "Adds one or more members to a set. Creates the key if it doesn't exist.",
    syntax: "key member [member ...]",
    flags: WRITE | DENYOOM | FAST,
    keys: [at(1).read_write().insert()],
    history: [
        ("2.4.0", "Accepts multiple `member` arguments."),
    ],
    run: sadd,
}

fn sadd(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let (key, count, limits) = (args.key(1), args.len() - 2, operands::limits(cx));
    let make = || Set::for_members(args.word(2), count, &limits);
    let added = cx.db.edit_or_insert(key, make, |set| {
        set.expect(count, &limits);
        args.iter_from(2).filter(|member| set.insert(Element::new(member), &limits)).count()
    })?;
    if added.result > 0 {
        cx.db.changed(key, Event::SAdd);
        cx.db.count_changes(added.result - 1);
    }
    cx.reply.count(added.result)
}

#[cfg(test)]
mod tests {
    use crate::shell::{Shell, conversation};

    #[test]
    fn counts_what_is_new() {
        let shell = conversation! {
            "SADD s a b a => :2"
            "SADD s b c => :1"
            "SADD s a => :0"
            "SMEMBERS s => *3 $1 a $1 b $1 c"
            "SET t x => +OK"
            "SADD t a => -WRONGTYPE Operation against a key holding the wrong kind of value"
            "SADD s => -ERR wrong number of arguments for 'sadd' command"
        };
        assert_eq!(shell.engine.keyspace.dirty, 4);
    }

    #[test]
    fn the_form_follows_the_parameters() {
        let mut shell = Shell::new();
        shell.set("set-max-intset-entries", "2");
        shell.set("set-max-listpack-entries", "3");
        for (request, encoding) in [
            ("SADD i 1 2", "$6 intset"),
            ("SADD i 3", "$9 hashtable"),
            ("SADD j 1 2 3", "$8 listpack"),
            ("SADD j 4", "$9 hashtable"),
            ("SADD k 1", "$6 intset"),
            ("SADD k x", "$8 listpack"),
            ("SADD k 1 x 1 x", "$9 hashtable"),
        ] {
            shell.run(request);
            assert_eq!(shell.run(&format!("OBJECT ENCODING {}", &request[5..6])), encoding, "{request}");
        }
    }
}
