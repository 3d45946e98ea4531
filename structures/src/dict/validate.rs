//! Every invariant of the dict, checked: for tests and fuzzing.

use super::segment::Segment;
use super::{Dict, probe, resize};
use crate::buckets::{SLOTS, tag_of};

impl<T> Dict<T> {
    /// Checks every invariant. O(n), and calls `hasher` for every entry.
    ///
    /// # Panics
    ///
    /// Where one does not hold, saying which.
    pub fn validate(&self, hasher: impl Fn(&T) -> u64) {
        let bits = self.directory.bits();
        if self.directory.width() == 0 {
            assert_eq!((self.len, self.buckets, bits), (0, 0, 0), "no directory, so nothing to count");
            assert_eq!(self.memory(), 0, "no directory, so no memory");
            return;
        }
        assert_eq!(self.directory.width(), 1 << bits, "directory width");

        let (mut len, mut buckets, mut deepest, mut index) = (0, 0, 0, 0);
        while let Some(segment) = self.directory.segment(index) {
            assert!(segment.depth <= bits, "segment {index} deeper than the directory");
            assert_eq!(segment.first, index, "segment at {index} is not aligned to its depth");
            let span = self.directory.span(segment.depth);
            for copy in index + 1..index + span {
                assert!(
                    self.directory.same_segment(index, copy),
                    "directory entry {copy} is no copy of {index}"
                );
                assert_eq!(self.directory.len_field(copy), 0, "directory entry {copy} counts entries");
            }
            self.validate_segment(&segment, &hasher);
            len += segment.len;
            buckets += segment.buckets.len();
            deepest += u32::from(segment.depth == bits);
            assert!(segment.buckets.len() <= self.widest as usize, "segment {index} wider than the widest");
            index += span;
        }
        assert_eq!(index, 1 << bits, "the last segment overruns the directory");
        assert_eq!(len, self.len, "number of entries");
        assert_eq!(buckets, self.buckets, "number of buckets");
        assert_eq!(deepest, self.deepest, "number of deepest segments");
        assert!(deepest > 0, "a directory wider than any segment needs");
    }

    fn validate_segment(&self, segment: &Segment<'_, T>, hasher: impl Fn(&T) -> u64) {
        let count = segment.buckets.len();
        let index = segment.first;
        assert!(segment.len <= resize::limit(count), "segment {index}: {} in {count} buckets", segment.len);
        let mut len = 0;
        for at in 0..count {
            for (slot, value) in (0..SLOTS).filter_map(|slot| Some((slot, segment.buckets.get(at, slot)?))) {
                let hash = hasher(value);
                len += 1;
                assert_eq!(
                    segment.buckets.word(at).tag(slot),
                    Some(tag_of(hash)),
                    "segment {index}, bucket {at}: tag"
                );
                let first = self.directory.segment(self.directory.index(hash)).map(|segment| segment.first);
                assert_eq!(first, Some(index), "segment {index}, bucket {at}: entry of another segment");
                let home = probe::home(hash, segment.depth, count);
                let distance = probe::distance(home, at, count);
                let word = segment.buckets.word(home);
                assert!(
                    word.reach_of(tag_of(hash)) >= distance,
                    "segment {index}, bucket {home}: reach {}, but one is {distance} away",
                    word.reach_of(tag_of(hash))
                );
            }
        }
        assert_eq!(len, segment.len, "segment {index}: number of entries");
    }
}
