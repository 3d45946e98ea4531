//! ZUNION, ZINTER, ZDIFF, their STOREs and ZINTERCARD: several sorted sets made one. Sets may be among them: each of their
//! members has the score 1.

mod inputs;
mod query;
#[cfg(test)]
mod tests;

use super::store;
use crate::member::Member;
use inputs::Input;
use query::{Aggregate, Operation, Purpose, Query};
use russet_engine::KeyHasher;
use russet_engine::prelude::*;
use russet_engine::value::SortedSet;
use russet_engine::value::sorted_set::Limits;
use russet_structures::element::Element;
use russet_structures::sorted_index::compare;
use std::collections::HashMap;
use std::ops::ControlFlow;

command! {
    name: "ZUNION", group: SortedSet, since: "6.2.0",
    complexity: "O(N)+O(M*log(M)) with N being the sum of the sizes of the input sorted sets, and M being the number of elements in the resulting sorted set.",
    summary: "Returns the union of multiple sorted sets.",
    syntax: "numkeys key [key ...] [WEIGHTS weight [weight ...]] [AGGREGATE <SUM | MIN | MAX>] [WITHSCORES]",
    flags: READONLY,
    keys: [counted(1).read_only().access()],
    run: zunion,
}

command! {
    name: "ZINTER", group: SortedSet, since: "6.2.0",
    complexity: "O(N*K)+O(M*log(M)) worst case with N being the smallest input sorted set, K being the number of input sorted sets and M being the number of elements in the resulting sorted set.",
    summary: "Returns the intersect of multiple sorted sets.",
    syntax: "numkeys key [key ...] [WEIGHTS weight [weight ...]] [AGGREGATE <SUM | MIN | MAX>] [WITHSCORES]",
    flags: READONLY,
    keys: [counted(1).read_only().access()],
    run: zinter,
}

command! {
    name: "ZDIFF", group: SortedSet, since: "6.2.0",
    complexity: "O(L + (N-K)log(N)) worst case where L is the total number of elements in all the sets, N is the size of the first set, and K is the size of the result set.",
    summary: "Returns the difference between multiple sorted sets.",
    syntax: "numkeys key [key ...] [WITHSCORES]",
    flags: READONLY,
    keys: [counted(1).read_only().access()],
    run: zdiff,
}

command! {
    name: "ZUNIONSTORE", group: SortedSet, since: "2.0.0",
    complexity: "O(N)+O(M log(M)) with N being the sum of the sizes of the input sorted sets, and M being the number of elements in the resulting sorted set.",
    summary: "Stores the union of multiple sorted sets in a key.",
    syntax: "destination numkeys key [key ...] [WEIGHTS weight [weight ...]] [AGGREGATE <SUM | MIN | MAX>]",
    flags: WRITE | DENYOOM,
    keys: [at(1).overwrite().update(), counted(2).read_only().access()],
    run: zunionstore,
}

command! {
    name: "ZINTERSTORE", group: SortedSet, since: "2.0.0",
    complexity: "O(N*K)+O(M*log(M)) worst case with N being the smallest input sorted set, K being the number of input sorted sets and M being the number of elements in the resulting sorted set.",
    summary: "Stores the intersect of multiple sorted sets in a key.",
    syntax: "destination numkeys key [key ...] [WEIGHTS weight [weight ...]] [AGGREGATE <SUM | MIN | MAX>]",
    flags: WRITE | DENYOOM,
    keys: [at(1).overwrite().update(), counted(2).read_only().access()],
    run: zinterstore,
}

command! {
    name: "ZDIFFSTORE", group: SortedSet, since: "6.2.0",
    complexity: "O(L + (N-K)log(N)) worst case where L is the total number of elements in all the sets, N is the size of the first set, and K is the size of the result set.",
    summary: "Stores the difference of multiple sorted sets in a key.",
    syntax: "destination numkeys key [key ...]",
    flags: WRITE | DENYOOM,
    keys: [at(1).overwrite().update(), counted(2).read_only().access()],
    run: zdiffstore,
}

command! {
    name: "ZINTERCARD", group: SortedSet, since: "7.0.0",
    complexity: "O(N*K) worst case with N being the smallest input sorted set, K being the number of input sorted sets.",
    summary: "Returns the number of members of the intersect of multiple sorted sets.",
    syntax: "numkeys key [key ...] [LIMIT limit]",
    flags: READONLY,
    keys: [counted(1).read_only().access()],
    run: zintercard,
}

fn zunion(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    answer(cx, args, Operation::Union)
}

fn zinter(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    answer(cx, args, Operation::Inter)
}

fn zdiff(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    answer(cx, args, Operation::Diff)
}

