//! Read: take what has arrived on each ready socket, once.
//!
//! A connection with nothing left over reads into the tick's arena: an idle client holds no buffer. One that
//! is in the middle of a command reads onto its own buffer.

use super::{Batch, LONG_READ, READ, Source};
use crate::server::Server;
use russet_engine::session::{ClientKey, Closing};
use std::io;

impl Server {
    /// Reads from each of `clients` and starts a batch for each that has bytes to parse.
    pub(super) fn read(&mut self, clients: &[ClientKey]) {
        self.work.batches.clear();
        for (place, &client) in clients.iter().enumerate() {
            let Some(connection) = self.connections.get_mut(client.0) else { continue };
            // A key that outlived its connection may name a new one, which has not been queued, or twice.
            if !std::mem::take(&mut connection.queued) {
                continue;
            }
            if self.meanwhile.is_occupied(client) {
                connection.queued = true;
                self.work.next.push(client);
                continue;
            }
            let at = place * READ;
            let mut source = Source::Own;
            // What is left from before is run before more is read, unless it may not run: then it is read on,
            // to see the end of the connection if that comes.
            let session = self.engine.core.clients.get(client).map(|client| &client.session);
            let waits = session.is_some_and(|s| s.blocked.is_some() || s.closing.is_some());
            if connection.readable && (waits || !connection.unparsed) {
                let (most, received);
                if connection.backlog() == 0 {
                    most = READ;
                    received = connection.stream.read_into(&mut self.work.arena[at..at + READ]);
                    source = Source::Arena { at, len: *received.as_ref().unwrap_or(&0) };
                } else {
                    let backlog = connection.backlog();
                    let wanted = connection.parser.wanted(backlog);
                    most = match wanted {
                        // What there is room for takes no more room, however it arrives: two clients that have sent the
                        // same hold the same.
                        1..=LONG_READ if connection.spare() >= wanted => wanted,
                        ..=LONG_READ => wanted.max(READ),
                        // No more than has arrived of it already: what somebody only claims to send costs no memory.
                        _ => backlog.clamp(READ, LONG_READ),
                    };
                    connection.make_room(most, wanted);
                    received = connection.stream.read_onto(&mut connection.input);
                }
                connection.readable = match &received {
                    Ok(0) => false,
                    Ok(count) => *count >= most || connection.hung_up,
                    Err(_) => false,
                };
                let stats = &mut self.engine.core.stats;
                stats.reads_processed += 1;
                let Some(state) = self.engine.core.clients.get_mut(client) else { continue };
                match received {
                    Ok(0) => {
                        state.session.close(Closing::Now);
                        self.work.outgoing.push(client);
                        continue;
                    }
                    Ok(count) => {
                        stats.net_input += count as u64;
                        connection.note_passing(count);
                        state.session.transport.received += count as u64;
                        state.session.active_ms = self.engine.keyspace.now_ms();
                    }
                    Err(error) => match error.kind() {
                        io::ErrorKind::WouldBlock => {}
                        _ => {
                            tracing::debug!("Reading from client: {error}");
                            state.session.close(Closing::Now);
                            self.work.outgoing.push(client);
                            continue;
                        }
                    },
                }
            }
            if !matches!(source, Source::Arena { len: 0, .. }) {
                let batch = Batch { client, source, requests: 0..0, parsed: 0, violation: None };
                self.work.batches.push(Some(batch));
            }
        }
    }
}
