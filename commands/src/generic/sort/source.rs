//! The elements of what is sorted, as far as they are needed.

use super::options::Options;
use super::pattern::Pattern;
use super::words::Words;
use russet_engine::prelude::*;
use russet_engine::value::{Collection, End, Entry, Object, Set, SortedSet};
use std::ops::{ControlFlow, Range};

/// What elements are ordered by: a pattern, or themselves.
#[derive(Clone, Copy)]
pub(super) enum By<'a> {
    /// As numbers.
    Number(Option<&'a Pattern<'a>>),
    /// As text.
    Text(Option<&'a Pattern<'a>>),
}

/// Elements, and which of them are wanted.
pub(super) struct Source<'a> {
    pub(super) elements: Words,
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
    /// The elements of a key.
    ///
    /// # Errors
    /// If it holds nothing that could be sorted.
    pub(super) fn load(entry: Option<&Entry>, options: &'a Options<'_>) -> Result<Self, Error> {
        let Some(entry) = entry else {
            return Ok(Source { elements: Words::default(), window: 0..0, by: None, tangled: false, converts: false });
        };
        let object = match Object::of(entry) {
            Some(object @ (Object::List(_) | Object::Set(_) | Object::SortedSet(_))) => object,
            _ => return Err(Error::WRONG_TYPE),
        };
        let by = match (options.unsorted, object) {
            // What is stored is to be the same on every server that runs the command.
            (true, Object::Set(_)) if options.store.is_some() => Some(By::Text(None)),
            (true, _) => None,
            (false, _) if options.alpha => Some(By::Text(options.by.as_ref())),
            (false, _) => Some(By::Number(options.by.as_ref())),
        };
        let window = options.window(object.len());
        let (loaded, window) = match by {
            Some(_) => (0..object.len(), window),
            None => (window.clone(), 0..window.len()),
        };
        let mut elements = Words::default();
        // DESC counts even where nothing is sorted, but not for sets.
        let reversed = by.is_none() && options.descending;
        let (skip, take) = (loaded.start, loaded.len());
        match object {
            Object::List(list) => {
                let (start, end) = if reversed {
                    (list.len().saturating_sub(skip + 1), End::Head)
                } else {
                    (skip, End::Tail)
                };
                list.walk(start, take, end, |element| {
                    elements.push(element);
                    ControlFlow::Continue(())
                });
            }
            Object::Set(set) => set.members().skip(skip).take(take).for_each(|member| elements.push(member)),
            Object::SortedSet(set) if reversed => {
                let ranks = set.len() - loaded.end..set.len() - loaded.start;
                set.range(ranks).rev().for_each(|(member, _)| elements.push(member));
            }
            Object::SortedSet(set) => set.range(loaded).for_each(|(member, _)| elements.push(member)),
            _ => {}
        }
        let tangled = matches!(object, Object::Set(Set::Table(_)));
        let converts = matches!(object, Object::SortedSet(SortedSet::Packed(_)));
        Ok(Source { elements, window, by, tangled, converts })
    }
}
