//! ZRANGE, its elder forms and ZRANGESTORE: a part of a sorted set by rank, score or member.

use super::bounds::{Members, Ranks, Scores};
use super::store;
use russet_engine::Reply;
use russet_engine::prelude::*;
use russet_engine::value::sorted_set::Limits;
use russet_engine::value::{Collection, SortedSet};
use russet_structures::sorted_set::window;
use std::ops::Range;

command! {
    name: "ZRANGE", group: SortedSet, since: "1.2.0",
    complexity: "O(log(N)+M) with N being the number of elements in the sorted set and M the number of elements returned.",
    summary: "Returns members in a sorted set within a range of indexes.",
    syntax: "key start stop [BYSCORE | BYLEX] [REV] [LIMIT offset count] [WITHSCORES]",
    notes: [
        of("BYSCORE | BYLEX").since("6.2.0"),
        of("REV").since("6.2.0"),
        of("LIMIT").since("6.2.0"),
    ],
    flags: READONLY,
    keys: [at(1).read_only().access()],
    history: [
        ("6.2.0", "Added the `REV`, `BYSCORE`, `BYLEX` and `LIMIT` options."),
    ],
    run: zrange,
}

command! {
    name: "ZREVRANGE", group: SortedSet, since: "1.2.0",
    complexity: "O(log(N)+M) with N being the number of elements in the sorted set and M the number of elements returned.",
    summary: "Returns members in a sorted set within a range of indexes in reverse order.",
    syntax: "key start stop [WITHSCORES]",
    notes: [
        of("start").kind("integer"),
        of("stop").kind("integer"),
    ],
    flags: READONLY,
    keys: [at(1).read_only().access()],
    deprecated: ("6.2.0", "`ZRANGE` with the `REV` argument"),
    run: zrevrange,
}

command! {
    name: "ZRANGEBYSCORE", group: SortedSet, since: "1.0.5",
    complexity: "O(log(N)+M) with N being the number of elements in the sorted set and M the number of elements being returned. If M is constant (e.g. always asking for the first 10 elements with LIMIT), you can consider it O(log(N)).",
    summary: "Returns members in a sorted set within a range of scores.",
    syntax: "key min max [WITHSCORES] [LIMIT offset count]",
    notes: [
        of("min").kind("double"),
        of("max").kind("double"),
        of("WITHSCORES").since("2.0.0"),
    ],
    flags: READONLY,
    keys: [at(1).read_only().access()],
    history: [
        ("2.0.0", "Added the `WITHSCORES` modifier."),
    ],
    deprecated: ("6.2.0", "`ZRANGE` with the `BYSCORE` argument"),
    run: zrangebyscore,
}

command! {
    name: "ZREVRANGEBYSCORE", group: SortedSet, since: "2.2.0",
    complexity: "O(log(N)+M) with N being the number of elements in the sorted set and M the number of elements being returned. If M is constant (e.g. always asking for the first 10 elements with LIMIT), you can consider it O(log(N)).",
    summary: "Returns members in a sorted set within a range of scores in reverse order.",
    syntax: "key max min [WITHSCORES] [LIMIT offset count]",
    notes: [
        of("max").kind("double"),
        of("min").kind("double"),
    ],
    flags: READONLY,
    keys: [at(1).read_only().access()],
    history: [
        ("2.1.6", "`min` and `max` can be exclusive."),
    ],
    deprecated: ("6.2.0", "`ZRANGE` with the `REV` and `BYSCORE` arguments"),
    run: zrevrangebyscore,
}

command! {
    name: "ZRANGEBYLEX", group: SortedSet, since: "2.8.9",
    complexity: "O(log(N)+M) with N being the number of elements in the sorted set and M the number of elements being returned. If M is constant (e.g. always asking for the first 10 elements with LIMIT), you can consider it O(log(N)).",
    summary: "Returns members in a sorted set within a lexicographical range.",
    syntax: "key min max [LIMIT offset count]",
    flags: READONLY,
    keys: [at(1).read_only().access()],
    deprecated: ("6.2.0", "`ZRANGE` with the `BYLEX` argument"),
    run: zrangebylex,
}

