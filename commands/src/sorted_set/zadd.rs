//! ZADD and ZINCRBY: scores for members, under conditions or in addition to what they have.

use russet_engine::number;
use russet_engine::prelude::*;
use russet_engine::value::SortedSet;
use russet_engine::value::sorted_set::{Change, Limits};

command! {
    name: "ZADD", group: SortedSet, since: "1.2.0",
    complexity: "O(log(N)) for each item added, where N is the number of elements in the sorted set.",
    summary: "Adds one or more members to a sorted set, or updates their scores. Creates the key if it doesn't exist.",
    syntax: "key [NX | XX] [GT | LT] [CH] [INCR] score member [score member ...]",
    notes: [
        of("NX | XX").since("3.0.2"),
        of("GT | LT").name("comparison").since("6.2.0"),
        of("CH").since("3.0.2"),
        of("INCR").since("3.0.2"),
    ],
    flags: WRITE | DENYOOM | FAST,
    keys: [at(1).read_write().update()],
    history: [
        ("2.4.0", "Accepts multiple elements."),
        ("3.0.2", "Added the `XX`, `NX`, `CH` and `INCR` options."),
        ("6.2.0", "Added the `GT` and `LT` options."),
    ],
    run: zadd,
}

command! {
    name: "ZINCRBY", group: SortedSet, since: "1.2.0",
    complexity: "O(log(N)) where N is the number of elements in the sorted set.",
    summary: "Increments the score of a member in a sorted set.",
    syntax: "key increment member",
    flags: WRITE | DENYOOM | FAST,
    keys: [at(1).read_write().access().update()],
    run: zincrby,
}

const NOT_A_NUMBER: Error = Error::new("ERR resulting score is not a number (NaN)");

/// What the options ask for.
#[derive(Clone, Copy, Default)]
struct Rules {
    /// Only new members.
    nx: bool,
    /// Only members that are there.
    xx: bool,
    /// Members that are there only get a higher score.
    gt: bool,
    /// Members that are there only get a lower score.
    lt: bool,
    /// Count changed scores too.
    ch: bool,
    /// Add to the score.
    incr: bool,
}

impl Rules {
    /// Reads the options from word 2 on, and returns where the first score stands.
    fn read(args: Args<'_>) -> (Rules, usize) {
        let mut rules = Rules::default();
        let mut at = 2;
        loop {
            let option = [
                ("NX", &mut rules.nx),
                ("XX", &mut rules.xx),
                ("GT", &mut rules.gt),
                ("LT", &mut rules.lt),
                ("CH", &mut rules.ch),
                ("INCR", &mut rules.incr),
            ]
            .into_iter()
            .find(|(name, _)| args.is(at, name));
            let Some((_, option)) = option else { return (rules, at) };
            *option = true;
            at += 1;
        }
    }

    /// The score that a member gets; `None` if it is to stay as it is.
    fn decide(self, before: Option<f64>, given: f64) -> Result<Option<f64>, Error> {
        let Some(before) = before else { return Ok((!self.xx).then_some(given)) };
        if self.nx {
            return Ok(None);
        }
        let score = if self.incr { before + given } else { given };
        if score.is_nan() {
            return Err(NOT_A_NUMBER);
        }
        let refused = (self.gt && score <= before) || (self.lt && score >= before);
        Ok((!refused).then_some(score))
    }
}

fn zadd(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let (rules, first) = Rules::read(args);
    add(cx, args, rules, first)
}

/// As `ZADD` with `INCR`: an increment that is the name of an option is one.
fn zincrby(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let (rules, first) = Rules::read(args);
    add(cx, args, Rules { incr: true, ..rules }, first)
}

/// Adds the scores and members from word `first` on.
fn add(cx: &mut Context<'_>, args: Args<'_>, rules: Rules, first: usize) -> Outcome {
    let words = args.len() - first;
    if words == 0 || !words.is_multiple_of(2) {
        return Err(Error::SYNTAX);
    }
    if rules.nx && rules.xx {
        return Err(Error::new("ERR XX and NX options at the same time are not compatible"));
    }
    if (rules.nx && (rules.gt || rules.lt)) || (rules.gt && rules.lt) {
        return Err(Error::new("ERR GT, LT, and/or NX options at the same time are not compatible"));
    }
    if rules.incr && words > 2 {
        return Err(Error::new("ERR INCR option supports a single increment-element pair"));
    }
    let key = args.key(1);
    let pairs = (first..args.len()).step_by(2);
    let scores = pairs.clone().map(|at| number::parse_double(args.word(at)).ok_or(Error::NOT_A_FLOAT));
    let scores: Vec<f64> = scores.collect::<Result<_, _>>()?;

    let limits = Limits::of(&cx.core.params);
    let hasher = args.hasher();
    let set_all = |set: &mut SortedSet| {
        set.expect(scores.len(), limits, hasher);
        let mut done = Done::default();
        for (at, score) in pairs.zip(&scores) {
            let mut failed = None;
            let decide = |before| {
                rules.decide(before, *score).unwrap_or_else(|error| {
                    failed = Some(error);
                    None
                })
            };
            done.note(set.update(args.word(at + 1), limits, hasher, decide));
            if let Some(error) = failed {
                return Err(error);
            }
        }
        Ok(done)
    };
    let done = if rules.xx {
        cx.db.edit(key, set_all)?.map_or(Ok(Done::default()), |edited| edited.result)
    } else {
        let length = args.word(first + 1).len();
        let make = || SortedSet::new(scores.len(), length, limits, hasher);
        cx.db.edit_or_insert(key, make, set_all)?.result
    }?;

    if done.added + done.updated > 0 {
        cx.db.changed(key, if rules.incr { Event::ZIncr } else { Event::ZAdd });
        cx.db.count_changes(done.added + done.updated - 1);
    }
    if rules.incr {
        return cx.reply.double_or_null(done.score);
    }
    cx.reply.count(if rules.ch { done.added + done.updated } else { done.added })
}

