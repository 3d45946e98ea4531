//! ZPOPMIN, ZPOPMAX and ZMPOP, and BZPOPMIN, BZPOPMAX and BZMPOP, which wait: the members at an end, taken out.

use russet_engine::keyspace::Wanted;
use russet_engine::prelude::*;
use russet_engine::value::{Collection, SortedSet, Type};
use russet_engine::number;

command! {
    name: "ZPOPMIN", group: SortedSet, since: "5.0.0",
    complexity: "O(log(N)*M) with N being the number of elements in the sorted set, and M being the number of elements popped.",
    summary: "Returns the lowest-scoring members from a sorted set after removing them. Deletes the sorted set if the last member was popped.",
    syntax: "key [count]",
    flags: WRITE | FAST,
    keys: [at(1).read_write().access().delete()],
    run: zpopmin,
}

command! {
    name: "ZPOPMAX", group: SortedSet, since: "5.0.0",
    complexity: "O(log(N)*M) with N being the number of elements in the sorted set, and M being the number of elements popped.",
    summary: "Returns the highest-scoring members from a sorted set after removing them. Deletes the sorted set if the last member was popped.",
    syntax: "key [count]",
    flags: WRITE | FAST,
    keys: [at(1).read_write().access().delete()],
    run: zpopmax,
}

command! {
    name: "ZMPOP", group: SortedSet, since: "7.0.0",
    complexity: "O(K) + O(M*log(N)) where K is the number of provided keys, N being the number of elements in the sorted set, and M being the number of elements popped.",
    summary: "Returns the highest- or lowest-scoring members from one or more sorted sets after removing them. Deletes the sorted set if the last member was popped.",
    syntax: "numkeys key [key ...] <MIN | MAX> [COUNT count]",
    flags: WRITE,
    keys: [counted(1).read_write().access().delete()],
    run: zmpop,
}

command! {
    name: "BZPOPMIN", group: SortedSet, since: "5.0.0",
    complexity: "O(log(N)) with N being the number of elements in the sorted set.",
    summary: "Removes and returns the member with the lowest score from one or more sorted sets. Blocks until a member is available otherwise. Deletes the sorted set if the last element was popped.",
    syntax: "key [key ...] timeout",
    notes: [
        of("timeout").kind("double"),
    ],
    flags: WRITE | BLOCKING | FAST,
    keys: [range(1, -2, 1).read_write().access().delete()],
    history: [
        ("6.0.0", "`timeout` is interpreted as a double instead of an integer."),
    ],
    run: bzpopmin,
}

command! {
    name: "BZPOPMAX", group: SortedSet, since: "5.0.0",
    complexity: "O(log(N)) with N being the number of elements in the sorted set.",
    summary: "Removes and returns the member with the highest score from one or more sorted sets. Blocks until a member available otherwise.  Deletes the sorted set if the last element was popped.",
    syntax: "key [key ...] timeout",
    notes: [
        of("timeout").kind("double"),
    ],
    flags: WRITE | BLOCKING | FAST,
    keys: [range(1, -2, 1).read_write().access().delete()],
    history: [
        ("6.0.0", "`timeout` is interpreted as a double instead of an integer."),
    ],
    run: bzpopmax,
}

command! {
    name: "BZMPOP", group: SortedSet, since: "7.0.0",
    complexity: "O(K) + O(M*log(N)) where K is the number of provided keys, N being the number of elements in the sorted set, and M being the number of elements popped.",
    summary: "Removes and returns a member by score from one or more sorted sets. Blocks until a member is available otherwise. Deletes the sorted set if the last element was popped.",
    syntax: "timeout numkeys key [key ...] <MIN | MAX> [COUNT count]",
    notes: [
        of("timeout").kind("double"),
    ],
    flags: WRITE | BLOCKING,
    keys: [counted(2).read_write().access().delete()],
    run: bzmpop,
}

/// From which end members are taken.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    Min,
    Max,
}

impl End {
    fn event(self) -> Event {
        match self {
            End::Min => Event::ZPopMin,
            End::Max => Event::ZPopMax,
        }
    }

    /// The command that takes from this end of one key.
    fn command(self) -> &'static [u8] {
        match self {
            End::Min => b"ZPOPMIN",
            End::Max => b"ZPOPMAX",
        }
    }
}

/// How what was taken is answered.
#[derive(Clone, Copy)]
enum Shape {
    /// The member and its score; with a count in RESP3 each in an array of its own.
    Plain { counted: bool },
    /// The key, the member, its score.
    WithKey,
    /// The key, and an array of members with their scores, each in an array of its own.
    Nested,
}

