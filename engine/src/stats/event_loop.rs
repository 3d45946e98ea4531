//! Statistics of the host's event loop: how often it turns, and what its turns take.

use super::Rate;

/// What is counted of an event loop. A turn begins when the loop wakes and ends when it has nothing left to do
/// but wait.
#[derive(Default)]
pub struct EventLoop {
    /// Turns that have ended.
    pub cycles: u64,
    /// Nanoseconds that they took, in sum.
    pub nanoseconds: u64,
    /// Nanoseconds of the longest.
    pub longest_ns: u64,
    /// Nanoseconds of them in which commands ran.
    pub commands_ns: u64,
    /// The most commands in one.
    pub commands_most: u64,
    /// Nanoseconds of them in which periodic work ran.
    pub cron_ns: u64,
    /// Nanoseconds of them in which the append-only file was written.
    pub journal_ns: u64,
    /// Turns per second.
    pub cycles_rate: Rate,
    /// Microseconds per turn.
    pub duration_rate: Rate,
    began_ns: u64,
    commands_before: u64,
}

impl EventLoop {
    /// Notes that a turn begins, at `now_ns` of the monotonic clock and with `commands` run so far.
    pub(crate) fn begin(&mut self, now_ns: u64, commands: u64) {
        (self.began_ns, self.commands_before) = (now_ns, commands);
    }

    /// Notes that it ends.
    pub(crate) fn end(&mut self, now_ns: u64, commands: u64) {
        let took = now_ns.saturating_sub(self.began_ns);
        self.cycles += 1;
        self.nanoseconds += took;
        self.longest_ns = self.longest_ns.max(took);
        self.commands_most = self.commands_most.max(commands.saturating_sub(self.commands_before));
    }

    /// Sets the counters to zero; the turn that is running goes on.
    pub(super) fn reset(&mut self) {
        *self = EventLoop { began_ns: self.began_ns, ..EventLoop::default() };
    }

    pub(super) fn sample_rates(&mut self, now_ms: u64) {
        self.cycles_rate.sample(now_ms, self.cycles, 1000);
        self.duration_rate.sample(self.cycles, self.nanoseconds / 1000, 1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn turns_are_counted_and_a_reset_leaves_the_running_one_alone() {
        let mut turns = EventLoop::default();
        turns.begin(1_000, 0);
        turns.end(4_000, 7);
        turns.begin(10_000, 7);
        turns.end(12_000, 9);
        assert_eq!((turns.cycles, turns.nanoseconds), (2, 5_000));
        assert_eq!((turns.longest_ns, turns.commands_most), (3_000, 7));
        turns.begin(20_000, 9);
        turns.reset();
        turns.end(21_000, 1);
        assert_eq!((turns.cycles, turns.longest_ns, turns.commands_most), (1, 1_000, 1));
    }
}
