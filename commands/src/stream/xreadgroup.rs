//! XREADGROUP: entries for a consumer of a group: new ones that go to nobody else, or again those that it has not
//! acknowledged.

use super::effects::{Reader, Taken};
use super::entries::{write_entry, write_id};
use super::groups::no_such_key_to_read;
use super::ids;
use super::reading::{Options, write_key, write_streams};
use russet_engine::Reply;
use russet_engine::prelude::*;
use russet_engine::value::Stream;
use russet_structures::stream::{Group, Id};

command! {
    name: "XREADGROUP", group: Stream, since: "5.0.0",
    complexity: "For each stream mentioned: O(M) with M being the number of elements returned. If M is constant (e.g. always asking for the first 10 elements with COUNT), you can consider it O(1). On the other side when XREADGROUP blocks, XADD will pay the O(N) time in order to serve the N clients blocked on the stream getting new data.",
    summary: "Returns new or historical messages from a stream for a consumer in a group. Blocks until a message is available otherwise.",
    syntax: "<GROUP group consumer> [COUNT count] [BLOCK milliseconds] [NOACK] STREAMS key [key ...] id [id ...]",
    notes: [
        of("GROUP").name("group-block"),
    ],
    flags: WRITE | BLOCKING,
    keys: [after("STREAMS", 4).to(-1).limit(2).read_only().access()],
    run: xreadgroup,
}

/// Where a stream is read from.
#[derive(Clone, Copy)]
enum From {
    /// `>`: what nobody of the group has been given.
    New,
    /// Behind this id, what is pending for the consumer.
    Pending(Id),
}

/// What reading one stream has done.
#[derive(Default)]
struct Read {
    /// The consumer was made.
    created: bool,
    /// Something was answered: also that nothing is pending.
    served: bool,
    /// The entries that are pending in another way than before.
    taken: Vec<Taken>,
    /// Where the group is now, if it has moved.
    place: Option<(Id, Option<u64>)>,
    last_id: Id,
}

fn xreadgroup(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let options = Options::parse(cx, args, "xreadgroup")?;
    let Some((group, consumer)) = options.group else {
        return Err(Error::new("ERR Missing GROUP option for XREADGROUP"));
    };
    let mut places = Vec::with_capacity(options.keys.len());
    for (_, key, word) in options.streams(args) {
        let stream = cx.db.get::<Stream>(key)?;
        if stream.and_then(|stream| stream.group(group)).is_none() {
            return Err(no_such_key_to_read(key.bytes, group));
        }
        places.push(from(word)?);
    }

    cx.journal_nothing();
    let attached = cx.db.keyspace().effects.attached();
    let mut done = Vec::with_capacity(places.len());
    let now = cx.db.now_ms();
    let db = &mut cx.db;
    let any = write_streams(&mut cx.reply, |reply| {
        for (place, key, _) in options.streams(args) {
            db.get::<Stream>(key)?;
            let edited = db.edit(key, |stream: &mut Stream| {
                read(reply, stream, Reader { key, group, consumer }, places[place], &options, now, attached)
            })?;
            done.push((key, edited.map_or_else(|| Ok(Read::default()), |edited| edited.result)?));
        }
        Ok(done.iter().filter(|(_, read)| read.served).count())
    })?;
    for (key, read) in &done {
        tell(cx, Reader { key: *key, group, consumer }, read);
    }
    if any { Ok(()) } else { options.wait(cx, args, args.iter_from(options.keys.end)) }
}

fn from(word: &[u8]) -> Result<From, Error> {
    if ids::is_sign(word, b'$') {
        return Err(Error::new(
            "ERR The $ ID is meaningless in the context of XREADGROUP: you want to read the history of this consumer by specifying a proper ID, or use the > ID to get new messages. The $ ID would just return an empty result set.",
        ));
    }
    if ids::is_sign(word, b'>') {
        return Ok(From::New);
    }
    // The greatest id is what Redis takes `>` for.
    Ok(ids::exact(word)?.next().map_or(From::New, From::Pending))
}

/// Reads one stream and writes what there is.
fn read(
    reply: &mut Reply<'_>,
    stream: &mut Stream,
    reader: Reader<'_>,
    from: From,
    options: &Options<'_>,
    now: i64,
    attached: bool,
) -> Result<Read, Error> {
    let mut read = Read::default();
    let Some(group) = stream.group_mut(reader.group) else { return Ok(read) };
    let (consumer, created) = group.see_consumer(reader.consumer, now);
    read.created = created;
    let place = |group: &Group| (group.last_id(), group.entries_read());
    let before = place(group);
    // What is pending in another way now, if that is to be journaled.
    let pending: Vec<Id> = match from {
        From::New => {
            let delivered = stream.deliver(reader.group, consumer, options.count, options.no_ack, now);
            let Some(delivered) = delivered else { return Ok(read) };
            let entries = || stream.range(delivered.first, delivered.last);
            write_key(reply, reader.key)?;
            reply.array(delivered.count)?;
            entries().try_for_each(|entry| write_entry(reply, &entry))?;
            let listed = attached && !options.no_ack;
            if listed { entries().map(|entry| entry.id()).collect() } else { Vec::new() }
        }
        From::Pending(start) => {
            let ids = stream.redeliver(reader.group, consumer, start, options.count, now);
            write_key(reply, reader.key)?;
            reply.array(ids.len())?;
            for (id, _) in &ids {
                match stream.get(*id) {
                    Some(entry) => write_entry(reply, &entry)?,
                    None => {
                        reply.array(2)?;
                        write_id(reply, *id)?;
                        reply.null_array()?;
                    }
                }
            }
            ids.into_iter().filter(|(_, there)| *there && attached).map(|(id, _)| id).collect()
        }
    };
    read.served = true;
    if let Some(group) = stream.group(reader.group) {
        read.last_id = group.last_id();
        read.place = Some(place(group)).filter(|after| *after != before);
        read.taken = Taken::of(group, pending.into_iter());
    }
    Ok(read)
}

