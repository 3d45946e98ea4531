//! `MONITOR`: clients that are sent every command as it runs.
//!
//! A line is a simple string in both versions of the protocol:
//!
//! ```text
//! +1700000000.000123 [0 127.0.0.1:50000] "SET" "key" "value"\r\n
//!  when it ran        db client           its words, quoted
//! ```

use super::{Observation, shown};
use crate::args::Args;
use crate::command::Entry;
use crate::context::Context;
use crate::core::Core;
use crate::delivery::Delivery;
use crate::params::words;
use crate::session::{ClientKey, Kind, Session};
use std::borrow::Cow;
use std::io::Write;

impl Context<'_> {
    /// Shows the running command, whose words are `args`, to those who monitor before it does anything: for one that is
    /// declared with `SKIP_MONITOR` because it runs others, which are shown after it.
    pub fn show_first(&mut self, args: Args<'_>) {
        if !self.core.observation.monitors.is_empty() {
            feed(self, self.registry.get(self.command), args);
        }
    }

    /// Shows all that runs to the session, from now on. Returns whether it was not shown that before.
    pub fn monitor(&mut self) -> bool {
        if std::mem::replace(&mut self.session.monitors, true) {
            return false;
        }
        let observation = &mut self.core.observation;
        observation.monitors.push(self.client);
        observation.set_threshold();
        true
    }
}

/// Ends that again. O(monitors).
pub fn leave(core: &mut Core, client: ClientKey, session: &mut Session) {
    if std::mem::take(&mut session.monitors) {
        core.observation.monitors.retain(|&monitor| monitor != client);
        core.observation.set_threshold();
    }
}

/// Sends a command to those who monitor.
pub(super) fn feed(cx: &mut Context<'_>, entry: &Entry, args: Args<'_>) {
    let now_us = cx.core.time.unix_us_at(cx.core.started_ns);
    let (seconds, fraction) = (now_us.div_euclid(1_000_000), now_us.rem_euclid(1_000_000));
    let mut line = Vec::with_capacity(64 + args.bytes());
    // Writing to a vector cannot fail.
    let peer = if cx.runs_for_script() { Cow::Borrowed("lua") } else { cx.session.transport.peer_shown() };
    let _ = write!(line, "+{seconds}.{fraction:06} [{} {peer}]", cx.db.index());
    for word in shown(entry, args) {
        line.push(b' ');
        line.extend(words::quote(&word));
    }
    line.extend(b"\r\n");

    let own = cx.session.protocol;
    let monitors = std::mem::take(&mut cx.core.observation.monitors);
    let mut delivery = Delivery::begin(cx.core, own, Kind::Normal);
    for &monitor in &monitors {
        delivery.send(monitor, |output, _| output.write(&line));
    }
    cx.core.observation.monitors = monitors;
}

impl Observation {
    /// Clients that monitor.
    pub fn monitors(&self) -> usize {
        self.monitors.len()
    }
}
