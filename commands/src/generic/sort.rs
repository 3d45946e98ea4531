//! SORT and SORT_RO: the elements of a list, a set or a sorted set in order, or what keys named after them hold.

mod options;
mod order;
mod pattern;
mod source;
mod store;
mod words;

use options::Options;
use order::{Order, Weighed};
use pattern::Pattern;
use russet_engine::command::FoundKey;
use russet_engine::command::flags::key;
use russet_engine::prelude::*;
use russet_engine::value::SortedSet;
use source::{By, Sortable, Source};
use words::Words;

command! {
    name: "SORT", group: Generic, since: "1.0.0",
    complexity: "O(N+M*log(M)) where N is the number of elements in the list or set to sort, and M the number of returned elements. When the elements are not sorted, complexity is O(N).",
    summary: "Sorts the elements in a list, a set, or a sorted set, optionally storing the result.",
    syntax: "key [BY pattern] [LIMIT offset count] [GET pattern [GET pattern ...]] [ASC | DESC] [ALPHA] [STORE destination]",
    notes: [
        of("BY").name("by-pattern").key_spec(1),
        of("GET").name("get-pattern").key_spec(1),
        of("STORE").key_spec(2),
    ],
    flags: WRITE | DENYOOM,
    acl: category::DANGEROUS | category::LIST | category::SET | category::SORTEDSET,
    keys: [
        at(1).read_only().access(),
        unknown().read_only().access()
            .notes("For the optional BY/GET keyword. It is marked 'unknown' because the key names derive from the content of the key we sort"),
        unknown().overwrite().update()
            .notes("For the optional STORE keyword. It is marked 'unknown' because the keyword can appear anywhere in the argument array"),
    ],
    find_keys: find_keys,
    run: sort,
}

command! {
    name: "SORT_RO", group: Generic, since: "7.0.0",
    complexity: "O(N+M*log(M)) where N is the number of elements in the list or set to sort, and M the number of returned elements. When the elements are not sorted, complexity is O(N).",
    summary: "Returns the sorted elements of a list, a set, or a sorted set.",
    syntax: "key [BY pattern] [LIMIT offset count] [GET pattern [GET pattern ...]] [ASC | DESC] [ALPHA]",
    notes: [
        of("BY").name("by-pattern").key_spec(1),
        of("GET").name("get-pattern").key_spec(1),
    ],
    flags: READONLY,
    acl: category::DANGEROUS | category::LIST | category::SET | category::SORTEDSET,
    keys: [
        at(1).read_only().access(),
        unknown().read_only().access()
            .notes("For the optional BY/GET keyword. It is marked 'unknown' because the key names derive from the content of the key we sort"),
    ],
    find_keys: find_keys_read,
    run: sort_ro,
}

/// Whether the user may read every key there is: BY and GET make names of keys from data.
fn reads_all(cx: &Context<'_>, args: Args<'_>) -> bool {
    cx.session.user.may_read_all_keys(cx.registry.get(cx.command), args)
}

/// The key that is sorted, and the last one that `STORE` names.
fn find_keys(args: Args<'_>) -> Vec<FoundKey> {
    let mut found = find_keys_read(args);
    let mut destination = None;
    let mut at = 2;
    while at < args.len() {
        if args.is(at, "LIMIT") {
            at += 2;
        } else if args.is(at, "GET") || args.is(at, "BY") {
            at += 1;
        } else if args.is(at, "STORE") && at + 1 < args.len() {
            at += 1;
            destination = Some(FoundKey { index: at, flags: key::OW | key::UPDATE });
        }
        at += 1;
    }
    found.extend(destination);
    found
}

fn find_keys_read(_: Args<'_>) -> Vec<FoundKey> {
    vec![FoundKey { index: 1, flags: key::RO | key::ACCESS }]
}

fn sort(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    run(cx, args.key(1), &Options::read(args, false, reads_all(cx, args))?)
}

fn sort_ro(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    run(cx, args.key(1), &Options::read(args, true, reads_all(cx, args))?)
}

/// Elements that are looked at before those that are too many by then are forgotten.
const ROUND: usize = 4096;