command! {
    name: "ZREVRANGEBYLEX", group: SortedSet, since: "2.8.9",
    complexity: "O(log(N)+M) with N being the number of elements in the sorted set and M the number of elements being returned. If M is constant (e.g. always asking for the first 10 elements with LIMIT), you can consider it O(log(N)).",
    summary: "Returns members in a sorted set within a lexicographical range in reverse order.",
    syntax: "key max min [LIMIT offset count]",
    flags: READONLY,
    keys: [at(1).read_only().access()],
    deprecated: ("6.2.0", "`ZRANGE` with the `REV` and `BYLEX` arguments"),
    run: zrevrangebylex,
}

command! {
    name: "ZRANGESTORE", group: SortedSet, since: "6.2.0",
    complexity: "O(log(N)+M) with N being the number of elements in the sorted set and M the number of elements stored into the destination key.",
    summary: "Stores a range of members from sorted set in a key.",
    syntax: "dst src min max [BYSCORE | BYLEX] [REV] [LIMIT offset count]",
    flags: WRITE | DENYOOM,
    keys: [at(1).overwrite().update(), at(2).read_only().access()],
    run: zrangestore,
}

/// What the ends of a range are.
#[derive(Clone, Copy, PartialEq, Eq)]
enum By {
    Rank,
    Score,
    Member,
}

/// What a command leaves open, for options to say.
#[derive(Clone, Copy)]
struct Form {
    /// Where the key stands.
    key: usize,
    by: Option<By>,
    reverse: Option<bool>,
    /// The elements are answered, so that their scores may be, too.
    answered: bool,
}

/// A range that is asked for.
struct Query<'a> {
    ends: Ends<'a>,
    reverse: bool,
    offset: i64,
    /// Negative for no limit.
    limit: i64,
    with_scores: bool,
}

#[derive(Clone, Copy)]
enum Ends<'a> {
    Ranks(Ranks),
    Scores(Scores),
    Members(Members<'a>),
}

impl<'a> Query<'a> {
    fn read(args: Args<'a>, form: Form) -> Result<Self, Error> {
        let (mut by, mut reverse) = (form.by, form.reverse);
        let (mut offset, mut limit, mut with_scores) = (0, -1, false);
        let mut at = form.key + 3;
        while at < args.len() {
            if form.answered && args.is(at, "WITHSCORES") {
                with_scores = true;
            } else if args.is(at, "LIMIT") && at + 2 < args.len() {
                (offset, limit) = (args.int(at + 1)?, args.int(at + 2)?);
                at += 2;
            } else if reverse.is_none() && args.is(at, "REV") {
                reverse = Some(true);
            } else if by.is_none() && args.is(at, "BYLEX") {
                by = Some(By::Member);
            } else if by.is_none() && args.is(at, "BYSCORE") {
                by = Some(By::Score);
            } else {
                return Err(Error::SYNTAX);
            }
            at += 1;
        }
        let (by, reverse) = (by.unwrap_or(By::Rank), reverse.unwrap_or(false));
        if by == By::Rank && limit != -1 {
            return Err(Error::new(
                "ERR syntax error, LIMIT is only supported in combination with either BYSCORE or BYLEX",
            ));
        }
        if by == By::Member && with_scores {
            return Err(Error::new("ERR syntax error, WITHSCORES not supported in combination with BYLEX"));
        }
        let (mut min, mut max) = (args.word(form.key + 1), args.word(form.key + 2));
        if reverse {
            (min, max) = (max, min);
        }
        let ends = match by {
            By::Rank => Ends::Ranks(Ranks::read(args, form.key + 1)?),
            By::Score => Ends::Scores(Scores::read(min, max)?),
            By::Member => Ends::Members(Members::read(min, max)?),
        };
        Ok(Query { ends, reverse, offset, limit, with_scores })
    }

    /// The ranks of what is asked for.
    fn ranks(&self, set: &SortedSet) -> Range<usize> {
        let ranks = match self.ends {
            Ends::Ranks(ranks) => return ranks.within(set.len(), self.reverse),
            Ends::Scores(scores) => scores.ranks(set),
            Ends::Members(members) => members.ranks(set),
        };
        let Ok(offset) = usize::try_from(self.offset) else { return 0..0 };
        window(ranks, self.reverse, offset, usize::try_from(self.limit).ok())
    }
}

