//! What the table looks like inside, as numbers.

use super::Dict;
use super::probe;
use crate::buckets::{MARKS, SLOTS};

/// The shape of a dict at one moment; see [`Dict::stats`]. Its `Display` is a report for people.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Stats {
    /// Entries.
    pub entries: usize,
    /// Segments.
    pub segments: usize,
    /// Bits of the hash that the directory uses; it has `2^directory_bits` entries.
    pub directory_bits: u32,
    /// Buckets of all segments.
    pub buckets: usize,
    /// Buckets of the widest segment.
    pub widest_segment: usize,
    /// How many buckets hold 0, 1, ... 8 entries.
    pub fill: [usize; SLOTS + 1],
    /// How many entries lie 0, 1, 2, ... buckets after their home; the last number counts 15 and more.
    pub probes: [usize; 16],
    /// How many buckets a search that finds nothing reads after its home bucket: how many of five searches from
    /// every bucket, one for each mark that a tag may have, read 0, 1, 2, ... and 15 or more.
    pub reaches: [usize; 16],
    /// Bytes allocated, as [`Dict::memory`] says.
    pub memory: usize,
}

impl<T> Dict<T> {
    /// Counts everything that [`Stats`] has. O(n), and touches every entry through `hasher`.
    pub fn stats(&self, hasher: impl Fn(&T) -> u64) -> Stats {
        let mut stats = Stats {
            entries: self.len,
            directory_bits: self.directory.bits(),
            memory: self.memory(),
            ..Stats::default()
        };
        for segment in self.directory.segments() {
            let count = segment.buckets.len();
            stats.segments += 1;
            stats.buckets += count;
            stats.widest_segment = stats.widest_segment.max(count);
            for at in 0..count {
                let word = segment.buckets.word(at);
                stats.fill[word.occupied().len()] += 1;
                let further = word.marked();
                stats.reaches[probe::reach(segment.buckets, at).min(15)] += further;
                stats.reaches[0] += MARKS as usize - further;
                for value in segment.buckets.values(at) {
                    let hash = hasher(value);
                    let home = probe::home(hash, segment.depth, count);
                    let distance = probe::distance(home, at, count);
                    stats.probes[distance.min(stats.probes.len() - 1)] += 1;
                }
            }
        }
        stats
    }
}

impl std::fmt::Display for Stats {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(f, "entries: {}, bytes: {}", self.entries, self.memory)?;
        writeln!(
            f,
            "segments: {} (widest {} buckets), directory: 2^{}, buckets: {}",
            self.segments, self.widest_segment, self.directory_bits, self.buckets
        )?;
        writeln!(f, "buckets by entries: {:?}", self.fill)?;
        writeln!(f, "entries by distance from home: {:?}", self.probes)?;
        writeln!(f, "failed searches, five from every bucket, by reach: {:?}", self.reaches)
    }
}