/// O(n log n) with n the number of elements, and memory for twice as many as are wanted and those that they are behind.
fn run(cx: &mut Context<'_>, key: Key<'_>, options: &Options<'_>) -> Outcome {
    let in_script = cx.core.scripting.running.is_some();
    let source = Source::of(cx.db.read(key), options, in_script)?;
    if source.converts {
        // Redis leaves a sorted set that it has sorted in the large encoding.
        let hasher = cx.db.keyspace().hasher().clone();
        cx.db.edit(key, |set: &mut SortedSet| set.convert(&hasher))?;
    }
    let (elements, wanted) = match source.by {
        Some(by) => sorted(cx, key, &source, by, options)?,
        None => {
            let window = source.window.clone();
            let sortable = cx.db.peek(key).and_then(Sortable::of);
            let elements = sortable.map(|sortable| sortable.unsorted(window, options.descending)).unwrap_or_default();
            let all = (0..elements.len()).collect();
            (elements, all)
        }
    };
    let each = [Pattern::Itself];
    let get = if options.get.is_empty() { &each } else { &options.get[..] };
    match options.store {
        None => answer(cx, &elements, &wanted, get),
        Some(destination) => {
            let fields = options.by.iter().chain(get).any(Pattern::is_field);
            store::store(cx, &elements, &wanted, get, destination, fields)
        }
    }
}

/// Some of the elements, and the numbers of those that are wanted, in order.
///
/// # Errors
/// If one of all the elements should be a number and is none.
fn sorted(
    cx: &mut Context<'_>,
    key: Key<'_>,
    source: &Source<'_>,
    by: By<'_>,
    options: &Options<'_>,
) -> Result<(Words, Vec<usize>), Error> {
    const NOT_A_NUMBER: Error = Error::new("ERR One or more scores can't be converted into double");
    let whole = options.store.is_some();
    let order = Order { descending: options.descending, whole, untangle: source.tangled && whole };
    let most = source.window.end;
    // Each sort pays for as many elements as it puts in order again.
    let round = if most < source.len / 2 { most.max(ROUND) } else { source.len };
    let (mut weighed, mut good, mut place) = (Weighed::default(), true, 0);
    loop {
        let sortable = cx.db.peek(key).and_then(Sortable::of);
        place = sortable.map_or(0, |sortable| sortable.some(place, round, &mut weighed.elements));
        good &= weighed.weigh(&mut cx.db, by);
        let mut numbers = order.sorted(&weighed);
        if place == 0 {
            let wanted = numbers.drain(source.window.clone()).collect();
            return if good { Ok((weighed.elements, wanted)) } else { Err(NOT_A_NUMBER) };
        }
        numbers.truncate(most);
        weighed = weighed.chosen(&numbers);
    }
}

