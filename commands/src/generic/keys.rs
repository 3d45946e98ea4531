//! KEYS: the names of all keys that match a pattern.

use russet_engine::Collected;
use russet_engine::glob::{self, Glob};
use russet_engine::prelude::*;

command! {
    name: "KEYS", group: Generic, since: "1.0.0",
    complexity: "O(N) with N being the number of keys in the database, under the assumption that the key names in the database and the given pattern have limited length.",
    summary: "Returns all key names that match a pattern.",
    syntax: "pattern",
    flags: READONLY,
    acl: category::KEYSPACE | category::DANGEROUS,
    tips: ["request_policy:all_shards", "nondeterministic_output_order"],
    run: keys,
}

fn keys(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let pattern = args.word(1);
    let mut found = Collected::default();
    let glob = Glob::new(pattern, false);
    if glob::is_everything(pattern) {
        cx.db.for_each(|entry| found.bulk(entry.key()));
    } else if let Some(name) = glob.literal() {
        // The pattern can match one name only, and names are what the table is good at.
        if cx.db.peek(cx.db.key(name)).is_some() {
            found.bulk(name);
        }
    } else {
        cx.db.for_each(|entry| {
            if glob.is_match(entry.key()) {
                found.bulk(entry.key());
            }
        });
    }
    cx.reply.array_of(found)
}

#[cfg(test)]
mod tests {
    use crate::shell::{Shell, conversation};

    #[test]
    fn a_pattern_chooses() {
        conversation! {
            "KEYS * => *0"
            "SET one 1 => +OK"
            "SET two 2 => +OK"
            "KEYS o* => *1 $3 one"
            "KEYS t?o => *1 $3 two"
            "KEYS two => *1 $3 two"
            "KEYS three => *0"
            "KEYS [ => *0"
        };
    }

    #[test]
    fn the_empty_key_answers_to_the_star_and_to_its_name() {
        let mut shell = Shell::new();
        shell.words(&[b"SET", b"", b"v"]);
        assert_eq!(shell.run("KEYS *"), "*1 $0");
        assert_eq!(shell.words(&[b"KEYS", b""]), "*1 $0");
        assert_eq!(shell.run("KEYS **"), "*0");
    }

    #[test]
    fn expired_keys_are_passed_over_and_left() {
        let mut shell = conversation! {
            "SET a 1 PX 10 => +OK"
            "SET b 1 => +OK"
        };
        shell.clock.advance(11);
        assert_eq!(shell.run("KEYS *"), "*1 $1 b");
        assert_eq!(shell.run("KEYS a"), "*0");
        assert_eq!(shell.run("KEYS a*"), "*0");
        assert_eq!(shell.run("DBSIZE"), ":2");
    }
}
