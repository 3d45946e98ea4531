//! XINFO CONSUMERS: the consumers of a group.

use super::write_count;
use crate::stream::groups::no_such_group;
use russet_engine::prelude::*;
use russet_engine::value::Stream;

command! {
    name: "XINFO|CONSUMERS", group: Stream, since: "5.0.0", complexity: "O(1)",
    summary: "Returns a list of the consumers in a consumer group.",
    syntax: "key group",
    flags: READONLY,
    keys: [at(2).read_only().access()],
    tips: ["nondeterministic_output"],
    history: [
        ("7.2.0", "Added the `inactive` field, and changed the meaning of `idle`."),
    ],
    run: consumers,
}

fn consumers(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let (key, name, now) = (args.key(2), args.word(3), cx.db.now_ms());
    let stream = cx.db.get::<Stream>(key)?.ok_or(Error::NO_SUCH_KEY)?;
    let group = stream.group(name).ok_or_else(|| no_such_group(key.bytes, name))?;
    let since = |time: i64| now.saturating_sub(time).max(0);
    let reply = &mut cx.reply;
    reply.array(group.consumers().len())?;
    for (_, consumer) in group.consumers() {
        reply.map(4)?;
        reply.bulk(b"name")?;
        reply.bulk(consumer.name())?;
        write_count(reply, "pending", consumer.pending_len())?;
        reply.bulk(b"idle")?;
        reply.int(since(consumer.seen_time))?;
        reply.bulk(b"inactive")?;
        reply.int(consumer.active_time.map_or(-1, since))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::shell::conversation;

    #[test]
    fn who_tried_and_who_got_something() {
        let mut shell = conversation! {
            "XINFO CONSUMERS s g => -ERR no such key"
            "XADD s 1 a 1 => $3 1-0"
            "XINFO CONSUMERS s g => -NOGROUP No such consumer group 'g' for key name 's'"
            "XGROUP CREATE s g 0 => +OK"
            "XREADGROUP GROUP g b STREAMS s > => *1 *2 $1 s *1 *2 $3 1-0 *2 $1 a $1 1"
        };
        shell.clock.advance(7);
        shell.run("XREADGROUP GROUP g b STREAMS s >");
        shell.run("XGROUP CREATECONSUMER s g a");
        shell.clock.advance(3);
        assert_eq!(
            shell.run("XINFO CONSUMERS s g"),
            "*2 *8 $4 name $1 a $7 pending :0 $4 idle :3 $8 inactive :-1 *8 $4 name $1 b $7 pending :1 $4 idle :3 $8 inactive :10"
        );
        shell.run("SET s v");
        assert_eq!(
            shell.run("XINFO CONSUMERS s g"),
            "-WRONGTYPE Operation against a key holding the wrong kind of value"
        );
    }
}