/// Answers with what the patterns find for each element.
fn answer(cx: &mut Context<'_>, elements: &Words, wanted: &[usize], get: &[Pattern<'_>]) -> Outcome {
    let mut name = Vec::new();
    cx.reply.array(wanted.len() * get.len())?;
    for &index in wanted {
        for pattern in get {
            match pattern.find(&mut cx.db, elements.get(index), &mut name) {
                Some(found) => found.answer(&mut cx.reply)?,
                None => cx.reply.null()?,
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::shell::{Shell, conversation};

    #[test]
    fn numbers_and_text() {
        conversation! {
            "RPUSH l 3 1 20 01 => :4"
            "SORT l => *4 $2 01 $1 1 $1 3 $2 20"
            "SORT l DESC LIMIT 0 2 => *2 $2 20 $1 3"
            "SORT l ALPHA => *4 $2 01 $1 1 $2 20 $1 3"
            "SORT l LIMIT 1 -1 => *3 $1 1 $1 3 $2 20"
            "SORT_RO l LIMIT 9223372036854775807 9223372036854775807 => *0"
            "RPUSH l x => :5"
            "SORT l => -ERR One or more scores can't be converted into double"
            "SORT none => *0"
            "SET s 1 => +OK"
            "SORT s => -WRONGTYPE Operation against a key holding the wrong kind of value"
            "SORT s foo => -ERR syntax error"
            "SORT_RO l STORE d => -ERR syntax error"
        };
    }

    /// Few of many, of which most are forgotten on the way, are the first of all in order, whatever is sorted.
    #[test]
    fn a_window_of_many() {
        let mut shell = Shell::new();
        shell.set("set-max-intset-entries", "100000");
        let numbers: Vec<u64> = (0..10_000u64).map(|n| n * 7919 % 10_007).collect();
        let line = |head: &str, each: &dyn Fn(u64) -> String| {
            let words: Vec<String> = numbers.iter().map(|&n| each(n)).collect();
            format!("{head} {}", words.join(" "))
        };
        for line in [
            line("RPUSH list", &|n| n.to_string()),
            line("SADD ints", &|n| n.to_string()),
            line("SADD table", &|n| format!("{n}.0")),
            line("ZADD sorted", &|n| format!("{} {n}", n % 10)),
            // Many weights are equal, and some elements have none.
            line("MSET", &|n| format!("w_{n} {}", n % 100)),
        ] {
            shell.run(&line);
        }
        for key in ["list", "ints", "table", "sorted"] {
            for how in ["", "DESC", "ALPHA", "BY w_*", "BY w_* DESC", "BY w_* ALPHA"] {
                let all = shell.run(&format!("SORT {key} {how} LIMIT 0 -1").replace("  ", " "));
                let all: Vec<&str> = all.split(' ').skip(2).step_by(2).collect();
                assert!(all.len() >= 9990, "{}", all.len());
                for (offset, count) in [(0, 1), (0, 10), (7, 3), (100, 2000), (4990, 20)] {
                    let ask = format!("SORT {key} {how} LIMIT {offset} {count}").replace("  ", " ");
                    let some = shell.run(&ask);
                    let some: Vec<&str> = some.split(' ').skip(2).step_by(2).collect();
                    assert_eq!(some, all[offset..offset + count], "{ask}");
                }
            }
        }
        shell.run("RPUSH list x");
        let refused = "-ERR One or more scores can't be converted into double";
        assert_eq!(shell.run("SORT list LIMIT 0 1"), refused);
    }

    #[test]
    fn by_and_get() {
        conversation! {
            "RPUSH l 3 1 2 => :3"
            "MSET w_1 30 w_2 10 => +OK"
            "SORT l BY w_* GET # GET w_* => *6 $1 3 $-1 $1 2 $2 10 $1 1 $2 30"
            "HSET o_1 f b => :1"
            "HSET o_2 f a => :1"
            "SORT l BY o_*->f ALPHA GET o_*->f GET o_*-> => *6 $-1 $-1 $1 a $-1 $1 b $-1"
            "SORT l BY w_*->f GET o_* DESC => *3 $-1 $-1 $-1"
            "SORT l BY same DESC => *3 $1 2 $1 1 $1 3"
            "SORT l BY same BY w_* LIMIT 1 1 => *1 $1 1"
            "ZADD z 1 b 2 a 3 c => :3"
            "SORT z BY same DESC LIMIT 0 2 => *2 $1 c $1 a"
            "OBJECT ENCODING z => $8 skiplist"
        };
    }

    #[test]
    fn what_is_stored() {
        let mut shell = conversation! {
            "RPUSH l 3 1 2 => :3"
            "SET d x EX 100 => +OK"
            "SORT l STORE d => :3"
            "TTL d => :-1"
            "LRANGE d 0 -1 => *3 $1 1 $1 2 $1 3"
            "OBJECT ENCODING d => $8 listpack"
            "SORT l GET none_* STORE d => :3"
            "LRANGE d 0 -1 => *3 $0  $0  $0"
            "SORT l LIMIT 0 0 STORE d => :0"
            "EXISTS d => :0"
            "SORT l STORE l => :3"
            "LRANGE l 0 -1 => *3 $1 1 $1 2 $1 3"
        };
        shell.set("list-max-listpack-size", "2");
        shell.run("SORT l STORE d");
        assert_eq!(shell.run("OBJECT ENCODING d"), "$9 quicklist");
    }

    /// A field may expire unseen, so what was found there is what leaves.
    #[test]
    fn what_is_journaled() {
        let mut shell = Shell::new();
        for line in ["RPUSH l 3 1 2", "HSET o_1 f b", "HSET o_2 f a"] {
            shell.run(line);
        }
        shell.engine.keyspace.effects.attach(true);
        shell.run("SORT l STORE d");
        assert_eq!(shell.effects(), ["SORT l STORE d"]);
        shell.run("SORT l BY o_*->f ALPHA STORE d");
        assert_eq!(shell.effects(), ["MULTI", "DEL d", "RPUSH d 3 2 1", "EXEC"]);
        shell.run("SORT none BY o_*->f ALPHA STORE other");
        shell.run("SORT_RO l");
        assert!(shell.effects().is_empty());
    }
}