/// Takes up to `count` members from an end of a set and answers with them; `false` where there is no set, and nothing
/// has been answered.
fn pop(cx: &mut Context<'_>, key: Key<'_>, end: End, count: usize, shape: Shape) -> Result<bool, Error> {
    let reply = &mut cx.reply;
    let edited = cx.db.edit(key, |set: &mut SortedSet| {
        let (len, count) = (set.len(), count.min(set.len()));
        let ranks = match end {
            End::Min => 0..count,
            End::Max => len - count..len,
        };
        let mut elements = set.range(ranks.clone());
        match shape {
            Shape::Plain { counted: false } => reply.array(count * 2)?,
            Shape::Plain { counted: true } => reply.scored(count)?,
            Shape::WithKey => {
                reply.array(3)?;
                reply.bulk(key.bytes)?;
            }
            Shape::Nested => {
                reply.array(2)?;
                reply.bulk(key.bytes)?;
                reply.array(count)?;
            }
        }
        while let Some((member, score)) = if end == End::Min { elements.next() } else { elements.next_back() } {
            match shape {
                Shape::Plain { counted: true } => reply.scored_element(member, score)?,
                Shape::Nested => {
                    reply.array(2)?;
                    reply.element(member)?;
                    reply.double(score)?;
                }
                Shape::Plain { counted: false } | Shape::WithKey => {
                    reply.element(member)?;
                    reply.double(score)?;
                }
            }
        }
        Ok(set.remove_range(ranks))
    })?;
    let Some(edited) = edited else { return Ok(false) };
    let gone = edited.result?;
    if gone > 0 {
        cx.db.reduced(key, end.event(), edited.emptied);
        cx.db.count_changes(gone - 1);
    }
    Ok(true)
}

fn pop_end(cx: &mut Context<'_>, args: Args<'_>, end: End) -> Outcome {
    if args.len() > 3 {
        return Err(Error::SYNTAX);
    }
    let count = match args.get(2) {
        Some(word) => {
            let count = number::parse_i64(word).and_then(|count| usize::try_from(count).ok());
            Some(count.ok_or(Error::NOT_POSITIVE)?)
        }
        None => None,
    };
    let shape = Shape::Plain { counted: count.is_some() };
    if !pop(cx, args.key(1), end, count.unwrap_or(1), shape)? {
        return cx.reply.array(0);
    }
    Ok(())
}

fn zpopmin(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    pop_end(cx, args, End::Min)
}

fn zpopmax(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    pop_end(cx, args, End::Max)
}

/// What ZMPOP and BZMPOP are told: how many keys stand where, which end, how many members.
struct Many {
    first_key: usize,
    keys: usize,
    end: End,
    count: usize,
}

impl Many {
    /// Reads the arguments from the number of keys on, which is word `at`.
    fn read(args: Args<'_>, at: usize) -> Result<Many, Error> {
        let positive = |word: &[u8]| {
            number::parse_i64(word).filter(|&n| n > 0).and_then(|n| usize::try_from(n).ok())
        };
        let keys = positive(args.word(at)).ok_or(Error::new("ERR numkeys should be greater than 0"))?;
        let mut at_end = at.saturating_add(1).saturating_add(keys);
        let end = if args.is(at_end, "MIN") {
            End::Min
        } else if args.is(at_end, "MAX") {
            End::Max
        } else {
            return Err(Error::SYNTAX);
        };
        let mut count = None;
        at_end += 1;
        while at_end < args.len() {
            if count.is_some() || !args.is(at_end, "COUNT") || at_end + 1 == args.len() {
                return Err(Error::SYNTAX);
            }
            let word = args.word(at_end + 1);
            count = Some(positive(word).ok_or(Error::new("ERR count should be greater than 0"))?);
            at_end += 2;
        }
        Ok(Many { first_key: at + 1, keys, end, count: count.unwrap_or(1) })
    }

    /// Takes from the first set that is there; `false` if none is.
    fn pop(&self, cx: &mut Context<'_>, args: Args<'_>) -> Result<bool, Error> {
        for index in self.first_key..self.first_key + self.keys {
            let key = args.key(index);
            if pop(cx, key, self.end, self.count, Shape::Nested)? {
                let count = self.count.to_string();
                cx.journal([self.end.command(), key.bytes, count.as_bytes()]);
                return Ok(true);
            }
        }
        Ok(false)
    }
}

fn zmpop(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let many = Many::read(args, 1)?;
    if many.pop(cx, args)? { Ok(()) } else { cx.reply.null_array() }
}

fn bzmpop(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let many = Many::read(args, 2)?;
    let deadline = cx.deadline(args.word(1))?;
    if many.pop(cx, args)? {
        return Ok(());
    }
    let keys = args.iter_from(many.first_key).take(many.keys);
    wait(cx, keys, deadline, args)
}

fn pop_end_or_wait(cx: &mut Context<'_>, args: Args<'_>, end: End) -> Outcome {
    let last = args.len() - 1;
    let deadline = cx.deadline(args.word(last))?;
    for index in 1..last {
        let key = args.key(index);
        if pop(cx, key, end, 1, Shape::WithKey)? {
            cx.journal([end.command(), key.bytes]);
            return Ok(());
        }
    }
    wait(cx, args.iter_from(1).take(last - 1), deadline, args)
}

