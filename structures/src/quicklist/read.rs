//! Reading: ends, an index, a range, a search, and going from element to element.

use super::Quicklist;
use super::node::{Node, View};
use super::nodes::Place;
use crate::element::{Element, Text};
use crate::listpack::Position;
use std::ops::ControlFlow;

/// Shows a node as it is when not compressed.
pub(super) fn open<R>(node: &Node, see: impl FnOnce(View<'_>) -> R) -> R {
    let opened = node.opened();
    match opened.as_ref().unwrap_or(node).view() {
        Some(view) => see(view),
        None => unreachable!("an opened node"),
    }
}

/// How many elements of a node have this text.
pub(super) fn count_in(node: &Node, text: Text<'_>) -> usize {
    open(node, |view| match view {
        View::Packed(pack) => pack.iter().filter(|element| text.is(*element)).count(),
        View::Plain(bytes) => usize::from(text.is(Element::Bytes(bytes))),
    })
}

impl Quicklist {
    /// The first element. O(1): the ends are never compressed.
    pub fn front(&self) -> Option<Element<'_>> {
        match self.0.nodes.get(0)?.view()? {
            View::Packed(pack) => Some(pack.get(pack.first()?)),
            View::Plain(bytes) => Some(Element::Bytes(bytes)),
        }
    }

    /// The last element. O(1).
    pub fn back(&self) -> Option<Element<'_>> {
        match self.0.nodes.get(self.0.nodes.len().checked_sub(1)?)?.view()? {
            View::Packed(pack) => Some(pack.get(pack.last()?)),
            View::Plain(bytes) => Some(Element::Bytes(bytes)),
        }
    }

    /// Shows the element with this index. O(log n + size of a node), from the nearer end.
    pub fn get<R>(&self, index: usize, see: impl FnOnce(Element<'_>) -> R) -> Option<R> {
        let (_, place, offset) = self.0.nodes.seek(index)?;
        open(self.0.nodes.at(place), |view| match view {
            View::Packed(pack) => pack.seek(offset as i64).map(|position| see(pack.get(position))),
            View::Plain(bytes) => Some(see(Element::Bytes(bytes))),
        })
    }

    /// Shows up to `count` elements from `start` on, until `see` breaks. O(log n + their number + size of a node).
    pub fn range(&self, start: usize, count: usize, mut see: impl FnMut(Element<'_>) -> ControlFlow<()>) {
        let Some((_, place, mut offset)) = self.0.nodes.seek(start) else { return };
        let (mut next, mut left) = (Some(place), count);
        while let Some(place) = next.filter(|_| left > 0) {
            let node = self.0.nodes.at(place);
            let here = left.min(node.count() - offset);
            let flow = open(node, |view| match view {
                View::Packed(pack) => pack.iter().skip(offset).take(here).try_for_each(&mut see),
                View::Plain(bytes) => see(Element::Bytes(bytes)),
            });
            if flow.is_break() {
                return;
            }
            (left, offset, next) = (left - here, 0, self.0.nodes.next(place));
        }
    }

    /// Searches for a text, and calls `found` with the index of each element that has it, until it breaks.
    ///
    /// A `rank` of 1 begins with the first match from the front, 2 with the second; -1 with the first match from
    /// the back, and so on; 0 is taken as 1. At most `most` elements are looked at. O(n).
    pub fn find(&self, text: &[u8], rank: i64, most: usize, mut found: impl FnMut(usize) -> ControlFlow<()>) {
        let (text, forward) = (Text::new(text), rank >= 0);
        let (mut skip, mut left) = (rank.unsigned_abs().saturating_sub(1), most);
        let mut index = if forward { 0 } else { self.len() };
        let mut look = |element: Element<'_>| {
            if left == 0 {
                return ControlFlow::Break(());
            }
            left -= 1;
            index -= usize::from(!forward);
            let here = index;
            index += usize::from(forward);
            if !text.is(element) {
                return ControlFlow::Continue(());
            }
            if skip > 0 {
                skip -= 1;
                return ControlFlow::Continue(());
            }
            found(here)
        };
        let mut node = |node: &Node| {
            open(node, |view| match view {
                View::Packed(pack) if forward => pack.iter().try_for_each(&mut look),
                View::Packed(pack) => pack.iter().rev().try_for_each(&mut look),
                View::Plain(bytes) => look(Element::Bytes(bytes)),
            })
        };
        let nodes = self.0.nodes.iter();
        let _ = if forward {
            nodes.into_iter().try_for_each(&mut node)
        } else {
            nodes.rev().try_for_each(&mut node)
        };
    }

    /// The index of the first element with this text. O(n).
    pub fn position(&self, text: &[u8]) -> Option<usize> {
        let mut index = None;
        self.find(text, 1, usize::MAX, |found| {
            index = Some(found);
            ControlFlow::Break(())
        });
        index
    }

    /// Goes from the first element to the last.
    pub fn iter(&self) -> Iter<'_> {
        self.iter_from(0)
    }

    /// Goes from the element with this index to the last. O(log n + size of a node) to begin with.
    pub fn iter_from(&self, index: usize) -> Iter<'_> {
        self.walk(index, true)
    }

    /// Goes from the element with this index to the first. O(log n + size of a node) to begin with.
    pub fn rev_from(&self, index: usize) -> Iter<'_> {
        self.walk(index, false)
    }

    fn walk(&self, index: usize, forward: bool) -> Iter<'_> {
        let mut iter = Iter { list: self, place: None, opened: None, ahead: Ahead::Nothing, forward };
        if let Some((_, place, offset)) = self.0.nodes.seek(index) {
            iter.enter(Some(place), offset as i64);
        }
        iter
    }
}

