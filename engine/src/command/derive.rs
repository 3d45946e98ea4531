//! What follows from a declaration: arity, flags, categories, and where the keys stand.

use super::flags::{category, command as flag};
use super::keyspec::{Begin, Find};
use super::registry::{CommandId, Entry};
use super::{Command, Group, argument};

/// Derives an entry. What is wrong with the declaration is added to `wrong`.
pub(super) fn derive(
    command: &'static Command,
    id: CommandId,
    name: String,
    parent: Option<CommandId>,
    wrong: &mut Vec<String>,
) -> Entry {
    let name_words = if parent.is_some() { 2 } else { 1 };
    let (arguments, (least, open)) =
        argument::arguments(command.syntax, command.notes, command.keys, name_words).unwrap_or_else(|what| {
            wrong.push(format!("the syntax of '{}': {what}", command.name));
            Default::default()
        });
    let words = name_words + least;
    let arity = command.arity.unwrap_or(match command.run {
        None => -2, // a container: its name and a subcommand's
        Some(_) if open => -words,
        Some(_) => words,
    });
    let mut flags = command.flags;
    if command
        .keys
        .iter()
        .any(|k| !matches!(k.begin, Begin::Index(_)) || !matches!(k.find, Find::Range { .. }))
    {
        flags |= flag::MOVABLEKEYS;
    }
    let keys = first_last_step(command);
    let hashed_word = match command.keys.first() {
        Some(spec) if matches!((spec.begin, spec.find), (Begin::Index(_), Find::Range { .. })) => {
            keys.0 as u32
        }
        _ => 0,
    };
    Entry {
        command,
        id,
        name,
        arity,
        flags,
        categories: categories(command),
        arguments,
        keys,
        hashed_word,
        // A transaction may have queued one that does.
        runs_scripts: command.group == Group::Scripting || command.name == "EXEC",
        parent,
        subcommands: Vec::new(),
    }
}

/// The old triple, from the specifications that a range can express.
fn first_last_step(command: &Command) -> (i32, i32, i32) {
    let mut all: Option<(i32, i32, i32)> = None;
    for spec in command.keys {
        let (Begin::Index(first), Find::Range { last, step, .. }) = (spec.begin, spec.find) else { continue };
        let last = if last >= 0 { first + last } else { last };
        all = Some(match all {
            None => (first, last, step),
            // Adjacent single keys join into one range.
            Some((f, l, s)) if l >= 0 && l + s == first => (f, last, s),
            Some(before) => before,
        });
    }
    all.unwrap_or((0, 0, 0))
}

const TYPES: u64 = category::LIST | category::SET | category::SORTEDSET;

fn categories(command: &Command) -> u64 {
    if command.run.is_none() {
        return command.acl | category::SLOW; // a container: its subcommands have the others
    }
    let mut bits = command.acl;
    let imply = |bits: &mut u64, when: u64, category: u64| {
        if command.flags & when != 0 {
            *bits |= category;
        }
    };
    imply(&mut bits, flag::WRITE, category::WRITE);
    imply(&mut bits, flag::READONLY, if command.group == Group::Scripting { 0 } else { category::READ });
    imply(&mut bits, flag::ADMIN, category::ADMIN | category::DANGEROUS);
    imply(&mut bits, flag::PUBSUB, category::PUBSUB);
    imply(&mut bits, flag::BLOCKING, category::BLOCKING);
    bits |= if command.flags & flag::FAST != 0 { category::FAST } else { category::SLOW };
    if command.run.is_none() {
        return bits; // a container is not of its group's kind; its subcommands are
    }
    bits | match command.group {
        Group::Bitmap => category::BITMAP,
        Group::Connection => category::CONNECTION,
        Group::Geo => category::GEO,
        Group::Hash => category::HASH,
        Group::HyperLogLog => category::HYPERLOGLOG,
        Group::List => category::LIST,
        Group::Scripting => category::SCRIPTING,
        Group::Set => category::SET,
        Group::SortedSet => category::SORTEDSET,
        Group::Stream => category::STREAM,
        Group::String => category::STRING,
        Group::Transactions => category::TRANSACTION,
        // What works on certain types of values, as SORT does, is not about keys as such.
        Group::Generic if !command.keys.is_empty() && command.acl & TYPES == 0 => category::KEYSPACE,
        _ => 0,
    }
}
