//! SPOP: take random members out of a set.

use super::operands;
use rand::RngCore;
use russet_engine::args::OwnedArgs;
use russet_engine::prelude::*;
use russet_engine::value::{Collection, Set};
use russet_structures::element::Element;

command! {
    name: "SPOP", group: Set, since: "1.0.0",
    complexity: "Without the count argument O(1), otherwise O(N) where N is the value of the passed count.",
    summary: "Returns one or more random members from a set after removing them. Deletes the set if the last member was popped.",
    syntax: "key [count]",
    notes: [
        of("count").since("3.2.0"),
    ],
    flags: WRITE | FAST,
    keys: [at(1).read_write().access().delete()],
    tips: ["nondeterministic_output"],
    history: [
        ("3.2.0", "Added the `count` argument."),
    ],
    run: spop,
}

/// Where so many times as many go as stay, those that stay are drawn.
const MOST_GO: usize = 5;

/// Members that one SREM of the journal names.
const JOURNALED_TOGETHER: usize = 1024;

fn spop(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    match args.len() {
        2 => pop_one(cx, args.key(1)),
        3 => pop_many(cx, args),
        _ => Err(Error::SYNTAX),
    }
}

fn pop_one(cx: &mut Context<'_>, key: Key<'_>) -> Outcome {
    let mut member = Vec::new();
    let pop = |set: &mut Set| set.pop(|| cx.core.random.next_u64(), |popped| member = popped.to_vec());
    let Some(popped) = cx.db.edit(key, pop)? else { return cx.reply.null() };
    cx.journal([&b"SREM"[..], key.bytes, &member]);
    cx.db.reduced(key, Event::SPop, popped.emptied);
    cx.reply.bulk(&member)
}

fn pop_many(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let (key, limits) = (args.key(1), operands::limits(cx));
    let count = args.int(2).ok().and_then(|count| usize::try_from(count).ok()).ok_or(Error::NOT_POSITIVE)?;
    let Some(len) = cx.db.get_for_write::<Set>(key)?.map(Set::len) else { return cx.reply.set(0) };
    if count == 0 {
        return cx.reply.set(0);
    }
    if count >= len {
        return pop_all(cx, key);
    }
    cx.reply.set(count)?;
    let random = || cx.core.random.next_u64();
    if (len - count).saturating_mul(MOST_GO) > count {
        let mut popped: Vec<Box<[u8]>> = Vec::with_capacity(count);
        let pop = |member: Element<'_>| popped.push(member.to_vec().into());
        cx.db.edit(key, |set: &mut Set| set.pop_many(count, random, pop))?;
        tell(cx, key, popped.iter().map(|member| Element::Bytes(member)))?;
    } else {
        let gone = cx.db.edit(key, |set: &mut Set| set.keep(len - count, random, &limits))?;
        if let Some(gone) = gone {
            tell(cx, key, gone.result.members())?;
            cx.db.discard(gone.result);
        }
    }
    cx.db.changed(key, Event::SPop);
    cx.db.count_changes(count - 1);
    Ok(())
}

/// All members go, and the key with them.
fn pop_all(cx: &mut Context<'_>, key: Key<'_>) -> Outcome {
    let Some(set) = cx.db.get::<Set>(key)? else { return cx.reply.set(0) };
    let len = set.len();
    cx.reply.set(len)?;
    set.members().try_for_each(|member| cx.reply.element(member))?;
    cx.db.remove(key);
    cx.db.reduced(key, Event::SPop, true);
    cx.db.count_changes(len - 1);
    let later = cx.core.params.lazyfree_lazy_server_del();
    cx.journal([if later { &b"UNLINK"[..] } else { b"DEL" }, key.bytes]);
    Ok(())
}