/// Goes from element to element, in either direction; see [`Quicklist::iter`].
///
/// It is no [`Iterator`], since an element of a compressed node lives only until the next one is asked for.
pub struct Iter<'a> {
    list: &'a Quicklist,
    place: Option<Place>,
    /// The node, where that of the list is compressed.
    opened: Option<Node>,
    ahead: Ahead,
    forward: bool,
}

/// What comes next in this node.
#[derive(Clone, Copy)]
enum Ahead {
    /// Nothing: another node's turn.
    Nothing,
    /// The element of a plain node.
    Plain,
    /// An element of a listpack.
    At(Position),
}

impl Iter<'_> {
    /// Goes to a node, and to an element in it.
    fn enter(&mut self, place: Option<Place>, offset: i64) {
        self.place = place;
        let Some(place) = place else { return };
        let node = self.list.0.nodes.at(place);
        self.opened = node.opened();
        self.ahead = match self.opened.as_ref().unwrap_or(node).view() {
            Some(View::Packed(pack)) => pack.seek(offset).map_or(Ahead::Nothing, Ahead::At),
            _ => Ahead::Plain,
        };
    }

    /// The next element in this direction. O(1), and O(size of a node) where a compressed node begins.
    #[expect(clippy::should_implement_trait, reason = "the element borrows from the iterator")]
    pub fn next(&mut self) -> Option<Element<'_>> {
        if let Ahead::Nothing = self.ahead {
            let nodes = &self.list.0.nodes;
            let place =
                self.place.and_then(|place| if self.forward { nodes.next(place) } else { nodes.prev(place) });
            self.enter(place, if self.forward { 0 } else { -1 });
        }
        let node = self.opened.as_ref().unwrap_or(self.list.0.nodes.at(self.place?));
        match (node.view()?, self.ahead) {
            (View::Packed(pack), Ahead::At(position)) => {
                let following = if self.forward { pack.next(position) } else { pack.prev(position) };
                self.ahead = following.map_or(Ahead::Nothing, Ahead::At);
                Some(pack.get(position))
            }
            (View::Plain(bytes), _) => {
                self.ahead = Ahead::Nothing;
                Some(Element::Bytes(bytes))
            }
            _ => None,
        }
    }
}
