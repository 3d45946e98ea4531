//! BITFIELD and BITFIELD_RO: integers of any width at any bit of a string.

use super::offset::bit_offset;
use russet_engine::Core;
use russet_engine::command::FoundKey;
use russet_engine::command::flags::key;
use russet_engine::prelude::*;
use russet_structures::bitmap::{Field, Overflow};

command! {
    name: "BITFIELD", group: Bitmap, since: "3.2.0", complexity: "O(1) for each subcommand specified",
    summary: "Performs arbitrary bitfield integer operations on strings.",
    syntax: "key [<GET encoding offset | [OVERFLOW <WRAP | SAT | FAIL>] <SET encoding offset value | INCRBY encoding offset increment>> ...]",
    notes: [
        of("GET encoding offset ...").name("operation"),
        of("GET").name("get-block"),
        of("[OVERFLOW <WRAP ...").name("write"),
        of("OVERFLOW").name("overflow-block"),
        of("SET encoding offset value ...").name("write-operation"),
        of("SET").name("set-block"),
        of("value").kind("integer"),
        of("INCRBY").name("incrby-block"),
    ],
    flags: WRITE | DENYOOM,
    keys: [at(1).read_write().access().update().variable_flags().notes("This command allows both access and modification of the key")],
    find_keys: find_keys,
    run: bitfield,
}

command! {
    name: "BITFIELD_RO", group: Bitmap, since: "6.0.0", complexity: "O(1) for each subcommand specified",
    summary: "Performs arbitrary read-only bitfield integer operations on strings.",
    syntax: "key [GET encoding offset [GET encoding offset ...]]",
    notes: [
        of("GET").name("get-block"),
    ],
    flags: READONLY | FAST,
    keys: [at(1).read_only().access()],
    run: bitfield_ro,
}

const NOT_A_TYPE: Error = Error::new(
    "ERR Invalid bitfield type. Use something like i16 u8. Note that u64 is not supported but i64 is.",
);

/// Its key is only read if no subcommand writes.
fn find_keys(args: Args<'_>) -> Vec<FoundKey> {
    let mut at = 2;
    while at < args.len() {
        let words = if args.is(at, "GET") {
            3
        } else if args.is(at, "OVERFLOW") {
            2
        } else {
            break;
        };
        at += words;
    }
    let flags = if at == args.len() { key::RO | key::ACCESS } else { key::RW | key::ACCESS | key::UPDATE };
    vec![FoundKey { index: 1, flags }]
}

/// One subcommand.
struct Step {
    field: Field,
    at: u64,
    action: Action,
}

/// What a subcommand does with its field.
enum Action {
    Get,
    Set(i64, Overflow),
    Add(i64, Overflow),
}

/// `i16`, `u8`.
fn field(word: &[u8]) -> Result<Field, Error> {
    let (sign, digits) = word.split_first().ok_or(NOT_A_TYPE)?;
    let bits = russet_engine::number::parse_i64(digits).and_then(|bits| u8::try_from(bits).ok()).ok_or(NOT_A_TYPE)?;
    match sign {
        b'i' => Field::signed(bits),
        b'u' => Field::unsigned(bits),
        _ => None,
    }
    .ok_or(NOT_A_TYPE)
}

/// Reads all subcommands, before the first is carried out.
fn read(core: &Core, args: Args<'_>) -> Result<Vec<Step>, Error> {
    let mut overflow = Overflow::Wrap;
    let mut steps = Vec::new();
    let mut at = 2;
    while at < args.len() {
        let behind = args.len() - at - 1;
        let words = if args.is(at, "GET") && behind >= 2 {
            2
        } else if (args.is(at, "SET") || args.is(at, "INCRBY")) && behind >= 3 {
            3
        } else if args.is(at, "OVERFLOW") && behind >= 1 {
            overflow = if args.is(at + 1, "WRAP") {
                Overflow::Wrap
            } else if args.is(at + 1, "SAT") {
                Overflow::Saturate
            } else if args.is(at + 1, "FAIL") {
                Overflow::Fail
            } else {
                return Err(Error::new("ERR Invalid OVERFLOW type specified"));
            };
            at += 2;
            continue;
        } else {
            return Err(Error::SYNTAX);
        };
        let field = field(args.word(at + 1))?;
        let place = bit_offset(core, args.word(at + 2), Some(field.bits()))?;
        let action = if words == 2 {
            Action::Get
        } else if args.is(at, "SET") {
            Action::Set(args.int(at + 3)?, overflow)
        } else {
            Action::Add(args.int(at + 3)?, overflow)
        };
        steps.push(Step { field, at: place, action });
        at += 1 + words;
    }
    Ok(steps)
}

