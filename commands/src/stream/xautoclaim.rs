//! XAUTOCLAIM: pending entries that nobody got done with for long are taken over, a few at a time.

use super::effects::{Reader, Taken};
use super::entries::{write_entry, write_id};
use super::groups::no_such_key;
use super::ids;
use russet_engine::prelude::*;
use russet_engine::value::Stream;
use russet_structures::stream::{AutoClaim, AutoClaimed, Id};

command! {
    name: "XAUTOCLAIM", group: Stream, since: "6.2.0", complexity: "O(1) if COUNT is small.",
    summary: "Changes, or acquires, ownership of messages in a consumer group, as if the messages were delivered to as consumer group member.",
    syntax: "key group consumer min-idle-time start [COUNT count] [JUSTID]",
    flags: WRITE | FAST,
    keys: [at(1).read_write().delete()],
    tips: ["nondeterministic_output"],
    history: [
        ("7.0.0", "Added an element to the reply array, containing deleted entries the command cleared from the PEL"),
    ],
    run: xautoclaim,
}

/// What claiming has done.
#[derive(Default)]
struct Done {
    created: bool,
    claimed: AutoClaimed,
    /// Pending as they are now, for the journal.
    recorded: Vec<Taken>,
    last_id: Id,
}

fn xautoclaim(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let reader = Reader { key: args.key(1), group: args.word(2), consumer: args.word(3) };
    // The key is looked up, and may be missed, before a word is read; what it holds is looked at after.
    let found = cx.db.get::<Stream>(reader.key).map(|stream| stream.and_then(|s| s.group(reader.group)).is_some());
    let claim = parse(args)?;
    if !found? {
        return Err(no_such_key(reader.key.bytes, reader.group));
    }

    cx.journal_nothing();
    let (now, attached) = (cx.db.now_ms(), cx.db.keyspace().effects.attached());
    let edited = cx.db.edit(reader.key, |stream: &mut Stream| {
        let done = auto_claim(stream, reader, claim, now, attached);
        let (reply, claimed) = (&mut cx.reply, &done.claimed);
        reply.array(3)?;
        write_id(reply, claimed.next.unwrap_or(Id::MIN))?;
        reply.array(claimed.taken.len())?;
        for id in &claimed.taken {
            match stream.get(*id).filter(|_| !claim.just_id) {
                Some(entry) => write_entry(reply, &entry)?,
                None => write_id(reply, *id)?,
            }
        }
        reply.array(claimed.deleted.len())?;
        claimed.deleted.iter().try_for_each(|id| write_id(reply, *id))?;
        Ok(done)
    })?;
    let Some(done) = edited.map(|edited| edited.result).transpose()? else { return Ok(()) };

    // Redis does not tell those who watch the key.
    let AutoClaimed { taken, deleted, .. } = &done.claimed;
    cx.db.count_changes(usize::from(done.created) + taken.len() + deleted.len());
    if done.created {
        cx.db.note(reader.key, Event::XGroupCreateConsumer);
        if taken.is_empty() {
            reader.journal_consumer(cx);
        }
    }
    done.recorded.iter().for_each(|taken| reader.journal_taken(cx, taken, done.last_id));
    if !deleted.is_empty() {
        reader.journal_gone(cx, deleted);
    }
    Ok(())
}

fn parse(args: Args<'_>) -> Result<AutoClaim, Error> {
    /// Redis sets aside 16 bytes for each.
    const MOST: i64 = i64::MAX / 16;
    let min_idle =
        args.int(4).map_err(|_| Error::new("ERR Invalid min-idle-time argument for XAUTOCLAIM"))?;
    let mut claim = AutoClaim { start: ids::start(args.word(5))?, count: 100, min_idle, just_id: false };
    let mut at = 6;
    while at < args.len() {
        if at + 1 < args.len() && args.is(at, "COUNT") {
            let count = args.int(at + 1).ok().filter(|count| (1..=MOST).contains(count));
            let count = count.and_then(|count| usize::try_from(count).ok());
            claim.count = count.ok_or(Error::new("ERR COUNT must be > 0"))?;
            at += 2;
        } else if args.is(at, "JUSTID") {
            claim.just_id = true;
            at += 1;
        } else {
            return Err(Error::SYNTAX);
        }
    }
    Ok(claim)
}

