//! The software watchdog: `watchdog-period` milliseconds without a run of cron, and the log shows where the server stands.

use super::stacks;
use crate::log;
use crate::sys::fault;
use russet_engine::params::Params;
use std::time::{Duration, SystemTime};

/// Puts `watchdog-period` into force.
pub(super) fn apply(params: &Params) {
    fault::arm(period(params));
}

/// Lets it begin to count again. Called by cron.
pub(crate) fn put_off(params: &Params) {
    if params.watchdog_period() > 0 {
        fault::arm(period(params));
    }
}

fn period(params: &Params) -> Duration {
    let period = match params.watchdog_period() {
        0 => 0,
        period => period.max(params.least_watchdog_period()),
    };
    Duration::from_millis(period as u64)
}

/// Writes where every thread stands, and what asked for it.
pub(super) fn trace(title: &str) {
    let say = |line: &str| {
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        log::from_signal_handler(now.as_secs(), line);
    };
    // First of all: what is asked for goes on meanwhile.
    let gathered = fault::gather();
    say(title);
    stacks::write(&gathered, None);
    say("--------\n");
}
