//! Random members: one at a time, or several that differ.

use super::{SortedSet, packed};
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

    /// `count` random elements, each of which may come again. Memory for a bounded number of them at a time.
    pub fn sample_many<'a>(
        &'a self,
        count: u64,
        mut random: impl FnMut() -> u64,
        mut visit: impl FnMut(Element<'a>, f64),
    ) {
        const AT_ONCE: u64 = 1000;
        match self {
            SortedSet::Packed(pack) => {
                let mut left = count;
                while left > 0 && !pack.is_empty() {
                    let some = left.min(AT_ONCE);
                    for position in pack.sample_many(some as usize, 1, &mut random) {
                        let score =
                            pack.next(position).map_or(0.0, |score| packed::score_of(pack.get(score)));
                        visit(pack.get(position), score);
                    }
                    left -= some;
                }
            }
            SortedSet::Sorted(set) => {
                for (member, score) in (0..count).map_while(|_| set.sample(&mut random)) {
                    visit(Element::Bytes(member), score);
                }
            }
        }
    }

    /// `count` random elements that differ, or all if there are no more, in order; each choice of so many is equally
    /// likely. O(count log n), and O(n) for many and in the small encoding.
    pub fn sample_distinct<'a>(
        &'a self,
        count: usize,
        random: impl FnMut() -> u64,
        mut visit: impl FnMut(Element<'a>, f64),
    ) {
        if count >= self.len() {
            return self.iter().for_each(|(member, score)| visit(member, score));
        }
        match self {
            SortedSet::Packed(pack) => {
                for position in pack.sample_distinct(count, 1, random) {
                    let score = pack.next(position).map_or(0.0, |score| packed::score_of(pack.get(score)));
                    visit(pack.get(position), score);
                }
            }
            SortedSet::Sorted(set) => {
                set.sample_distinct(count, random, |member, score| visit(Element::Bytes(member), score));
            }
        }
    }
}
