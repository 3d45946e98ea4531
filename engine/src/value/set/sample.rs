//! Random members of a set: looked at or taken, one or many, all alike likely in every form.

use super::{Set, SetLimits};
use crate::error::Outcome;
use crate::value::Collection;
use russet_structures::element::Element;
use russet_structures::intset::Intset;
use russet_structures::listpack::Listpack;

/// A number below `bound` from 64 random bits; the bias is `bound / 2^64`.
fn below(random: u64, bound: usize) -> usize {
    ((u128::from(random) * bound as u128) >> 64) as usize
}

impl Set {
    /// A random member; `None` where there are none. O(1), for a listpack O(n).
    pub fn sample(&self, random: impl FnMut() -> u64) -> Option<Element<'_>> {
        match self {
            Set::Ints(ints) => ints.random(random).map(Element::Int),
            Set::Packed(pack) => pack.sample(0, random).map(|position| pack.get(position)),
            Set::Table(table) => table.sample(random).map(Element::Bytes),
        }
    }

    /// `count` random members, each drawn from all; none where there are none. O(count), for a listpack in one pass that
    /// takes memory for `count` positions: whoever wants very many asks several times.
    ///
    /// # Errors
    /// The first that `see` returns.
    pub fn sample_many(
        &self,
        count: usize,
        mut random: impl FnMut() -> u64,
        mut see: impl FnMut(Element<'_>) -> Outcome,
    ) -> Outcome {
        if let Set::Packed(pack) = self
            && count > 1
        {
            let positions = pack.sample_many(count, 0, random);
            return positions.into_iter().try_for_each(|position| see(pack.get(position)));
        }
        (0..count).try_for_each(|_| self.sample(&mut random).map_or(Ok(()), &mut see))
    }

    /// `wanted` different random members, or all where there are no more; every choice of so many is alike likely.
    /// O(wanted log wanted), for a listpack O(n).
    ///
    /// # Errors
    /// The first that `see` returns.
    pub fn sample_distinct(
        &self,
        wanted: usize,
        random: impl FnMut() -> u64,
        mut see: impl FnMut(Element<'_>) -> Outcome,
    ) -> Outcome {
        let mut outcome = Ok(());
        let mut see = |member| {
            if outcome.is_ok() {
                outcome = see(member);
            }
        };
        match self {
            Set::Ints(ints) => ints.sample_distinct(wanted, random, |value| see(Element::Int(value))),
            Set::Packed(pack) => {
                let positions = pack.sample_distinct(wanted, 0, random);
                positions.into_iter().for_each(|position| see(pack.get(position)));
            }
            Set::Table(table) => {
                table.sample_distinct(random, wanted, |member| see(Element::Bytes(member)));
            }
        }
        outcome
    }

    /// Takes a random member out and shows it; `false` where there is none. O(1), for the small forms O(n).
    pub fn pop(&mut self, random: impl FnMut() -> u64, see: impl FnOnce(Element<'_>)) -> bool {
        match self {
            Set::Ints(ints) => {
                let Some(value) = ints.random(random) else { return false };
                ints.remove(value);
                see(Element::Int(value));
            }
            Set::Packed(pack) => {
                let Some(position) = pack.sample(0, random) else { return false };
                see(pack.get(position));
                pack.remove(position);
            }
            Set::Table(table) => {
                let Some(pair) = table.pop(random) else { return false };
                see(Element::Bytes(pair.field()));
            }
        }
        true
    }

    /// Takes `count` random members out and shows them, or all where there are no more; every choice of so many is
    /// alike likely. O(count), for a listpack O(n), for an intset O(count * n).
    pub fn pop_many(
        &mut self,
        count: usize,
        mut random: impl FnMut() -> u64,
        mut see: impl FnMut(Element<'_>),
    ) {
        let Set::Packed(pack) = self else {
            for _ in 0..count {
                if !self.pop(&mut random, &mut see) {
                    return;
                }
            }
            return;
        };
        // Each in turn, as likely as so many of those that are left are wanted (Knuth's algorithm S).
        let (mut left, mut wanted) = (pack.len(), count.min(pack.len()));
        pack.retain(|member| {
            let taken = below(random(), left) < wanted;
            left -= 1;
            if taken {
                wanted -= 1;
                see(member);
            }
            !taken
        });
    }

    /// Keeps `kept` random members, in a set that begins with a small form, and returns the set of the others.
    /// O(kept), for an intset O(kept * n): for where nearly all members go.
    #[must_use = "the members that are gone are to be told"]
    pub fn keep(&mut self, kept: usize, random: impl FnMut() -> u64, limits: &SetLimits) -> Set {
        let mut small = match self {
            Set::Ints(_) => Set::Ints(Intset::new()),
            Set::Packed(_) | Set::Table(_) => Set::Packed(Listpack::new()),
        };
        let kept = kept.min(self.len());
        self.pop_many(kept, random, |member| {
            small.insert(member, limits);
        });
        std::mem::replace(self, small)
    }
}