fn zunionstore(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    keep(cx, args, Operation::Union, Event::ZUnionStore)
}

fn zinterstore(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    keep(cx, args, Operation::Inter, Event::ZInterStore)
}

fn zdiffstore(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    keep(cx, args, Operation::Diff, Event::ZDiffStore)
}

fn zintercard(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let query = Query::read(cx, args, Operation::Inter, Purpose::Count)?;
    let limit = if query.limit == 0 { usize::MAX } else { query.limit };
    let mut count = 0;
    each_shared(query.inputs(&cx.db, args), Aggregate::Sum, |_, _| {
        count += 1;
        if count == limit { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    cx.reply.count(count)
}

fn answer(cx: &mut Context<'_>, args: Args<'_>, operation: Operation) -> Outcome {
    let query = Query::read(cx, args, operation, Purpose::Answer)?;
    let hasher = args.hasher();
    let result = combined(&query, query.inputs(&cx.db, args), hasher);
    if query.with_scores {
        cx.reply.scored(result.len())?;
        return result.into_iter().try_for_each(|(member, score)| cx.reply.scored_element(member, score));
    }
    cx.reply.array(result.len())?;
    result.into_iter().try_for_each(|(member, _)| cx.reply.element(member))
}

fn keep(cx: &mut Context<'_>, args: Args<'_>, operation: Operation, event: Event) -> Outcome {
    let query = Query::read(cx, args, operation, Purpose::Store)?;
    let limits = Limits::of(&cx.core.params);
    let hasher = args.hasher();
    let result = combined(&query, query.inputs(&cx.db, args), hasher);
    let set = SortedSet::from_sorted(|| result.iter().copied(), limits, hasher);
    store::store(cx, args.key(1), Some(set), event)
}

/// The result, in order. It refers to members where they stand.
fn combined<'a>(query: &Query, inputs: Vec<Input<'a>>, hasher: &KeyHasher) -> Vec<(Element<'a>, f64)> {
    let mut result = match query.operation {
        Operation::Union => union(inputs, query.aggregate, hasher),
        Operation::Inter => {
            let mut result = Vec::new();
            each_shared(inputs, query.aggregate, |member, score| {
                result.push((member, score));
                ControlFlow::Continue(())
            });
            result
        }
        Operation::Diff => difference(&inputs),
    };
    result.sort_unstable_by(|(member, score), (other, than)| {
        member.with_text(|member| other.with_text(|other| compare(*score, member, *than, other)))
    });
    result
}

/// Smaller inputs first: sums depend on the order in which they are made.
fn by_size(inputs: &mut [Input<'_>]) {
    inputs.sort_by_key(Input::len);
}

fn union<'a>(
    mut inputs: Vec<Input<'a>>,
    aggregate: Aggregate,
    hasher: &KeyHasher,
) -> Vec<(Element<'a>, f64)> {
    by_size(&mut inputs);
    inputs.retain(|input| input.len() > 0);
    let largest = inputs.last().map_or(0, Input::len);
    if let [only] = &inputs[..] {
        let mut result = Vec::with_capacity(largest);
        only.for_each(|member, score| result.push((member, only.weighted(score))));
        return result;
    }
    let mut scores: HashMap<Member<'a>, f64, KeyHasher> =
        HashMap::with_capacity_and_hasher(largest, hasher.clone());
    for input in &inputs {
        input.for_each(|member, score| {
            let score = input.weighted(score);
            scores
                .entry(Member::of(member))
                .and_modify(|sum| *sum = aggregate.apply(*sum, score))
                .or_insert(score);
        });
    }
    scores.into_iter().map(|(member, score)| (member.element(), score)).collect()
}

/// Visits what all inputs share, in the order of the smallest one.
fn each_shared<'a>(
    mut inputs: Vec<Input<'a>>,
    aggregate: Aggregate,
    mut visit: impl FnMut(Element<'a>, f64) -> ControlFlow<()>,
) {
    by_size(&mut inputs);
    let Some((smallest, others)) = inputs.split_first() else { return };
    let _ = smallest.try_for_each(|member, score| {
        let mut sum = smallest.weighted(score);
        for other in others {
            let Some(score) = other.score(member) else { return ControlFlow::Continue(()) };
            sum = aggregate.apply(sum, score * other.weight());
        }
        visit(member, sum)
    });
}

/// What the first input has and no other.
fn difference<'a>(inputs: &[Input<'a>]) -> Vec<(Element<'a>, f64)> {
    let mut result = Vec::new();
    if let Some((first, others)) = inputs.split_first() {
        first.for_each(|member, score| {
            if others.iter().all(|other| other.score(member).is_none()) {
                result.push((member, score));
            }
        });
    }
    result
}
