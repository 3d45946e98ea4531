//! SINTER, SINTERSTORE, SINTERCARD: the members that all of several sets have.

use super::operands;
use russet_engine::Collected;
use russet_engine::prelude::*;
use russet_engine::value::{Collection, Set};
use russet_structures::element::Element;
use russet_structures::integer::parse_i64;
use russet_structures::listpack::Listpack;
use std::ops::Range;

command! {
    name: "SINTER", group: Set, since: "1.0.0",
    complexity: "O(N*M) worst case where N is the cardinality of the smallest set and M is the number of sets.",
    summary: "Returns the intersect of multiple sets.",
    syntax: "key [key ...]",
    flags: READONLY,
    keys: [range(1, -1, 1).read_only().access()],
    tips: ["nondeterministic_output_order"],
    run: sinter,
}

command! {
    name: "SINTERSTORE", group: Set, since: "1.0.0",
    complexity: "O(N*M) worst case where N is the cardinality of the smallest set and M is the number of sets.",
    summary: "Stores the intersect of multiple sets in a key.",
    syntax: "destination key [key ...]",
    flags: WRITE | DENYOOM,
    keys: [at(1).overwrite().update(), range(2, -1, 1).read_only().access()],
    run: sinterstore,
}

command! {
    name: "SINTERCARD", group: Set, since: "7.0.0",
    complexity: "O(N*M) worst case where N is the cardinality of the smallest set and M is the number of sets.",
    summary: "Returns the number of members of the intersect of multiple sets.",
    syntax: "numkeys key [key ...] [LIMIT limit]",
    flags: READONLY,
    keys: [counted(1).read_only().access()],
    run: sintercard,
}

fn sinter(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let keys = 1..args.len();
    operands::look_up(&mut cx.db, args, keys.clone())?;
    let mut shared = Collected::default();
    if let Some(sets) = smallest_first(&cx.db, args, keys) {
        members(&sets).for_each(|member| shared.element(member));
    }
    cx.reply.set_of(shared)
}

fn sinterstore(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let (keys, limits) = (2..args.len(), operands::limits(cx));
    operands::look_up(&mut cx.db, args, keys.clone())?;
    let mut result = Set::empty();
    if let Some(sets) = smallest_first(&cx.db, args, keys) {
        if !matches!(sets[0], Set::Ints(_)) {
            result = Set::Packed(Listpack::new());
        }
        let mut integers = true;
        for member in members(&sets) {
            integers = integers && is_integer(member);
            result.insert(member, &limits);
        }
        if integers {
            result.become_ints(&limits);
        }
    }
    operands::store(cx, args, result, Event::SInterStore)
}

fn sintercard(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    const NO_KEYS: Error = Error::new("ERR numkeys should be greater than 0");
    const TOO_MANY_KEYS: Error = Error::new("ERR Number of keys can't be greater than number of args");
    const NEGATIVE: Error = Error::new("ERR LIMIT can't be negative");
    let count = args.int(1).ok().filter(|&count| count > 0).ok_or(NO_KEYS)?;
    let count = usize::try_from(count).ok().filter(|&count| count <= args.len() - 2).ok_or(TOO_MANY_KEYS)?;
    let (keys, mut limit) = (2..2 + count, usize::MAX);
    for at in (keys.end..args.len()).step_by(2) {
        if !args.is(at, "LIMIT") || at + 1 == args.len() {
            return Err(Error::SYNTAX);
        }
        let asked = args.int(at + 1).ok().and_then(|limit| usize::try_from(limit).ok()).ok_or(NEGATIVE)?;
        limit = if asked == 0 { usize::MAX } else { asked };
    }
    operands::look_up(&mut cx.db, args, keys.clone())?;
    let sets = smallest_first(&cx.db, args, keys);
    let shared = sets.map_or(0, |sets| match sets[..] {
        [only] => only.len().min(limit),
        _ => members(&sets).take(limit).count(),
    });
    cx.reply.count(shared)
}

/// The sets at the keys from the smallest to the largest; `None` if one of them is not there, so that they share
/// nothing.
fn smallest_first<'d>(db: &'d Db<'_>, args: Args<'_>, keys: Range<usize>) -> Option<Vec<&'d Set>> {
    let mut sets: Vec<&Set> = operands::sets(db, args, keys).collect::<Option<_>>()?;
    sets.sort_by_key(|set| set.len());
    Some(sets)
}

