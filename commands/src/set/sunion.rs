//! SUNION, SUNIONSTORE: the members that any of several sets has.

use super::operands;
use crate::member::Member;
use russet_engine::prelude::*;
use russet_engine::value::{Collection, Set};
use russet_engine::{Collected, KeyHasher};
use russet_structures::element::Element;
use std::cmp::Reverse;
use std::collections::binary_heap::PeekMut;
use std::collections::{BinaryHeap, HashSet};

command! {
    name: "SUNION", group: Set, since: "1.0.0",
    complexity: "O(N) where N is the total number of elements in all given sets.",
    summary: "Returns the union of multiple sets.",
    syntax: "key [key ...]",
    flags: READONLY,
    keys: [range(1, -1, 1).read_only().access()],
    tips: ["nondeterministic_output_order"],
    run: sunion,
}

command! {
    name: "SUNIONSTORE", group: Set, since: "1.0.0",
    complexity: "O(N) where N is the total number of elements in all given sets.",
    summary: "Stores the union of multiple sets in a key.",
    syntax: "destination key [key ...]",
    flags: WRITE | DENYOOM,
    keys: [at(1).overwrite().update(), range(2, -1, 1).read_only().access()],
    run: sunionstore,
}

/// Large sets that a member is looked for in. What is in none of them has to be remembered once it has been answered.
const LOOKED_INTO: usize = 4;

fn sunion(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let keys = 1..args.len();
    operands::look_up(&mut cx.db, args, keys.clone())?;
    let hasher = cx.db.keyspace().hasher().clone();
    let sets: Vec<&Set> = operands::sets(&cx.db, args, keys).flatten().collect();
    let mut all = Collected::default();
    if sets.iter().all(|set| matches!(set, Set::Ints(_))) {
        ascending(&sets, |value| all.element(Element::Int(value)));
    } else {
        each_once(sets, hasher, |member| all.element(member));
    }
    cx.reply.set_of(all)
}

fn sunionstore(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let (keys, limits) = (2..args.len(), operands::limits(cx));
    operands::look_up(&mut cx.db, args, keys.clone())?;
    let mut result = Set::empty();
    for member in operands::sets(&cx.db, args, keys).flatten().flat_map(Set::members) {
        result.insert(member, &limits);
    }
    operands::store(cx, args, result, Event::SUnionStore)
}

/// Shows the integers of several intsets, every one once, in order. O(n log sets), and no memory for what is shown.
fn ascending(sets: &[&Set], mut see: impl FnMut(i64)) {
    let integer = |member| match member {
        Element::Int(value) => Some(value),
        Element::Bytes(_) => None,
    };
    let mut left: Vec<_> = sets.iter().map(|set| set.members().filter_map(integer)).collect();
    let firsts = left.iter_mut().enumerate().filter_map(|(set, rest)| Some(Reverse((rest.next()?, set))));
    let mut next: BinaryHeap<Reverse<(i64, usize)>> = firsts.collect();
    let mut last = None;
    while let Some(mut least) = next.peek_mut() {
        let Reverse((value, set)) = *least;
        match left[set].next() {
            Some(following) => *least = Reverse((following, set)),
            None => drop(PeekMut::pop(least)),
        }
        if last.replace(value) != Some(value) {
            see(value);
        }
    }
}

/// Shows every member once. A member of one of the largest sets is looked for in those that were shown before it, which
/// takes no memory; what only the other sets have is remembered, as a reference to where it stands.
fn each_once<'s>(mut sets: Vec<&'s Set>, hasher: KeyHasher, mut see: impl FnMut(Element<'s>)) {
    // In a listpack a search looks at all members, so they are not searched, but they are also few.
    sets.sort_by_key(|set| (matches!(set, Set::Packed(_)), Reverse(set.len())));
    let large = sets.iter().take_while(|set| !matches!(set, Set::Packed(_))).take(LOOKED_INTO).count();
    let (large, others) = sets.split_at(large);
    for (index, set) in large.iter().enumerate() {
        let before = &large[..index];
        set.members().filter(|member| !before.iter().any(|set| set.contains(*member))).for_each(&mut see);
    }
    let mut seen = HashSet::with_hasher(hasher);
    for member in others.iter().flat_map(|set| set.members()) {
        if !large.iter().any(|set| set.contains(member)) && seen.insert(Member::of(member)) {
            see(member);
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::shell::{Shell, conversation};
    use std::collections::BTreeSet;

    #[test]
    fn every_member_once() {
        let mut shell = conversation! {
            "SADD a 5 1 3 => :3"
            "SADD b 4 3 -1 => :3"
            "SUNION a b none a => *5 $2 -1 $1 1 $1 3 $1 4 $1 5"
            "SUNION none => *0"
            "SET t x => +OK"
            "SUNION none t => -WRONGTYPE Operation against a key holding the wrong kind of value"
            "SUNIONSTORE r none t => -WRONGTYPE Operation against a key holding the wrong kind of value"
        };
        shell.resp3();
        assert_eq!(shell.run("SUNION a"), "~3 $1 1 $1 3 $1 5");
        assert_eq!(shell.run("SUNION none"), "~0");
    }

    #[test]
    fn of_many_sets_of_all_forms() {
        let mut shell = Shell::new();
        let mut expected = BTreeSet::new();
        let mut request = "SUNION".to_owned();
        for set in 0..12 {
            // Tables, listpacks and intsets that overlap.
            let (len, prefix) = [(600, "m"), (50, "m"), (70, ""), (200, "")][set % 4];
            let members: Vec<String> = (0..len).map(|n| format!("{prefix}{}", n + set * 40)).collect();
            shell.run(&format!("SADD {set} {}", members.join(" ")));
            expected.extend(members);
            request += &format!(" {set}");
        }
        let reply = shell.run(&request);
        let members: Vec<&str> = reply.split(' ').skip(2).step_by(2).collect();
        assert_eq!(members.len(), expected.len());
        assert_eq!(members.into_iter().map(String::from).collect::<BTreeSet<_>>(), expected);
    }

    #[test]
    fn the_stored_result_takes_the_form_that_adding_gives() {
        conversation! {
            "SADD a 3 1 => :2"
            "SADD b x 2 => :2"
            "SET r old EX 100 => +OK"
            "SUNIONSTORE r a none => :2"
            "OBJECT ENCODING r => $6 intset"
            "TTL r => :-1"
            "SUNIONSTORE r a b => :4"
            "SMEMBERS r => *4 $1 1 $1 3 $1 x $1 2"
            "SUNIONSTORE r b a => :4"
            "SMEMBERS r => *4 $1 x $1 2 $1 1 $1 3"
            "SUNIONSTORE r none => :0"
            "EXISTS r => :0"
        };
    }
}
