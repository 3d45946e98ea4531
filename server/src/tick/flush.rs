//! Flush: send what waits, close what ends.
//!
//! A socket is written until it would block or until it has had its share of the tick; then it waits for the
//! poll to say that it is writable again, or for the next tick. Nothing here blocks.

use crate::connection::Connection;
use crate::server::Server;
use russet_engine::output::Output;
use russet_engine::session::{ClientKey, Closing};
use std::io::{self, IoSlice};

/// Bytes for one connection in one tick.
const SHARE: usize = 1024 * 1024;
/// Slices for one call.
const SLICES: usize = 64;

enum Sent {
    /// Nothing waits any more.
    All,
    /// The socket is full.
    Full,
    /// The share of this tick is used up.
    Share,
    /// The connection is broken.
    Broken,
}

impl Server {
    /// Sends to every connection that may have something to be sent.
    pub(super) fn flush(&mut self) {
        let mut outgoing = std::mem::take(&mut self.work.outgoing);
        self.engine.take_touched(&mut outgoing);
        for &client in &outgoing {
            self.flush_one(client);
            self.engine.core.count_client(client);
        }
        outgoing.clear();
        outgoing.append(&mut self.work.outgoing);
        self.work.outgoing = outgoing;
    }

    fn flush_one(&mut self, key: ClientKey) {
        let Some(connection) = self.connections.get_mut(key.0) else { return };
        let Some(client) = self.engine.core.clients.get_mut(key) else { return };
        if client.session.closing == Some(Closing::Now) {
            return self.close(key);
        }
        if !client.output.is_empty() && connection.writable {
            let before = client.output.len();
            let sent = send(connection, &mut client.output);
            let count = (before - client.output.len()) as u64;
            client.session.transport.sent += count;
            let stats = &mut self.engine.core.stats;
            stats.net_output += count;
            stats.writes_processed += 1;
            match sent {
                Sent::All => client.session.transport.stalled = false,
                Sent::Full => {
                    connection.writable = false;
                    client.session.transport.stalled = true;
                }
                Sent::Share => self.work.outgoing.push(key),
                Sent::Broken => return self.close(key),
            }
        }
        if client.output.is_empty() {
            connection.over_soft_limit = None;
            if client.session.closing.is_some() {
                return self.close(key);
            }
        } else {
            client.output.seal();
            if self.exceeds_output_limit(key) {
                return self.close(key);
            }
        }
        // Somebody else has woken it: what it sent meanwhile can run.
        let Some(connection) = self.connections.get_mut(key.0) else { return };
        let Some(client) = self.engine.core.clients.get_mut(key) else { return };
        if client.session.blocked.is_none()
            && client.session.closing.is_none()
            && connection.unparsed
            && !connection.queued
        {
            connection.queued = true;
            self.work.queue(key);
        }
    }
}

fn send(connection: &mut Connection, output: &mut Output) -> Sent {
    let mut share = SHARE;
    loop {
        let written = match output.as_single() {
            Some(bytes) => connection.stream.write(bytes),
            None => {
                let mut slices = [IoSlice::new(&[]); SLICES];
                let filled = output.slices(&mut slices);
                connection.stream.write_vectored(&slices[..filled])
            }
        };
        match written {
            Ok(count) => {
                output.advance(count);
                share = share.saturating_sub(count.max(1));
                if output.is_empty() {
                    return Sent::All;
                }
                if share == 0 {
                    return Sent::Share;
                }
            }
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Sent::Full,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => {
                tracing::debug!("Error writing to client: {error}");
                return Sent::Broken;
            }
        }
    }
}
