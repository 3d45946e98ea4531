//! Publishing: a message to all who listen.

use super::message::Message;
use super::topics::Topic;
use super::{Pubsub, Space};
use crate::context::Context;
use crate::core::Core;
use crate::delivery::Delivery;
use crate::reply::Protocol;
use crate::session::Kind;

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
            receivers += delivery.publish(topic, scratch, &[name, channel, message]);
        }
        let patterns = &spaces[Space::Patterns as usize];
        if space == Space::Channels && !patterns.is_empty() {
            for (pattern, topic) in patterns.matching(channel) {
                receivers += delivery.publish(topic, scratch, &[b"pmessage", pattern, channel, message]);
            }
        }
        receivers
    }
}

impl Delivery<'_> {
    /// Sends a message to all who listen to a name.
    fn publish(&mut self, topic: &Topic, room: &mut Vec<u8>, words: &[&[u8]]) -> usize {
        let message = Message::new(room, words);
        topic.listeners().for_each(|listener| {
            self.send(listener, |output, protocol| message.append_to(output, protocol));
        });
        *room = message.into_room();
        topic.len()
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