fn wait<'k>(
    cx: &mut Context<'_>,
    keys: impl Iterator<Item = &'k [u8]>,
    deadline: Option<i64>,
    args: Args<'_>,
) -> Outcome {
    let wanted = Wanted { kind: Type::SortedSet, or_gone: false };
    cx.wait_for_keys(keys, wanted, deadline, |reply| reply.null_array(), args)
}

fn bzpopmin(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    pop_end_or_wait(cx, args, End::Min)
}

fn bzpopmax(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    pop_end_or_wait(cx, args, End::Max)
}

#[cfg(test)]
mod tests {
    use crate::shell::{Shell, conversation};

    #[test]
    fn from_either_end() {
        let mut shell = conversation! {
            "SET s 1 => +OK"
            "ZADD z 1 a 2 b 3 c 4 d 5 e 6 f => :6"
            "ZPOPMIN z => *2 $1 a $1 1"
            "ZPOPMAX z 2 => *4 $1 f $1 6 $1 e $1 5"
            "ZPOPMIN z 0 => *0"
            "ZPOPMIN none => *0"
            "ZPOPMIN s -1 => -ERR value is out of range, must be positive"
            "ZPOPMIN s x => -ERR value is out of range, must be positive"
            "ZPOPMIN s 0 => -WRONGTYPE Operation against a key holding the wrong kind of value"
            "ZPOPMIN z 1 2 => -ERR syntax error"
        };
        shell.resp3();
        assert_eq!(shell.run("ZPOPMIN z"), "*2 $1 b ,2");
        assert_eq!(shell.run("ZPOPMIN z 9223372036854775807"), "*2 *2 $1 c ,3 *2 $1 d ,4");
        assert_eq!(shell.run("EXISTS z"), ":0");
    }

    #[test]
    fn of_the_first_key_that_is_there() {
        conversation! {
            "SET s 1 => +OK"
            "ZADD z 1 a 2 b 3 c => :3"
            "ZMPOP 2 none z MAX COUNT 2 => *2 $1 z *2 *2 $1 c $1 3 *2 $1 b $1 2"
            "ZMPOP 1 z min => *2 $1 z *1 *2 $1 a $1 1"
            "ZMPOP 1 z MIN => *-1"
            "ZMPOP 2 none s MIN => -WRONGTYPE Operation against a key holding the wrong kind of value"
            "ZMPOP 0 z MIN => -ERR numkeys should be greater than 0"
            "ZMPOP 9223372036854775807 z MIN => -ERR syntax error"
            "ZMPOP 2 z MIN => -ERR syntax error"
            "ZMPOP 1 z MIN COUNT 0 => -ERR count should be greater than 0"
            "ZMPOP 1 z MIN COUNT 1 COUNT 1 => -ERR syntax error"
            "BZMPOP x 1 z FOO => -ERR syntax error"
            "BZMPOP x 1 z MIN => -ERR timeout is not a float or out of range"
            "BZPOPMIN s x => -ERR timeout is not a float or out of range"
            "BZPOPMIN none s 0 => -WRONGTYPE Operation against a key holding the wrong kind of value"
        };
    }

    #[test]
    fn who_waits_is_served_in_the_order_of_coming() {
        let mut shell = Shell::new();
        shell.engine.keyspace.effects.attach(true);
        let first = shell.client();
        assert_eq!(shell.run("BZPOPMIN none z 0"), "");
        let second = { shell.another(); shell.client() };
        assert_eq!(shell.run("BZMPOP 0 1 z MAX COUNT 2"), "");
        let third = { shell.another(); shell.client() };
        assert_eq!(shell.run("BZPOPMAX z z 0.5"), "");
        shell.another();
        assert_eq!(shell.run("ZADD z 1 a 2 b 3 c"), ":3");
        shell.switch(first);
        assert_eq!(shell.tick(), "*3 $1 z $1 a $1 1");
        shell.switch(second);
        assert_eq!(shell.tick(), "*2 $1 z *2 *2 $1 c $1 3 *2 $1 b $1 2");
        assert_eq!(shell.effects(), ["ZADD z 1 a 2 b 3 c", "ZPOPMIN z", "ZPOPMAX z 2"]);
        shell.switch(third);
        assert_eq!(shell.tick(), "");
        shell.clock.advance(501);
        assert_eq!(shell.tick(), "*-1");
        assert_eq!(shell.run("EXISTS z"), ":0");
    }

    #[test]
    fn nobody_waits_inside_a_transaction() {
        conversation! {
            "MULTI => +OK"
            "BZPOPMIN none 0 => +QUEUED"
            "BZMPOP 0 1 none MIN => +QUEUED"
            "EXEC => *2 *-1 *-1"
        };
    }
}
