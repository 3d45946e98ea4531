//! What is combined: sorted sets and sets alike, each with a weight.

use russet_engine::value::{Collection, Entry, Object, Set, SortedSet};
use russet_structures::element::Element;
use std::ops::ControlFlow;

/// Where members come from.
#[derive(Clone, Copy)]
enum Source<'a> {
    Sorted(&'a SortedSet),
    /// Each of its members has the score 1.
    Set(&'a Set),
    /// There is no such key.
    Nothing,
}

/// One of those that are combined.
pub(super) struct Input<'a> {
    source: Source<'a>,
    weight: f64,
}

/// Whether a key may be one of them.
pub(super) fn suits(entry: &Entry) -> bool {
    matches!(Object::of(entry), Some(Object::SortedSet(_) | Object::Set(_)))
}

impl<'a> Input<'a> {
    /// What is at a key, which [`suits`].
    pub(super) fn new(entry: Option<&'a Entry>, weight: f64) -> Self {
        let source = match entry.and_then(Object::of) {
            Some(Object::SortedSet(set)) => Source::Sorted(set),
            Some(Object::Set(set)) => Source::Set(set),
            _ => Source::Nothing,
        };
        Input { source, weight }
    }

    pub(super) fn len(&self) -> usize {
        match self.source {
            Source::Sorted(set) => set.len(),
            Source::Set(set) => set.len(),
            Source::Nothing => 0,
        }
    }

    pub(super) fn weight(&self) -> f64 {
        self.weight
    }

    /// The score times the weight; 0 where that is not a number.
    pub(super) fn weighted(&self, score: f64) -> f64 {
        let product = score * self.weight;
        if product.is_nan() { 0.0 } else { product }
    }

    /// The score of a member, without the weight.
    pub(super) fn score(&self, member: Element<'_>) -> Option<f64> {
        match self.source {
            Source::Sorted(set) => member.with_text(|member| set.score(member)),
            Source::Set(set) => set.contains(member).then_some(1.0),
            Source::Nothing => None,
        }
    }

    /// Every member with its score.
    pub(super) fn for_each(&self, mut visit: impl FnMut(Element<'a>, f64)) {
        let _ = self.try_for_each(|member, score| {
            visit(member, score);
            ControlFlow::Continue(())
        });
    }

    /// Every member with its score, until `visit` says stop.
    pub(super) fn try_for_each(
        &self,
        mut visit: impl FnMut(Element<'a>, f64) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        match self.source {
            Source::Sorted(set) => set.iter().try_for_each(|(member, score)| visit(member, score)),
            Source::Set(set) => set.members().try_for_each(|member| visit(member, 1.0)),
            Source::Nothing => ControlFlow::Continue(()),
        }
    }
}
