//! Iteration over an intset, from both ends.

use std::slice;

use super::lanes::{Lanes, decode};

/// The members of an intset, ascending.
#[derive(Clone, Debug)]
pub struct Iter<'a>(Members<'a>);

/// A slice's iterator, by the members' width.
#[derive(Clone, Debug)]
enum Members<'a> {
    Two(slice::Iter<'a, [u8; 2]>),
    Four(slice::Iter<'a, [u8; 4]>),
    Eight(slice::Iter<'a, [u8; 8]>),
}

/// The same expression for each width.
macro_rules! each {
    ($iter:expr, $members:ident => $body:expr) => {
        match $iter {
            Members::Two($members) => $body,
            Members::Four($members) => $body,
            Members::Eight($members) => $body,
        }
    };
}

impl<'a> Iter<'a> {
    pub(super) fn new(lanes: Lanes<'a>) -> Iter<'a> {
        Iter(match lanes {
            Lanes::Two(members) => Members::Two(members.iter()),
            Lanes::Four(members) => Members::Four(members.iter()),
            Lanes::Eight(members) => Members::Eight(members.iter()),
        })
    }
}

impl Iterator for Iter<'_> {
    type Item = i64;

    #[inline]
    fn next(&mut self) -> Option<i64> {
        each!(&mut self.0, members => members.next().map(|bytes| decode(*bytes)))
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        each!(&self.0, members => members.size_hint())
    }

    #[inline]
    fn nth(&mut self, n: usize) -> Option<i64> {
        each!(&mut self.0, members => members.nth(n).map(|bytes| decode(*bytes)))
    }

    #[inline]
    fn fold<B, F: FnMut(B, i64) -> B>(self, start: B, mut f: F) -> B {
        // Chosen once, not at every step.
        each!(self.0, members => members.fold(start, |sum, bytes| f(sum, decode(*bytes))))
    }
}

impl DoubleEndedIterator for Iter<'_> {
    #[inline]
    fn next_back(&mut self) -> Option<i64> {
        each!(&mut self.0, members => members.next_back().map(|bytes| decode(*bytes)))
    }

    #[inline]
    fn nth_back(&mut self, n: usize) -> Option<i64> {
        each!(&mut self.0, members => members.nth_back(n).map(|bytes| decode(*bytes)))
    }
}

impl ExactSizeIterator for Iter<'_> {}

impl std::iter::FusedIterator for Iter<'_> {}