/// Counts, notifies and journals what reading a stream has done. Redis does not tell those who watch the key.
fn tell(cx: &mut Context<'_>, reader: Reader<'_>, read: &Read) {
    if read.created {
        cx.db.count_changes(1);
        cx.db.note(reader.key, Event::XGroupCreateConsumer);
        if read.taken.is_empty() {
            reader.journal_consumer(cx);
        }
    }
    if read.served {
        cx.db.count_changes(1);
    }
    for taken in &read.taken {
        reader.journal_taken(cx, taken, read.last_id);
    }
    if let Some((last_id, entries_read)) = read.place {
        reader.journal_place(cx, last_id, entries_read);
    }
}

#[cfg(test)]
mod tests {
    use crate::shell::{Shell, conversation};

    #[test]
    fn arguments() {
        conversation! {
            "XREADGROUP COUNT 1 BLOCK 1 STREAMS s 0 => -ERR Missing GROUP option for XREADGROUP"
            "XREADGROUP GROUP g c STREAMS s t 0 => -ERR Unbalanced 'xreadgroup' list of streams: for each stream key an ID or '>' must be specified."
            "XREADGROUP GROUP g c STREAMS s x => -NOGROUP No such key 's' or consumer group 'g' in XREADGROUP with GROUP option"
            "XGROUP CREATE s g 0 MKSTREAM => +OK"
            "XREADGROUP GROUP g c STREAMS s x => -ERR Invalid stream ID specified as stream command argument"
            "XREADGROUP GROUP g c STREAMS s $ => -ERR The $ ID is meaningless in the context of XREADGROUP: you want to read the history of this consumer by specifying a proper ID, or use the > ID to get new messages. The $ ID would just return an empty result set."
            "XREADGROUP GROUP g c STREAMS s t 0 0 => -NOGROUP No such key 't' or consumer group 'g' in XREADGROUP with GROUP option"
            "XINFO CONSUMERS s g => *0"
            "SET k v => +OK"
            "XREADGROUP GROUP g c STREAMS k x => -WRONGTYPE Operation against a key holding the wrong kind of value"
        };
    }

    #[test]
    fn new_entries_and_those_that_are_pending() {
        conversation! {
            "XADD s 1 a 1 => $3 1-0"
            "XADD s 2 a 2 => $3 2-0"
            "XADD s 3 a 3 => $3 3-0"
            "XGROUP CREATE s g 0 => +OK"
            "XREADGROUP GROUP g c COUNT 2 STREAMS s > => *1 *2 $1 s *2 *2 $3 1-0 *2 $1 a $1 1 *2 $3 2-0 *2 $1 a $1 2"
            "XREADGROUP GROUP g c STREAMS s s > 1 => *2 *2 $1 s *1 *2 $3 3-0 *2 $1 a $1 3 *2 $1 s *2 *2 $3 2-0 *2 $1 a $1 2 *2 $3 3-0 *2 $1 a $1 3"
            "XREADGROUP GROUP g c STREAMS s > => *-1"
            "XREADGROUP GROUP g d STREAMS s 0 => *1 *2 $1 s *0"
            "XDEL s 1 => :1"
            "XREADGROUP GROUP g c COUNT 1 STREAMS s 0 => *1 *2 $1 s *1 *2 $3 1-0 *-1"
            "XPENDING s g - + 9 => *3 *4 $3 1-0 $1 c :0 :1 *4 $3 2-0 $1 c :0 :2 *4 $3 3-0 $1 c :0 :2"
            "XREADGROUP GROUP g c STREAMS s 18446744073709551615-18446744073709551615 => *-1"
        };
    }

