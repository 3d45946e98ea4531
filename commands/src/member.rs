//! A member as a key of a map that refers to where the member stands, so that many can be remembered without copies.

use russet_structures::element::Element;
use std::hash::{Hash, Hasher};

/// A member of a set or a sorted set: stored in one way or the other, it is the same.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Member<'a>(Element<'a>);

impl<'a> Member<'a> {
    pub(crate) fn of(element: Element<'a>) -> Self {
        Member(match element {
            Element::Bytes(bytes) => Element::new(bytes),
            integer => integer,
        })
    }

    pub(crate) fn element(self) -> Element<'a> {
        self.0
    }
}

impl Hash for Member<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        match self.0 {
            Element::Int(value) => state.write_i64(value),
            Element::Bytes(bytes) => bytes.hash(state),
        }
    }
}
