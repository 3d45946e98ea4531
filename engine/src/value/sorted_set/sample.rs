//! Random members: one at a time, or several that differ.

use super::{SortedSet, packed};
use crate::error::Outcome;
use crate::value::Collection;
use russet_structures::element::Element;

impl SortedSet {
    /// A random element, each equally likely; `None` where there is none. O(1) expected in the large encoding, O(n) in
    /// the small one.
    pub fn sample(&self, random: impl FnMut() -> u64) -> Option<(Element<'_>, f64)> {
        match self {
            SortedSet::Packed(pack) => {
                let position = pack.sample(1, random)?;
                Some((pack.get(position), packed::score_of(pack.get(pack.next(position)?))))
            }
            SortedSet::Sorted(set) => {
                set.sample(random).map(|(member, score)| (Element::Bytes(member), score))
            }
        }
    }

    /// `count` random elements, each drawn from all; none where there are none. O(count), in the small encoding in one
    /// pass that takes memory for `count` positions: whoever wants very many asks several times.
    ///
    /// # Errors
    /// The first that `visit` returns.
    pub fn sample_many<'a>(
        &'a self,
        count: usize,
        mut random: impl FnMut() -> u64,
        mut visit: impl FnMut(Element<'a>, f64) -> Outcome,
    ) -> Outcome {
        match self {
            SortedSet::Packed(pack) => pack
                .sample_many(count, 1, random)
                .into_iter()
                .try_for_each(|position| packed::visit(pack, position, &mut visit)),
            SortedSet::Sorted(set) => (0..count)
                .map_while(|_| set.sample(&mut random))
                .try_for_each(|(member, score)| visit(Element::Bytes(member), score)),
        }
    }

    /// `count` random elements that differ, or all if there are no more, in order; each choice of so many is equally
    /// likely. O(count log n), and O(n) for many and in the small encoding.
    ///
    /// # Errors
    /// The first that `visit` returns.
    pub fn sample_distinct<'a>(
        &'a self,
        count: usize,
        random: impl FnMut() -> u64,
        mut visit: impl FnMut(Element<'a>, f64) -> Outcome,
    ) -> Outcome {
        if count >= self.len() {
            return self.iter().try_for_each(|(member, score)| visit(member, score));
        }
        match self {
            SortedSet::Packed(pack) => pack
                .sample_distinct(count, 1, random)
                .into_iter()
                .try_for_each(|position| packed::visit(pack, position, &mut visit)),
            SortedSet::Sorted(set) => {
                let mut outcome = Ok(());
                set.sample_distinct(count, random, |member, score| {
                    if outcome.is_ok() {
                        outcome = visit(Element::Bytes(member), score);
                    }
                });
                outcome
            }
        }
    }
}
