//! Delivery: what one command sends to other clients, and to its own after the answer.
//!
//! The client whose command runs has its reply half written: what it is itself to receive waits in [`Core`]'s `pushes`
//! until the command, with `EXEC` the whole transaction, has answered. A receiver whose output outgrows its limit is closed
//! at once, in the middle of a command that sends a million times if need be: nothing more is queued for it.

use crate::client_memory::ClientMemory;
use crate::core::Core;
use crate::output::Output;
use crate::reply::Protocol;
use crate::session::{Client, ClientKey, Clients, Closing, Kind};
use crate::stats::Stats;

/// Where things are sent to.
pub(crate) struct Delivery<'a> {
    pub(crate) clients: &'a mut Clients,
    pub(crate) touched: &'a mut Vec<ClientKey>,
    /// What the client whose command runs will be sent after its reply.
    pub(crate) pushes: &'a mut Output,
    pub(crate) stats: &'a mut Stats,
    /// Where clients are counted, if they are.
    pub(crate) memory: Option<&'a mut ClientMemory>,
    /// The protocol of that client.
    pub(crate) own: Protocol,
    /// Bytes of output at which a receiver is closed; 0 is no limit.
    pub(crate) limit: usize,
}

impl<'a> Delivery<'a> {
    /// For a command whose client speaks `own`, to receivers of which each may be left with as much as `kind` may.
    pub(crate) fn begin(core: &'a mut Core, own: Protocol, kind: Kind) -> Self {
        let limit = core.params.client_output_buffer_limit().of(kind).hard as usize;
        let Core { clients, touched, pushes, stats, client_memory, .. } = core;
        let memory = client_memory.is_limited().then_some(client_memory);
        Delivery { clients, touched, pushes, stats, memory, own, limit }
    }

    /// Lets a client have what `append` writes in its protocol.
    pub(crate) fn send(&mut self, receiver: ClientKey, append: impl FnOnce(&mut Output, Protocol)) {
        let Some(client) = self.clients.get_mut(receiver) else {
            // The client whose command runs. Above the limit it will be closed, whatever else it is sent.
            if self.limit == 0 || self.pushes.len() <= self.limit {
                append(self.pushes, self.own);
            }
            return;
        };
        if client.session.closing == Some(Closing::Now) {
            return;
        }
        append(&mut client.output, client.session.protocol);
        client.touch(receiver, self.touched);
        close_over(self.limit, client, self.stats);
        if let Some(memory) = &mut self.memory {
            memory.count(receiver, client);
        }
    }
}

/// Closes a client whose output has outgrown `limit`; 0 is none.
fn close_over(limit: usize, client: &mut Client, stats: &mut Stats) {
    if limit > 0 && client.output.len() > limit {
        client.session.overflow(stats);
    }
}