fn auto_claim(stream: &mut Stream, reader: Reader<'_>, claim: AutoClaim, now: i64, attached: bool) -> Done {
    let mut done = Done::default();
    let Some(group) = stream.group_mut(reader.group) else { return done };
    let (consumer, created) = group.see_consumer(reader.consumer, now);
    done.created = created;
    done.claimed = stream.auto_claim(reader.group, consumer, claim, now);
    if let Some(group) = stream.group(reader.group) {
        done.last_id = group.last_id();
        let taken = done.claimed.taken.iter().copied().filter(|_| attached);
        done.recorded = Taken::of(group, taken);
    }
    done
}

#[cfg(test)]
mod tests {
    use crate::shell::{Shell, conversation};

    #[test]
    fn arguments() {
        conversation! {
            "XAUTOCLAIM s g c x 0 => -ERR Invalid min-idle-time argument for XAUTOCLAIM"
            "XAUTOCLAIM s g c 0 x => -ERR Invalid stream ID specified as stream command argument"
            "XAUTOCLAIM s g c 0 (18446744073709551615-18446744073709551615 => -ERR invalid start ID for the interval"
            "XAUTOCLAIM s g c 0 0 COUNT => -ERR syntax error"
            "XAUTOCLAIM s g c 0 0 COUNT 0 => -ERR COUNT must be > 0"
            "XAUTOCLAIM s g c 0 0 COUNT x => -ERR COUNT must be > 0"
            "XAUTOCLAIM s g c 0 0 COUNT 576460752303423488 => -ERR COUNT must be > 0"
            "XAUTOCLAIM s g c 0 0 => -NOGROUP No such key 's' or consumer group 'g'"
            "XGROUP CREATE s g 0 MKSTREAM => +OK"
            "XAUTOCLAIM s g c 0 + COUNT 576460752303423487 JUSTID => *3 $3 0-0 *0 *0"
            "SET s v => +OK"
            "XAUTOCLAIM s g c 0 0 => -WRONGTYPE Operation against a key holding the wrong kind of value"
        };
    }

    #[test]
    fn entries_are_taken_from_the_start_on() {
        let mut shell = Shell::new();
        for id in 1..=4 {
            shell.run(&format!("XADD s {id} a {id}"));
        }
        shell.run("XGROUP CREATE s g 0 ENTRIESREAD 0");
        shell.run("XREADGROUP GROUP g c STREAMS s >");
        shell.run("XDEL s 2");
        shell.clock.advance(10);
        shell.engine.keyspace.effects.attach(true);
        for (line, reply, effects) in [
            ("XAUTOCLAIM s g d 11 0 COUNT 1", "*3 $3 3-0 *0 *1 $3 2-0", &["MULTI", "XGROUP CREATECONSUMER s g d", "XACK s g 2-0", "EXEC"][..]),
            (
                "XAUTOCLAIM s g d 10 0 COUNT 1",
                "*3 $3 3-0 *1 *2 $3 1-0 *2 $1 a $1 1 *0",
                &["XCLAIM s g d 0 1-0 TIME 1700000000010 RETRYCOUNT 2 FORCE JUSTID LASTID 4-0"],
            ),
            (
                "XAUTOCLAIM s g d 10 (1 JUSTID",
                "*3 $3 0-0 *2 $3 3-0 $3 4-0 *0",
                &["XCLAIM s g d 0 3-0 4-0 TIME 1700000000010 RETRYCOUNT 1 FORCE JUSTID LASTID 4-0"],
            ),
            ("XAUTOCLAIM s g d 10 0", "*3 $3 0-0 *0 *0", &[]),
        ] {
            assert_eq!(shell.run(line), reply, "{line}");
            assert_eq!(shell.effects(), effects, "{line}");
        }
    }
}