/// Answers and journals the members that are gone.
fn tell<'m>(cx: &mut Context<'_>, key: Key<'_>, gone: impl Iterator<Item = Element<'m>>) -> Outcome {
    let head = || OwnedArgs::new([&b"SREM"[..], key.bytes]);
    let journaled = cx.db.keyspace().effects.attached();
    let mut batch = head();
    for member in gone {
        cx.reply.element(member)?;
        if journaled {
            member.with_text(|text| batch.push(text));
            if batch.len() == JOURNALED_TOGETHER + head().len() {
                cx.journal(batch.iter());
                batch = head();
            }
        }
    }
    if batch.len() > head().len() {
        cx.journal(batch.iter());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::shell::{Shell, conversation};
    use std::collections::BTreeSet;

    #[test]
    fn arguments() {
        conversation! {
            "SPOP none => $-1"
            "SPOP none 0 => *0"
            "SPOP none 5 => *0"
            "SPOP none -1 => -ERR value is out of range, must be positive"
            "SPOP none x => -ERR value is out of range, must be positive"
            "SPOP none 9223372036854775808 => -ERR value is out of range, must be positive"
            "SPOP none 1 1 => -ERR syntax error"
            "SET t x => +OK"
            "SPOP t => -WRONGTYPE Operation against a key holding the wrong kind of value"
            "SPOP t 0 => -WRONGTYPE Operation against a key holding the wrong kind of value"
            "SADD s a => :1"
            "SPOP s 0 => *0"
            "SPOP s 9223372036854775807 => *1 $1 a"
            "EXISTS s => :0"
            "SADD s 7 => :1"
            "SPOP s => $1 7"
            "EXISTS s => :0"
        };
    }

    /// A set of `len` members, and what it answers when `count` are taken.
    fn popped(shell: &mut Shell, prefix: &str, len: usize, count: usize) -> BTreeSet<String> {
        shell.run("DEL s");
        let members: Vec<String> = (0..len).map(|n| format!("{prefix}{n}")).collect();
        shell.run(&format!("SADD s {}", members.join(" ")));
        let mut all: BTreeSet<String> = members.into_iter().collect();
        let reply = shell.run(&format!("SPOP s {count}"));
        let words: Vec<&str> = reply.split(' ').collect();
        assert_eq!(words[0], format!("*{count}"));
        let gone: BTreeSet<String> = words[2..].iter().step_by(2).map(ToString::to_string).collect();
        assert_eq!(gone.len(), count, "no member comes twice");
        assert!(gone.iter().all(|member| all.remove(member)));
        assert_eq!(shell.run("SCARD s"), format!(":{}", len - count));
        let left = all.iter().all(|member| shell.run(&format!("SISMEMBER s {member}")) == ":1");
        assert!(left, "what was not answered stays");
        gone
    }

    #[test]
    fn some_or_nearly_all_of_every_form() {
        let mut shell = Shell::new();
        for (prefix, len) in [("", 100), ("m", 100), ("m", 3000), ("", 3000)] {
            for count in [1, 7, len / 2, len - 10, len - 1] {
                popped(&mut shell, prefix, len, count);
            }
        }
    }

    #[test]
    fn of_what_stays_of_a_table_a_small_form_is_made() {
        let mut shell = Shell::new();
        popped(&mut shell, "m", 600, 400);
        assert_eq!(shell.run("OBJECT ENCODING s"), "$9 hashtable");
        popped(&mut shell, "m", 600, 500);
        assert_eq!(shell.run("OBJECT ENCODING s"), "$8 listpack");
    }

    #[test]
    fn the_journal_says_which() {
        let mut shell = Shell::new();
        shell.engine.keyspace.effects.attach(true);
        for (len, count) in [(3000, 1500), (3000, 2999)] {
            popped(&mut shell, "m", len, count);
            let effects: Vec<String> =
                shell.effects().into_iter().filter(|effect| effect.starts_with("SREM s ")).collect();
            let sizes: Vec<usize> = effects.iter().map(|effect| effect.split(' ').count() - 2).collect();
            let full = vec![1024; count / 1024];
            assert_eq!(sizes, [&full[..], &[count % 1024]].concat());
        }
        assert_eq!(shell.engine.keyspace.dirty, 1 + 3000 + 1500 + 3000 + 2999);
        let last = shell.run("SMEMBERS s");
        shell.run("SPOP s");
        assert_eq!(shell.effects(), [format!("SREM s {}", last.split(' ').next_back().unwrap())]);
        shell.run("SADD s 1 2");
        shell.run("SPOP s 2");
        assert_eq!(shell.effects(), ["SADD s 1 2", "DEL s"]);
    }
}
