//! Changes: new scores, new members, removal.

use super::{Limits, SortedSet, packed};
use crate::hash::KeyHasher;
use crate::value::Collection;
use russet_structures::element::Element;
use std::ops::Range;

/// A member's score before and after.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Change {
    /// The score that it had; `None` if it was not there.
    pub before: Option<f64>,
    /// The score that was decided upon; `None` if nothing was to be done.
    pub after: Option<f64>,
}

impl Change {
    /// Whether the member is new.
    pub fn added(&self) -> bool {
        self.before.is_none() && self.after.is_some()
    }

    /// Whether the member was there and has another score now.
    pub fn updated(&self) -> bool {
        self.before.is_some_and(|before| self.after.is_some_and(|after| after != before))
    }
}

impl SortedSet {
    /// Gives a member the score that `decide` makes of the one it has, if any; where it makes none, nothing changes. The
    /// score must not be NaN. O(log n) in the large encoding, O(n) in the small one, which becomes the large one where a
    /// limit is exceeded.
    pub fn update(
        &mut self,
        member: &[u8],
        limits: Limits,
        hasher: &KeyHasher,
        decide: impl FnOnce(Option<f64>) -> Option<f64>,
    ) -> Change {
        let pack = match self {
            SortedSet::Sorted(set) => {
                let (before, after) = set.update(member, decide);
                return Change { before, after };
            }
            SortedSet::Packed(pack) => pack,
        };
        let found = packed::find(pack, member);
        let before = found.map(|(_, score)| score);
        let after = decide(before);
        let change = Change { before, after };
        let Some(score) = after else { return change };
        if let Some((position, before)) = found {
            if score != before {
                packed::remove(pack, position);
                packed::insert(pack, Element::new(member), score);
            }
        } else if pack.len() / 2 < limits.entries
            && member.len() <= limits.value
            && pack.safe_to_add(member.len())
        {
            packed::insert(pack, Element::new(member), score);
        } else {
            self.convert(hasher);
            if let SortedSet::Sorted(set) = self {
                set.insert(member, score);
            }
        }
        change
    }

    /// Removes a member and returns its score. O(log n) in the large encoding, O(n) in the small one.
    pub fn remove(&mut self, member: &[u8]) -> Option<f64> {
        match self {
            SortedSet::Packed(pack) => {
                let (position, score) = packed::find(pack, member)?;
                packed::remove(pack, position);
                Some(score)
            }
            SortedSet::Sorted(set) => set.remove(member).map(|scored| scored.score()),
        }
    }

    /// Removes the elements of these ranks; those beyond the last are ignored. Returns how many there were.
    /// O(log n + elements removed) in the large encoding, O(n) in the small one.
    pub fn remove_range(&mut self, ranks: Range<usize>) -> usize {
        let before = self.len();
        let ranks = ranks.start..ranks.end.min(before);
        if ranks.is_empty() {
            return 0;
        }
        match self {
            SortedSet::Packed(pack) => pack.remove_range(2 * ranks.start as i64, 2 * ranks.len()),
            SortedSet::Sorted(set) => set.remove_range(ranks, drop),
        }
        before - self.len()
    }
}
