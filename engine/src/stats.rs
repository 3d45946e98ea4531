//! Statistics of the dispatch pipeline: what `INFO`'s stats, commandstats, errorstats and latencystats show.

mod buffer_peaks;
mod denials;
mod event_loop;
mod rate;

pub use buffer_peaks::BufferPeaks;
pub use denials::Denials;
pub use event_loop::EventLoop;
pub use rate::Rate;

use crate::command::CommandId;
use crate::error::Error;
use hdrhistogram::Histogram;
use std::collections::BTreeMap;

/// Latencies are counted from a nanosecond to a second, to two significant figures, as Redis does.
const LONGEST_NS: u64 = 1_000_000_000;
const FIGURES: u8 = 2;

/// More distinct error codes than this is a client making them up; then they are no longer told apart.
const ERROR_CODES_MAX: usize = 128;

/// What is counted for one command.
#[derive(Default)]
pub struct CommandStats {
    /// How often it ran.
    pub calls: u64,
    /// Nanoseconds it ran, in sum.
    pub nanoseconds: u64,
    /// How often it was refused before it ran.
    pub rejected: u64,
    /// How often it answered an error.
    pub failed: u64,
    /// How long it ran, if that is tracked and it ever did.
    pub latency: Option<Box<Histogram<u64>>>,
}

/// What is counted for all.
#[derive(Default)]
pub struct Stats {
    commands: Vec<CommandStats>,
    /// Commands that ran.
    pub commands_processed: u64,
    /// Connections that were accepted.
    pub connections_received: u64,
    /// Connections that were refused because there were too many.
    pub connections_rejected: u64,
    /// Error replies.
    pub error_replies: u64,
    /// Bytes received.
    pub net_input: u64,
    /// Bytes sent.
    pub net_output: u64,
    /// Unexpected errors: protocol violations and the like.
    pub unexpected_errors: u64,
    /// Clients closed because they did not read fast enough.
    pub output_buffer_disconnections: u64,
    /// Clients closed because all together held too much memory.
    pub evicted_clients: u64,
    /// Clients closed because their query buffer grew too large.
    pub query_buffer_disconnections: u64,
    /// Reads from sockets.
    pub reads_processed: u64,
    /// Writes to sockets.
    pub writes_processed: u64,
    /// Requests and logins that were refused.
    pub denied: Denials,
    /// Commands per second.
    pub commands_rate: Rate,
    /// Bytes received per second.
    pub input_rate: Rate,
    /// Bytes sent per second.
    pub output_rate: Rate,
    /// The host's event loop.
    pub event_loop: EventLoop,
    /// The largest buffers of late; the host reports them as it goes over its clients.
    pub buffer_peaks: BufferPeaks,
    errors: BTreeMap<Box<[u8]>, u64>,
    errors_overflowed: bool,
}

impl Stats {
    /// Counters for `commands` commands.
    pub fn new(commands: usize) -> Self {
        let mut stats = Stats::default();
        stats.commands.resize_with(commands, CommandStats::default);
        stats
    }

    /// Makes room for the counters of so many commands, if there are more than there were.
    pub(crate) fn make_room(&mut self, commands: usize) {
        if commands > self.commands.len() {
            self.commands.resize_with(commands, CommandStats::default);
        }
    }

    /// Sets all counters to zero. What describes the present stays: the turn of the event loop that is
    /// running, the buffers of the last seconds.
    pub fn reset(&mut self) {
        let mut event_loop = std::mem::take(&mut self.event_loop);
        event_loop.reset();
        let buffer_peaks = std::mem::take(&mut self.buffer_peaks);
        *self = Stats { event_loop, buffer_peaks, ..Stats::new(self.commands.len()) };
    }

    pub(crate) fn sample_rates(&mut self, now_ms: i64) {
        let now_ms = now_ms.max(0) as u64;
        self.commands_rate.sample(now_ms, self.commands_processed, 1000);
        self.input_rate.sample(now_ms, self.net_input, 1000);
        self.output_rate.sample(now_ms, self.net_output, 1000);
        self.event_loop.sample_rates(now_ms);
    }

    /// The counters of a command.
    #[inline]
    pub fn command(&self, id: CommandId) -> &CommandStats {
        &self.commands[id.index()]
    }

    /// The counters of a command.
    #[inline]
    pub fn command_mut(&mut self, id: CommandId) -> &mut CommandStats {
        &mut self.commands[id.index()]
    }

    /// Counts a run.
    #[inline]
    pub(crate) fn ran(&mut self, id: CommandId, nanoseconds: u64, track_latency: bool) {
        self.commands_processed += 1;
        let command = &mut self.commands[id.index()];
        command.calls += 1;
        command.nanoseconds += nanoseconds;
        if track_latency {
            match &mut command.latency {
                Some(latency) => latency.saturating_record(nanoseconds.max(1)),
                None => {
                    command.latency = Histogram::new_with_bounds(1, LONGEST_NS, FIGURES).ok().map(Box::new);
                    if let Some(latency) = &mut command.latency {
                        latency.saturating_record(nanoseconds.max(1));
                    }
                }
            }
        }
    }

    /// Counts an error reply by its code.
    pub fn error(&mut self, error: &Error) {
        self.error_replies += 1;
        if let Some(count) = self.errors.get_mut(error.code()) {
            *count += 1;
        } else if self.errors.len() < ERROR_CODES_MAX {
            self.errors.insert(error.code().into(), 1);
        } else if !self.errors_overflowed {
            self.errors_overflowed = true;
            self.errors.clear();
            self.errors.insert(b"ERRORSTATS_DISABLED"[..].into(), 1);
        }
    }

    /// Error codes with their counts, by code.
    pub fn errors(&self) -> impl Iterator<Item = (&[u8], u64)> {
        self.errors.iter().map(|(code, count)| (&**code, *count))
    }
}