    #[test]
    fn what_is_journaled_is_what_is_pending() {
        let mut shell = Shell::new();
        for line in ["XADD s 1 a 1", "XADD s 2 a 2", "XADD s 3 a 3", "XGROUP CREATE s g 0 ENTRIESREAD 0"] {
            shell.run(line);
        }
        shell.engine.keyspace.effects.attach(true);
        for (line, effects) in [
            ("XREADGROUP GROUP g c STREAMS s 0", &["XGROUP CREATECONSUMER s g c"][..]),
            (
                "XREADGROUP GROUP g c COUNT 2 STREAMS s >",
                &[
                    "MULTI",
                    "XCLAIM s g c 0 1-0 2-0 TIME 1700000000000 RETRYCOUNT 1 FORCE JUSTID LASTID 2-0",
                    "XGROUP SETID s g 2-0 ENTRIESREAD 2",
                    "EXEC",
                ],
            ),
            (
                "XREADGROUP GROUP g d NOACK STREAMS s >",
                &["MULTI", "XGROUP CREATECONSUMER s g d", "XGROUP SETID s g 3-0 ENTRIESREAD 3", "EXEC"],
            ),
            (
                "XREADGROUP GROUP g c STREAMS s 1",
                &["XCLAIM s g c 0 2-0 TIME 1700000000000 RETRYCOUNT 2 FORCE JUSTID LASTID 3-0"],
            ),
            (
                "XREADGROUP GROUP g c STREAMS s 0",
                &[
                    "MULTI",
                    "XCLAIM s g c 0 1-0 TIME 1700000000000 RETRYCOUNT 2 FORCE JUSTID LASTID 3-0",
                    "XCLAIM s g c 0 2-0 TIME 1700000000000 RETRYCOUNT 3 FORCE JUSTID LASTID 3-0",
                    "EXEC",
                ],
            ),
            ("XREADGROUP GROUP g d STREAMS s 0", &[]),
            ("XREADGROUP GROUP g e BLOCK 5 STREAMS s >", &["XGROUP CREATECONSUMER s g e"]),
        ] {
            shell.run(line);
            assert_eq!(shell.effects(), effects, "{line}");
        }
    }

    #[test]
    fn counts_beyond_what_is_read_are_journaled_as_the_greatest() {
        let mut shell = Shell::new();
        shell.run("XADD s 1 a 1");
        shell.run("XGROUP CREATE s g 0 ENTRIESREAD 9223372036854775807");
        shell.engine.keyspace.effects.attach(true);
        shell.run("XREADGROUP GROUP g c NOACK STREAMS s >");
        assert_eq!(shell.effects()[2], "XGROUP SETID s g 1-0 ENTRIESREAD 9223372036854775807");
        shell.run("XCLAIM s g c 0 1 FORCE RETRYCOUNT 9223372036854775807");
        shell.effects();
        shell.run("XREADGROUP GROUP g c STREAMS s 0");
        assert_eq!(
            shell.effects(),
            ["XCLAIM s g c 0 1-0 TIME 1700000000000 RETRYCOUNT 9223372036854775807 FORCE JUSTID LASTID 1-0"]
        );
    }

    #[test]
    fn each_entry_goes_to_one_who_waits() {
        let mut shell = Shell::new();
        shell.run("XGROUP CREATE s g 0 MKSTREAM");
        let writer = shell.another();
        let first = shell.client();
        assert_eq!(shell.run("XREADGROUP GROUP g first BLOCK 0 STREAMS s >"), "");
        shell.another();
        let second = shell.client();
        assert_eq!(shell.run("XREADGROUP GROUP g second BLOCK 100 STREAMS s >"), "");
        shell.switch(writer);
        shell.engine.keyspace.effects.attach(true);
        shell.run("XADD s 1 a 1");
        let one = b"*1\r\n*2\r\n$1\r\ns\r\n*1\r\n*2\r\n$3\r\n1-0\r\n*2\r\n$1\r\na\r\n$1\r\n1\r\n";
        assert_eq!(shell.engine.take_output(first), one);
        assert_eq!(shell.engine.take_output(second), b"");
        assert_eq!(
            shell.effects(),
            [
                "XADD s 1 a 1",
                "MULTI",
                "XCLAIM s g first 0 1-0 TIME 1700000000000 RETRYCOUNT 1 FORCE JUSTID LASTID 1-0",
                "XGROUP SETID s g 1-0 ENTRIESREAD 1",
                "EXEC"
            ]
        );
        // The one who has waited since goes on to do so until the time that it began with.
        shell.clock.advance(60);
        shell.run("XACK s g 1");
        shell.run("XGROUP SETID s g 0");
        assert_eq!(shell.engine.take_output(second), b"");
        shell.clock.advance(40);
        shell.tick();
        assert_eq!(shell.engine.take_output(second), b"*-1\r\n");
    }

    #[test]
    fn who_waits_is_told_that_the_group_is_gone() {
        const GONE: &[u8] =
            b"-NOGROUP No such key 's' or consumer group 'g' in XREADGROUP with GROUP option\r\n";
        const WRONG: &[u8] = b"-WRONGTYPE Operation against a key holding the wrong kind of value\r\n";
        for (line, answer) in
            [("DEL s", GONE), ("XGROUP DESTROY s g", GONE), ("SET s v", WRONG), ("FLUSHALL", GONE), ("RENAME s t", GONE)]
        {
            let mut shell = Shell::new();
            shell.run("XGROUP CREATE s g 0 MKSTREAM");
            let writer = shell.another();
            let reader = shell.client();
            assert_eq!(shell.run("XREADGROUP GROUP g c BLOCK 0 STREAMS s >"), "");
            shell.switch(writer);
            shell.run(line);
            assert_eq!(shell.engine.take_output(reader), answer, "{line}");
        }
    }
}
