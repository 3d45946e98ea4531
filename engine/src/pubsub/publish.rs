//! Publishing: a message to all who listen.

use super::message::Message;
use super::topics::Topic;
use super::{Pubsub, Space};
use crate::client_memory::ClientMemory;
use crate::context::Context;
use crate::core::Core;
use crate::output::Output;
use crate::reply::Protocol;
use crate::session::{Client, ClientKey, Clients, Closing, Kind};
use crate::stats::Stats;

impl Context<'_> {
    /// Sends a message to all who listen to a channel, and returns to how many: a client counts for each of its
    /// subscriptions that match. O(listeners), and for a channel that is no shard channel O(patterns).
    pub fn publish(&mut self, space: Space, channel: &[u8], message: &[u8]) -> usize {
        self.core.publish(self.session.protocol, space, channel, message)
    }
}

impl Core {
    /// As [`Context::publish`]; `own` is the protocol of the client whose command runs, if one does.
    pub(super) fn publish(&mut self, own: Protocol, space: Space, channel: &[u8], message: &[u8]) -> usize {
        let Core { pubsub: Pubsub { spaces, scratch, .. }, clients, touched, pushes, params, stats, .. } =
            self;
        let memory = self.client_memory.is_limited().then_some(&mut self.client_memory);
        let limit = params.client_output_buffer_limit().of(Kind::PubSub).hard as usize;
        let mut delivery = Delivery { clients, touched, pushes, stats, memory, own, limit };
        let name: &[u8] = if space == Space::Shard { b"smessage" } else { b"message" };
        let mut receivers = 0;
        if let Some(topic) = spaces[space as usize].get(channel) {
            receivers += delivery.send(topic, scratch, &[name, channel, message]);
        }
        let patterns = &spaces[Space::Patterns as usize];
        if space == Space::Channels && !patterns.is_empty() {
            for (pattern, topic) in patterns.matching(channel) {
                receivers += delivery.send(topic, scratch, &[b"pmessage", pattern, channel, message]);
            }
        }
        receivers
    }
}

/// Where messages go.
struct Delivery<'a> {
    clients: &'a mut Clients,
    touched: &'a mut Vec<ClientKey>,
    /// What the client whose command runs will be sent after its reply.
    pushes: &'a mut Output,
    stats: &'a mut Stats,
    /// Where clients are counted, if they are.
    memory: Option<&'a mut ClientMemory>,
    /// The protocol of that client.
    own: Protocol,
    /// Bytes of output at which a listener is closed; 0 is no limit.
    limit: usize,
}

impl Delivery<'_> {
    fn send(&mut self, topic: &Topic, room: &mut Vec<u8>, words: &[&[u8]]) -> usize {
        let message = Message::new(room, words);
        topic.listeners().for_each(|listener| self.send_one(listener, &message));
        *room = message.into_room();
        topic.len()
    }

    fn send_one(&mut self, listener: ClientKey, message: &Message) {
        let Some(client) = self.clients.get_mut(listener) else {
            // The client whose command runs. Above the limit it will be closed, whatever else it is sent.
            if self.limit == 0 || self.pushes.len() <= self.limit {
                message.append_to(self.pushes, self.own);
            }
            return;
        };
        if client.session.closing == Some(Closing::Now) {
            return;
        }
        message.append_to(&mut client.output, client.session.protocol);
        client.touch(listener, self.touched);
        close_over(self.limit, client, self.stats);
        if let Some(memory) = &mut self.memory {
            memory.count(listener, client);
        }
    }
}

/// Closes a client whose output has outgrown `limit`; 0 is none.
fn close_over(limit: usize, client: &mut Client, stats: &mut Stats) {
    if limit > 0 && client.output.len() > limit {
        client.session.overflow(stats);
    }
}

impl Context<'_> {
    /// Lets what the running command has sent to its own client follow its answer.
    #[cold]
    pub(crate) fn take_pushes(&mut self) {
        let output = self.reply.output();
        output.append(&mut self.core.pushes);
        let limit = self.core.params.client_output_buffer_limit().of(Kind::PubSub).hard as usize;
        if limit > 0 && output.len() > limit && self.session.kind() == Kind::PubSub {
            self.session.overflow(&mut self.core.stats);
        }
    }
}
