//! HSCAN: the fields of a hash, a few at a time.

use crate::scanning::{self, Options};
use russet_engine::Collected;
use russet_engine::prelude::*;
use russet_engine::value::Hash;

command! {
    name: "HSCAN", group: Hash, since: "2.8.0",
    complexity: "O(1) for every call. O(N) for a complete iteration, including enough command calls for the cursor to return back to 0. N is the number of elements inside the collection.",
    summary: "Iterates over fields and values of a hash.",
    syntax: "key cursor [MATCH pattern] [COUNT count] [NOVALUES]",
    flags: READONLY,
    keys: [at(1).read_only().access()],
    tips: ["nondeterministic_output"],
    run: hscan,
}

fn hscan(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let cursor = scanning::cursor(args.word(2))?;
    let horizon_ms = cx.db.horizon_ms();
    let mut found = Collected::default();
    let Some(hash) = cx.db.get::<Hash>(args.key(1))? else { return scanning::answer(cx, 0, found) };
    let options = Options::parse_of_pairs(args, 3, "NOVALUES")?;
    let next = hash.at(horizon_ms).scan(cursor, options.count, |(field, value)| {
        if field.with_text(|field| options.admits(field)) {
            found.element(field);
            if options.values {
                found.element(value);
            }
        }
    });
    scanning::answer(cx, next, found)
}

#[cfg(test)]
mod tests {
    use crate::scanning::whole::Iterated;
    use crate::shell::{Shell, conversation};
    use russet_engine::keyspace::Cycle;
    use std::collections::BTreeSet;

    #[test]
    fn the_key_is_looked_up_between_cursor_and_options() {
        conversation! {
            "HSCAN nokey x => -ERR invalid cursor"
            "HSCAN nokey 0 FOO => *2 $1 0 *0"
            "HSET h a 1 b 2 => :2"
            "HSCAN h 0 FOO => -ERR syntax error"
            "HSCAN h 0 COUNT 0 => -ERR syntax error"
            "HSCAN h 0 NOVALUES COUNT => -ERR syntax error"
            "HSCAN h 0 TYPE hash => -ERR syntax error"
            "SET s 1 => +OK"
            "HSCAN s 0 FOO => -WRONGTYPE Operation against a key holding the wrong kind of value"
        };
    }

    #[test]
    fn a_listpack_comes_whole() {
        conversation! {
            "HSET h a 1 b 2 => :2"
            "HSCAN h 0 COUNT 1 => *2 $1 0 *4 $1 a $1 1 $1 b $1 2"
            "HSCAN h 0 MATCH b => *2 $1 0 *2 $1 b $1 2"
            "HSCAN h 7 NOVALUES COUNT 1 NOVALUES => *2 $1 0 *2 $1 a $1 b"
        };
    }

    #[test]
    fn every_field_of_a_table_comes_once() {
        let mut shell = Shell::new();
        shell.set("hash-max-listpack-entries", "0");
        (0..500).for_each(|i| drop(shell.run(&format!("HSET h f{i} {i}"))));
        let (mut cursor, mut seen, mut calls) = ("0".to_owned(), BTreeSet::new(), 0);
        while calls == 0 || cursor != "0" {
            let reply = shell.run(&format!("HSCAN h {cursor} COUNT 20 NOVALUES"));
            let words: Vec<&str> = reply.split(' ').collect();
            cursor = words[2].to_owned();
            let fields = words[5..].iter().step_by(2);
            fields.for_each(|field| assert!(seen.insert((*field).to_owned()), "{field} came twice"));
            calls += 1;
        }
        assert_eq!(seen.len(), 500);
        assert!((15..=26).contains(&calls), "{calls}");
    }

    #[test]
    fn fields_that_stay_come_once_while_others_come_and_go() {
        let add = |field: &str, value| format!("HSET h {field} {value}");
        let hash = Iterated { scan: "HSCAN h CURSOR", words: 2, add, remove: "HDEL h" };
        hash.assert_what_stays_comes_once();
        let names = Iterated { scan: "HSCAN h CURSOR NOVALUES COUNT 7", words: 1, ..hash };
        names.assert_what_stays_comes_once();
    }

    #[test]
    fn fields_that_stay_come_once_while_others_expire() {
        let mut shell = Shell::new();
        (0..300).for_each(|n| drop(shell.run(&format!("HSET h stays{n} {n}"))));
        for n in 0..9_000 {
            shell.run(&format!("HSETEX h PX {} FIELDS 1 goes{n} {n}", 1 + n));
        }
        let hash = Iterated { scan: "HSCAN h CURSOR", words: 2, add: |_, _| String::new(), remove: "" };
        let seen = hash.run(&mut shell, |shell, _| {
            shell.clock.advance(500);
            shell.engine.synchronise();
            shell.engine.expire_cycle(Cycle::Slow { hz: 10 });
        });
        (0..300).for_each(|n| assert_eq!(seen.get(&format!("stays{n}")), Some(&1), "stays{n}"));
        assert!(seen.len() < 9_000, "{} came", seen.len());
        assert_eq!(shell.run("HLEN h"), ":300", "all that expire were removed in time");
    }
}
