//! The clock that the engine is given: the processor's time stamp counter, calibrated by `quanta`.

use russet_engine::Clock;
use std::time::{SystemTime, UNIX_EPOCH};

/// Reads in a few nanoseconds, since every command reads it.
pub(crate) struct TscClock {
    clock: quanta::Clock,
    origin: u64,
}

impl Default for TscClock {
    fn default() -> Self {
        let clock = quanta::Clock::new();
        let origin = clock.raw();
        TscClock { clock, origin }
    }
}

impl Clock for TscClock {
    #[inline]
    fn monotonic_ns(&self) -> u64 {
        self.clock.delta_as_nanos(self.origin, self.clock.raw())
    }

    fn unix_us(&self) -> i64 {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        since.as_micros() as i64
    }
}
