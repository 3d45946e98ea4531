//! XCLAIM: pending entries that another consumer did not get done with are taken over.

use super::effects::{Reader, Taken};
use super::entries::{write_entry, write_id};
use super::groups::no_such_key;
use super::ids;
use russet_engine::prelude::*;
use russet_engine::value::Stream;
use russet_structures::stream::{Claim, Claimed, Id};

command! {
    name: "XCLAIM", group: Stream, since: "5.0.0",
    complexity: "O(log N) with N being the number of messages in the PEL of the consumer group.",
    summary: "Changes, or acquires, ownership of a message in a consumer group, as if the message was delivered a consumer group member.",
    syntax: "key group consumer min-idle-time id [id ...] [IDLE ms] [TIME unix-time-milliseconds] [RETRYCOUNT count] [FORCE] [JUSTID] [LASTID lastid]",
    flags: WRITE | FAST,
    keys: [at(1).read_write().update()],
    tips: ["nondeterministic_output"],
    run: xclaim,
}

/// What the words behind the ids ask for.
#[derive(Default)]
struct Options {
    claim: Claim,
    last_id: Id,
}

impl Options {
    fn parse(args: Args<'_>, mut at: usize, min_idle: i64, now: i64) -> Result<Options, Error> {
        let mut options = Options::default();
        let mut delivery_time = None;
        let mut delivery_count = -1;
        while at < args.len() {
            let has_more = at + 1 < args.len();
            let int = |error| args.int(at + 1).map_err(|_| Error::new(error));
            let words = if args.is(at, "FORCE") {
                options.claim.force = true;
                1
            } else if args.is(at, "JUSTID") {
                options.claim.just_id = true;
                1
            } else if has_more && args.is(at, "IDLE") {
                let idle = int("ERR Invalid IDLE option argument for XCLAIM")?;
                delivery_time = Some(now.wrapping_sub(idle));
                2
            } else if has_more && args.is(at, "TIME") {
                delivery_time = Some(int("ERR Invalid TIME option argument for XCLAIM")?);
                2
            } else if has_more && args.is(at, "RETRYCOUNT") {
                delivery_count = int("ERR Invalid RETRYCOUNT option argument for XCLAIM")?;
                2
            } else if has_more && args.is(at, "LASTID") {
                options.last_id = ids::exact(args.word(at + 1))?;
                2
            } else {
                return Err(Error::quoting("ERR Unrecognized XCLAIM option '", args.word(at), "'"));
            };
            at += words;
        }
        options.claim.min_idle = min_idle;
        // A time that was not yet, by the clock of this server, is now.
        options.claim.delivery_time = delivery_time.filter(|time| (0..=now).contains(time)).unwrap_or(now);
        options.claim.delivery_count = u64::try_from(delivery_count).ok();
        Ok(options)
    }
}

/// What claiming has done.
#[derive(Default)]
struct Done {
    created: bool,
    taken: Vec<Id>,
    gone: Vec<Id>,
    /// Pending as they are now, for the journal.
    recorded: Vec<Taken>,
    /// The group has moved.
    moved: bool,
    place: (Id, Option<u64>),
}

fn xclaim(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let reader = Reader { key: args.key(1), group: args.word(2), consumer: args.word(3) };
    if cx.db.get::<Stream>(reader.key)?.and_then(|stream| stream.group(reader.group)).is_none() {
        return Err(no_such_key(reader.key.bytes, reader.group));
    }
    let min_idle = args.int(4).map_err(|_| Error::new("ERR Invalid min-idle-time argument for XCLAIM"))?;
    let ids: Vec<Id> = args.iter_from(5).map_while(|word| ids::exact(word).ok()).collect();
    let now = cx.db.now_ms();
    let options = Options::parse(args, 5 + ids.len(), min_idle, now)?;

    cx.journal_nothing();
    let attached = cx.db.keyspace().effects.attached();
    let edited = cx.db.edit(reader.key, |stream: &mut Stream| {
        let done = claim(stream, reader, &ids, &options, now, attached);
        cx.reply.array(done.taken.len())?;
        for id in &done.taken {
            match stream.get(*id).filter(|_| !options.claim.just_id) {
                Some(entry) => write_entry(&mut cx.reply, &entry)?,
                None => write_id(&mut cx.reply, *id)?,
            }
        }
        Ok(done)
    })?;
    let Some(done) = edited.map(|edited| edited.result).transpose()? else { return Ok(()) };

    // Redis does not tell those who watch the key.
    cx.db.count_changes(usize::from(done.created) + done.taken.len() + done.gone.len());
    if done.created {
        cx.db.note(reader.key, Event::XGroupCreateConsumer);
        if done.taken.is_empty() {
            reader.journal_consumer(cx);
        }
    }
    done.recorded.iter().for_each(|taken| reader.journal_taken(cx, taken, done.place.0));
    if !done.gone.is_empty() {
        reader.journal_gone(cx, &done.gone);
    }
    if done.moved && done.taken.is_empty() {
        cx.db.count_changes(1);
        reader.journal_place(cx, done.place.0, done.place.1);
    }
    Ok(())
}

