//! XDEL: remove entries of a stream.

use super::ids;
use russet_engine::prelude::*;
use russet_engine::value::Stream;

command! {
    name: "XDEL", group: Stream, since: "5.0.0",
    complexity: "O(1) for each single item to delete in the stream, regardless of the stream size.",
    summary: "Returns the number of messages after removing them from a stream.",
    syntax: "key id [id ...]",
    flags: WRITE | FAST,
    keys: [at(1).read_write().delete()],
    run: xdel,
}

fn xdel(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let key = args.key(1);
    if cx.db.get_for_write::<Stream>(key)?.is_none() {
        return cx.reply.int(0);
    }
    let ids = ids::all(args.iter_from(2))?;
    let edited = cx.db.edit(key, |stream: &mut Stream| ids.iter().filter(|id| stream.delete(**id)).count())?;
    let deleted = edited.map_or(0, |edited| edited.result);
    if deleted > 0 {
        cx.db.changed(key, Event::XDel);
        cx.db.count_changes(deleted - 1);
    }
    cx.reply.count(deleted)
}

#[cfg(test)]
mod tests {
    use crate::shell::conversation;

    #[test]
    fn a_stream_stays_without_entries() {
        conversation! {
            "XDEL s x => :0"
            "XADD s 1-1 a 1 => $3 1-1"
            "XADD s 2-1 a 1 => $3 2-1"
            "XDEL s 1-1 x => -ERR Invalid stream ID specified as stream command argument"
            "XLEN s => :2"
            "XDEL s 1-1 1-1 7 2-1 => :2"
            "EXISTS s => :1"
            "XADD s 2-1 a 1 => -ERR The ID specified in XADD is equal or smaller than the target stream top item"
            "SET s v => +OK"
            "XDEL s x => -WRONGTYPE Operation against a key holding the wrong kind of value"
        };
    }
}
