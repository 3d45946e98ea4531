//! Observation: what the people who run a server see of single commands: the slow log, the latency monitor, `MONITOR`.
//!
//! ```text
//!  a command has run ──> took >= threshold? ──no──> (nothing: one comparison)
//!                              │ yes
//!                              ├──> monitors       every client that listens is sent its words
//!                              ├──> latency        a sample of the event `command` or `fast-command`
//!                              └──> slow log       its words, cut, with the client's address and name
//! ```
//!
//! The threshold is the smallest of those that are in force, and zero while somebody monitors, so that a command that is
//! faster costs one comparison. Words that are secrets, which a declaration names (`secrets`), are shown to nobody.

mod latency;
mod monitor;
mod slow_log;
mod waits;

pub use latency::{LatencyMonitor, SAMPLES, Sample, Series};
pub use monitor::leave;
pub use slow_log::{SlowCommand, SlowLog};
pub use waits::Waits;

use crate::args::Args;
use crate::command::Entry;
use crate::command::flags::command as flag;
use crate::context::Context;
use crate::core::Core;
use crate::params::Params;
use crate::session::{ClientKey, Session};
use std::borrow::Cow;

/// What is shown in the place of a secret.
const REDACTED: &[u8] = b"(redacted)";

/// What is seen of single commands.
pub struct Observation {
    /// Commands that took long.
    pub slow_log: SlowLog,
    /// What kept clients waiting, by kind and time.
    pub latency: LatencyMonitor,
    monitors: Vec<ClientKey>,
    slow_ns: u64,
    /// Nanoseconds from which on a command is looked at.
    threshold_ns: u64,
}

impl Default for Observation {
    fn default() -> Self {
        Observation {
            slow_log: SlowLog::default(),
            latency: LatencyMonitor::default(),
            monitors: Vec::new(),
            slow_ns: u64::MAX,
            threshold_ns: u64::MAX,
        }
    }
}

impl Observation {
    /// Takes over the parameters.
    pub(crate) fn configure(&mut self, params: &Params) {
        let slower_than = u64::try_from(params.slowlog_log_slower_than());
        self.slow_ns = slower_than.map_or(u64::MAX, |us| us.saturating_mul(1000));
        self.slow_log.limit(params.slowlog_max_len() as usize);
        self.latency.configure(params.latency_monitor_threshold() as u64);
        self.set_threshold();
    }

    fn set_threshold(&mut self) {
        let latency_ns = self.latency.threshold_ns();
        self.threshold_ns = if self.monitors.is_empty() { self.slow_ns.min(latency_ns) } else { 0 };
    }

    /// Whether a command that took so long is looked at.
    #[inline]
    pub(crate) fn concerns(&self, took_ns: u64) -> bool {
        took_ns >= self.threshold_ns
    }
}

/// Shows a command that has run, and which took `took_ns`, to whom it concerns. One that waits is shown to monitors when
/// it begins to, and logged when it is done.
#[cold]
pub(crate) fn observe(cx: &mut Context<'_>, entry: &Entry, args: Args<'_>, took_ns: u64) {
    let monitored = !cx.core.observation.monitors.is_empty() && cx.session.resumed.is_none();
    if monitored && entry.flags & (flag::SKIP_MONITOR | flag::ADMIN) == 0 {
        monitor::feed(cx, entry, args);
    }
    if cx.session.blocked.is_some() {
        return;
    }
    let now_ns = cx.core.started_ns;
    let unix_s = cx.core.time.unix_us_at(now_ns).div_euclid(1_000_000);
    let observation = &mut cx.core.observation;
    let event = if entry.has(flag::FAST) { "fast-command" } else { "command" };
    observation.latency.note(event, took_ns / 1_000_000, unix_s);
    if took_ns >= observation.slow_ns && !entry.has(flag::SKIP_SLOWLOG) {
        let (peer, name) = who(cx.session);
        let words = &mut shown(entry, args);
        cx.core.observation.slow_log.add(unix_s, took_ns / 1000, words, peer, name);
    }
}

impl Context<'_> {
    /// Whether the command that runs was called by a script, not by the client itself.
    fn runs_for_script(&self) -> bool {
        // Clients that are answered while a script runs long are in no transaction.
        self.in_transaction && self.core.scripting.running.is_some()
    }
}

impl Core {
    /// Tells the latency monitor that something took from `began_ns` until now.
    pub(crate) fn note_wait(&mut self, event: &'static str, began_ns: u64) {
        let now_ns = self.time.monotonic_ns();
        let unix_s = self.time.unix_us_at(now_ns).div_euclid(1_000_000);
        self.observation.latency.note(event, now_ns.saturating_sub(began_ns) / 1_000_000, unix_s);
    }

    /// Takes over what else was noted in this tick.
    pub(crate) fn collect_waits(&mut self, now_ns: u64) {
        let unix_s = self.time.unix_us_at(now_ns).div_euclid(1_000_000);
        for (event, ms) in self.persistence.waits.take() {
            self.observation.latency.note(event, ms, unix_s);
        }
    }
}

/// Address and name of who sent a command.
fn who(session: &Session) -> (&str, &[u8]) {
    (&session.transport.peer, &session.name)
}

/// The words of a request as they may be shown.
fn shown<'a>(entry: &Entry, args: Args<'a>) -> impl ExactSizeIterator<Item = Cow<'a, [u8]>> {
    let secrets = entry.command.secrets.map(|secrets| secrets(args)).unwrap_or_default();
    args.iter()
        .enumerate()
        .map(move |(index, word)| Cow::Borrowed(if secrets.contains(&index) { REDACTED } else { word }))
}