fn claim(
    stream: &mut Stream,
    reader: Reader<'_>,
    ids: &[Id],
    options: &Options,
    now: i64,
    attached: bool,
) -> Done {
    let mut done = Done::default();
    let Some(group) = stream.group_mut(reader.group) else { return done };
    done.moved = options.last_id > group.last_id();
    group.advance_to(options.last_id);
    done.place = (group.last_id(), group.entries_read());
    let (consumer, created) = group.see_consumer(reader.consumer, now);
    done.created = created;
    for &id in ids {
        match stream.claim(reader.group, consumer, id, options.claim, now) {
            Claimed::Taken => done.taken.push(id),
            Claimed::Deleted => done.gone.push(id),
            Claimed::TooFresh | Claimed::NotPending | Claimed::NoEntry => {}
        }
    }
    if attached && let Some(group) = stream.group(reader.group) {
        done.recorded = Taken::of(group, done.taken.iter().copied());
    }
    done
}

#[cfg(test)]
mod tests {
    use crate::shell::{Shell, conversation};

    #[test]
    fn arguments() {
        conversation! {
            "XCLAIM s g c x 1 => -NOGROUP No such key 's' or consumer group 'g'"
            "XGROUP CREATE s g 0 MKSTREAM => +OK"
            "XCLAIM s g c x 1 => -ERR Invalid min-idle-time argument for XCLAIM"
            "XCLAIM s g c 0 x => -ERR Unrecognized XCLAIM option 'x'"
            "XCLAIM s g c 0 1 FORCE 2 => -ERR Unrecognized XCLAIM option '2'"
            "XCLAIM s g c 0 1 IDLE => -ERR Unrecognized XCLAIM option 'IDLE'"
            "XCLAIM s g c 0 1 IDLE x => -ERR Invalid IDLE option argument for XCLAIM"
            "XCLAIM s g c 0 1 TIME x => -ERR Invalid TIME option argument for XCLAIM"
            "XCLAIM s g c 0 1 RETRYCOUNT x => -ERR Invalid RETRYCOUNT option argument for XCLAIM"
            "XCLAIM s g c 0 1 LASTID x => -ERR Invalid stream ID specified as stream command argument"
            "XINFO CONSUMERS s g => *0"
            "SET s v => +OK"
            "XCLAIM s g c 0 1 => -WRONGTYPE Operation against a key holding the wrong kind of value"
        };
    }

    #[test]
    fn entries_go_from_one_to_the_other() {
        let mut shell = Shell::new();
        for line in ["XADD s 1 a 1", "XADD s 2 a 2", "XADD s 3 a 3", "XGROUP CREATE s g 0"] {
            shell.run(line);
        }
        shell.run("XREADGROUP GROUP g c COUNT 2 STREAMS s >");
        shell.clock.advance(100);
        for (line, reply) in [
            ("XCLAIM s g d 101 1", "*0"),
            ("XCLAIM s g d 100 1 3 9", "*1 *2 $3 1-0 *2 $1 a $1 1"),
            ("XCLAIM s g d 0 3 FORCE", "*1 *2 $3 3-0 *2 $1 a $1 3"),
            ("XCLAIM s g d -5 1 2 JUSTID IDLE 40", "*2 $3 1-0 $3 2-0"),
            ("XCLAIM s g e 0 2 RETRYCOUNT 9 TIME 9223372036854775807", "*1 *2 $3 2-0 *2 $1 a $1 2"),
            ("XCLAIM s g e 0 2 RETRYCOUNT -1 IDLE -9223372036854775808 JUSTID", "*1 $3 2-0"),
            ("XPENDING s g - + 9", "*3 *4 $3 1-0 $1 d :40 :2 *4 $3 2-0 $1 e :0 :9 *4 $3 3-0 $1 d :0 :2"),
            ("XDEL s 2", ":1"),
            ("XCLAIM s g d 0 2 FORCE", "*0"),
            ("XPENDING s g", "*4 :2 $3 1-0 $3 3-0 *1 *2 $1 d $1 2"),
        ] {
            assert_eq!(shell.run(line), reply, "{line}");
        }
    }

    #[test]
    fn what_is_journaled() {
        let mut shell = Shell::new();
        for line in ["XADD s 1 a 1", "XADD s 2 a 2", "XADD s 3 a 3", "XGROUP CREATE s g 0 ENTRIESREAD 0"] {
            shell.run(line);
        }
        shell.run("XREADGROUP GROUP g c STREAMS s >");
        shell.clock.advance(5);
        shell.engine.keyspace.effects.attach(true);
        for (line, effects) in [
            ("XCLAIM s g d 9 1", &["XGROUP CREATECONSUMER s g d"][..]),
            ("XCLAIM s g d 9 1", &[]),
            (
                "XCLAIM s g d 0 1 2 IDLE 3",
                &["XCLAIM s g d 0 1-0 2-0 TIME 1700000000002 RETRYCOUNT 2 FORCE JUSTID LASTID 3-0"],
            ),
            ("XCLAIM s g d 100 1 LASTID 9", &["XGROUP SETID s g 9-0 ENTRIESREAD 3"]),
            ("XDEL s 2", &["XDEL s 2"]),
            (
                "XCLAIM s g e 0 1 2",
                &[
                    "MULTI",
                    "XCLAIM s g e 0 1-0 TIME 1700000000005 RETRYCOUNT 3 FORCE JUSTID LASTID 9-0",
                    "XACK s g 2-0",
                    "EXEC",
                ],
            ),
        ] {
            shell.run(line);
            assert_eq!(shell.effects(), effects, "{line}");
        }
    }
}
