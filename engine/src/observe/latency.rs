//! The latency monitor: which kinds of work kept clients waiting for `latency-monitor-threshold` milliseconds or more, and when.
//!
//! Each kind, which Redis calls an event (`command`, `fork`, `expire-cycle`, ...), has a ring of its latest [`SAMPLES`]
//! samples, one a second at most: of several in a second the longest stays.

use std::collections::{BTreeMap, VecDeque};

/// Samples that are kept of an event.
pub const SAMPLES: usize = 160;

/// A wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sample {
    /// Unix time in seconds.
    pub unix_s: i64,
    /// How long it took, in milliseconds.
    pub ms: u32,
}

/// The latest waits of one kind.
#[derive(Clone, Debug, Default)]
pub struct Series {
    samples: VecDeque<Sample>,
    longest_ms: u32,
}

impl Series {
    /// The samples, the oldest first.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Sample> + DoubleEndedIterator {
        self.samples.iter().copied()
    }

    /// The latest.
    pub fn latest(&self) -> Option<Sample> {
        self.samples.back().copied()
    }

    /// The longest ever, whether it is still among the samples or not.
    pub fn longest_ms(&self) -> u32 {
        self.longest_ms
    }

    fn add(&mut self, sample: Sample) {
        self.longest_ms = self.longest_ms.max(sample.ms);
        if let Some(latest) = self.samples.back_mut()
            && latest.unix_s == sample.unix_s
        {
            latest.ms = latest.ms.max(sample.ms);
            return;
        }
        if self.samples.len() == SAMPLES {
            self.samples.pop_front();
        }
        self.samples.push_back(sample);
    }
}

/// All kinds.
#[derive(Debug, Default)]
pub struct LatencyMonitor {
    events: BTreeMap<&'static str, Series>,
    /// Milliseconds from which on a wait is kept; 0 keeps none.
    threshold_ms: u64,
}

impl LatencyMonitor {
    pub(super) fn configure(&mut self, threshold_ms: u64) {
        self.threshold_ms = threshold_ms;
    }

    pub(super) fn threshold_ns(&self) -> u64 {
        match self.threshold_ms {
            0 => u64::MAX,
            ms => ms.saturating_mul(1_000_000),
        }
    }

    /// Whether waits are kept.
    pub fn is_on(&self) -> bool {
        self.threshold_ms > 0
    }

    /// Keeps a wait if it was long enough. `unix_s` is now.
    pub fn note(&mut self, event: &'static str, ms: u64, unix_s: i64) {
        if self.is_on() && ms >= self.threshold_ms {
            let ms = u32::try_from(ms).unwrap_or(u32::MAX);
            self.events.entry(event).or_default().add(Sample { unix_s, ms });
        }
    }

    /// The kinds of which there are samples, by name.
    pub fn events(&self) -> impl ExactSizeIterator<Item = (&'static str, &Series)> {
        self.events.iter().map(|(event, series)| (*event, series))
    }

    /// The samples of an event.
    pub fn series(&self, event: &[u8]) -> Option<&Series> {
        self.events.get(std::str::from_utf8(event).ok()?)
    }

    /// Forgets an event, or all of them. Returns how many there were.
    pub fn reset(&mut self, event: Option<&[u8]>) -> usize {
        match event {
            None => std::mem::take(&mut self.events).len(),
            Some(event) => {
                let name = std::str::from_utf8(event).unwrap_or_default();
                usize::from(self.events.remove(name).is_some())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_of_a_second_and_the_latest_of_all_stay() {
        let mut monitor = LatencyMonitor::default();
        monitor.note("fork", 500, 1);
        assert_eq!(monitor.events().len(), 0, "nobody asked for it");
        monitor.configure(10);
        monitor.note("fork", 9, 1);
        for (ms, unix_s) in [(20, 1), (30, 1), (25, 1), (10, 2)] {
            monitor.note("fork", ms, unix_s);
        }
        let fork = monitor.series(b"fork").unwrap();
        assert_eq!(
            fork.iter().map(|sample| (sample.unix_s, sample.ms)).collect::<Vec<_>>(),
            [(1, 30), (2, 10)]
        );
        assert_eq!(fork.longest_ms(), 30);
        for second in 0..500 {
            monitor.note("command", 11, second);
        }
        let command = monitor.series(b"command").unwrap();
        assert_eq!((command.iter().len(), command.iter().next().unwrap().unix_s), (SAMPLES, 340));
        assert_eq!(
            [monitor.reset(Some(b"none")), monitor.reset(Some(b"fork")), monitor.reset(None)],
            [0, 1, 1]
        );
    }
}