/// What has become of the members.
#[derive(Default)]
struct Done {
    added: usize,
    updated: usize,
    /// The score of the last member that was not refused.
    score: Option<f64>,
}

impl Done {
    fn note(&mut self, change: Change) {
        self.added += usize::from(change.added());
        self.updated += usize::from(change.updated());
        self.score = change.after.or(self.score);
    }
}

#[cfg(test)]
mod tests {
    use crate::shell::{Shell, conversation};

    #[test]
    fn conditions() {
        conversation! {
            "ZADD z XX 1 a => :0"
            "EXISTS z => :0"
            "ZADD z 1 a 2 b 3 a => :2"
            "ZRANGE z 0 -1 WITHSCORES => *4 $1 b $1 2 $1 a $1 3"
            "ZADD z NX 9 a 9 c => :1"
            "ZADD z XX CH 5 a 5 d 9 c => :1"
            "ZADD z GT CH 4 a 6 b 1 new => :2"
            "ZADD z LT CH 4 a 7 b 9 c => :1"
            "ZADD z ch incr 2 a => $1 6"
            "ZADD z NX INCR 1 a => $-1"
            "ZADD z XX INCR 1 none => $-1"
            "ZADD z GT INCR -1 a => $-1"
            "ZADD z LT INCR -0.5 a => $3 5.5"
            "ZINCRBY z 1e1 a => $4 15.5"
            "ZINCRBY y -inf a => $4 -inf"
            "ZSCORE y a => $4 -inf"
        };
    }

    #[test]
    fn refusals() {
        conversation! {
            "SET s 1 => +OK"
            "ZADD s x a => -ERR value is not a valid float"
            "ZADD s 1 a => -WRONGTYPE Operation against a key holding the wrong kind of value"
            "ZADD s XX 1 a => -WRONGTYPE Operation against a key holding the wrong kind of value"
            "ZINCRBY s 1 a => -WRONGTYPE Operation against a key holding the wrong kind of value"
            "ZADD z NX => -ERR wrong number of arguments for 'zadd' command"
            "ZADD z NX 1 => -ERR syntax error"
            "ZADD z 1 a 2 => -ERR syntax error"
            "ZINCRBY z NX a => -ERR syntax error"
            "ZADD z NX XX 1 a => -ERR XX and NX options at the same time are not compatible"
            "ZADD z NX GT 1 a => -ERR GT, LT, and/or NX options at the same time are not compatible"
            "ZADD z GT LT 1 a => -ERR GT, LT, and/or NX options at the same time are not compatible"
            "ZADD z INCR 1 a 2 b => -ERR INCR option supports a single increment-element pair"
            "ZADD z 1 a nan b => -ERR value is not a valid float"
            "EXISTS z => :0"
            "ZADD z inf a => :1"
            "ZINCRBY z -inf a => -ERR resulting score is not a number (NaN)"
            "ZSCORE z a => $3 inf"
        };
    }

    #[test]
    fn the_encoding_follows_the_limits() {
        let mut shell = Shell::new();
        shell.set("zset-max-listpack-entries", "3");
        shell.run("ZADD z 1 a 2 b 3 c");
        assert_eq!(shell.run("OBJECT ENCODING z"), "$8 listpack");
        shell.run("ZADD z XX 4 a 5 b");
        assert_eq!(shell.run("OBJECT ENCODING z"), "$8 listpack");
        shell.run("ZADD z 1 d");
        assert_eq!(shell.run("OBJECT ENCODING z"), "$8 skiplist");
        shell.run("ZADD twice 1 a 2 a 3 a 4 a");
        assert_eq!(shell.run("OBJECT ENCODING twice"), "$8 skiplist");
        let long = "x".repeat(65);
        shell.run("ZADD long 1 a");
        shell.run(&format!("ZADD long XX 1 {long}"));
        assert_eq!(shell.run("OBJECT ENCODING long"), "$8 listpack");
        shell.run(&format!("ZADD long 1 {long}"));
        assert_eq!(shell.run("OBJECT ENCODING long"), "$8 skiplist");
    }

    #[test]
    fn each_member_counts_as_a_change() {
        let mut shell = conversation! { "ZADD z 1 a 2 b => :2" };
        let before = shell.engine.keyspace.dirty;
        shell.run("ZADD z 1 a 3 b 4 c 5 d");
        assert_eq!(shell.engine.keyspace.dirty, before + 3);
        shell.run("ZADD z 1 a");
        shell.run("ZINCRBY z 0 a");
        assert_eq!(shell.engine.keyspace.dirty, before + 3);
    }
}
