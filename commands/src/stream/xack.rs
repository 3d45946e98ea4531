//! XACK: entries that a consumer is done with.

use super::ids;
use russet_engine::prelude::*;
use russet_engine::value::Stream;

command! {
    name: "XACK", group: Stream, since: "5.0.0", complexity: "O(1) for each message ID processed.",
    summary: "Returns the number of messages that were successfully acknowledged by the consumer group member of a stream.",
    syntax: "key group id [id ...]",
    flags: WRITE | FAST,
    keys: [at(1).read_write().update()],
    run: xack,
}

fn xack(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let (key, name) = (args.key(1), args.word(2));
    if cx.db.get::<Stream>(key)?.and_then(|stream| stream.group(name)).is_none() {
        return cx.reply.int(0);
    }
    let ids = ids::all(args.iter_from(3))?;
    let edited = cx.db.edit(key, |stream: &mut Stream| {
        stream.group_mut(name).map_or(0, |group| ids.iter().filter(|id| group.acknowledge(**id)).count())
    })?;
    let acknowledged = edited.map_or(0, |edited| edited.result);
    // Redis tells nobody.
    cx.db.count_changes(acknowledged);
    cx.reply.count(acknowledged)
}

#[cfg(test)]
mod tests {
    use crate::shell::conversation;

    #[test]
    fn each_entry_once() {
        conversation! {
            "XACK s g x => :0"
            "XADD s 1 a 1 => $3 1-0"
            "XACK s g x => :0"
            "XGROUP CREATE s g 0 => +OK"
            "XREADGROUP GROUP g c STREAMS s > => *1 *2 $1 s *1 *2 $3 1-0 *2 $1 a $1 1"
            "XACK s g 1 x => -ERR Invalid stream ID specified as stream command argument"
            "XACK s g 1 1 2 => :1"
            "XACK s g 1 => :0"
            "SET s v => +OK"
            "XACK s g x => -WRONGTYPE Operation against a key holding the wrong kind of value"
        };
    }
}
