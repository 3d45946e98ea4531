//! XINFO GROUPS: the groups of a stream, and how far they are.

use super::{write_count, write_known};
use crate::stream::entries::write_id;
use russet_engine::prelude::*;
use russet_engine::value::Stream;

command! {
    name: "XINFO|GROUPS", group: Stream, since: "5.0.0", complexity: "O(1)",
    summary: "Returns a list of the consumer groups of a stream.",
    syntax: "key",
    flags: READONLY,
    keys: [at(2).read_only().access()],
    history: [
        ("7.0.0", "Added the `entries-read` and `lag` fields"),
    ],
    run: groups,
}

fn groups(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let stream = cx.db.get::<Stream>(args.key(2))?.ok_or(Error::NO_SUCH_KEY)?;
    let reply = &mut cx.reply;
    reply.array(stream.groups().len())?;
    for (name, group) in stream.groups() {
        reply.map(6)?;
        reply.bulk(b"name")?;
        reply.bulk(name)?;
        write_count(reply, "consumers", group.consumers().len())?;
        write_count(reply, "pending", group.pending_len())?;
        reply.bulk(b"last-delivered-id")?;
        write_id(reply, group.last_id())?;
        reply.bulk(b"entries-read")?;
        write_known(reply, group.entries_read().map(|read| read as i64))?;
        reply.bulk(b"lag")?;
        write_known(reply, stream.lag(group))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::shell::conversation;

    #[test]
    fn how_far_they_are() {
        conversation! {
            "XINFO GROUPS s => -ERR no such key"
            "XADD s 1 a 1 => $3 1-0"
            "XINFO GROUPS s => *0"
            "XADD s 2 a 1 => $3 2-0"
            "XGROUP CREATE s g 0 => +OK"
            "XINFO GROUPS s => *1 *12 $4 name $1 g $9 consumers :0 $7 pending :0 $17 last-delivered-id $3 0-0 $12 entries-read $-1 $3 lag :2"
            "XREADGROUP GROUP g c COUNT 1 STREAMS s > => *1 *2 $1 s *1 *2 $3 1-0 *2 $1 a $1 1"
            "XDEL s 1 => :1"
            "XINFO GROUPS s => *1 *12 $4 name $1 g $9 consumers :1 $7 pending :1 $17 last-delivered-id $3 1-0 $12 entries-read :1 $3 lag :1"
            "SET s v => +OK"
            "XINFO GROUPS s => -WRONGTYPE Operation against a key holding the wrong kind of value"
        };
    }
}
