//! Members and scores in a listpack, in order: member, score, member, score.

use crate::number;
use russet_structures::element::Element;
use russet_structures::listpack::{Listpack, Position};
use russet_structures::sorted_index::compare;
use std::cmp::Ordering;

/// The score that an element spells.
pub(super) fn score_of(element: Element<'_>) -> f64 {
    match element {
        Element::Int(value) => value as f64,
        Element::Bytes(text) => number::parse_double(text).unwrap_or(0.0),
    }
}

/// A score as Redis stores it: an integer where it is one (so that `-0` becomes `0`), text otherwise.
fn with_element<R>(score: f64, store: impl FnOnce(Element<'_>) -> R) -> R {
    const LARGEST_INTEGER: f64 = (1u64 << 62) as f64;
    if score.abs() <= LARGEST_INTEGER && score.fract() == 0.0 {
        return store(Element::Int(score as i64));
    }
    store(Element::new(&number::format_double(score)))
}

/// Where a member stands, and its score.
pub(super) fn find(pack: &Listpack, member: &[u8]) -> Option<(Position, f64)> {
    if pack.is_empty() {
        return None;
    }
    let position = pack.find(member, 1)?;
    Some((position, score_of(pack.get(pack.next(position)?))))
}

/// Shows the member at a position with its score.
pub(super) fn visit<'a, R>(
    pack: &'a Listpack,
    position: Position,
    visit: impl FnOnce(Element<'a>, f64) -> R,
) -> R {
    let score = pack.next(position).map_or(0.0, |score| score_of(pack.get(score)));
    visit(pack.get(position), score)
}

/// How many members stand before a position.
pub(super) fn rank(pack: &Listpack, position: Position) -> usize {
    let mut each = pack.iter();
    let mut before = 0;
    while each.next_position().is_some_and(|here| here != position) {
        each.nth(1);
        before += 1;
    }
    before
}

/// Puts in a member that is not there yet, in its place.
pub(super) fn insert(pack: &mut Listpack, member: Element<'_>, score: f64) {
    let place = member.with_text(|text| place(pack, text, score));
    let member = match member {
        // A table keeps digits as bytes, a listpack does not.
        Element::Bytes(text) => Element::new(text),
        Element::Int(_) => member,
    };
    with_element(score, |score| match place {
        Some(next) => {
            let position = pack.insert_before(next, member);
            pack.insert_after(position, score);
        }
        None => {
            pack.push_back(member);
            pack.push_back(score);
        }
    });
}

/// Takes out the member at a position.
pub(super) fn remove(pack: &mut Listpack, position: Position) {
    pack.remove_at(position, 2);
}

/// The first member that belongs behind this one; `None` if that is none.
fn place(pack: &Listpack, member: &[u8], score: f64) -> Option<Position> {
    let is_behind = |pair: (Element<'_>, Element<'_>)| {
        let (other, other_score) = (pair.0, score_of(pair.1));
        other.with_text(|other| compare(other_score, other, score, member)) == Ordering::Greater
    };
    // Many sets are filled in order.
    if !pack.pairs().next_back().is_some_and(is_behind) {
        return None;
    }
    let mut each = pack.iter();
    while let Some(here) = each.next_position() {
        let pair = (each.next()?, each.next()?);
        if is_behind(pair) {
            return Some(here);
        }
    }
    None
}
