//! Waits that happen where the latency monitor is out of reach, kept until the end of the tick takes them there.

use std::time::Duration;

/// Shorter ones are of interest to nobody: no threshold is lower.
const SHORTEST: Duration = Duration::from_millis(1);

/// Waits of this tick.
#[derive(Debug, Default)]
pub struct Waits(Vec<(&'static str, u64)>);

impl Waits {
    /// Notes that something, whose name is that of its event, took so long.
    pub fn note(&mut self, event: &'static str, took: Duration) {
        if took >= SHORTEST {
            self.0.push((event, u64::try_from(took.as_millis()).unwrap_or(u64::MAX)));
        }
    }

    /// Whether there is none.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Takes them, each with its milliseconds.
    pub(crate) fn take(&mut self) -> impl Iterator<Item = (&'static str, u64)> + use<'_> {
        self.0.drain(..)
    }
}
