//! XPENDING: what was handed out to the consumers of a group and is not acknowledged, in short or one by one.

use super::entries::write_id;
use super::groups::no_such_key;
use super::ids;
use russet_engine::Reply;
use russet_engine::prelude::*;
use russet_engine::value::Stream;
use russet_structures::stream::{Group, Id};

command! {
    name: "XPENDING", group: Stream, since: "5.0.0",
    complexity: "O(N) with N being the number of elements returned, so asking for a small fixed number of entries per call is O(1). O(M), where M is the total number of entries scanned when used with the IDLE filter. When the command returns just the summary and the list of consumers is small, it runs in O(1) time; otherwise, an additional O(N) time for iterating every consumer.",
    summary: "Returns the information and entries from a stream consumer group's pending entries list.",
    syntax: "key group [[IDLE min-idle-time] start end count [consumer]]",
    notes: [
        of("[IDLE min-idle-time] ...").name("filters"),
        of("IDLE").kind("integer").since("6.2.0"),
    ],
    flags: READONLY,
    keys: [at(1).read_only().access()],
    tips: ["nondeterministic_output"],
    history: [
        ("6.2.0", "Added the `IDLE` option and exclusive range intervals."),
    ],
    run: xpending,
}

/// Which entries are listed.
struct Listing<'a> {
    min_idle: i64,
    start: Id,
    end: Id,
    count: usize,
    consumer: Option<&'a [u8]>,
}

fn xpending(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let listing = match args.len() {
        3 => None,
        6..=9 => Some(Listing::parse(args)?),
        _ => return Err(Error::SYNTAX),
    };
    let (key, name, now) = (args.key(1), args.word(2), cx.db.now_ms());
    let stream = cx.db.get::<Stream>(key)?;
    let group = stream.and_then(|stream| stream.group(name)).ok_or_else(|| no_such_key(key.bytes, name))?;
    match listing {
        None => summary(&mut cx.reply, group),
        Some(listing) => listing.answer(&mut cx.reply, group, now),
    }
}

/// How many entries are pending, between which ids, and for whom.
fn summary(reply: &mut Reply<'_>, group: &Group) -> Outcome {
    reply.array(4)?;
    reply.count(group.pending_len())?;
    let Some((first, last)) = group.pending_ends() else {
        reply.null()?;
        reply.null()?;
        return reply.null_array();
    };
    write_id(reply, first)?;
    write_id(reply, last)?;
    let busy = || group.consumers().map(|(_, consumer)| consumer).filter(|consumer| consumer.pending_len() > 0);
    reply.array(busy().count())?;
    busy().try_for_each(|consumer| {
        reply.array(2)?;
        reply.bulk(consumer.name())?;
        reply.bulk_int(consumer.pending_len() as i64)
    })
}

impl<'a> Listing<'a> {
    /// Reads `[IDLE min-idle-time] start end count [consumer]`; Redis reads the count first, and passes over a word too many.
    fn parse(args: Args<'a>) -> Result<Self, Error> {
        let (mut min_idle, mut at) = (0, 3);
        if args.is(3, "IDLE") {
            min_idle = args.int(4)?;
            if args.len() < 8 {
                return Err(Error::SYNTAX);
            }
            at = 5;
        }
        let count = usize::try_from(args.int(at + 2)?).unwrap_or(0);
        let (start, end) = (ids::start(args.word(at))?, ids::end(args.word(at + 1))?);
        Ok(Listing { min_idle, start, end, count, consumer: args.get(at + 3) })
    }

    fn answer(&self, reply: &mut Reply<'_>, group: &Group, now: i64) -> Outcome {
        let consumer = self.consumer.map(|name| group.find_consumer(name));
        if consumer == Some(None) {
            return reply.array(0);
        }
        let pending = group
            .pending(self.start, self.end, consumer.flatten())
            .filter(|pending| self.min_idle == 0 || now.saturating_sub(pending.delivery_time) >= self.min_idle)
            .take(self.count);
        reply.counted_array(|reply| {
            let mut count = 0;
            for pending in pending {
                reply.array(4)?;
                write_id(reply, pending.id)?;
                reply.bulk(group.consumer(pending.consumer).map_or(&[], |consumer| consumer.name()))?;
                reply.int(now.saturating_sub(pending.delivery_time).max(0))?;
                reply.int(pending.delivery_count as i64)?;
                count += 1;
            }
            Ok(count)
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::shell::{Shell, conversation};

    #[test]
    fn arguments() {
        conversation! {
            "XPENDING s g x => -ERR syntax error"
            "XPENDING s g - + => -ERR syntax error"
            "XPENDING s g x y z => -ERR value is not an integer or out of range"
            "XPENDING s g x y 1 => -ERR Invalid stream ID specified as stream command argument"
            "XPENDING s g IDLE x - + 1 => -ERR value is not an integer or out of range"
            "XPENDING s g IDLE 1 - + => -ERR syntax error"
            "XPENDING s g (18446744073709551615-18446744073709551615 + 1 => -ERR invalid start ID for the interval"
            "XPENDING s g - (0-0 1 => -ERR invalid end ID for the interval"
            "XPENDING s g => -NOGROUP No such key 's' or consumer group 'g'"
            "XGROUP CREATE s g 0 MKSTREAM => +OK"
            "XPENDING s g => *4 :0 $-1 $-1 *-1"
            "XPENDING s g - + 1 c d e => *0"
            "SET s v => +OK"
            "XPENDING s g => -WRONGTYPE Operation against a key holding the wrong kind of value"
        };
    }

    #[test]
    fn in_short_and_one_by_one() {
        let mut shell = Shell::new();
        for line in ["XADD s 1 a 1", "XADD s 2 a 2", "XADD s 3 a 3", "XGROUP CREATE s g 0", "XGROUP CREATECONSUMER s g idle"] {
            shell.run(line);
        }
        shell.run("XREADGROUP GROUP g ada COUNT 1 STREAMS s >");
        shell.clock.advance(100);
        shell.run("XREADGROUP GROUP g bob STREAMS s >");
        shell.clock.advance(10);
        for (line, reply) in [
            ("XPENDING s g", "*4 :3 $3 1-0 $3 3-0 *2 *2 $3 ada $1 1 *2 $3 bob $1 2"),
            ("XPENDING s g - + 2", "*2 *4 $3 1-0 $3 ada :110 :1 *4 $3 2-0 $3 bob :10 :1"),
            ("XPENDING s g (1 3 9 bob", "*2 *4 $3 2-0 $3 bob :10 :1 *4 $3 3-0 $3 bob :10 :1"),
            ("XPENDING s g IDLE 50 - + 9", "*1 *4 $3 1-0 $3 ada :110 :1"),
            ("XPENDING s g IDLE 0 - + 1 ada", "*1 *4 $3 1-0 $3 ada :110 :1"),
            ("XPENDING s g - + -1", "*0"),
            ("XPENDING s g + - 1", "*0"),
            ("XPENDING s g - + 1 nobody", "*0"),
        ] {
            assert_eq!(shell.run(line), reply, "{line}");
        }
    }
}
