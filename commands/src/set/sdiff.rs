//! SDIFF, SDIFFSTORE: the members of a set that several others have not.
//!
//! There are two ways. Each member of the first set can be looked for in all others: that is best if these are few. Or
//! all members of the others can be taken away from the first: that is best if they are many and small. Which one is
//! taken shows in the form of a stored result, so it is Redis's choice.

use super::operands;
use crate::member::Member;
use russet_engine::prelude::*;
use russet_engine::value::{Collection, Set};
use russet_engine::{Collected, KeyHasher};
use russet_structures::element::Element;
use std::cmp::Reverse;
use std::collections::HashSet;
use std::ops::Range;

command! {
    name: "SDIFF", group: Set, since: "1.0.0",
    complexity: "O(N) where N is the total number of elements in all given sets.",
    summary: "Returns the difference of multiple sets.",
    syntax: "key [key ...]",
    flags: READONLY,
    keys: [range(1, -1, 1).read_only().access()],
    tips: ["nondeterministic_output_order"],
    run: sdiff,
}

command! {
    name: "SDIFFSTORE", group: Set, since: "1.0.0",
    complexity: "O(N) where N is the total number of elements in all given sets.",
    summary: "Stores the difference of multiple sets in a key.",
    syntax: "destination key [key ...]",
    flags: WRITE | DENYOOM,
    keys: [at(1).overwrite().update(), range(2, -1, 1).read_only().access()],
    run: sdiffstore,
}

fn sdiff(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let keys = 1..args.len();
    operands::look_up(&mut cx.db, args, keys.clone())?;
    let hasher = cx.db.keyspace().hasher().clone();
    let mut left = Collected::default();
    if let Some(difference) = Difference::find(&cx.db, args, keys) {
        if difference.by_member() {
            difference.members().for_each(|member| left.element(member));
        } else {
            difference.members_but_gone(hasher).for_each(|member| left.element(member));
        }
    }
    cx.reply.set_of(left)
}

fn sdiffstore(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let (keys, limits) = (2..args.len(), operands::limits(cx));
    operands::look_up(&mut cx.db, args, keys.clone())?;
    let mut result = Set::empty();
    if let Some(difference) = Difference::find(&cx.db, args, keys) {
        if difference.by_member() {
            for member in difference.members() {
                result.insert(member, &limits);
            }
        } else {
            for member in difference.first.members() {
                result.insert(member, &limits);
            }
            for member in difference.others.iter().flat_map(|set| set.members()) {
                if result.vanishes() {
                    break;
                }
                result.remove(member);
            }
        }
    }
    operands::store(cx, args, result, Event::SDiffStore)
}

/// A set, and the others that are to be taken away, from the largest to the smallest.
struct Difference<'d> {
    first: &'d Set,
    others: Vec<&'d Set>,
}

impl<'d> Difference<'d> {
    /// The sets at the keys; `None` if nothing can be left, because there is no first one or it is among the others.
    fn find(db: &'d Db<'_>, args: Args<'_>, keys: Range<usize>) -> Option<Self> {
        let mut sets = operands::sets(db, args, keys);
        let first = sets.next().flatten()?;
        let mut others: Vec<&Set> = sets.flatten().collect();
        others.sort_by_key(|set| Reverse(set.len()));
        (!others.iter().any(|set| std::ptr::eq(*set, first))).then_some(Difference { first, others })
    }

    /// Whether it is less work to look each member up in the other sets than to take all their members away.
    fn by_member(&self) -> bool {
        let searches = self.first.len().saturating_mul(self.others.len() + 1) / 2;
        let removals = self.others.iter().fold(self.first.len(), |sum, set| sum.saturating_add(set.len()));
        searches <= removals
    }

    /// What is left, each member being looked up in the other sets.
    fn members(&self) -> impl Iterator<Item = Element<'d>> {
        let is_left = |member: &Element<'_>| !self.others.iter().any(|set| set.contains(*member));
        self.first.members().filter(is_left)
    }

    /// What is left, when it is known first what is gone. Memory for references to the members that are gone: not more than
    /// all of the others have, nor all of the first.
    fn members_but_gone(&self, hasher: KeyHasher) -> impl Iterator<Item = Element<'d>> {
        let others = self.others.iter().flat_map(|set| set.members());
        let mut gone = HashSet::with_hasher(hasher);
        gone.extend(others.filter(|member| self.first.contains(*member)).map(Member::of));
        self.first.members().filter(move |member| !gone.contains(&Member::of(*member)))
    }
}

#[cfg(test)]
mod tests {
    use crate::shell::{Shell, conversation};
    use std::collections::BTreeSet;

    #[test]
    fn what_the_others_have_not() {
        let mut shell = conversation! {
            "SADD a 3 1 2 x => :4"
            "SADD b x 2 9 => :3"
            "SADD c 5 1 => :2"
            "SDIFF a b => *2 $1 1 $1 3"
            "SDIFF a b c => *1 $1 3"
            "SDIFF c a none => *1 $1 5"
            "SDIFF a none a => *0"
            "SDIFF none a => *0"
            "SET t x => +OK"
            "SDIFF none t => -WRONGTYPE Operation against a key holding the wrong kind of value"
            "SDIFFSTORE r none t => -WRONGTYPE Operation against a key holding the wrong kind of value"
            "SET r old EX 100 => +OK"
            "SDIFFSTORE r a b => :2"
            "OBJECT ENCODING r => $6 intset"
            "TTL r => :-1"
            "SDIFFSTORE a a c => :3"
            "SMEMBERS a => *3 $1 2 $1 3 $1 x"
            "SDIFFSTORE r a a => :0"
            "EXISTS r => :0"
        };
        shell.resp3();
        assert_eq!(shell.run("SDIFF a b"), "~1 $1 3");
        assert_eq!(shell.run("SDIFF none a"), "~0");
    }

    #[test]
    fn both_ways_leave_the_same() {
        let mut shell = Shell::new();
        let members: Vec<String> = (0..300).map(|n| format!("m{n}")).collect();
        shell.run(&format!("SADD a {}", members.join(" ")));
        // Ten small sets are taken away, one large one is looked into.
        let mut small = "a".to_owned();
        for set in 0..10 {
            shell.run(&format!("SADD s{set} m{set} m{} other", set * 20));
            small += &format!(" s{set}");
        }
        let away: BTreeSet<String> = (0..10).flat_map(|set| [format!("m{set}"), format!("m{}", set * 20)]).collect();
        shell.run(&format!("SADD b {}", away.iter().cloned().collect::<Vec<_>>().join(" ")));
        for others in [small.as_str(), "a b"] {
            let reply = shell.run(&format!("SDIFF {others}"));
            let left: BTreeSet<String> = reply.split(' ').skip(2).step_by(2).map(String::from).collect();
            assert!(members.iter().all(|member| left.contains(member) != away.contains(member)), "{others}");
            assert_eq!(shell.run(&format!("SDIFFSTORE r {others}")), format!(":{}", 300 - away.len()));
            assert_eq!(shell.run("SDIFF r a"), "*0");
            assert!(left.iter().all(|member| shell.run(&format!("SISMEMBER r {member}")) == ":1"));
        }
    }
}
