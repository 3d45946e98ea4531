//! Reading: scores, ranks, ranges, scanning.

use super::{SortedSet, packed};
use crate::value::Collection;
use russet_structures::element::Element;
use russet_structures::listpack::Pairs;
use russet_structures::sorted_set;
use std::ops::{Bound, Range};

/// Members and scores of a range of ranks, from either end.
pub struct Elements<'a>(Source<'a>);

enum Source<'a> {
    Packed { pairs: Pairs<'a>, left: usize },
    Sorted(sorted_set::Elements<'a>),
}

impl<'a> Iterator for Elements<'a> {
    type Item = (Element<'a>, f64);

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        match &mut self.0 {
            Source::Packed { pairs, left } => {
                *left = left.checked_sub(1)?;
                pairs.next().map(|(member, score)| (member, packed::score_of(score)))
            }
            Source::Sorted(elements) => {
                elements.next().map(|(member, score)| (Element::Bytes(member), score))
            }
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = match &self.0 {
            Source::Packed { left, .. } => *left,
            Source::Sorted(elements) => elements.len(),
        };
        (left, Some(left))
    }
}

impl DoubleEndedIterator for Elements<'_> {
    #[inline]
    fn next_back(&mut self) -> Option<Self::Item> {
        match &mut self.0 {
            Source::Packed { pairs, left } => {
                *left = left.checked_sub(1)?;
                pairs.next_back().map(|(member, score)| (member, packed::score_of(score)))
            }
            Source::Sorted(elements) => {
                elements.next_back().map(|(member, score)| (Element::Bytes(member), score))
            }
        }
    }
}

impl ExactSizeIterator for Elements<'_> {}

impl SortedSet {
    /// A member's score. O(1) expected in the large encoding, O(n) in the small one.
    pub fn score(&self, member: &[u8]) -> Option<f64> {
        match self {
            SortedSet::Packed(pack) => packed::find(pack, member).map(|(_, score)| score),
            SortedSet::Sorted(set) => set.score(member),
        }
    }

    /// How many elements stand before a member, and its score. O(log n) in the large encoding, O(n) in the small one.
    pub fn rank(&self, member: &[u8]) -> Option<(usize, f64)> {
        match self {
            SortedSet::Packed(pack) => {
                let (position, score) = packed::find(pack, member)?;
                Some((packed::rank(pack, position), score))
            }
            SortedSet::Sorted(set) => set.rank(member),
        }
    }

    /// The ranks of all elements with scores between two bounds. O(log n) in the large encoding, O(n) in the small one.
    pub fn score_range(&self, min: Bound<f64>, max: Bound<f64>) -> Range<usize> {
        let pack = match self {
            SortedSet::Sorted(set) => return set.score_range(min, max),
            SortedSet::Packed(pack) => pack,
        };
        let scores = pack.pairs().map(|(_, score)| packed::score_of(score));
        between(scores, |score| precedes(score, min.as_ref()), |score| within(score, max.as_ref()))
    }

    /// The ranks of all elements with members between two bounds, if all scores are equal; where they are not, some
    /// range of ranks. O(log n) in the large encoding, O(n) in the small one.
    pub fn lex_range(&self, min: Bound<&[u8]>, max: Bound<&[u8]>) -> Range<usize> {
        let pack = match self {
            SortedSet::Sorted(set) => return set.lex_range(min, max),
            SortedSet::Packed(pack) => pack,
        };
        between(
            pack.pairs().map(|(member, _)| member),
            |member| member.with_text(|text| precedes(text, min)),
            |member| member.with_text(|text| within(text, max)),
        )
    }

    /// The elements of these ranks, to be taken from either end; those beyond the last are ignored. O(log n) in the large
    /// encoding, O(n) in the small one, then O(1) an element.
    pub fn range(&self, ranks: Range<usize>) -> Elements<'_> {
        match self {
            SortedSet::Packed(pack) => {
                let len = pack.len() / 2;
                let end = ranks.end.min(len);
                let start = ranks.start.min(end);
                let mut pairs = pack.pairs();
                if start > 0 {
                    pairs.nth(start - 1);
                }
                if end < len {
                    pairs.nth_back(len - end - 1);
                }
                Elements(Source::Packed { pairs, left: end - start })
            }
            SortedSet::Sorted(set) => Elements(Source::Sorted(set.range(ranks))),
        }
    }

    /// All elements in order, to be taken from either end.
    pub fn iter(&self) -> Elements<'_> {
        self.range(0..self.len())
    }

    /// Every member with its score, in order. O(n).
    pub fn for_each(&self, mut see: impl FnMut(&[u8], f64)) {
        self.iter().for_each(|(member, score)| member.with_text(|member| see(member, score)));
    }

    /// Visits at least `count` elements, and not many more, from `cursor` on and returns the cursor to go on with, 0 at the end; in the small
    /// encoding all elements at once. An element that stays is visited exactly once between a cursor of 0 and the next.
    pub fn scan(&self, cursor: u64, count: usize, mut visit: impl FnMut(Element<'_>, f64)) -> u64 {
        match self {
            SortedSet::Packed(_) => {
                self.iter().for_each(|(member, score)| visit(member, score));
                0
            }
            SortedSet::Sorted(set) => {
                set.scan_at_least(cursor, count, |member, score| visit(Element::Bytes(member), score))
            }
        }
    }
}

/// Whether an element stands before a range that begins at `min`.
fn precedes<T: PartialOrd + ?Sized>(element: &T, min: Bound<&T>) -> bool {
    match min {
        Bound::Included(min) => element < min,
        Bound::Excluded(min) => element <= min,
        Bound::Unbounded => false,
    }
}

/// Whether an element that is in or behind the beginning of a range is not behind its end.
fn within<T: PartialOrd + ?Sized>(element: &T, max: Bound<&T>) -> bool {
    match max {
        Bound::Included(max) => element <= max,
        Bound::Excluded(max) => element < max,
        Bound::Unbounded => true,
    }
}

/// The ranks from the first element on that does not precede the range to the last that is within.
fn between<T>(
    elements: impl Iterator<Item = T> + Clone,
    precedes: impl Fn(&T) -> bool,
    within: impl Fn(&T) -> bool,
) -> Range<usize> {
    let start = elements.clone().take_while(|element| precedes(element)).count();
    start..start + elements.skip(start).take_while(|element| within(element)).count()
}