/// The members that all sets have, in the order of the first one.
fn members<'s>(sets: &'s [&'s Set]) -> impl Iterator<Item = Element<'s>> {
    let (first, others) = sets.split_first().map_or((None, sets), |(first, others)| (Some(first), others));
    let members = first.into_iter().flat_map(|first| first.members());
    let others: Vec<&Set> = others.iter().filter(|set| !std::ptr::eq(**set, sets[0])).copied().collect();
    members.filter(move |member| others.iter().all(|set| set.contains(*member)))
}

fn is_integer(member: Element<'_>) -> bool {
    match member {
        Element::Int(_) => true,
        Element::Bytes(text) => parse_i64(text).is_some(),
    }
}

#[cfg(test)]
mod tests {
    use crate::shell::{Shell, conversation};

    #[test]
    fn what_all_have_in_the_order_of_the_smallest() {
        let mut shell = conversation! {
            "SADD a 3 1 2 x y => :5"
            "SADD b x 2 9 => :3"
            "SADD c 1 2 3 4 => :4"
            "SINTER a b => *2 $1 x $1 2"
            "SINTER c a => *3 $1 1 $1 2 $1 3"
            "SINTER a b c => *1 $1 2"
            "SINTER a => *5 $1 1 $1 2 $1 3 $1 x $1 y"
            "SINTER a a => *5 $1 1 $1 2 $1 3 $1 x $1 y"
            "SINTER a none => *0"
            "SET t x => +OK"
            "SINTER none t => -WRONGTYPE Operation against a key holding the wrong kind of value"
            "SINTERSTORE r none t => -WRONGTYPE Operation against a key holding the wrong kind of value"
        };
        shell.resp3();
        assert_eq!(shell.run("SINTER a b"), "~2 $1 x $1 2");
        assert_eq!(shell.run("SINTER a none"), "~0");
    }

    #[test]
    fn the_result_is_stored_in_the_smallest_form() {
        conversation! {
            "SADD a 3 1 2 x y => :5"
            "SADD b x 2 9 => :3"
            "SADD c 1 2 3 4 => :4"
            "SET r old EX 100 => +OK"
            "SINTERSTORE r a c => :3"
            "OBJECT ENCODING r => $6 intset"
            "TTL r => :-1"
            "SINTERSTORE r b a => :2"
            "OBJECT ENCODING r => $8 listpack"
            "SINTERSTORE a a b => :2"
            "SMEMBERS a => *2 $1 x $1 2"
            "SINTERSTORE r a b c => :1"
            "OBJECT ENCODING r => $6 intset"
            "SINTERSTORE r a none => :0"
            "EXISTS r => :0"
            "SINTERSTORE r a none => :0"
        };
    }

    #[test]
    fn integers_out_of_tables_become_an_intset() {
        let mut shell = Shell::new();
        let numbers: Vec<String> = (0..600).map(|n| n.to_string()).collect();
        shell.run(&format!("SADD a {}", numbers.join(" ")));
        shell.run(&format!("SADD b x {}", numbers[..400].join(" ")));
        assert_eq!(shell.run("SINTERSTORE r a b"), ":400");
        assert_eq!(shell.run("OBJECT ENCODING r"), "$6 intset");
        assert_eq!(shell.run("SINTERSTORE r a a"), ":600");
        assert_eq!(shell.run("OBJECT ENCODING r"), "$9 hashtable");
    }

    #[test]
    fn how_many_up_to_a_limit() {
        conversation! {
            "SADD a 1 2 3 => :3"
            "SADD b 2 3 4 => :3"
            "SINTERCARD 2 a b => :2"
            "SINTERCARD 2 a b LIMIT 1 => :1"
            "SINTERCARD 2 a b LIMIT 0 => :2"
            "SINTERCARD 2 a b LIMIT 1 limit 5 => :2"
            "SINTERCARD 1 a LIMIT 2 => :2"
            "SINTERCARD 2 a none => :0"
            "SINTERCARD 0 a => -ERR numkeys should be greater than 0"
            "SINTERCARD x a => -ERR numkeys should be greater than 0"
            "SINTERCARD 2 a => -ERR Number of keys can't be greater than number of args"
            "SINTERCARD 1 a LIMIT => -ERR syntax error"
            "SINTERCARD 1 a b LIMIT => -ERR syntax error"
            "SINTERCARD 1 a LIMIT -1 => -ERR LIMIT can't be negative"
            "SINTERCARD 1 a LIMIT x => -ERR LIMIT can't be negative"
            "SET t x => +OK"
            "SINTERCARD 2 none t => -WRONGTYPE Operation against a key holding the wrong kind of value"
        };
    }
}