fn bitfield(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let steps = read(cx.core, args)?;
    let writes = |step: &&Step| !matches!(step.action, Action::Get);
    let Some(needed) = steps.iter().filter(writes).filter_map(|step| step.field.bytes_for(step.at)).max() else {
        return read_only(cx, args.key(1), &steps);
    };
    let key = args.key(1);
    cx.db.string_for_write(key)?;
    let (results, grown, changed) = cx.db.edit_string(key, |bytes| {
        let grown = (bytes.len() as u64) < needed;
        if grown {
            bytes.resize(needed as usize, 0);
        }
        let mut changed = false;
        let mut carry_out = |step: &Step| {
            let before = step.field.get(bytes, step.at);
            let result = match step.action {
                Action::Get => return Some(before),
                Action::Set(value, overflow) => step.field.set(bytes, step.at, value, overflow),
                Action::Add(increment, overflow) => step.field.add(bytes, step.at, increment, overflow),
            };
            changed |= result.is_some() && (grown || step.field.get(bytes, step.at) != before);
            result
        };
        let results: Vec<Option<i64>> = steps.iter().map(&mut carry_out).collect();
        (results, grown, changed)
    });
    if changed {
        cx.db.changed(key, Event::SetBit);
    } else if grown {
        // Redis tells nobody of a string that grew although every write failed; whoever replays has to know.
        cx.journal_always();
    }
    cx.reply.array(results.len())?;
    for result in results {
        match result {
            Some(value) => cx.reply.int(value)?,
            None => cx.reply.null()?,
        }
    }
    Ok(())
}

fn bitfield_ro(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let steps = read(cx.core, args)?;
    if steps.iter().any(|step| !matches!(step.action, Action::Get)) {
        return Err(Error::new("ERR BITFIELD_RO only supports the GET subcommand"));
    }
    read_only(cx, args.key(1), &steps)
}

/// Answers subcommands that are all GET.
fn read_only(cx: &mut Context<'_>, key: Key<'_>, steps: &[Step]) -> Outcome {
    let text = cx.db.string(key)?;
    let mut buffer = itoa::Buffer::new();
    let bytes = text.as_ref().map_or(&b""[..], |text| text.bytes(&mut buffer));
    cx.reply.array(steps.len())?;
    for step in steps {
        cx.reply.int(step.field.get(bytes, step.at))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::shell::{Shell, conversation};

    #[test]
    fn fields_of_all_kinds() {
        conversation! {
            "BITFIELD k SET u8 #1 200 GET u8 8 GET i8 #1 => *3 :0 :200 :-56"
            "BITFIELD k INCRBY u8 #1 100 => *1 :44"
            "BITFIELD k OVERFLOW SAT INCRBY u8 #1 300 OVERFLOW FAIL INCRBY u8 #1 1 GET u8 #1 => *3 :255 $-1 :255"
            "BITFIELD k GET u63 0 => *1 :35888059530608640"
            "BITFIELD k => *0"
            "BITFIELD_RO k GET u8 8 => *1 :255"
            "BITFIELD_RO none GET i64 1000 => *1 :0"
            "BITFIELD_RO k SET u8 0 1 => -ERR BITFIELD_RO only supports the GET subcommand"
            "BITFIELD k GET u64 0 => -ERR Invalid bitfield type. Use something like i16 u8. Note that u64 is not supported but i64 is."
            "BITFIELD k OVERFLOW NEVER => -ERR Invalid OVERFLOW type specified"
            "BITFIELD k GET u8 => -ERR syntax error"
            "BITFIELD k GET u8 #9223372036854775807 => -ERR bit offset is not an integer or out of range"
            "BITFIELD k SET u8 0 x => -ERR value is not an integer or out of range"
        };
    }

    #[test]
    fn what_is_journaled() {
        let mut shell = Shell::new();
        shell.engine.keyspace.effects.attach(true);
        shell.run("BITFIELD k GET u8 0");
        assert!(shell.effects().is_empty());
        assert_eq!(shell.run("BITFIELD k OVERFLOW FAIL SET u2 100 9"), "*1 $-1");
        assert_eq!(shell.effects(), ["BITFIELD k OVERFLOW FAIL SET u2 100 9"]);
        shell.run("BITFIELD k OVERFLOW FAIL SET u2 100 9");
        assert!(shell.effects().is_empty());
    }
}