/// Answers with the elements of a range, written straight from the set.
fn answer(reply: &mut Reply<'_>, set: &SortedSet, query: &Query<'_>) -> Outcome {
    let mut elements = set.range(query.ranks(set));
    let (len, reverse) = (elements.len(), query.reverse);
    let mut next = || if reverse { elements.next_back() } else { elements.next() };
    if !query.with_scores {
        reply.array(len)?;
        while let Some((member, _)) = next() {
            reply.element(member)?;
        }
        return Ok(());
    }
    reply.scored(len)?;
    while let Some((member, score)) = next() {
        reply.scored_element(member, score)?;
    }
    Ok(())
}

fn read(cx: &mut Context<'_>, args: Args<'_>, by: Option<By>, reverse: Option<bool>) -> Outcome {
    let query = Query::read(args, Form { key: 1, by, reverse, answered: true })?;
    match cx.db.get::<SortedSet>(args.key(1))? {
        Some(set) => answer(&mut cx.reply, set, &query),
        None => cx.reply.array(0),
    }
}

fn zrange(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    read(cx, args, None, None)
}

fn zrevrange(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    read(cx, args, Some(By::Rank), Some(true))
}

fn zrangebyscore(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    read(cx, args, Some(By::Score), Some(false))
}

fn zrevrangebyscore(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    read(cx, args, Some(By::Score), Some(true))
}

fn zrangebylex(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    read(cx, args, Some(By::Member), Some(false))
}

fn zrevrangebylex(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    read(cx, args, Some(By::Member), Some(true))
}

fn zrangestore(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let query = Query::read(args, Form { key: 2, by: None, reverse: None, answered: false })?;
    let limits = Limits::of(&cx.core.params);
    let hasher = args.hasher();
    let source = cx.db.get::<SortedSet>(args.key(2))?;
    let result = source.map(|set| set.slice(query.ranks(set), limits, hasher));
    store::store(cx, args.key(1), result, Event::ZRangeStore)
}

#[cfg(test)]
mod tests {
    use crate::shell::{Shell, conversation};

    #[test]
    fn by_rank_score_and_member() {
        let mut shell = conversation! {
            "ZADD z 1 a 2 b 3 c 4 d 5 e => :5"
            "ZRANGE z -3 -1 => *3 $1 c $1 d $1 e"
            "ZRANGE z 0 1 REV WITHSCORES => *4 $1 e $1 5 $1 d $1 4"
            "ZRANGE z 3 1 => *0"
            "ZRANGE z (1 3 BYSCORE => *2 $1 b $1 c"
            "ZRANGE z 3 (1 BYSCORE REV => *2 $1 c $1 b"
            "ZRANGE z -inf +inf BYSCORE LIMIT 1 2 => *2 $1 b $1 c"
            "ZRANGE z +inf -inf BYSCORE REV LIMIT 1 2 => *2 $1 d $1 c"
            "ZRANGE z -inf +inf BYSCORE LIMIT -1 2 => *0"
            "ZRANGE z -inf +inf BYSCORE LIMIT 3 -7 => *2 $1 d $1 e"
            "ZRANGE z [b (d BYLEX => *2 $1 b $1 c"
            "ZRANGE z + (b BYLEX REV LIMIT 0 2 => *2 $1 e $1 d"
            "ZRANGE z + - BYLEX => *0"
            "ZREVRANGE z 0 0 WITHSCORES => *2 $1 e $1 5"
            "ZRANGEBYSCORE z (4 inf WITHSCORES => *2 $1 e $1 5"
            "ZREVRANGEBYSCORE z 2 -1 => *2 $1 b $1 a"
            "ZRANGEBYLEX z - [b => *2 $1 a $1 b"
            "ZREVRANGEBYLEX z [b - LIMIT 1 1 => *1 $1 a"
            "ZRANGE none 0 1 => *0"
        };
        shell.resp3();
        assert_eq!(shell.run("ZRANGE z 0 1 WITHSCORES"), "*2 *2 $1 a ,1 *2 $1 b ,2");
    }

