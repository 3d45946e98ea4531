//! Wait: sleep until something is ready, is due, or is left over.

use crate::accept::Accepting;
use crate::cron;
use crate::server::{self, Server};
use russet_engine::keyspace::Cycle;
use russet_engine::session::ClientKey;
use std::io;
use std::time::Duration;

impl Server {
    /// Sleeps as long as nothing is to be done, then notes what is ready and accepts new connections.
    pub(super) fn wait(&mut self) -> io::Result<()> {
        std::mem::swap(&mut self.work.ready, &mut self.work.next);
        let loading = self.engine.core.persistence.loading.is_some();
        let idle = self.work.ready.is_empty() && self.work.outgoing.is_empty() && !loading;
        let timeout = if idle && self.accepting != Accepting::AtOnce {
            self.engine.expire_cycle(Cycle::Fast);
            self.until_due()
        } else {
            Duration::ZERO
        };
        self.notice(timeout)
    }

    /// Notes what is ready after this time at most, and accepts new connections.
    pub(super) fn notice(&mut self, timeout: Duration) -> io::Result<()> {
        match self.poll.poll(&mut self.events, Some(timeout)) {
            Err(error) if error.kind() != io::ErrorKind::Interrupted => return Err(error),
            _ => {}
        }
        let (mut accept, mut signalled) = (self.accepting == Accepting::AtOnce, false);
        for event in &self.events {
            match event.token() {
                server::SIGNALS => signalled = true,
                token if token >= server::LISTENERS => accept = true,
                token => {
                    let Some(connection) = self.connections.get_mut(token.0) else { continue };
                    let client = ClientKey(token.0);
                    if event.is_writable() && !connection.writable {
                        connection.writable = true;
                        self.work.outgoing.push(client);
                    }
                    connection.hung_up |= event.is_read_closed() || event.is_error();
                    if event.is_readable() || event.is_read_closed() || event.is_error() {
                        connection.readable = true;
                        if !connection.queued {
                            connection.queued = true;
                            self.work.ready.push(client);
                        }
                    }
                }
            }
        }
        if signalled {
            self.signals.drain();
        }
        if accept {
            self.accept();
        }
        Ok(())
    }

    /// How long nothing is due.
    fn until_due(&self) -> Duration {
        let cron = self.next_cron.saturating_duration_since(cron::now());
        match self.engine.next_deadline_ms() {
            None => cron,
            Some(deadline) => {
                let left = deadline.saturating_sub(self.engine.now_ms()).max(0) as u64;
                // The poll counts whole milliseconds and may wake early in its last one.
                cron.min(Duration::from_millis(left))
            }
        }
    }
}
