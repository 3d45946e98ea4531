//! XRANGE and XREVRANGE: the entries between two ids, from the one or from the other end.

use super::entries::write_entries;
use super::ids;
use russet_engine::prelude::*;
use russet_engine::value::Stream;
use russet_structures::stream::Id;

command! {
    name: "XRANGE", group: Stream, since: "5.0.0",
    complexity: "O(N) with N being the number of elements being returned. If N is constant (e.g. always asking for the first 10 elements with COUNT), you can consider it O(1).",
    summary: "Returns the messages from a stream within a range of IDs.",
    syntax: "key start end [COUNT count]",
    flags: READONLY,
    keys: [at(1).read_only().access()],
    history: [
        ("6.2.0", "Added exclusive ranges."),
    ],
    run: xrange,
}

command! {
    name: "XREVRANGE", group: Stream, since: "5.0.0",
    complexity: "O(N) with N being the number of elements returned. If N is constant (e.g. always asking for the first 10 elements with COUNT), you can consider it O(1).",
    summary: "Returns the messages from a stream within a range of IDs in reverse order.",
    syntax: "key end start [COUNT count]",
    flags: READONLY,
    keys: [at(1).read_only().access()],
    history: [
        ("6.2.0", "Added exclusive ranges."),
    ],
    run: xrevrange,
}

fn xrange(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let (start, end) = (ids::start(args.word(2))?, ids::end(args.word(3))?);
    answer(cx, args, start, end, false)
}

fn xrevrange(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let (start, end) = (ids::start(args.word(3))?, ids::end(args.word(2))?);
    answer(cx, args, start, end, true)
}

fn answer(cx: &mut Context<'_>, args: Args<'_>, start: Id, end: Id, back: bool) -> Outcome {
    let mut count = None;
    let mut at = 4;
    while at < args.len() {
        if !args.is(at, "COUNT") || at + 1 == args.len() {
            return Err(Error::SYNTAX);
        }
        count = Some(usize::try_from(args.int(at + 1)?.max(0)).unwrap_or(usize::MAX));
        at += 2;
    }
    let Some(stream) = cx.db.get::<Stream>(args.key(1))? else { return cx.reply.array(0) };
    if count == Some(0) {
        return cx.reply.null_array();
    }
    let count = count.unwrap_or(usize::MAX);
    match back {
        false => write_entries(&mut cx.reply, stream.range(start, end).take(count)),
        true => write_entries(&mut cx.reply, stream.range_back(start, end).take(count)),
    }
}

#[cfg(test)]
mod tests {
    use crate::shell::conversation;

    #[test]
    fn bounds() {
        conversation! {
            "XADD s 1-1 a 1 => $3 1-1"
            "XADD s 1-2 b 2 c 3 => $3 1-2"
            "XADD s 2-0 a x => $3 2-0"
            "XRANGE s - + => *3 *2 $3 1-1 *2 $1 a $1 1 *2 $3 1-2 *4 $1 b $1 2 $1 c $1 3 *2 $3 2-0 *2 $1 a $1 x"
            "XRANGE s 1 1 COUNT 1 => *1 *2 $3 1-1 *2 $1 a $1 1"
            "XRANGE s (1-1 1 => *1 *2 $3 1-2 *4 $1 b $1 2 $1 c $1 3"
            "XRANGE s (1 (1-2 => *1 *2 $3 1-1 *2 $1 a $1 1"
            "XREVRANGE s + - COUNT 1 => *1 *2 $3 2-0 *2 $1 a $1 x"
            "XREVRANGE s (1-2 1 => *1 *2 $3 1-1 *2 $1 a $1 1"
            "XREVRANGE s - + => *0"
            "XRANGE s + - => *0"
            "XRANGE s - (0 => *0"
        };
    }

    #[test]
    fn arguments() {
        conversation! {
            "XRANGE s x y => -ERR Invalid stream ID specified as stream command argument"
            "XRANGE s ( + => -ERR Invalid stream ID specified as stream command argument"
            "XRANGE s (- + => -ERR Invalid stream ID specified as stream command argument"
            "XRANGE s (18446744073709551615-18446744073709551615 + => -ERR invalid start ID for the interval"
            "XREVRANGE s (0-0 - => -ERR invalid end ID for the interval"
            "XRANGE s - + COUNT => -ERR syntax error"
            "XRANGE s - + COUNT x => -ERR value is not an integer or out of range"
            "XRANGE s - + COUNT 0 => *0"
            "XADD s 1-1 a 1 => $3 1-1"
            "XRANGE s - + COUNT 0 => *-1"
            "XRANGE s - + COUNT -7 => *-1"
            "XRANGE s - + COUNT 0 COUNT 1 => *1 *2 $3 1-1 *2 $1 a $1 1"
            "SET s v => +OK"
            "XRANGE s - + COUNT 0 => -WRONGTYPE Operation against a key holding the wrong kind of value"
        };
    }
}