    #[test]
    fn refusals() {
        conversation! {
            "SET s 1 => +OK"
            "ZRANGE s 0 1 => -WRONGTYPE Operation against a key holding the wrong kind of value"
            "ZRANGE s x 1 => -ERR value is not an integer or out of range"
            "ZRANGE z 0 1 FOO => -ERR syntax error"
            "ZRANGE z 0 1 LIMIT 1 => -ERR syntax error"
            "ZRANGE z 0 1 LIMIT 1 2 => -ERR syntax error, LIMIT is only supported in combination with either BYSCORE or BYLEX"
            "ZRANGE z 0 1 LIMIT 5 -1 => *0"
            "ZRANGE z 0 1 BYSCORE BYLEX => -ERR syntax error"
            "ZRANGE z - + BYLEX WITHSCORES => -ERR syntax error, WITHSCORES not supported in combination with BYLEX"
            "ZRANGE z 1 x BYSCORE => -ERR min or max is not a float"
            "ZRANGE z 1 + BYLEX => -ERR min or max not valid string range item"
            "ZREVRANGE z 0 1 REV => -ERR syntax error"
            "ZRANGEBYSCORE z 1 2 BYSCORE => -ERR syntax error"
            "ZRANGEBYLEX z - + WITHSCORES => -ERR syntax error, WITHSCORES not supported in combination with BYLEX"
            "ZRANGESTORE d z 0 1 WITHSCORES => -ERR syntax error"
            "ZRANGESTORE d s 0 1 => -WRONGTYPE Operation against a key holding the wrong kind of value"
        };
    }

    #[test]
    fn a_range_is_stored() {
        conversation! {
            "ZADD z 1 a 2 b 3 c 4 d => :4"
            "SET d old EX 100 => +OK"
            "ZRANGESTORE d z 4 (1 BYSCORE REV LIMIT 1 2 => :2"
            "ZRANGE d 0 -1 WITHSCORES => *4 $1 b $1 2 $1 c $1 3"
            "TTL d => :-1"
            "ZRANGESTORE z z 1 -2 => :2"
            "ZRANGE z 0 -1 => *2 $1 b $1 c"
            "ZRANGESTORE d none 0 -1 => :0"
            "EXISTS d => :0"
        };
    }

    #[test]
    fn both_encodings_answer_alike() {
        let ask = |shell: &mut Shell| {
            for n in 0..50 {
                shell.run(&format!("ZADD z {} m{}", n % 7, n * 37 % 50));
                shell.run(&format!("ZADD l 0 m{}", n * 37 % 50));
            }
            let mut all = Vec::new();
            for (from, to) in [("0", "-1"), ("3", "17"), ("-20", "-5"), ("45", "90"), ("9", "2")] {
                all.push(shell.run(&format!("ZRANGE z {from} {to} WITHSCORES")));
                all.push(shell.run(&format!("ZRANGE z {from} {to} REV")));
            }
            for (min, max) in [("-inf", "inf"), ("2", "4"), ("(2", "(4"), ("(6", "9"), ("5", "1")] {
                all.push(shell.run(&format!("ZRANGE z {min} {max} BYSCORE WITHSCORES LIMIT 1 5")));
                all.push(shell.run(&format!("ZRANGE z {max} {min} BYSCORE REV")));
            }
            for (min, max) in [("-", "+"), ("[m2", "(m4"), ("(m2", "[m40"), ("(m49", "+"), ("[z", "[a")] {
                all.push(shell.run(&format!("ZRANGE l {min} {max} BYLEX")));
                all.push(shell.run(&format!("ZRANGE l {max} {min} BYLEX REV LIMIT 2 9")));
            }
            all.push(shell.run("OBJECT ENCODING z"));
            all
        };
        let (mut small, mut large) = (Shell::new(), Shell::new());
        large.set("zset-max-listpack-entries", "0");
        let (mut small, mut large) = (ask(&mut small), ask(&mut large));
        assert_eq!((small.pop().as_deref(), large.pop().as_deref()), (Some("$8 listpack"), Some("$8 skiplist")));
        assert_eq!(small, large);
    }
}
