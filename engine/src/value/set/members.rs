//! Going through the members of a set, whatever its form.

use super::Set;
use russet_structures::element::Element;
use russet_structures::{dict, intset, listpack, map};

/// The members of a set; see [`Set::members`].
pub struct Members<'a>(Form<'a>);

enum Form<'a> {
    Ints(intset::Iter<'a>),
    Packed(listpack::Iter<'a>),
    Table(dict::Iter<'a, map::Pair>),
}

impl<'a> Members<'a> {
    pub(super) fn of(set: &'a Set) -> Self {
        Members(match set {
            Set::Ints(ints) => Form::Ints(ints.iter()),
            Set::Packed(pack) => Form::Packed(pack.iter()),
            Set::Table(table) => Form::Table(table.map().iter()),
        })
    }
}

impl<'a> Iterator for Members<'a> {
    type Item = Element<'a>;

    #[inline]
    fn next(&mut self) -> Option<Element<'a>> {
        match &mut self.0 {
            Form::Ints(ints) => ints.next().map(Element::Int),
            Form::Packed(pack) => pack.next(),
            Form::Table(pairs) => pairs.next().map(|pair| Element::Bytes(pair.field())),
        }
    }

    #[inline]
    fn nth(&mut self, n: usize) -> Option<Element<'a>> {
        match &mut self.0 {
            Form::Ints(ints) => ints.nth(n).map(Element::Int),
            Form::Packed(pack) => pack.nth(n),
            Form::Table(pairs) => pairs.nth(n).map(|pair| Element::Bytes(pair.field())),
        }
    }

    fn fold<B, F: FnMut(B, Element<'a>) -> B>(self, start: B, mut f: F) -> B {
        // Chosen once, not at every step.
        match self.0 {
            Form::Ints(ints) => ints.fold(start, |sum, value| f(sum, Element::Int(value))),
            Form::Packed(pack) => pack.fold(start, f),
            Form::Table(pairs) => pairs.fold(start, |sum, pair| f(sum, Element::Bytes(pair.field()))),
        }
    }
}
