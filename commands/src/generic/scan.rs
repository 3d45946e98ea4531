//! SCAN: the names of all keys, a few at a time.

use crate::scanning::{self, Options};
use russet_engine::Collected;
use russet_engine::prelude::*;
use russet_engine::value::type_name;

command! {
    name: "SCAN", group: Generic, since: "2.8.0",
    complexity: "O(1) for every call. O(N) for a complete iteration, including enough command calls for the cursor to return back to 0. N is the number of elements inside the collection.",
    summary: "Iterates over the key names in the database.",
    syntax: "cursor [MATCH pattern] [COUNT count] [TYPE type]",
    notes: [of("cursor").kind("integer"), of("TYPE type").since("6.0.0")],
    flags: READONLY,
    acl: category::KEYSPACE,
    tips: ["nondeterministic_output", "request_policy:special", "response_policy:special"],
    history: [("6.0.0", "Added the `TYPE` subcommand.")],
    run: scan,
}

/// Keys that are visited before those among them whose time has come are removed: until then their names are kept.
const ROUND: usize = 1024;

fn scan(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let cursor = scanning::cursor(args.word(1))?;
    let options = Options::parse(args, 2, true)?;
    let kind = options.kind;

    let mut found = Collected::default();
    let mut stale: Vec<Box<[u8]>> = Vec::new();
    let (mut next, mut left) = (cursor, options.count);
    loop {
        let (wanted, mut visited, mut hits) = (left.min(ROUND), 0, 0);
        next = cx.db.scan(next, wanted, |entry| {
            visited += 1;
            if !options.admits(entry.key()) {
                return;
            }
            if cx.db.is_expired(entry) {
                stale.push(entry.key().into());
                return;
            }
            // Asking for a type is a lookup of each key, and counts as one.
            hits += u64::from(kind.is_some());
            if kind.is_none_or(|kind| type_name(entry).as_bytes().eq_ignore_ascii_case(kind)) {
                found.bulk(entry.key());
            }
        });
        cx.db.keyspace().stats.hits += hits;
        for key in stale.drain(..) {
            let key = cx.db.key(&key);
            match kind {
                Some(_) => cx.db.examine(key),
                None => cx.db.inspect(key),
            };
        }
        left = left.saturating_sub(visited);
        // Where it has looked in vain for long, it is not for this call to look on.
        if next == 0 || left == 0 || visited < wanted {
            break;
        }
    }

    scanning::answer(cx, next, found)
}

#[cfg(test)]
mod tests {
    use crate::scanning::whole::Iterated;
    use crate::shell::{Shell, conversation};

    #[test]
    fn cursors_and_options_are_checked() {
        conversation! {
            "SCAN x => -ERR invalid cursor"
            "SCAN x COUNT => -ERR invalid cursor"
            "SCAN 18446744073709551616 => -ERR invalid cursor"
            "SCAN -1 => -ERR invalid cursor"
            "SCAN 18446744073709551615 => *2 $1 0 *0"
            "SCAN 0 COUNT => -ERR syntax error"
            "SCAN 0 COUNT 0 => -ERR syntax error"
            "SCAN 0 COUNT -1 => -ERR syntax error"
            "SCAN 0 COUNT x => -ERR value is not an integer or out of range"
            "SCAN 0 COUNT 9223372036854775807 => *2 $1 0 *0"
            "SCAN 0 MATCH a COUNT => -ERR syntax error"
            "SCAN 0 FOO bar => -ERR syntax error"
        };
    }

    #[test]
    fn filters_choose_by_name_and_type() {
        conversation! {
            "SET one 1 => +OK"
            "SET two 2 => +OK"
            "SCAN 0 MATCH o* => *2 $1 0 *1 $3 one"
            "SCAN 0 MATCH o* MATCH t* => *2 $1 0 *1 $3 two"
            "SCAN 0 MATCH o* TYPE STRING => *2 $1 0 *1 $3 one"
            "SCAN 0 TYPE list => *2 $1 0 *0"
            "SCAN 0 TYPE nosuch => *2 $1 0 *0"
        };
    }

    #[test]
    fn expired_keys_that_match_are_removed() {
        let mut shell = conversation! {
            "SET a 1 PX 10 => +OK"
            "SET b 1 => +OK"
        };
        shell.clock.advance(11);
        assert_eq!(shell.run("SCAN 0 MATCH b"), "*2 $1 0 *1 $1 b");
        assert_eq!(shell.run("DBSIZE"), ":2");
        assert_eq!(shell.run("SCAN 0"), "*2 $1 0 *1 $1 b");
        assert_eq!(shell.run("DBSIZE"), ":1");
    }

    #[test]
    fn keys_that_stay_come_once_while_others_come_and_go() {
        let add = |key: &str, value| format!("SET {key} {value}");
        let keys = Iterated { scan: "SCAN CURSOR", words: 1, add, remove: "DEL" };
        keys.assert_what_stays_comes_once();
    }

    #[test]
    fn a_call_visits_about_as_many_as_it_is_told() {
        let mut shell = Shell::new();
        (0..5000).for_each(|i| drop(shell.run(&format!("SET key:{i} v"))));
        for count in [1, 10, 100, 1000] {
            let reply = shell.run(&format!("SCAN 0 COUNT {count}"));
            let visited: usize = reply.split(' ').nth(3).unwrap()[1..].parse().unwrap();
            assert!((count..count + 20).contains(&visited), "{visited} for {count}");
        }
    }
}
