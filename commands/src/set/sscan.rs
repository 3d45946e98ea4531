//! SSCAN: the members of a set, a few at a time.

use crate::scanning::{self, Options};
use russet_engine::Collected;
use russet_engine::prelude::*;
use russet_engine::value::Set;

command! {
    name: "SSCAN", group: Set, since: "2.8.0",
    complexity: "O(1) for every call. O(N) for a complete iteration, including enough command calls for the cursor to return back to 0. N is the number of elements inside the collection.",
    summary: "Iterates over members of a set.",
    syntax: "key cursor [MATCH pattern] [COUNT count]",
    flags: READONLY,
    keys: [at(1).read_only().access()],
    tips: ["nondeterministic_output"],
    run: sscan,
}

fn sscan(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let cursor = scanning::cursor(args.word(2))?;
    let mut found = Collected::default();
    let Some(set) = cx.db.get::<Set>(args.key(1))? else { return scanning::answer(cx, 0, found) };
    let options = Options::parse(args, 3, false)?;
    let next = set.scan(cursor, options.count, |member| {
        member.with_text(|text| {
            if options.admits(text) {
                found.bulk(text);
            }
        });
    });
    scanning::answer(cx, next, found)
}

#[cfg(test)]
mod tests {
    use crate::scanning::whole::Iterated;
    use crate::shell::conversation;

    #[test]
    fn small_sets_come_whole() {
        conversation! {
            "SADD s b a => :2"
            "SADD i 3 1 2 => :3"
            "SSCAN s 0 COUNT 1 => *2 $1 0 *2 $1 b $1 a"
            "SSCAN s 5 => *2 $1 0 *2 $1 b $1 a"
            "SSCAN i 0 MATCH [^2] => *2 $1 0 *2 $1 1 $1 3"
            "SSCAN none 0 FOO => *2 $1 0 *0"
            "SSCAN none x => -ERR invalid cursor"
            "SSCAN s 0 COUNT 0 => -ERR syntax error"
            "SSCAN s 0 TYPE string => -ERR syntax error"
            "SET t x => +OK"
            "SSCAN t x => -ERR invalid cursor"
            "SSCAN t 0 FOO => -WRONGTYPE Operation against a key holding the wrong kind of value"
        };
    }

    #[test]
    fn members_that_stay_come_once_while_others_come_and_go() {
        let add = |member: &str, _| format!("SADD s {member}");
        let set = Iterated { scan: "SSCAN s CURSOR", words: 1, add, remove: "SREM s" };
        set.assert_what_stays_comes_once();
    }
}
