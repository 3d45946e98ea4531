//! Cron: what is done `hz` times a second, between two ticks.

use crate::accept::Accepting;
use crate::compaction;
use crate::give_back::GiveBack;
use crate::server::Server;
use russet_engine::keyspace::Cycle;
use russet_engine::session::{ClientKey, Closing};
use std::time::{Duration, Instant};

/// How far the rounds over all connections have come.
#[derive(Default)]
pub(crate) struct Progress {
    next_client: usize,
    sampled: Option<Instant>,
    give_back: GiveBack,
    collected: Option<Instant>,
    pub(crate) compaction: compaction::Progress,
}

/// The host's monotonic clock.
pub(crate) fn now() -> Instant {
    Instant::now()
}

const SAMPLE_EVERY: Duration = Duration::from_millis(100);
const COLLECT_EVERY: Duration = Duration::from_secs(1);
/// Connections looked at per run, at least.
const CLIENTS_AT_LEAST: usize = 5;

impl Server {
    /// Does what is due.
    pub(crate) fn cron(&mut self) {
        self.engine.tick();
        let now = now();
        if now < self.next_cron {
            return;
        }
        let hz = self.engine.core.effective_hz();
        self.next_cron = now + Duration::from_millis(u64::from(1000 / hz));
        crate::crash_report::put_off(&self.engine.core.params);
        if self.engine.core.cron_paused {
            return;
        }
        let loading = self.engine.core.persistence.loading.is_some();
        if !loading {
            self.engine.expire_cycle(Cycle::Slow { hz });
            self.compact(now, hz);
        }
        self.look_after_clients(hz);
        if self.accepting == Accepting::Later {
            self.accepting = Accepting::AtOnce;
        }
        if self.cron.sampled.is_none_or(|at| now - at >= SAMPLE_EVERY) {
            self.cron.sampled = Some(now);
            self.engine.sample_rates();
        }
        if self.cron.collected.is_none_or(|at| now - at >= COLLECT_EVERY) {
            self.cron.collected = Some(now);
            self.cron.give_back.look();
            if let Some(host) = self.host() {
                host.links.close_idle();
            }
        }
        if !loading {
            self.look_after_files();
        }
        crate::shutdown::heed_signals(self);
        self.engine.core.stats.event_loop.cron_ns += now.elapsed().as_nanos() as u64;
    }

    /// Goes once a second over all connections: ends those that are idle for too long or over their soft
    /// output limit, and takes back memory that bursts have left behind.
    fn look_after_clients(&mut self, hz: u32) {
        // Of places, not of connections: what a burst of them has left behind must not slow the round down.
        let connections = self.connections.capacity();
        let count = connections.div_ceil(hz as usize).max(CLIENTS_AT_LEAST).min(connections);
        let timeout = self.engine.core.params.timeout();
        let now_ms = self.engine.now_ms();
        for _ in 0..count {
            let index = self.cron.next_client;
            self.cron.next_client = (index + 1) % connections.max(1);
            let client = ClientKey(index);
            let Some(connection) = self.connections.get_mut(index) else { continue };
            let core = &mut self.engine.core;
            let Some(state) = core.clients.get_mut(client) else { continue };
            let transport = &state.session.transport;
            let input = transport.query_parsed + transport.query_buffer + transport.query_room;
            core.stats.buffer_peaks.note(now_ms, input, state.output.memory());
            let idle = (now_ms - state.session.active_ms) / 1000;
            let waits = state.session.blocked.is_some() || state.session.is_subscribed();
            if timeout > 0 && idle > timeout && !waits {
                tracing::debug!("Closing idle client");
                state.session.close(Closing::Now);
                self.engine.core.touch(client);
                continue;
            }
            connection.shrink(idle > 2);
            connection.describe(&mut state.session.transport);
            let buffers = core.reply_buffers;
            if buffers.resized {
                state.output.fit(now_ms, buffers.forget_after_ms);
            }
            if idle > 2 && state.output.is_empty() && buffers.resized {
                state.output.shrink();
            } else if !state.output.is_empty() && self.exceeds_output_limit(client) {
                self.engine.core.touch(client);
            }
            self.engine.core.count_client(client);
        }
    }
}
