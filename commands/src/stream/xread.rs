//! XREAD: the entries of streams behind given ids, waiting for the first if asked to.

use super::entries::{IdText, write_entries};
use super::ids;
use super::reading::{Options, write_key, write_streams};
use russet_engine::prelude::*;
use russet_engine::value::Stream;
use russet_structures::stream::Id;

command! {
    name: "XREAD", group: Stream, since: "5.0.0",
    summary: "Returns messages from multiple streams with IDs greater than the ones requested. Blocks until a message is available otherwise.",
    syntax: "[COUNT count] [BLOCK milliseconds] STREAMS key [key ...] id [id ...]",
    flags: READONLY | BLOCKING,
    keys: [after("STREAMS", 1).to(-1).limit(2).read_only().access()],
    run: xread,
}

fn xread(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let options = Options::parse(cx, args, "xread")?;
    let mut read_up_to = Vec::with_capacity(options.keys.len());
    for (_, key, word) in options.streams(args) {
        let stream = cx.db.get::<Stream>(key)?;
        read_up_to.push(if ids::is_sign(word, b'$') {
            stream.map_or(Id::MIN, Stream::last_id)
        } else if ids::is_sign(word, b'>') {
            return Err(Error::new(
                "ERR The > ID can be specified only when calling XREADGROUP using the GROUP <group> <consumer> option.",
            ));
        } else {
            ids::exact(word)?
        });
    }

    let (db, count) = (&mut cx.db, options.count.unwrap_or(usize::MAX));
    let any = write_streams(&mut cx.reply, |reply| {
        let mut served = 0;
        for (place, key, _) in options.streams(args) {
            let Some(stream) = db.get::<Stream>(key)? else { continue };
            let Some(start) = read_up_to[place].next() else { continue };
            if stream.last().is_none_or(|last| last.id() < start) {
                continue;
            }
            write_key(reply, key)?;
            write_entries(reply, stream.range(start, Id::MAX).take(count))?;
            served += 1;
        }
        Ok(served)
    })?;
    if any {
        return Ok(());
    }
    // `$` is what it was when the command came.
    let texts: Vec<IdText> = read_up_to.into_iter().map(IdText::new).collect();
    options.wait(cx, args, texts.iter().map(IdText::as_bytes))
}

#[cfg(test)]
mod tests {
    use crate::shell::{Shell, conversation};

    #[test]
    fn arguments() {
        conversation! {
            "XREAD COUNT 1 s => -ERR syntax error"
            "XREAD COUNT 1 STREAMS => -ERR syntax error"
            "XREAD STREAMS s t 0 => -ERR Unbalanced 'xread' list of streams: for each stream key an ID or '$' must be specified."
            "XREAD COUNT x STREAMS s 0 => -ERR value is not an integer or out of range"
            "XREAD BLOCK x STREAMS s 0 => -ERR timeout is not an integer or out of range"
            "XREAD BLOCK 9223372036854775807 STREAMS s 0 => -ERR timeout is out of range"
            "XREAD BLOCK -1 STREAMS s 0 => -ERR timeout is negative"
            "XREAD GROUP g c STREAMS s 0 => -ERR The GROUP option is only supported by XREADGROUP. You called XREAD instead."
            "XREAD NOACK STREAMS s 0 => -ERR The NOACK option is only supported by XREADGROUP. You called XREAD instead."
            "XREAD STREAMS s > => -ERR The > ID can be specified only when calling XREADGROUP using the GROUP <group> <consumer> option."
            "XREAD STREAMS s + => -ERR Invalid stream ID specified as stream command argument"
            "SET k v => +OK"
            "XREAD STREAMS s k 0 x => -WRONGTYPE Operation against a key holding the wrong kind of value"
        };
    }

    #[test]
    fn several_streams_in_both_protocols() {
        let mut shell = conversation! {
            "XADD s 1 a 1 => $3 1-0"
            "XADD s 2 a 2 => $3 2-0"
            "XADD t 5 b 1 => $3 5-0"
            "XREAD COUNT 1 STREAMS s u t 0 0 5 => *1 *2 $1 s *1 *2 $3 1-0 *2 $1 a $1 1"
            "XREAD COUNT 0 STREAMS s t 1 0 => *2 *2 $1 s *1 *2 $3 2-0 *2 $1 a $1 2 *2 $1 t *1 *2 $3 5-0 *2 $1 b $1 1"
            "XREAD STREAMS s t $ $ => *-1"
            "XREAD STREAMS s 18446744073709551615-18446744073709551615 => *-1"
            "XDEL s 2 => :1"
            "XREAD STREAMS s 1 => *-1"
        };
        shell.resp3();
        assert_eq!(shell.run("XREAD STREAMS s t 0 0"), "%2 $1 s *1 *2 $3 1-0 *2 $1 a $1 1 $1 t *1 *2 $3 5-0 *2 $1 b $1 1");
        assert_eq!(shell.run("XREAD STREAMS s 5"), "_");
    }

    #[test]
    fn who_waits_is_given_what_came_after_the_wait_began() {
        let mut shell = Shell::new();
        shell.run("XADD s 1 a 1");
        shell.run("XADD s 5 a 5");
        shell.run("XDEL s 5");
        let writer = shell.another();
        let reader = shell.client();
        assert_eq!(shell.run("XREAD BLOCK 0 STREAMS s t $ $"), "");
        shell.switch(writer);
        shell.run("XADD s 6 a 6");
        assert_eq!(shell.engine.take_output(reader), b"*1\r\n*2\r\n$1\r\ns\r\n*1\r\n*2\r\n$3\r\n6-0\r\n*2\r\n$1\r\na\r\n$1\r\n6\r\n");
        // In a transaction, all that came with it; a stream that goes on is no reason to wake.
        shell.switch(reader);
        assert_eq!(shell.run("XREAD COUNT 9 BLOCK 100 STREAMS t s $ $"), "");
        shell.switch(writer);
        for line in ["XDEL s 6", "DEL s", "SET s v", "DEL s", "MULTI", "XADD t 1 a 1", "XADD t 2 a 2", "EXEC"] {
            assert_eq!(shell.engine.take_output(reader), b"", "before {line}");
            shell.run(line);
        }
        let two = b"*1\r\n*2\r\n$1\r\nt\r\n*2\r\n*2\r\n$3\r\n1-0\r\n*2\r\n$1\r\na\r\n$1\r\n1\r\n*2\r\n$3\r\n2-0\r\n*2\r\n$1\r\na\r\n$1\r\n2\r\n";
        assert_eq!(shell.engine.take_output(reader), two);
        // Time goes by.
        shell.switch(reader);
        assert_eq!(shell.run("XREAD BLOCK 100 STREAMS t $"), "");
        shell.clock.advance(99);
        assert_eq!(shell.tick(), "");
        shell.clock.advance(1);
        assert_eq!(shell.tick(), "*-1");
        for line in ["MULTI", "XREAD BLOCK 0 STREAMS t $"] {
            shell.run(line);
        }
        assert_eq!(shell.run("EXEC"), "*1 *-1");
    }
}
