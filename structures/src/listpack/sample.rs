//! Random elements, or random pairs: one, many with repetition, many without.

use super::Listpack;
use super::cursor::{Position, read};
use super::encoding::{END, HEADER};

/// A number below `bound` from 64 random bits; the bias is `bound / 2^64`.
#[inline]
fn below(random: u64, bound: usize) -> usize {
    ((u128::from(random) * bound as u128) >> 64) as usize
}

impl Listpack {
    /// Every `skip + 1`-th position from the first, where all of the `skip` elements behind it are there too.
    fn groups(&self, skip: usize) -> impl Iterator<Item = Position> {
        let bytes = self.as_bytes();
        let mut offset = HEADER;
        std::iter::from_fn(move || {
            let here = offset;
            for _ in 0..=skip {
                if bytes[offset] == END {
                    return None;
                }
                offset = read(bytes, offset).1;
            }
            Some(Position::at(here))
        })
    }

    /// How many positions [`groups`](Listpack::groups) gives.
    fn group_count(&self, skip: usize) -> usize {
        self.len() / skip.saturating_add(1)
    }

    /// The position of a random element, all alike likely if `random` gives all `u64` alike likely; it is called at most
    /// once. O(n).
    ///
    /// With a `skip` of 1 it is the first of a random pair: a field whose value stands at [`next`](Listpack::next). An
    /// element that is left over belongs to none. `None` where there is nothing to choose from.
    pub fn sample(&self, skip: usize, random: impl FnOnce() -> u64) -> Option<Position> {
        let count = self.group_count(skip);
        (count > 0).then(random).and_then(|random| self.seek((below(random, count) * (skip + 1)) as i64))
    }

    /// `count` random positions, each drawn from all, in the order in which they were drawn: as `count` calls of
    /// [`sample`](Listpack::sample), but in one pass. None where there is nothing to choose from.
    /// O(n + count · log count), and memory for `count` positions: whoever wants very many asks several times.
    pub fn sample_many(&self, count: usize, skip: usize, mut random: impl FnMut() -> u64) -> Vec<Position> {
        let groups = self.group_count(skip);
        if groups == 0 {
            return Vec::new();
        }
        let mut drawn: Vec<(usize, usize)> = (0..count).map(|n| (below(random(), groups), n)).collect();
        drawn.sort_unstable();
        let mut positions = vec![Position::at(HEADER); count];
        let mut rest = drawn.as_slice();
        for (index, position) in self.groups(skip).enumerate() {
            while let Some((&(_, n), behind)) = rest.split_first().filter(|((drawn, _), _)| *drawn == index) {
                positions[n] = position;
                rest = behind;
            }
            if rest.is_empty() {
                break;
            }
        }
        positions
    }

    /// Up to `count` different random positions, in the order in which they stand; every choice of so many is alike
    /// likely. O(n), in one pass that calls `random` once for each position it passes: selection sampling, algorithm S
    /// in Knuth's The Art of Computer Programming, section 3.4.2.
    pub fn sample_distinct(
        &self,
        count: usize,
        skip: usize,
        mut random: impl FnMut() -> u64,
    ) -> Vec<Position> {
        let mut left = self.group_count(skip);
        let mut wanted = count.min(left);
        let mut positions = Vec::with_capacity(wanted);
        for position in self.groups(skip) {
            if wanted == 0 {
                break;
            }
            // This one is among `left` of which `wanted` are still to be chosen.
            if below(random(), left) < wanted {
                positions.push(position);
                wanted -= 1;
            }
            left -= 1;
        }
        positions
    }
}
