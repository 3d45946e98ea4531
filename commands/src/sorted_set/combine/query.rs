//! The arguments: how many keys there are and which, weights, how scores are added up.

use super::inputs::{Input, suits};
use russet_engine::number;
use russet_engine::prelude::*;

/// What is made of the inputs.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Operation {
    Union,
    Inter,
    Diff,
}

/// What is done with it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    Answer,
    Store,
    Count,
}

/// What becomes of the scores of one member.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Aggregate {
    Sum,
    Min,
    Max,
}

impl Aggregate {
    /// One score made of two. The second may be NaN, which no comparison prefers.
    pub(super) fn apply(self, score: f64, other: f64) -> f64 {
        match self {
            Aggregate::Sum => {
                let sum = score + other;
                // Of two infinities that cancel each other out nothing is left.
                if sum.is_nan() { 0.0 } else { sum }
            }
            Aggregate::Min if other < score => other,
            Aggregate::Max if other > score => other,
            Aggregate::Min | Aggregate::Max => score,
        }
    }
}

/// What is asked for.
pub(super) struct Query {
    pub(super) operation: Operation,
    first_key: usize,
    keys: usize,
    /// One for each key, or none.
    weights: Vec<f64>,
    pub(super) aggregate: Aggregate,
    pub(super) with_scores: bool,
    /// The most that are counted; 0 for all.
    pub(super) limit: usize,
}

impl Query {
    /// Reads the arguments and looks the keys up.
    ///
    /// # Errors
    /// If a number is none, there are fewer words than it says, a key holds something else, or there is an option
    /// that the command has not.
    pub(super) fn read(
        cx: &mut Context<'_>,
        args: Args<'_>,
        operation: Operation,
        purpose: Purpose,
    ) -> Result<Query, Error> {
        let at = if purpose == Purpose::Store { 2 } else { 1 };
        let keys = args.int(at)?;
        if keys < 1 {
            let name = &cx.registry.get(cx.command).name;
            return Err(Error::owned(format!("ERR at least 1 input key is needed for '{name}' command")));
        }
        let first_key = at + 1;
        let keys = usize::try_from(keys).ok().filter(|&keys| keys <= args.len() - first_key);
        let keys = keys.ok_or(Error::SYNTAX)?;
        for index in first_key..first_key + keys {
            if cx.db.read(args.key(index)).is_some_and(|entry| !suits(entry)) {
                return Err(Error::WRONG_TYPE);
            }
        }
        let mut query = Query {
            operation,
            first_key,
            keys,
            weights: Vec::new(),
            aggregate: Aggregate::Sum,
            with_scores: false,
            limit: 0,
        };
        query.read_options(args, purpose)?;
        Ok(query)
    }

    fn read_options(&mut self, args: Args<'_>, purpose: Purpose) -> Result<(), Error> {
        let weighs = self.operation != Operation::Diff && purpose != Purpose::Count;
        let mut at = self.first_key + self.keys;
        while at < args.len() {
            let behind = args.len() - at - 1;
            if weighs && behind >= self.keys && args.is(at, "WEIGHTS") {
                let weight = |word| number::parse_double(word).ok_or(Error::new("ERR weight value is not a float"));
                self.weights = args.iter_from(at + 1).take(self.keys).map(weight).collect::<Result<_, _>>()?;
                at += self.keys;
            } else if weighs && behind >= 1 && args.is(at, "AGGREGATE") {
                let ways = [("SUM", Aggregate::Sum), ("MIN", Aggregate::Min), ("MAX", Aggregate::Max)];
                let way = ways.into_iter().find(|(name, _)| args.is(at + 1, name));
                self.aggregate = way.ok_or(Error::SYNTAX)?.1;
                at += 1;
            } else if purpose == Purpose::Answer && args.is(at, "WITHSCORES") {
                self.with_scores = true;
            } else if purpose == Purpose::Count && behind >= 1 && args.is(at, "LIMIT") {
                let limit = number::parse_i64(args.word(at + 1)).and_then(|limit| usize::try_from(limit).ok());
                self.limit = limit.ok_or(Error::new("ERR LIMIT can't be negative"))?;
                at += 1;
            } else {
                return Err(Error::SYNTAX);
            }
            at += 1;
        }
        Ok(())
    }

    /// What is at the keys.
    pub(super) fn inputs<'d>(&self, db: &'d Db<'_>, args: Args<'_>) -> Vec<Input<'d>> {
        let weights = self.weights.iter().copied().chain(std::iter::repeat(1.0));
        let keys = self.first_key..self.first_key + self.keys;
        keys.zip(weights).map(|(index, weight)| Input::new(db.peek(args.key(index)), weight)).collect()
    }
}
