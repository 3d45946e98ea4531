//! What is sorted: how many elements there are, which of them are wanted, and in which order they come by themselves.

use super::options::Options;
use super::pattern::Pattern;
use super::words::Words;
use russet_engine::prelude::*;
use russet_engine::value::{Collection, End, Entry, List, Object, Set, SortedSet};
use russet_structures::element::Element;
use std::ops::{ControlFlow, Range};

/// What elements are ordered by: a pattern, or themselves.
#[derive(Clone, Copy)]
pub(super) enum By<'a> {
    /// As numbers.
    Number(Option<&'a Pattern<'a>>),
    /// As text.
    Text(Option<&'a Pattern<'a>>),
}

/// The key that is sorted.
pub(super) struct Source<'a> {
    /// The number of its elements.
    pub(super) len: usize,
    /// The wanted ones, once they are in order.
    pub(super) window: Range<usize>,
    /// What they are ordered by; `None` if they are in order.
    pub(super) by: Option<By<'a>>,
    /// They come in no order of their own: another server that holds the same has them in another.
    pub(super) tangled: bool,
    /// It is a sorted set in the small encoding.
    pub(super) converts: bool,
}

impl<'a> Source<'a> {
    /// What is at a key; `in_script` says that a script asks.
    ///
    /// # Errors
    /// If it holds nothing that could be sorted.
    pub(super) fn of(entry: Option<&Entry>, options: &'a Options<'_>, in_script: bool) -> Result<Self, Error> {
        let Some(entry) = entry else {
            return Ok(Source { len: 0, window: 0..0, by: None, tangled: false, converts: false });
        };
        let object = Sortable::of(entry).ok_or(Error::WRONG_TYPE)?;
        let by = match (options.unsorted, object) {
            // What is stored is to be the same on every server that runs the command, and what a script does with it.
            (true, Sortable::Set(_)) if options.store.is_some() || in_script => Some(By::Text(None)),
            (true, _) => None,
            (false, _) if options.alpha => Some(By::Text(options.by.as_ref())),
            (false, _) => Some(By::Number(options.by.as_ref())),
        };
        let len = object.len();
        let tangled = matches!(object, Sortable::Set(Set::Table(_)));
        let converts = matches!(object, Sortable::SortedSet(SortedSet::Packed(_)));
        Ok(Source { len, window: options.window(len), by, tangled, converts })
    }
}

/// What can be sorted.
#[derive(Clone, Copy)]
pub(super) enum Sortable<'d> {
    List(&'d List),
    Set(&'d Set),
    SortedSet(&'d SortedSet),
}

impl<'d> Sortable<'d> {
    /// What is in an entry, if it is one of these.
    pub(super) fn of(entry: &'d Entry) -> Option<Self> {
        match Object::of(entry)? {
            Object::List(list) => Some(Sortable::List(list)),
            Object::Set(set) => Some(Sortable::Set(set)),
            Object::SortedSet(set) => Some(Sortable::SortedSet(set)),
            _ => None,
        }
    }

    fn len(self) -> usize {
        match self {
            Sortable::List(list) => list.len(),
            Sortable::Set(set) => set.len(),
            Sortable::SortedSet(set) => set.len(),
        }
    }

    /// The elements of a range of those that come by themselves. DESC counts even there, but not for sets.
    pub(super) fn unsorted(self, wanted: Range<usize>, descending: bool) -> Words {
        let mut words = Words::default();
        let mut see = |element: Element<'_>| words.push(element);
        match self {
            Sortable::List(list) if descending => {
                walk(list, list.len().saturating_sub(wanted.start + 1), wanted.len(), End::Head, see);
            }
            Sortable::List(list) => walk(list, wanted.start, wanted.len(), End::Tail, see),
            Sortable::Set(set) => set.members().skip(wanted.start).take(wanted.len()).for_each(see),
            Sortable::SortedSet(set) if descending => {
                let ranks = set.len() - wanted.end..set.len() - wanted.start;
                set.range(ranks).rev().for_each(|(member, _)| see(member));
            }
            Sortable::SortedSet(set) => set.range(wanted).for_each(|(member, _)| see(member)),
        }
        words
    }

    /// Adds at least `count` elements from `place` on to `words`, or what there is. Returns the place to go on from, 0 at the
    /// end: each element is seen once from a place of 0 to the next.
    pub(super) fn some(self, place: u64, count: usize, words: &mut Words) -> u64 {
        let mut see = |element: Element<'_>| words.push(element);
        let start = usize::try_from(place).unwrap_or(usize::MAX);
        let end = start.saturating_add(count).min(self.len());
        match self {
            Sortable::Set(set @ Set::Table(_)) => return set.scan(place, count, see),
            Sortable::Set(set) => set.members().skip(start).take(count).for_each(see),
            Sortable::List(list) => walk(list, start, count, End::Tail, see),
            Sortable::SortedSet(set) => set.range(start..end).for_each(|(member, _)| see(member)),
        }
        if end == self.len() { 0 } else { end as u64 }
    }
}

fn walk(list: &List, start: usize, count: usize, end: End, mut see: impl FnMut(Element<'_>)) {
    list.walk(start, count, end, |element| {
        see(element);
        ControlFlow::Continue(())
    });
}
